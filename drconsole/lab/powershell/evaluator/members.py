"""Properties, methods and elements of values, as far as the closed list names them."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from decimal import Decimal
from uuid import UUID

from .convert import convert
from .dates import DateTime, TimeSpan, date_text
from .errors import ScriptError, method_error
from .refusal import Refused
from .text import one_text, to_text
from .values import (
    NOTHING,
    SMA,
    Array,
    Char,
    Custom,
    Hash,
    Listed,
    ScriptBlock,
    Snapshot,
    Thing,
    TypeValue,
    Value,
    elements,
    is_number,
    type_name,
)

UTF8 = Thing("System.Text.UTF8Encoding+UTF8EncodingSealed", {}, "System.Text.UTF8Encoding+UTF8EncodingSealed")


def get_property(value: Value, name: str) -> Value:
    """Return a property; of an array, the property of each element."""
    if value is None or value is NOTHING:
        return None
    items = elements(value)
    if items is not None:
        return _of_each(items, name)
    return _get_one(value, name)


def _get_one(value: Value, name: str) -> Value:
    """Return a property of a single value; null where there is none."""
    lower = name.lower()
    if isinstance(value, Hash):
        return value.get(name)
    if isinstance(value, Custom):
        return value.properties.get(lower, ("", None))[1]
    if isinstance(value, Snapshot):
        return _of_snapshot(value, name)
    if isinstance(value, Thing):
        return value.properties.get(lower)
    if isinstance(value, TypeValue) and lower in ("name", "fullname"):
        return value.name if lower == "fullname" else value.name.rpartition(".")[2].rpartition("+")[2]
    if isinstance(value, TimeSpan) and lower == "totalseconds":
        return value.total_seconds
    if isinstance(value, ScriptBlock) and lower == "id":
        raise Refused("the Id of a script block")
    if lower in METHODS:
        raise Refused(f"the method {name} as a value")
    return None


def _of_each(items: list[Value], name: str) -> Value:
    """Collect a property of the elements: those that have it, one alone, or null."""
    found: list[Value] = []
    for item in items:
        inner = elements(item)
        if inner is not None:
            got = _of_each(inner, name)
            found += got if isinstance(got, Array) else [] if got is None else [got]
        elif has_property(item, name):
            got = _get_one(item, name)
            more = elements(got)
            found += [got] if more is None else more
    return None if not found else found[0] if len(found) == 1 else Array(found)


def has_property(value: Value, name: str) -> bool:
    """Tell whether an element of an array takes part when a property of all is asked for."""
    lower = name.lower()
    if isinstance(value, Hash):
        return name in value
    if isinstance(value, Custom | Thing):
        return lower in value.properties
    if isinstance(value, Snapshot):
        return lower in value.documented or lower in value.properties
    return _get_one(value, name) is not None if value is not None else False


def _of_snapshot(value: Snapshot, name: str) -> Value:
    """Return a property of a simulated object.

    Raises:
        Refused: the model did not send it.
    """
    lower = name.lower()
    if lower in value.properties:
        return value.properties[lower]
    kind = value.type.rpartition(".")[2]
    value.unmodelled(f"{kind}.{name}")
    raise Refused(f"the model did not send {name} of {kind}")


def set_property(value: Value, name: str, new: Value) -> None:
    """Set a property or a key."""
    new = None if new is NOTHING else new
    if isinstance(value, Hash) or (isinstance(value, Custom) and name.lower() in value.properties):
        value.set(name, new)
    elif isinstance(value, Custom):
        text = f'Exception setting "{name}": the property cannot be found on this object.'
        kind = SMA + "SetValueInvocationException"
        raise ScriptError("ExceptionWhenSetting", "NotSpecified", text, kind)
    elif isinstance(value, Snapshot | Thing | ScriptBlock | TypeValue):
        raise Refused(f"setting {name} of {type_name(value)}")
    elif value is None or value is NOTHING:
        raise _no_property("PropertyNotFound", name)
    else:
        raise _no_property("PropertyAssignmentException", name)


def _no_property(error_id: str, name: str) -> ScriptError:
    """Make the error of a property that cannot be set."""
    text = f"The property '{name}' cannot be found on this object."
    text += " Verify that the property exists and can be set."
    return ScriptError(error_id, "InvalidOperation", text)


def get_element(value: Value, index: Value) -> Value:
    """Return an element by position or key; several positions give several elements.

    Raises:
        ScriptError: null has no elements.
    """
    if value is None or value is NOTHING:
        raise ScriptError("NullArray", "InvalidOperation", "Cannot index into a null array.")
    index = None if index is NOTHING else index
    if isinstance(value, Hash):
        return _of_hash(value, index)
    positions = elements(index)
    if isinstance(value, Array | bytearray) or type(value) is str:
        sequence = elements(value) if not isinstance(value, str) else [Char(c) for c in value]
        if positions is not None:
            picked = [_at(sequence or [], 0 if p is None else _position(p)) for p in positions]
            return Array([p for p in picked if p is not NOTHING])
        position = _position(index)
        return _at(sequence or [], position) if _inside(sequence or [], position) else None
    if isinstance(value, Snapshot | Custom) or positions is not None:
        raise Refused(f"an element of {type_name(value)}")
    try:
        return _at([value], _position(index))
    except ScriptError:
        if index is None:
            raise
        return NOTHING


def not_indexable(value: Value) -> ScriptError:
    """Make the error of a value without elements."""
    text = f'Unable to index into an object of type "{type_name(value)}".'
    return ScriptError("CannotIndex", "InvalidOperation", text)


def _position(index: Value) -> int | None:
    """Convert an index to a position; None when it is none."""
    try:
        return _exact_position(index)
    except ScriptError:
        if not isinstance(index, str | DateTime) and not is_number(index):
            raise
        return None


def _exact_position(index: Value) -> int:
    """Convert an index to a position."""
    if index is None:
        raise ScriptError(
            "NullArrayIndex", "InvalidOperation", "Index operation failed; the array index evaluated to null."
        )
    return int(convert(index, "System.Int32"))


def _at(sequence: list[Value], position: int | None) -> Value:
    """Return what is at a position; negative ones count from the end."""
    return sequence[position] if position is not None and _inside(sequence, position) else NOTHING


def _inside(sequence: list[Value], position: int | None) -> bool:
    """Tell whether there is an element at a position."""
    return position is not None and -len(sequence) <= position < len(sequence)


def _of_hash(value: Hash, key: Value) -> Value:
    """Return the value of a key; a position in an ordered one."""
    keys = elements(key)
    if keys is not None and value.ordered and any(type(one) is int for one in keys):
        raise Refused("several positions in an ordered hashtable")
    if keys is not None:
        return Array([value.get(one) for one in keys if one is not None])
    if key is None:
        raise ScriptError(
            "NullArrayIndex", "InvalidOperation", "Index operation failed; the array index evaluated to null."
        )
    if value.ordered and type(key) is int:
        pairs = [v for _, v in value.pairs()]
        if key < 0:
            raise Refused("a negative position in an ordered hashtable")
        return pairs[key] if key < len(pairs) else None
    return value.get(key)


def set_element(value: Value, index: Value, new: Value) -> None:
    """Set an element by position or key."""
    if value is None or value is NOTHING:
        raise ScriptError("NullArray", "InvalidOperation", "Cannot index into a null array.")
    if index is None or index is NOTHING:
        raise ScriptError(
            "NullArrayIndex", "InvalidOperation", "Index operation failed; the array index evaluated to null."
        )
    if isinstance(value, Hash):
        _set_key(value, index, new)
    elif isinstance(value, Array | bytearray):
        new = None if new is NOTHING else new
        kept = convert(new, value.element if isinstance(value, Array) else "System.Byte")
        position = _exact_position(index)
        if not -len(value) <= position < len(value):
            kind = "System.IndexOutOfRangeException"
            raise ScriptError(kind, "OperationStopped", "Index was outside the bounds of the array.", kind)
        value[position] = kept
    elif isinstance(value, Snapshot | Custom | Thing):
        raise Refused(f"setting an element of {type_name(value)}")
    else:
        raise not_indexable(value)


def _set_key(value: Hash, key: Value, new: Value) -> None:
    """Set a key, or a position of an ordered hashtable."""
    if elements(key) is not None:
        raise Refused("setting several keys at once")
    if value.ordered and type(key) is int:
        keys = [k for k, _ in value.pairs()]
        if not 0 <= key < len(keys):
            kind = "System.ArgumentOutOfRangeException"
            text = "Specified argument was out of the range of valid values. (Parameter 'index')"
            raise ScriptError(kind, "OperationStopped", text, kind)
        key = keys[key]
    value.set(key, new)


def call_method(value: Value, name: str, arguments: list[Value]) -> Value:
    """Call a method of a value; of an array, of each element."""
    if value is None or value is NOTHING:
        text = "You cannot call a method on a null-valued expression."
        raise ScriptError("InvokeMethodOnNull", "InvalidOperation", text)
    lower = name.lower()
    if isinstance(value, Listed):
        raise Refused(f"{name} of a list of the host")
    if lower == "gettype" and not arguments:
        return TypeValue(type_name(value))
    if lower == "tostring":
        return _to_string(value, arguments)
    if lower == "touniversaltime" and isinstance(value, DateTime) and not arguments:
        return value.universal()
    if value is UTF8 and lower in ("getstring", "getbytes") and len(arguments) == 1:
        return (_get_string if lower == "getstring" else _get_bytes)(arguments[0])
    if value is UTF8 and lower in ("getstring", "getbytes") and not arguments:
        raise _no_overload(name, 0)
    items = elements(value)
    if items is not None and lower in METHODS:
        raise Refused(f"{name} of each element of an array")
    if isinstance(value, Snapshot | Thing) or (lower in METHODS and arguments):
        raise Refused(f"the method {name} of {type_name(value)}")
    raise _no_method(value, name)


def _no_method(value: Value, name: str) -> ScriptError:
    """Make the error of a method that does not exist."""
    text = f"Method invocation failed because [{type_name(value)}] does not contain a method named '{name}'."
    return ScriptError("MethodNotFound", "InvalidOperation", text)


def _no_overload(method: str, count: int) -> ScriptError:
    """Make the error of a call that no form of a method fits."""
    text = f'Cannot find an overload for "{method}" and the argument count: "{count}".'
    return ScriptError("MethodCountCouldNotFindBest", "NotSpecified", text, SMA + "MethodException")


def _to_string(value: Value, arguments: list[Value]) -> str:
    """Return ``ToString``, plain or with a format."""
    if not arguments:
        if isinstance(value, DateTime | Custom) or elements(value) is not None:
            return _plain_string(value)
        if isinstance(value, TypeValue):
            return value.name
        return "False" if value is False else one_text(value)
    if isinstance(value, str | bool) or elements(value) is not None:
        if len(arguments) == 1 and isinstance(arguments[0], str):
            raise _no_overload("ToString", 1)
        raise Refused("ToString with these arguments")
    if len(arguments) > 1 or not isinstance(arguments[0], str):
        raise Refused("ToString with these arguments")
    form = str(arguments[0])
    if isinstance(value, DateTime):
        return date_text(value, form)
    if isinstance(value, UUID) and form.upper() in ("D", "N", "B", "P"):
        text = value.hex if form.upper() == "N" else str(value)
        return {"B": f"{{{text}}}", "P": f"({text})"}.get(form.upper(), text)
    if isinstance(value, int) and not isinstance(value, bool):
        return _integer_string(int(value), form)
    raise Refused(f"ToString({form!r}) of {type_name(value)}")


def _plain_string(value: Value) -> str:
    """Return what .NET's own ToString says where it differs from a string's text."""
    if isinstance(value, Custom):
        raise Refused("ToString of a custom object")
    return date_text(value, "") if isinstance(value, DateTime) else type_name(value)


def _integer_string(value: int, form: str) -> str:
    """Format an integer: D, X and N with a number of places."""
    match = re.fullmatch(r"([dDxXnN])(\d{0,2})", form)
    if match is None:
        raise Refused(f"the number format {form!r}")
    letter, places = match[1], int(match[2] or 0)
    if letter in "dD":
        return ("-" if value < 0 else "") + str(abs(value)).zfill(places)
    if letter in "nN":
        return f"{Decimal(value):,.{places if match[2] else 2}f}"
    if value < 0:
        raise Refused("a negative number in hexadecimal")
    return f"{value:{letter}}".zfill(places)


def _get_string(argument: Value) -> str:
    """Decode UTF-8; bad bytes become U+FFFD."""
    return bytes(_as_argument(argument, "System.Byte[]", "bytes", "GetString")).decode("utf-8", "replace")


def _get_bytes(argument: Value) -> bytearray:
    """Encode as UTF-8."""
    if argument is None:
        raise method_error("GetBytes", 1, "System.ArgumentNullException", "Value cannot be null.")
    return bytearray(to_text(argument).encode("utf-8", "replace"))


def _as_argument(value: Value, target: str, parameter: str, method: str) -> Value:
    """Convert a method's argument.

    Raises:
        ScriptError: text that is none.
        Refused: other values that are none, where a newer .NET has more forms of the method.
    """
    if value is None or value is NOTHING:
        raise method_error(method, 1, "System.ArgumentNullException", "Value cannot be null.")
    try:
        return convert(value, target)
    except ScriptError as error:
        if not isinstance(value, str):
            raise Refused(f"{method} of {type_name(value)}") from None
        text = f'Cannot convert argument "{parameter}" for "{method}": {error.message}'
        kind = SMA + "MethodException"
        raise ScriptError("MethodArgumentConversionInvalidCastArgument", "NotSpecified", text, kind) from None


def _from_base64(text: Value) -> bytearray:
    """Decode base64; blanks between the letters are allowed, and null is the empty text."""
    try:
        plain = re.sub(r"[ \t\r\n]", "", to_text(text))
        return bytearray(base64.b64decode(plain.encode("ascii"), validate=True))
    except (binascii.Error, UnicodeEncodeError):
        reason = "The input is not a valid Base-64 string."
        raise method_error("FromBase64String", 1, "System.FormatException", reason) from None


def _to_base64(data: Value) -> str:
    """Encode base64."""
    return base64.b64encode(bytes(_as_argument(data, "System.Byte[]", "inArray", "ToBase64String"))).decode(
        "ascii"
    )


STATIC: dict[tuple[str, str], Callable[[Value], Value]] = {
    ("System.Convert", "frombase64string"): _from_base64,
    ("System.Convert", "tobase64string"): _to_base64,
}
METHODS = frozenset({"gettype", "tostring", "touniversaltime", "getstring", "getbytes"})


def get_static(name: str, member: str) -> Value:
    """Return a static property."""
    if (name, member.lower()) == ("System.Text.Encoding", "utf8"):
        return UTF8
    raise Refused(f"[{name}]::{member}")
