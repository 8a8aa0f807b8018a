"""Conversions between the types of the closed list, as casts, operators and parameters make them."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID

from .dates import TICK, DateTime, TimeSpan, from_iso
from .errors import ScriptError, cannot_convert
from .numbers import convert_number, parse_number
from .refusal import Refused
from .signatures import CLUSTER_COMMANDS as CLUSTERS
from .signatures import cluster_enumerations, enumerations
from .text import ACCELERATORS, to_text
from .values import (
    INTEGERS,
    NOTHING,
    SMA,
    Array,
    Char,
    Custom,
    EnumValue,
    Hash,
    Listed,
    TypeValue,
    UInt32,
    UInt64,
    Value,
    Version,
    elements,
    is_number,
    truth,
    type_name,
)

NAMES = {short: full for full, short in ACCELERATORS.items()} | {
    "object": "System.Object",
    "array": "System.Array",
    "type": "System.Type",
    "psobject": SMA + "PSObject",
    "pscustomobject": SMA + "PSObject",
    "ordered": "System.Collections.Specialized.OrderedDictionary",
    "text.encoding": "System.Text.Encoding",
    "convert": "System.Convert",
}
NUMERIC = (*INTEGERS, "System.Double", "System.Decimal")
PREFERENCES = ("SilentlyContinue", "Stop", "Continue", "Inquire", "Ignore", "Suspend")
HYPERV = "Microsoft.HyperV.PowerShell."


def enumeration(type_full_name: str) -> dict[str, int]:
    """Return the members of an enumeration with their numbers; empty for other types."""
    if type_full_name == SMA + "ActionPreference":
        return {name: number for number, name in enumerate(PREFERENCES)}
    if type_full_name.startswith(CLUSTERS):
        return cluster_enumerations().get(type_full_name.removeprefix(CLUSTERS), {})
    return enumerations().get(type_full_name.removeprefix(HYPERV), {})


def find_type(name: str) -> str:
    """Return the full name of a type named in a script.

    Raises:
        Refused: the evaluator does not know it.
    """
    lower = name.replace(" ", "").lower()
    if lower.endswith("[]"):
        return find_type(lower[:-2]) + "[]"
    for full in (*NAMES.values(), "System.Collections.Hashtable"):
        if lower in (full.lower(), full.lower().removeprefix("system.")):
            return full
    if lower in NAMES:
        return NAMES[lower]
    raise Refused(f"the type [{name}] is not on the closed list")


def convert(value: Value, target: str) -> Value:
    """Convert a value to the type with this full name.

    Raises:
        ScriptError: PowerShell has no such conversion, or the value does not fit.
        Refused: the evaluator does not know the conversion.
    """
    if value is NOTHING:
        value = None
    name = type_name(value) if value is not None else ""
    if name == target or target == "System.Object":
        return value
    if target in ("System.UInt32", "System.UInt64"):
        raise Refused(f"a conversion of {name} to {target}")
    if target == "System.Text.Encoding" and is_of_type(value, target):
        return value
    if target.endswith("[]"):
        return _array(value, target)
    rule = _RULES.get(target)
    if rule is not None:
        return rule(value)
    if target in NUMERIC:
        return _number(value, target)
    if enumeration(target):
        return _enum(value, target)
    if value is None:
        return None
    if isinstance(value, bool | Char | DateTime | EnumValue):
        raise Refused(f"a conversion of {name} to {target}")
    raise _no_way(value, target)


def _no_way(value: Value, target: str) -> ScriptError:
    """Make the error of a conversion that does not exist."""
    return cannot_convert(to_text(value), type_name(value) if value is not None else "null", target)


def _array(value: Value, target: str) -> Value:
    """Convert to an array: one value becomes the only element."""
    if value is None:
        return None
    element = target[:-2]
    items = elements(value)
    converted = [convert(item, element) for item in ([value] if items is None else items)]
    return bytearray(converted) if element == "System.Byte" else Array(converted, element)


def _number(value: Value, target: str) -> Value:
    """Convert to a numeric type."""
    if value is None:
        return convert_number(0, target)
    if (
        isinstance(value, bool | Char)
        and target in ("System.Double", "System.Decimal")
        and isinstance(value, Char)
    ):
        raise _no_way(value, target)
    if is_number(value) or isinstance(value, bool | Char):
        return convert_number(value, target)
    if isinstance(value, str):
        return _number_from_text(value, target)
    if isinstance(value, EnumValue) and value.number is not None:
        return convert_number(value.number, target)
    if isinstance(value, EnumValue):
        raise Refused(f"the number of {value.type} {value.name}")
    if isinstance(value, DateTime):
        text = f'Cannot convert value "{to_text(value)}" to type "{target}".'
        raise ScriptError("InvalidCastIConvertible", "InvalidArgument", text)
    raise _no_way(value, target)


def _number_from_text(text: str, target: str) -> Value:
    """Convert text: blank is zero, thousands may be grouped, suffixes count."""
    if not text.strip():
        return convert_number(0, target)
    plain = text.strip()
    if re.fullmatch(r"[+-]?\d{1,3}(,\d+)+(\.\d*)?", plain):
        plain = plain.replace(",", "")
    number = parse_number(plain)
    if number is None and re.fullmatch(r"\(\d+\)|[$¤].*", plain):
        raise Refused(f"the number {text!r}")
    if number is not None:
        try:
            return convert_number(number, target)
        except ScriptError:
            number = None
    kind = "Integer" if target in INTEGERS else "DoubleOrSingle" if target == "System.Double" else "Decimal"
    reason = f'Cannot convert value "{text}" to type "{target}".'
    raise ScriptError(f"InvalidCastFromStringTo{kind}", "InvalidArgument", reason)


def _bool(value: Value) -> bool:
    """Convert to Boolean, as a cast does."""
    return truth(value)


def _string(value: Value) -> str:
    """Convert to String; null is the empty one."""
    return to_text(value)


def _char(value: Value) -> Value:
    """Convert to Char: a number or one letter."""
    if isinstance(value, EnumValue):
        raise Refused(f"{value.type} as a Char")
    if isinstance(value, str) and len(value) == 1:
        return Char(value)
    if value is None:
        return Char("\0")
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**16:
        return Char(chr(value))
    if isinstance(value, str):
        text = f'Cannot convert value "{value}" to type "System.Char".'
        raise ScriptError("InvalidCastIConvertible", "InvalidArgument", text)
    raise _no_way(value, "System.Char")


def _failed(value: Value, target: str) -> ScriptError:
    """Make the error of a type's own parser."""
    text = f'Cannot convert value "{to_text(value)}" to type "{target}".'
    return ScriptError("InvalidCastParseTargetInvocation", "InvalidArgument", text)


