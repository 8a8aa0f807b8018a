"""ConvertTo-Json and ConvertFrom-Json."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any
from uuid import UUID

from .errors import ScriptError
from .numbers import double_text
from .refusal import Refused
from .text import to_text
from .values import NOTHING, Array, Custom, ErrorList, Hash, Long, Value, elements, type_name

_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
SUFFIX = "Microsoft.PowerShell.Commands.ConvertToJsonCommand"
_ESCAPED = re.compile("[\x00-\x1f\"\\\\'<>&\x85\u2028\u2029]")


def write(value: Value, depth: int, compress: bool) -> str:
    """Write a value as Windows PowerShell 5.1 does: ``< > & '`` are escaped, what is too deep becomes text.

    Raises:
        Refused: a value whose form differs between versions, or line breaks where they would.
    """
    if isinstance(value, UUID):
        raise Refused("a Guid alone in JSON")
    if not compress and (elements(value) is not None or isinstance(value, Hash | Custom)):
        raise Refused("ConvertTo-Json without -Compress")
    return _one(value, depth, 0)


def _one(value: Value, depth: int, level: int) -> str:
    """Write one value; ``level`` counts the brackets around it."""
    if value is None or value is NOTHING:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float | Decimal):
        return _real(value)
    if isinstance(value, UUID):
        return _quoted(str(value))
    if isinstance(value, ErrorList) or not isinstance(value, Hash | Custom | Array | bytearray):
        raise Refused(f"{type_name(value)} in JSON")
    if level > depth:
        return _quoted(to_text(value))
    items = elements(value)
    if items is not None:
        return "[" + ",".join(_one(item, depth, level + 1) for item in items) + "]"
    return (
        "{" + ",".join(f"{_quoted(to_text(k))}:{_one(v, depth, level + 1)}" for k, v in _pairs(value)) + "}"
    )


def _pairs(value: Value) -> list[tuple[Value, Value]]:
    """Return keys and values; the order of a plain hashtable is nobody's to know."""
    if isinstance(value, Custom):
        return list(value.properties.values())
    if not value.ordered and len(value) > 1:
        raise Refused("the order of a hashtable that is not [ordered]")
    pairs: list[tuple[Value, Value]] = list(value.pairs())
    if any(type(key) is not str for key, _ in pairs):
        text = f"The type '{type_name(value)}' is not supported for serialization: keys must be strings."
        kind = "System.InvalidOperationException"
        raise ScriptError(f"NonStringKeyInDictionary,{SUFFIX}", "InvalidOperation", text, kind)
    return pairs


def _quoted(text: str) -> str:
    """Write a string."""
    return '"' + _ESCAPED.sub(lambda m: _SHORT.get(m[0]) or f"\\u{ord(m[0]):04x}", str(text)) + '"'


def _real(value: float | Decimal) -> str:
    """Write a number with a point: the shortest digits that come back equal."""
    if isinstance(value, Decimal):
        text = format(value, "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text if "." in text else text + ".0"
    if value != value or value in (float("inf"), float("-inf")):
        raise Refused("a number in JSON that is none")
    digits = len(re.sub(r"[-.]|e.*", "", repr(value)).strip("0") or "0")
    text = double_text(value, f"{value:.{max(digits - 1, 0)}e}", 15)
    return text if re.search(r"[.E]", text) else text + ".0"


def read(text: str, suffix: str) -> Value:
    """Read JSON into custom objects.

    Raises:
        ScriptError: the text ends too early.
        Refused: what versions of PowerShell read differently.
    """
    try:
        value = json.loads(text, object_pairs_hook=_custom, parse_int=_integer, parse_constant=_constant)
    except json.JSONDecodeError as error:
        if error.pos < len(text.rstrip()):
            raise Refused(f"this JSON: {error}") from None
        reason = "Conversion from JSON failed: the text is not complete."
        kind = "System.ArgumentException"
        raise ScriptError(f"{kind},{suffix}", "NotSpecified", reason, kind) from None
    except RecursionError:
        raise Refused("JSON this deep") from None
    if isinstance(value, list):
        raise Refused("a JSON array on top")
    return _value(value)


def _constant(name: str) -> Value:
    """Refuse NaN and its kin."""
    raise Refused(f"{name} in JSON")


def _integer(digits: str) -> Value:
    """Read a whole number."""
    if not -(2**63) <= int(digits) < 2**63:
        raise Refused("a number this large in JSON")
    return Long(int(digits))


def _custom(pairs: list[tuple[str, Any]]) -> Custom:
    """Make an object."""
    made = Custom()
    for name, value in pairs:
        if not name or name.lower() in made.properties:
            raise Refused(f"the key {name!r} in JSON")
        made.set(name, _value(value))
    return made


def _value(value: Any) -> Value:
    """Make the values of an array or object."""
    if isinstance(value, list):
        return Array([_value(item) for item in value])
    if type(value) is float:
        return value
    if type(value) is str and re.match(r"/Date\(", value):
        raise Refused("a date in JSON")
    return value
