"""What Microsoft documents about cmdlets, and seam values that are checked against it.

The data is ``facts/hyperv-cmdlets.json`` (parameters of cmdlets, properties of classes, names of
enumerations) and ``facts/builtin-cmdlets.json``. What the model sends is built here alone, so a property
that the real class does not have, or a value of another type, is a defect that shows at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any

from drconsole.lab.powershell.proxy import csharp, signatures

Seam = Any
INTEGERS = {"Int32", "UInt32", "Int64", "UInt64"}


class ModelDefect(Exception):
    """The model is wrong: it wanted to send what the documentation does not know."""


@cache
def facts() -> Mapping[str, Any]:
    """Cmdlets, classes and enumerations of Hyper-V and clusters, and the built-in cmdlets; read once.

    The properties of cluster objects are general knowledge (``csharp.CLUSTER_CLASSES``).
    """
    hyperv, builtin = _read("hyperv-cmdlets.json"), _read("builtin-cmdlets.json")
    cluster = {name: {"Name": "String", **known} for name, known in csharp.CLUSTER_CLASSES.items()}
    return {
        **hyperv,
        "cmdlets": {**builtin["cmdlets"], **hyperv["cmdlets"]},
        "types": {**hyperv["types"], **cluster},
        "enums": {**signatures.load().cluster_enums, **hyperv["enums"]},
    }


def _read(name: str) -> dict[str, Any]:
    text = files("drconsole.lab").joinpath("facts", name).read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def parameters(cmdlet: str) -> frozenset[str]:
    """The documented parameter names of a cmdlet; KeyError when there is no such cmdlet."""
    return frozenset(facts()["cmdlets"][cmdlet]["parameters"])


def enum_names(enumeration: str) -> tuple[str, ...]:
    """The documented names of an enumeration, in the order of the documentation."""
    return tuple(facts()["enums"][enumeration])


def documented_object(kind: str, ref: str, text: str = "", **values: Any) -> dict[str, Seam]:
    """Build a seam object of a documented class from Python values.

    Strings become enumerations or Guids, datetimes DateTimes, timedeltas TimeSpans where the
    documentation says so. Properties that are not named stay unsent: reading them is not modelled.

    Raises:
        ModelDefect: a property that is not documented, or a value that does not fit its type.
    """
    known = facts()["types"][kind]
    answer: dict[str, Seam] = {"$type": kind, "$ref": ref, "$text": text or kind}
    for name, value in values.items():
        if name not in known:
            raise ModelDefect(f"{kind} has no documented property {name}")
        try:
            answer[name] = _converter(known[name])(value)
        except (TypeError, ValueError) as error:
            raise ModelDefect(f"{kind}.{name} is {known[name]}: {error}") from None
    return answer


@cache
def _converter(kind: str) -> Callable[[Any], Seam]:
    """The function that turns a Python value into a seam value of a documented type name."""
    if many := re.fullmatch(r"(?:IReadOnlyList|IList|List)<(.+)>|(.+)\[\]", kind):
        one = _converter(many[1] or many[2])
        return lambda value: [one(item) for item in value]
    if kind.endswith("?"):
        inner = _converter(kind[:-1])
        return lambda value: None if value is None else inner(value)
    if kind in INTEGERS:
        return _exactly(int)
    if kind == "Boolean":
        return _exactly(bool)
    if kind in ("String", "Version"):
        return lambda value: None if value is None else _exactly(str)(value)
    if kind == "Guid":
        return lambda value: {"$guid": _exactly(str)(value)}
    if kind == "Object":
        return _plain
    if kind == "DateTime":
        return date
    if kind == "TimeSpan":
        return lambda value: {"$span": _duration(value).total_seconds()}
    if kind in facts()["enums"]:
        return lambda value: enum(kind, value)
    return _object_of(kind)


def date(value: datetime) -> dict[str, str]:
    """A DateTime on the seam; the time must carry its zone."""
    if value.tzinfo is None:
        raise ValueError("a time without a zone")
    return {"$date": value.isoformat()}


def enum(kind: str, name: str) -> dict[str, str]:
    """An enumeration value on the seam.

    Raises:
        ValueError: the documentation has no such name.
    """
    if name not in facts()["enums"][kind]:
        raise ValueError(f"no documented name {name!r}")
    return {"$enum": kind, "name": name}


def _exactly(kind: type) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if type(value) is not kind:
            raise TypeError(f"not {value!r}")
        return value

    return check


def _plain(value: Any) -> str | int:
    if type(value) is not str and type(value) is not int:
        raise TypeError(f"not {value!r}")
    return value


def _duration(value: Any) -> timedelta:
    if not isinstance(value, timedelta):
        raise TypeError(f"not {value!r}")
    return value


def _object_of(kind: str) -> Callable[[Any], Seam]:
    def check(value: Any) -> Any:
        if value is not None and (not isinstance(value, dict) or value.get("$type") != kind):
            raise TypeError(f"not {value!r}")
        return value

    return check