def _guid(value: Value) -> Value:
    """Convert to Guid from one of its written forms."""
    if isinstance(value, str):
        plain = value.strip().lower()
        hexes = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
        if re.fullmatch(rf"{hexes}|\{{{hexes}\}}|\({hexes}\)|[0-9a-f]{{32}}", plain):
            return UUID(plain.strip("(){}"))
        raise _failed(value, "System.Guid")
    if value is None:
        text = 'Cannot convert null to type "System.Guid".'
        raise ScriptError("NullObjectToValueType", "InvalidArgument", text)
    raise _no_way(value, "System.Guid")


def _date(value: Value) -> Value:
    """Convert to DateTime: ISO 8601 text without a zone, or ticks."""
    if isinstance(value, EnumValue):
        raise Refused(f"{value.type} as a date")
    if isinstance(value, str):
        if re.fullmatch(r"\s*\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?\s*", value):
            try:
                return from_iso(value.strip(), "Unspecified")
            except ValueError:
                raise _failed(value, "System.DateTime") from None
        if re.search(r"\d", value):
            raise Refused(f"the date {value!r}")
        raise _failed(value, "System.DateTime")
    if isinstance(value, int) and not isinstance(value, bool):
        if not 0 <= value < 3155378976000000000:
            raise _failed(value, "System.DateTime")
        return DateTime(int(value))
    if value is None:
        text = 'Cannot convert null to type "System.DateTime".'
        raise ScriptError("NullObjectToValueType", "InvalidArgument", text)
    raise _no_way(value, "System.DateTime")


def _span(value: Value) -> Value:
    """Convert to TimeSpan: text or ticks."""
    if isinstance(value, EnumValue):
        raise Refused(f"{value.type} as a span of time")
    if isinstance(value, str):
        match = re.fullmatch(r"\s*(-?)(?:(\d+)\.)?(\d+):(\d+)(?::(\d+)(?:\.(\d{1,7}))?)?\s*", value)
        if match and not match[2] and match[5] and not match[6] and int(match[3]) >= 24:
            # Three numbers of which the first is no hour are days, hours and minutes.
            return _span(f"{match[1]}{match[3]}.{match[4]}:{match[5]}")
        if match and all(int(match[i] or 0) < top for i, top in ((3, 24), (4, 60), (5, 60))):
            days, hours, minutes, seconds = (int(match[i] or 0) for i in (2, 3, 4, 5))
            whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
            ticks = whole * TICK + int((match[6] or "0").ljust(7, "0"))
            return TimeSpan(-ticks if match[1] else ticks)
        if re.fullmatch(r"\s*-?\d+\s*", value):
            return TimeSpan(int(value) * 86400 * TICK)
        raise _failed(value, "System.TimeSpan")
    if isinstance(value, int) and not isinstance(value, bool):
        return TimeSpan(int(value))
    if value is None:
        text = 'Cannot convert null to type "System.TimeSpan".'
        raise ScriptError("NullObjectToValueType", "InvalidArgument", text)
    raise _no_way(value, "System.TimeSpan")


