"""Binary and unary operators: arrays on the left filter, everything else answers once."""

from __future__ import annotations

from collections.abc import Callable

from . import patterns
from .compare import compare, equal
from .convert import convert, find_type, is_of_type
from .dates import DateTime, TimeSpan
from .errors import ScriptError
from .numbers import calculate, complement, is_number, shift
from .refusal import Refused
from .text import to_text
from .values import (
    NOTHING,
    Array,
    Char,
    Hash,
    Long,
    TypeValue,
    Value,
    elements,
    truth,
    type_name,
)

SEPARATOR = Callable[[], str]
Matched = Callable[[Hash], None]


def comparison(operator: str, left: Value, right: Value, separator: SEPARATOR, matched: Matched) -> Value:
    """Apply one of the operators of comparison expressions; ``operator`` is in lower case.

    ``matched`` takes ``$Matches``; ``separator`` gives ``$OFS``.
    """
    name = operator[1:]
    ignore_case = True
    if name in _CASED:
        name, ignore_case = name[1:], name[0] == "i"
    if name in ("contains", "notcontains"):
        return _contains(left, right, ignore_case) == (name == "contains")
    if name in ("in", "notin"):
        return _contains(right, left, ignore_case) == (name == "in")
    if name in ("is", "isnot"):
        return is_of_type(left, _type(right)) == (name == "is")
    if name == "as":
        return _as(left, right)
    if name == "join":
        return _join(left, to_text(right, separator()))
    if name == "split":
        return _split(left, right, ignore_case)
    if name in ("shl", "shr"):
        return _shift("-" + name, left, right)
    if name == "replace":
        return _replace(left, right, ignore_case)
    return _filter(name, left, right, ignore_case, matched)


_CASED = {
    case + name
    for case in "ic"
    for name in (
        [
            "eq",
            "ne",
            "gt",
            "ge",
            "lt",
            "le",
            "like",
            "notlike",
            "match",
            "notmatch",
            "contains",
            "notcontains",
            "replace",
            "split",
        ]
    )
}


def _filter(name: str, left: Value, right: Value, ignore_case: bool, matched: Matched) -> Value:
    """Compare, or pick from an array those elements that compare."""
    test = _test(name, right, ignore_case, matched)
    items = elements(left)
    if items is None:
        return test(left, True)
    return Array([item for item in items if test(item, False)])


def _test(name: str, right: Value, ignore_case: bool, matched: Matched) -> Callable[[Value, bool], bool]:
    """Return the test of one left side; the second argument says whether ``$Matches`` is set."""
    if name in ("eq", "ne"):
        return lambda left, _: equal(left, right, ignore_case) == (name == "eq")
    if name in ("like", "notlike"):
        pattern = patterns.wildcard(to_text(right), ignore_case)
        return lambda left, _: bool(pattern.fullmatch(to_text(left))) == (name == "like")
    if name in ("match", "notmatch"):
        expression = patterns.regex(to_text(right), ignore_case, "-" + name)

        def search(left: Value, single: bool) -> bool:
            found = expression.search(to_text(left))
            if found and single:
                matched(patterns.matches_of(found))
            return bool(found) == (name == "match")

        return search
    wanted = {"lt": (-1,), "le": (-1, 0), "gt": (1,), "ge": (0, 1)}[name]
    return lambda left, _: compare(left, right, ignore_case) in wanted


def _contains(collection: Value, item: Value, ignore_case: bool) -> bool:
    """Tell whether a collection, or the only value, equals an item."""
    items = elements(collection)
    return any(equal(one, item, ignore_case) for one in ([collection] if items is None else items))


def _type(right: Value) -> str:
    """Return the type meant by the right side of -is and -as."""
    if isinstance(right, TypeValue):
        return right.name
    if isinstance(right, str):
        return find_type(right)
    text = "The right operand of '-is' must be a type."
    raise ScriptError("RuntimeException", "NotSpecified", text) if right is not None else Refused(text)


def _as(left: Value, right: Value) -> Value:
    """Convert, or answer null."""
    target = _type(right)
    try:
        return convert(left, target)
    except ScriptError:
        return None


def _join(left: Value, separator: str) -> str:
    """Join the texts of the elements."""
    items = elements(left)
    return separator.join(to_text(item) for item in ([left] if items is None else items))


def _split(left: Value, right: Value, ignore_case: bool) -> Value:
    """Split each text by a pattern; the right side may add a limit."""
    arguments = elements(right)
    arguments = [right] if arguments is None else arguments
    if not arguments or len(arguments) > 2:
        raise Refused("-split with options")
    limit = convert(arguments[1], "System.Int32") if len(arguments) == 2 else 0
    pattern = patterns.regex(to_text(arguments[0]), ignore_case, "-split")
    items = elements(left)
    pieces: list[Value] = []
    for text in [left] if items is None else items:
        pieces += patterns.split(to_text(text), pattern, limit)
    return Array(pieces, "System.String")


