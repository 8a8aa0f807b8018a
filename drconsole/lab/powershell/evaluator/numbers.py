"""Numbers: literals, texts that are numbers, arithmetic, and how numbers are written."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

from .errors import ScriptError, cannot_convert
from .refusal import Refused
from .values import INTEGERS, Byte, Char, Long, Value, type_name

_FACTORS = {"": 1, "kb": 2**10, "mb": 2**20, "gb": 2**30, "tb": 2**40, "pb": 2**50}
_NUMBER = re.compile(
    r"(?P<sign>[+-]?)(?:0x(?P<hex>[0-9a-f]+)|(?P<digits>\d+)(?P<rest>(?:\.\d*)?)|(?P<point>\.\d+))"
    r"(?P<exponent>(?:e[+-]?\d+)?)(?P<kind>[ld]?)(?P<factor>(?:[kmgtp]b)?)",
    re.IGNORECASE | re.ASCII,
)
DECIMAL_MAX = 2**96 - 1
PRECISE = Context(prec=60, rounding=ROUND_HALF_EVEN)


def fit_decimal(value: Decimal) -> Decimal:
    """Round to what System.Decimal holds: 96 bits, at most 28 places.

    Raises:
        OverflowError: it is too large.
    """
    for places in range(min(28, max(0, -int(value.as_tuple().exponent))), -1, -1):
        with localcontext(PRECISE):
            rounded = value.quantize(Decimal(1).scaleb(-places))
            if abs(int(rounded.scaleb(places))) <= DECIMAL_MAX:
                return rounded
    raise OverflowError("decimal")


def whole(number: int) -> int | Long | Decimal | float:
    """Return the smallest type that holds a literal: Int32, Int64, Decimal, Double."""
    if -(2**31) <= number < 2**31:
        return int(number)
    if -(2**63) <= number < 2**63:
        return Long(number)
    return Decimal(number) if abs(number) <= DECIMAL_MAX else float(number)


def parse_number(text: str, *, literal: bool = False) -> Value:
    """Read a number as PowerShell's scanner does; None where it is none.

    A literal with suffixes that 5.1 does not have is refused.
    """
    match = _NUMBER.fullmatch(text if literal else text.strip())
    if match is None:
        if literal:
            raise Refused(f"number {text!r}")
        return None
    kind, factor = match["kind"].lower(), _FACTORS[match["factor"].lower()]
    sign = -1 if match["sign"] == "-" else 1
    if match["hex"]:
        if match["exponent"] or kind == "d":
            return None
        number = int(match["hex"], 16)
        bits = 32 if len(match["hex"]) <= 8 else 64
        number = number - 2**bits if number >= 2 ** (bits - 1) and len(match["hex"]) in (8, 16) else number
        return Long(sign * number * factor) if kind == "l" else whole(sign * number * factor)
    text = (match["digits"] or "") + (match["rest"] or "") + (match["point"] or "") + match["exponent"]
    if kind == "d":
        return fit_decimal(Decimal(text) * sign * factor)
    if match["exponent"] or match["rest"] or match["point"]:
        real = float(text) * sign * factor
        return convert_number(real, "System.Int64") if kind == "l" else real
    number = int(text) * sign * factor
    if kind == "l":
        if not -(2**63) <= number < 2**63:
            raise Refused(f"number {text!r}")
        return Long(number)
    return whole(number)


def to_decimal(value: Value) -> Decimal:
    """Convert a number to Decimal; doubles keep 15 digits."""
    if isinstance(value, Decimal):
        return value
    return fit_decimal(Decimal(f"{value:.15g}")) if isinstance(value, float) else Decimal(int(value))


def convert_number(value: Value, target: str) -> Value:
    """Convert a number, Boolean or Char to a numeric type; halves go to the even neighbour.

    Raises:
        ScriptError: the target does not hold it.
    """
    if isinstance(value, Char):
        value = ord(value)
    if target == "System.Double":
        return float(value)
    if target == "System.Decimal":
        try:
            return to_decimal(value)
        except (OverflowError, ArithmeticError):
            raise cannot_convert(number_text(value), type_name(value), target) from None
    make, low, high = INTEGERS[target]
    finite = not isinstance(value, float) or value - value == 0
    number = int(Decimal(value).to_integral_value(ROUND_HALF_EVEN, PRECISE)) if finite else high + 1
    if not low <= number <= high:
        text = f'Cannot convert value "{number_text(value)}" to type "{target}".'
        raise ScriptError("InvalidCastIConvertible", "InvalidArgument", text)
    return make(number)


def number_text(value: Value) -> str:
    """Write a number as PowerShell does in a string: doubles with 15 digits."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return double_text(value, f"{value:.14e}", 15)
    return str(int(value))