def _version(value: Value) -> Value:
    """Convert to Version from two to four numbers."""
    if value is None:
        return None
    if isinstance(value, str):
        if re.fullmatch(r"\s*\d+(\s*\.\s*\d+){1,3}\s*", value):
            return Version(tuple(int(part) for part in value.split(".")))
        raise _failed(value, "System.Version")
    raise Refused(f"a version from {type_name(value)}")


def _type(value: Value) -> Value:
    """Convert a name to a type."""
    if value is None:
        return None
    if isinstance(value, str):
        return TypeValue(find_type(value))
    raise _no_way(value, "System.Type")


def _psobject(value: Value) -> Value:
    """Convert to PSObject: whatever it is, it is one."""
    return value


def _hashtable(value: Value) -> Value:
    """Convert to Hashtable."""
    if value is None:
        return None
    if isinstance(value, Hash):
        raise Refused("a conversion of an ordered hashtable")
    raise _no_way(value, "System.Collections.Hashtable")


def _block(value: Value) -> Value:
    """Convert to ScriptBlock: only null passes."""
    if value is None:
        return None
    if isinstance(value, bool | Char | DateTime | EnumValue):
        raise Refused(f"a conversion of {type_name(value)} to a script block")
    raise _no_way(value, SMA + "ScriptBlock")


def _arrays(value: Value) -> Value:
    """Convert to System.Array."""
    if isinstance(value, Array | bytearray):
        return value
    return _array(value, "System.Object[]")


def _enum(value: Value, target: str) -> Value:
    """Convert text to a member of an enumeration, by whole name or unique beginning, or a number."""
    if isinstance(value, UInt32 | UInt64) or elements(value) is not None:
        raise Refused(f"{type_name(value)} as {target}")
    known = enumeration(target)
    value = int(value) if isinstance(value, bool) else value
    if isinstance(value, str):
        lower = value.strip().lower()
        found = [n for n in known if n.lower() == lower] or [n for n in known if n.lower().startswith(lower)]
        if len(found) == 1 and lower:
            return EnumValue(target, found[0], known[found[0]])
        if re.search(r"[\d,]", value) or not lower:
            raise Refused(f"{value!r} as {target}")
        text = f'Cannot convert value "{value}" to type "{target}".'
        raise ScriptError("InvalidCastConstructorException", "InvalidArgument", text)
    if isinstance(value, int) and int(value) in known.values():
        name = next(n for n, number in known.items() if number == int(value))
        return EnumValue(target, name, int(value))
    if is_number(value):
        raise Refused(f"{value} as {target}")
    raise _no_way(value, target)


_RULES: dict[str, Callable[[Value], Value]] = {
    "System.Boolean": _bool,
    "System.String": _string,
    "System.Char": _char,
    "System.Guid": _guid,
    "System.DateTime": _date,
    "System.TimeSpan": _span,
    "System.Version": _version,
    "System.Type": _type,
    "System.Array": _arrays,
    "System.Collections.Hashtable": _hashtable,
    SMA + "PSObject": _psobject,
    SMA + "ScriptBlock": _block,
}


def is_of_type(value: Value, target: str) -> bool:
    """Tell what ``-is`` tells.

    Raises:
        Refused: a list of the host.
    """
    if isinstance(value, Listed):
        raise Refused("-is of a list of the host")
    if value is None or value is NOTHING:
        return False
    bases = {
        "System.Array": isinstance(value, Array | bytearray),
        "System.Type": isinstance(value, TypeValue),
        SMA + "PSObject": isinstance(value, Custom),
        "System.Text.Encoding": type_name(value).startswith("System.Text.UTF8Encoding"),
    }
    if target in bases:
        return bases[target]
    if target == "System.Object[]" and isinstance(value, Array):
        # An array of references is also one of objects; an array of plain values is not.
        return value.element not in (*NUMERIC, "System.Boolean", "System.Char", "System.Guid")
    return target in ("System.Object", type_name(value))