def _shift(operator: str, left: Value, right: Value) -> Value:
    """Shift integers."""
    number = left if is_number(left) else convert(left, "System.Int32")
    if not isinstance(number, int):
        number = convert(number, "System.Int64" if abs(number) > 2**31 else "System.Int32")
    return shift(operator, number, convert(right, "System.Int32"))


def _replace(left: Value, right: Value, ignore_case: bool) -> Value:
    """Replace what a pattern matches; the right side is a pattern and a replacement."""
    arguments = elements(right)
    arguments = [right] if arguments is None else arguments
    if len(arguments) > 2:
        text = "The -replace operator allows only two elements to follow it, not " + str(len(arguments)) + "."
        raise ScriptError("BadReplaceArgument", "InvalidOperation", text)
    pattern = patterns.regex(to_text(arguments[0]) if arguments else "", ignore_case, "-replace")
    template = to_text(arguments[1]) if len(arguments) == 2 else ""
    items = elements(left)
    if items is not None:
        return Array([pattern.sub(lambda m: patterns.replacement(m, template), to_text(i)) for i in items])
    return pattern.sub(lambda match: patterns.replacement(match, template), to_text(left))


def arithmetic(operator: str, left: Value, right: Value) -> Value:
    """Apply ``+ - * / %``; the left side's type decides."""
    left = None if left is NOTHING else left
    right = None if right is NOTHING else right
    if left is None:
        return _from_nothing(operator, right)
    if isinstance(left, Array | bytearray):
        return _with_array(operator, left, right)
    if isinstance(left, Hash) and operator == "+":
        return _merge(left, right)
    if isinstance(left, str) and operator == "+":
        return str(left) + to_text(right)
    if isinstance(left, str) and operator == "*":
        return str(left) * _times(right)
    if isinstance(left, DateTime | TimeSpan):
        return _with_time(operator, left, right)
    number = _operand(left, operator)
    if right is None and operator in ("/", "%"):
        return calculate(operator, number, 0)
    if elements(right) is not None:
        raise _no_operator(right, operator)
    return calculate(operator, number, 0 if right is None else _operand(right, operator))


def _from_nothing(operator: str, right: Value) -> Value:
    """Calculate with null on the left: it is no obstacle to adding, and zero or null elsewhere."""
    if operator == "+":
        return right
    if operator == "*":
        return None
    return calculate(operator, 0, 0 if right is None else _operand(right, operator))


def _operand(value: Value, operator: str) -> Value:
    """Return a value as a number: texts as what they say."""
    if isinstance(value, bool):
        return int(value)
    if is_number(value):
        return value
    if isinstance(value, str):
        from .numbers import parse_number

        number = parse_number(value) if value.strip() else 0
        return convert(value, "System.Int32") if number is None else number
    raise _no_operator(value, operator)


def _no_operator(value: Value, operator: str) -> ScriptError:
    """Make the error of a type that cannot calculate."""
    name = {"+": "op_Addition", "-": "op_Subtraction", "*": "op_Multiply", "/": "op_Division"}.get(
        operator, "op_Modulus"
    )
    text = f"Method invocation failed because [{type_name(value)}] does not contain a method named '{name}'."
    return ScriptError("MethodNotFound", "InvalidOperation", text)


def _times(right: Value) -> int:
    """Return how often something is repeated."""
    count = convert(right, "System.Int32")
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
        return Array(items * _times(right), left.element if isinstance(left, Array) else "System.Byte")
    raise _no_operator(left, operator)


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
    if isinstance(right, TimeSpan) and operator in "+-":
        ticks = left.ticks + (right.ticks if operator == "+" else -right.ticks)
        return DateTime(ticks, left.kind) if isinstance(left, DateTime) else TimeSpan(ticks)
    raise Refused(f"{operator} of {type_name(left)} and {type_name(right) if right is not None else 'null'}")


def unary(operator: str, value: Value) -> Value:
    """Apply ``- + -not ! -bnot , -split -join``."""
    value = None if value is NOTHING and operator != "," else value
    if operator in ("-not", "!"):
        return not truth(value)
    if operator == ",":
        return Array([None if value is NOTHING else value])
    if operator == "-join":
        return _join(value, "")
    if operator in ("-split", "-csplit", "-isplit"):
        items = elements(value)
        texts = [value] if items is None else items
        return Array([p for t in texts for p in to_text(t).split()], "System.String")
    if operator == "-bnot":
        return _complement(value)
    if elements(value) is not None:
        raise _no_operator(value, "+" if operator == "+" else "-")
    return calculate(operator, 0, 0 if value is None else _operand(value, operator))


def _complement(value: Value) -> Value:
    """Turn the bits of an integer."""
    if elements(value) is not None:
        raise _no_operator(value, "-bnot")
    number = 0 if value is None else _operand(value, "-bnot")
    if not isinstance(number, int):
        number = convert(number, "System.Int64" if abs(number) >= 2**31 else "System.Int32")
    return complement(Long(number) if isinstance(number, Long) else number)


__all__ = ["Char", "arithmetic", "comparison", "unary"]
