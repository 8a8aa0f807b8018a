"""Arithmetic on values: ``+ - * / %`` of assignments, shifts, and the operators in front of a value."""

from __future__ import annotations

from decimal import Decimal

from .convert import convert
from .dates import DateTime, TimeSpan
from .errors import ScriptError, cannot_convert
from .numbers import calculate, complement, parse_number, shift
from .refusal import Refused
from .text import joined, to_text
from .values import (
    NOTHING,
    SMA,
    Array,
    Char,
    EnumValue,
    Hash,
    Snapshot,
    UInt32,
    UInt64,
    Value,
    elements,
    is_number,
    truth,
    type_name,
)

UNSIGNED = (UInt32, UInt64)


def arithmetic(operator: str, left: Value, right: Value) -> Value:
    """Apply ``+ - * / %``; the left side's type decides."""
    left = None if left is NOTHING else left
    if isinstance(left, UNSIGNED) or isinstance(right, UNSIGNED):
        raise Refused(f"{operator} with a number without a sign")
    if right is NOTHING:
        if elements(left) is not None and operator != "+":
            raise Refused(f"{operator} of an array and nothing")
        right = Array() if elements(left) is not None else None
    if left is None:
        return _from_nothing(operator, right)
    if isinstance(left, Array | bytearray):
        return _with_array(operator, left, right)
    if isinstance(left, Hash) and operator == "+":
        return _merge(left, right)
    if isinstance(left, str) and operator == "+":
        return str(left) + to_text(right)
    if type(left) is str and operator == "*":
        return str(left) * _times(right, len(left))
    if isinstance(left, DateTime | TimeSpan):
        return _with_time(operator, left, right)
    if isinstance(left, EnumValue) or isinstance(right, EnumValue | DateTime | TimeSpan):
        raise Refused(f"{operator} of {type_name(left)} and {'null' if right is None else type_name(right)}")
    number = _operand(left, operator, right)
    rational = isinstance(right, float) and operator != "+"
    if isinstance(left, bool) and (rational or isinstance(right, Decimal)):
        raise Refused(f"{operator} of a truth value")
    if isinstance(left, bool | Char) and operator == "*":
        if isinstance(right, float | Decimal):
            raise Refused(f"{operator} of {type_name(left)}")
        raise _undefined(left, operator, right)
    if right is not None and not isinstance(right, bool | str) and not is_number(right):
        if not isinstance(number, int) or isinstance(right, DateTime | TimeSpan):
            raise Refused(f"{operator} with {type_name(right)}")
        raise _no_operator(right if isinstance(left, Array) else left, operator)
    return calculate(operator, number, 0 if right is None else _operand(right, operator, left))


def _from_nothing(operator: str, right: Value) -> Value:
    """Calculate with null on the left: it is no obstacle to adding, and zero or null elsewhere."""
    if operator == "+":
        return right
    if operator == "*":
        return None
    if right is not None and not isinstance(right, bool | str) and not is_number(right):
        raise Refused(f"{operator} of null and {type_name(right)}")
    return calculate(operator, 0, 0 if right is None else _operand(right, operator, None))


def _operand(value: Value, operator: str, other: Value) -> Value:
    """Return a value as a number: texts as what they say, a Char as its code.

    Raises:
        ScriptError: text that is no number (the other side's type is named), or a type that has none.
    """
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, Char):
        return ord(value)
    if is_number(value):
        return value
    if isinstance(value, str):
        number = parse_number(value) if value.strip() else 0
        target = type_name(other) if is_number(other) else "System.Int32"
        return convert(value, target) if number is None else number
    raise _no_operator(value, operator)


def _no_operator(value: Value, operator: str) -> ScriptError:
    """Make the error of a type that cannot calculate."""
    name = {
        "+": "op_Addition",
        "-": "op_Subtraction",
        "*": "op_Multiply",
        "/": "op_Division",
        "-shl": "op_LeftShift",
        "-shr": "op_RightShift",
    }.get(operator, "op_Modulus")
    text = f"Method invocation failed because [{type_name(value)}] does not contain a method named '{name}'."
    return ScriptError("MethodNotFound", "InvalidOperation", text)


def _undefined(left: Value, operator: str, right: Value) -> ScriptError:
    """Make the error of a truth value or Char where a number is needed."""
    if right is not None and not isinstance(right, bool | Char) and not is_number(right):
        return _no_operator(left, operator)
    text = f"The operation '[{type_name(left)}] {operator}' is not defined."
    return ScriptError("NotADefinedOperationForType", "InvalidOperation", text)


LARGEST = 10_000_000
"""Letters or elements that a repetition may make: more is a mistake, and the lab's memory."""


def _times(right: Value, length: int) -> int:
    """Return how often something of a length is repeated."""
    count = convert(right, "System.Int32")
    if count * length > LARGEST:
        raise Refused("a repetition this large")
    if count < 0:
        raise Refused("a negative repetition")
    return int(count)


def _with_array(operator: str, left: Value, right: Value) -> Value:
    """Append to or repeat an array."""
    items = elements(left) or []
    if operator == "+":
        more = elements(right)
        return Array([*items, *([right] if more is None else more)])
    if operator == "*":
        if is_number(right) and abs(right) >= 2**31:
            raise Refused("an array repeated this often")
        return Array(_repeated(items, right), left.element if isinstance(left, Array) else "System.Byte")
    raise _no_operator(left, operator)


