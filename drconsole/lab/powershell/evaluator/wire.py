"""Values of the seam between engines and the model, both ways."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import UUID

from .convert import HYPERV, enumeration
from .dates import DateTime, TimeSpan, from_iso
from .refusal import Refused
from .signatures import CLUSTER_COMMANDS as CLUSTERS
from .signatures import documented_properties, enumerations
from .values import (
    NOTHING,
    Array,
    EnumValue,
    Hash,
    Listed,
    Long,
    Snapshot,
    UInt32,
    UInt64,
    Value,
    elements,
    type_name,
)

WIDE = {"Int64": Long, "UInt32": UInt32, "UInt64": UInt64}


def from_seam(value: Any, unmodelled: Callable[[str], None]) -> Value:
    """Turn a value of the model into one of the language.

    ``unmodelled`` is called with what a script reads and the model did not send.
    """
    if isinstance(value, bool | str | float) or value is None:
        return value
    if isinstance(value, int):
        return value if -(2**31) <= value < 2**31 else Long(value)
    if isinstance(value, list):
        return Array([from_seam(item, unmodelled) for item in value])
    if "$date" in value:
        return from_iso(value["$date"], "Local")
    if "$span" in value:
        return TimeSpan(round(value["$span"] * 10_000_000))
    if "$guid" in value:
        return UUID(value["$guid"])
    if "$enum" in value:
        kind = full_type(value["$enum"])
        return EnumValue(kind, value["name"], enumeration(kind).get(value["name"]))
    if "$type" in value:
        return _snapshot(value, unmodelled)
    table = Hash()
    for key, item in value.items():
        table.set(key, from_seam(item, unmodelled))
    return table


def full_type(name: str) -> str:
    """Return the full name of a type of the model, which names those of Hyper-V and of clusters shortly."""
    if "." in name:
        return name
    return (HYPERV if name in documented_properties() or name in enumerations() else CLUSTERS) + name


def _snapshot(value: dict[str, Any], unmodelled: Callable[[str], None]) -> Snapshot:
    """Turn an object of the model into a snapshot; numbers get their documented width."""
    name = full_type(value["$type"])
    documented = documented_properties().get(name.removeprefix(HYPERV), {})
    properties: dict[str, Value] = {}
    for key, item in value.items():
        if key.startswith("$"):
            continue
        kind = documented.get(key.lower(), "").rstrip("?")
        properties[key.lower()] = _as_documented(from_seam(item, unmodelled), kind)
    text = value.get("$text", value["$type"])
    by_name = name.startswith(CLUSTERS)
    return Snapshot(name, properties, text, value, frozenset(documented), unmodelled, by_name)


def _as_documented(value: Value, kind: str) -> Value:
    """Give a number its documented width, and a list its documented kind."""
    if kind in WIDE and isinstance(value, int):
        return WIDE[kind](value)
    if isinstance(value, Array) and kind.endswith(">"):
        return Listed(value)
    if isinstance(value, Array) and kind.endswith("[]"):
        name = kind.removesuffix("[]")
        return Array(value, "System.String" if name == "String" else full_type(name))
    return value


def to_seam(value: Value) -> Any:
    """Turn a bound parameter into a value of the seam.

    Raises:
        Refused: a type that the seam does not carry.
    """
    if value is None or value is NOTHING:
        return None
    if isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, DateTime):
        return {"$date": value.moment().isoformat() + "+00:00"}
    if isinstance(value, TimeSpan):
        return {"$span": value.total_seconds}
    if isinstance(value, UUID):
        return {"$guid": str(value)}
    if isinstance(value, EnumValue):
        return {"$enum": value.type.removeprefix(HYPERV), "name": value.name}
    if isinstance(value, Snapshot):
        return value.wire
    items = elements(value)
    if items is not None:
        return [to_seam(item) for item in items]
    raise Refused(f"{type_name(value)} as a parameter")