def double_text(value: float, scientific: str, limit: int) -> str:
    """Write a double from its ``d.ddde+xx`` form; exponents from ``limit`` on stay exponents."""
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    mantissa, _, exponent_text = scientific.partition("e")
    exponent, sign = int(exponent_text), "-" if mantissa.startswith("-") else ""
    digits = mantissa.lstrip("-").replace(".", "").rstrip("0") or "0"
    if digits == "0":
        return sign + "0"
    if not -5 < exponent < limit:
        point = f".{digits[1:]}" if len(digits) > 1 else ""
        return f"{sign}{digits[0]}{point}E{'+' if exponent >= 0 else '-'}{abs(exponent):02}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    head, tail = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
    return f"{sign}{head}.{tail}" if tail else sign + head


def common_type(left: Value, right: Value) -> str:
    """Return the type two numbers are calculated in."""
    for kind, name in ((Decimal, "System.Decimal"), (float, "System.Double"), (Long, "System.Int64")):
        if isinstance(left, kind) or isinstance(right, kind):
            return name
    return "System.Int32"


def calculate(operator: str, left: Value, right: Value) -> Value:
    """Calculate with two numbers; integers that overflow become doubles.

    Raises:
        ScriptError: division by zero.
    """
    kind = common_type(left, right)
    if kind == "System.Double":
        return _floating(operator, float(left), float(right))
    if operator in ("/", "%") and right == 0:
        raise ScriptError("RuntimeException", "NotSpecified", "Attempted to divide by zero.")
    if kind == "System.Decimal":
        return _decimal(operator, to_decimal(left), to_decimal(right))
    make, low, high = INTEGERS[kind]
    a, b = int(left), int(right)
    if operator == "/":
        if a % b:
            return a / b
        result = a // b
    elif operator == "%":
        result = abs(a) % abs(b) * (-1 if a < 0 else 1)
    else:
        result = a + b if operator == "+" else a - b if operator == "-" else a * b
    if low <= result <= high:
        return make(result)
    if kind == "System.Int64" and abs(int(float(result))) > abs(result):
        raise Refused("an overflow that versions of .NET round differently")
    return float(result)


def _decimal(operator: str, a: Decimal, b: Decimal) -> Value:
    """Calculate in System.Decimal."""
    with localcontext(PRECISE):
        result = {"+": a.__add__, "-": a.__sub__, "*": a.__mul__, "/": a.__truediv__, "%": a.__mod__}[
            operator
        ](b)
    try:
        return fit_decimal(result)
    except OverflowError:
        text = "Value was either too large or too small for a Decimal."
        raise ScriptError("RuntimeException", "NotSpecified", text) from None


def _floating(operator: str, a: float, b: float) -> float:
    """Calculate in double precision; nothing is an error there."""
    if operator in ("/", "%") and b == 0:
        if operator == "%" or a == 0 or a != a:
            return float("nan")
        negative = (a < 0) != (str(b)[0] == "-")
        return float("-inf") if negative else float("inf")
    if operator == "%":
        if a - a != 0:
            return float("nan")
        return a if b - b != 0 else abs(a) % abs(b) * (-1.0 if a < 0 else 1.0)
    return a + b if operator == "+" else a - b if operator == "-" else a / b if operator == "/" else a * b


def complement(value: Value) -> Value:
    """Return ``-bnot`` of an integer."""
    return Long(~int(value)) if isinstance(value, Long) else ~int(value)


def shift(operator: str, left: Value, by: int) -> Value:
    """Shift an Int32 or Int64; the count wraps at the width."""
    bits = 64 if isinstance(left, Long) else 32
    count = by % bits
    number = int(left) >> count if operator == "-shr" else int(left) << count
    if isinstance(left, Byte):
        return Byte(number % 256)
    number = (number + 2 ** (bits - 1)) % 2**bits - 2 ** (bits - 1)
    return Long(number) if isinstance(left, Long) else number