def _repeated(items: list[Value], right: Value) -> list[Value]:
    """Repeat elements; none of them as often as you like."""
    try:
        return items * _times(right, len(items))
    except ScriptError as error:
        if items or error.error_id != "InvalidCastIConvertible":
            raise
        return []


def _merge(left: Hash, right: Value) -> Hash:
    """Join two hashtables."""
    if not isinstance(right, Hash):
        text = "A hash table can only be added to another hash table."
        raise ScriptError("AddHashTableToNonHashTable", "InvalidOperation", text)
    result = Hash(left.ordered)
    for key, value in left.pairs():
        result.set(key, value)
    for key, value in right.pairs():
        if key in result:
            text = f"Item has already been added. Key in dictionary: '{to_text(key)}'"
            raise ScriptError(
                "System.ArgumentException", "OperationStopped", text, "System.ArgumentException"
            )
        result.set(key, value)
    return result


def _with_time(operator: str, left: Value, right: Value) -> Value:
    """Add and subtract dates and spans."""
    if isinstance(left, DateTime) and isinstance(right, DateTime) and operator == "-":
        return TimeSpan(left.ticks - right.ticks)
    if operator in "+-" and right is not None:
        if isinstance(left, DateTime) and operator == "-" and not isinstance(right, TimeSpan):
            text = 'Multiple ambiguous overloads found for "op_Subtraction" and the argument count: "2".'
            kind = SMA + "MethodException"
            raise ScriptError("MethodCountCouldNotFindBest", "NotSpecified", text, kind)
        if not isinstance(right, TimeSpan | str | int) or isinstance(right, bool | Char):
            raise Refused(f"{operator} of {type_name(left)} and {type_name(right)}")
        try:
            span = convert(right, "System.TimeSpan")
        except ScriptError as error:
            kind = SMA + "MethodException"
            error_id = "MethodArgumentConversionInvalidCastArgument"
            raise ScriptError(error_id, "NotSpecified", error.message, kind) from None
        ticks = left.ticks + (span.ticks if operator == "+" else -span.ticks)
        return DateTime(ticks, left.kind) if isinstance(left, DateTime) else TimeSpan(ticks)
    raise Refused(f"{operator} of {type_name(left)} and {type_name(right) if right is not None else 'null'}")


def shifted(operator: str, left: Value, right: Value) -> Value:
    """Shift integers; other numbers are rounded first."""
    if isinstance(left, (EnumValue, *UNSIGNED)):
        raise Refused(f"{operator} of {type_name(left)}")
    right = None if right is NOTHING else right
    if (left is None or left is NOTHING) and (
        isinstance(right, str) or (is_number(right) and right >= 2**31)
    ):
        raise Refused(f"{operator} of null by this")
    if isinstance(right, str) and not isinstance(right, Char):
        right = _operand(right, operator, left)
        if isinstance(right, float | Decimal):
            raise Refused(f"{operator} by text with a point")
    if left is None or left is NOTHING:
        left = 0
    if isinstance(left, bool | Char):
        if isinstance(right, float | Decimal):
            raise Refused(f"{operator} of a truth value")
        raise _undefined(left, operator, right)
    if isinstance(left, EnumValue | DateTime | TimeSpan | Decimal) or isinstance(right, EnumValue):
        raise Refused(f"{operator} of {type_name(left)}")
    number = _rounded(_operand(left, operator, right))
    count = convert(right, "System.Int32") if isinstance(right, bool | Char) or right is None else right
    if not is_number(count):
        raise Refused(f"{operator} by {type_name(count)}")
    return shift(operator, number, convert(count, "System.Int32"))


def _rounded(number: Value) -> Value:
    """Round a number to an integer that holds it."""
    if isinstance(number, int):
        return number
    return convert(number, "System.Int64" if abs(number) >= 2**31 else "System.Int32")


def unary(operator: str, value: Value) -> Value:
    """Apply ``- + -not ! -bnot , -split -join``."""
    if value is NOTHING and operator.endswith("split"):
        return Array([], "System.String")
    value = None if value is NOTHING and operator != "," else value
    if isinstance(value, UNSIGNED) and operator in ("-", "+", "-bnot"):
        raise Refused(f"{operator} in front of {type_name(value)}")
    if operator in ("-not", "!"):
        return not truth(value)
    if operator == ",":
        return Array([value])
    if operator == "-join":
        return joined(value, "")
    if operator in ("-split", "-csplit", "-isplit"):
        items = elements(value)
        texts = [value] if items is None else items
        return Array([p for t in texts for p in to_text(t).split() or [""]], "System.String")
    if operator == "-bnot":
        return _complement(value)
    if elements(value) is not None:
        raise _no_operator(value, "+" if operator == "+" else "-")
    if value is not None and not isinstance(value, bool | str) and not is_number(value):
        raise Refused(f"{operator} in front of {type_name(value)}")
    return calculate(operator, 0, 0 if value is None else _operand(value, operator, None))


def _complement(value: Value) -> Value:
    """Turn the bits of an integer."""
    if value is not None and not isinstance(value, bool | str) and not is_number(value):
        if isinstance(value, EnumValue | DateTime | Snapshot):
            raise Refused(f"-bnot of {type_name(value)}")
        raise cannot_convert(to_text(value), type_name(value), "System.Int32")
    return complement(_rounded(0 if value is None else _operand(value, "-bnot", None)))
