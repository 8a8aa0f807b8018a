"""Equality and order of two values."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from .convert import convert
from .dates import DateTime, TimeSpan
from .errors import ScriptError
from .numbers import common_type, convert_number, parse_number
from .refusal import Refused
from .text import to_text
from .values import (
    NOTHING,
    SMA,
    Array,
    Char,
    Custom,
    EnumValue,
    Hash,
    Snapshot,
    Thing,
    TypeValue,
    Value,
    Version,
    elements,
    is_number,
    type_name,
)

_ORDER = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789"
"""Signs and digits in the order of the invariant culture; letters follow them."""


def equal(left: Value, right: Value, ignore_case: bool) -> bool:
    """Tell whether two values are equal; the left one's type decides."""
    if left is NOTHING or right is NOTHING or left is None or right is None:
        return left in (None, NOTHING) and right in (None, NOTHING)
    if type(left) is str:
        return _same_text(left, to_text(right), ignore_case)
    if isinstance(left, Char):
        return _char_equal(left, right, ignore_case)
    if isinstance(left, bool):
        return bool(left == convert(right, "System.Boolean"))
    if is_number(left) and is_number(right):
        return _numbers(left, right) == 0
    if is_number(left) and isinstance(right, str) and type(right) is str:
        return _number_equals_text(left, right)
    if type(left) is type(right) and left == right and not isinstance(left, Array):
        return True
    if left is right:
        return True
    if isinstance(left, Snapshot) and left.by_name:
        named = type(right) is str or (isinstance(right, Snapshot) and right.by_name)
        return named and _same_text(left.text, to_text(right), True)
    if isinstance(left, TypeValue) and isinstance(right, str):
        return False
    try:
        return bool(convert(right, type_name(left)) == left) and not isinstance(left, Array)
    except ScriptError:
        return False


def _char_equal(left: Char, right: Value, ignore_case: bool) -> bool:
    """Compare a Char with what can become one."""
    if isinstance(right, bool):
        return False
    try:
        other = convert(right, "System.Char")
    except ScriptError:
        return False
    return _same_text(str(left), str(other), ignore_case)


def _number_equals_text(left: Value, right: str) -> bool:
    """Compare a number with text: text that is no number is not equal."""
    try:
        return _numbers(left, _as_number(left, right)) == 0
    except ScriptError:
        return False


def _as_number(left: Value, right: Value) -> Value:
    """Return the right side of a comparison with a number: text is the number it says, with its digits."""
    number = parse_number(right) if type(right) is str else None
    return _converted(left, right) if number is None else number


def _same_text(left: str, right: str, ignore_case: bool) -> bool:
    """Compare letter by letter; case is folded one letter at a time."""
    if not ignore_case:
        return left == right
    return len(left) == len(right) and all(
        a == b or _fold(a) == _fold(b) for a, b in zip(left, right, strict=True)
    )


def _fold(letter: str) -> str:
    """Return the one-letter upper case, if there is one."""
    upper = letter.upper()
    return upper if len(upper) == 1 and letter != "ı" else letter


def _numbers(left: Value, right: Value) -> int:
    """Compare two numbers in their common type."""
    kind = common_type(left, right)
    return _sign(convert_number(left, kind), convert_number(right, kind))


def _sign(a: Value, b: Value) -> int:
    """Return -1, 0 or 1 for two comparable values."""
    return int(a > b) - int(a < b)


def compare(left: Value, right: Value, ignore_case: bool) -> int:
    """Return -1, 0 or 1.

    Raises:
        ScriptError: the values cannot be compared.
    """
    left = None if left is NOTHING else left
    right = None if right is NOTHING else right
    if left is None or right is None:
        return _with_null(left, right)
    if type(left) is str:
        return _text_order(left, to_text(right), ignore_case)
    other = type(right) not in (bool, str) and not is_number(right)
    if isinstance(left, Decimal | float) and isinstance(right, Char):
        raise Refused(f"the order of {type_name(left)} and a Char")
    if isinstance(left, Decimal) and other:
        raise Refused(f"the order of a Decimal and {type_name(right)}")
    if is_number(left):
        return _numbers(left, right if is_number(right) else _as_number(left, right))
    if isinstance(left, DateTime | TimeSpan) and is_number(right):
        raise Refused(f"the order of {type_name(left)} and a number")
    if left is right and isinstance(left, Hash | Thing):
        return 0
    if isinstance(right, Char) and not isinstance(left, bool | Char):
        raise Refused(f"the order of {type_name(left)} and a Char")
    if isinstance(left, EnumValue):
        return _enums(left, right)
    if not isinstance(left, bool | Char | DateTime | TimeSpan | Version):
        if isinstance(left, TypeValue | UUID | Snapshot):
            raise Refused(f"the order of {type_name(left)}")
        if isinstance(left, Custom):
            text = f'Cannot compare "{to_text(left)}" with "{to_text(right)}".'
            kind = SMA + "ExtendedTypeSystemException"
            raise ScriptError("PSObjectCompareTo", "NotSpecified", text, kind)
        text = f'Cannot compare "{to_text(left)}" because it is not IComparable.'
        raise ScriptError("NotIcomparable", "InvalidOperation", text)
    other = _converted(left, right)
    if isinstance(left, Char) and ignore_case:
        return _sign(left.upper(), other.upper())
    if isinstance(left, DateTime | TimeSpan):
        return _sign(left.ticks, other.ticks)
    return _sign(left.parts, other.parts) if isinstance(left, Version) else _sign(left, other)


def _enums(left: EnumValue, right: Value) -> int:
    """Compare two members of one enumeration by their numbers."""
    try:
        other = _converted(left, right)
    except ScriptError:
        raise Refused(f"the order of {left.type} and {to_text(right)!r}") from None
    if elements(right) is not None:
        raise Refused(f"the order of {left.type} and an array")
    if left.number is None or other.number is None:
        raise Refused(f"the order of {left.type}")
    return _sign(left.number, other.number)


def _converted(left: Value, right: Value) -> Value:
    """Convert the right side to the left one's type."""
    try:
        return convert(right, type_name(left))
    except ScriptError as error:
        if is_number(left) and isinstance(right, str):
            raise
        text = f'Could not compare "{to_text(left)}" to "{to_text(right)}". Error: "{error.message}"'
        raise ScriptError("ComparisonFailure", "InvalidOperation", text) from None


def _with_null(left: Value, right: Value) -> int:
    """Order null: below everything but negative numbers."""
    if left is None and right is None:
        return 0
    other, side = (right, -1) if left is None else (left, 1)
    if isinstance(other, EnumValue):
        raise Refused(f"the order of null and {other.type}")
    if elements(other) is not None:
        raise Refused("the order of null and an array")
    return -side if is_number(other) and other < 0 else side


def _text_order(left: str, right: str, ignore_case: bool) -> int:
    """Order texts of ASCII signs and letters.

    Raises:
        Refused: other letters, and where a culture's order and the order of codes differ: a PowerShell
            answers by one or the other.
    """
    if _same_text(left, right, ignore_case):
        return 0
    if not (left + right).isascii() or not (left + right).isprintable() or set(left + right) & set("-'"):
        raise Refused("the order of texts with letters beyond ASCII")
    a, b = _sort_key(left), _sort_key(right)
    cultural = _sign(a, b) if a != b else _sign(left.swapcase(), right.swapcase())
    coded = _sign(left.upper(), right.upper()) if ignore_case else _sign(left, right)
    if cultural != coded:
        raise Refused(f"the order of {left!r} and {right!r}")
    return coded


def _sort_key(text: str) -> list[tuple[int, str]]:
    """Rank the letters of a text without regard to case; blanks come first."""
    return [(1000, c.lower()) if c.isalpha() else (_ORDER.find(c), "") for c in text]
