"""The operators of comparison expressions: arrays on the left filter, all else answers once."""

from __future__ import annotations

import re
from collections.abc import Callable

from . import patterns
from .arithmetic import shifted
from .compare import compare, equal
from .convert import convert, find_type, is_of_type
from .errors import ScriptError
from .refusal import Refused
from .text import joined, to_text
from .values import (
    NOTHING,
    Array,
    Char,
    Hash,
    ScriptBlock,
    TypeValue,
    Value,
    elements,
    is_number,
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
        return is_of_type(left, _type(right, name)) == (name == "is")
    if name == "as":
        return _as(left, right)
    if name == "join":
        return joined(left, to_text(right, separator()))
    if name == "split":
        return _split(left, right, ignore_case)
    if name in ("shl", "shr"):
        return shifted("-" + name, left, right)
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
    if left is NOTHING and name.endswith(("like", "match")):
        return Array()
    test = _test(name, right, ignore_case, matched)
    items = elements(left)
    if items is None:
        return test(left, True)
    kept = [item for item in items if test(item, False)]
    return Array([to_text(item) for item in kept] if name.endswith("like") else kept)


def _none_of_nothing(left: Value) -> list[Value] | None:
    """Return the elements of what is enumerated; nothing, which is not null, has none."""
    return [] if left is NOTHING else elements(left)


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
    items = _none_of_nothing(collection)
    return any(equal(one, item, ignore_case) for one in ([collection] if items is None else items))


def _type(right: Value, operator: str) -> str:
    """Return the type meant by the right side of -is and -as.

    Raises:
        Refused: the name of a type that the evaluator does not know.
    """
    if isinstance(right, TypeValue):
        return right.name
    if right is None or right is NOTHING:
        text = f"The right operand of '-{operator}' must be a type."
        error_id = "AsOperatorRequiresType" if operator == "as" else "IsOperatorRequiresType"
        raise ScriptError(error_id, "InvalidOperation", text)
    if isinstance(right, str) and re.fullmatch(r"[A-Za-z][\w. +\[\]]*", right):
        return find_type(right)
    text = f'Cannot convert the "{to_text(right)}" value to type "System.Type".'
    if operator != "as":
        raise ScriptError("RuntimeException", "NotSpecified", text)
    if type(right) is str or is_number(right):
        raise ScriptError("InvalidCastFromStringToType", "InvalidArgument", text)
    if (elements(right) is None and not isinstance(right, Hash)) or isinstance(right, Char):
        raise Refused(f"-as with {type_name(right)}")
    raise ScriptError("ConvertToFinalInvalidCastException", "InvalidArgument", text)


def _as(left: Value, right: Value) -> Value:
    """Convert, or answer null."""
    target = _type(right, "as")
    try:
        return convert(left, target)
    except ScriptError:
        return None


def _split(left: Value, right: Value, ignore_case: bool) -> Value:
    """Split each text by a pattern; the right side may add a limit."""
    arguments = elements(right)
    arguments = [right] if arguments is None else arguments
    if not arguments or right is NOTHING:
        text = "The argument to operator '-split' is not valid."
        raise ScriptError("BadOperatorArgument", "InvalidOperation", text)
    if len(arguments) > 2:
        raise Refused("-split with options")
    if isinstance(arguments[0], ScriptBlock):
        raise Refused("-split with a script block")
    limit = _limit(arguments[1]) if len(arguments) == 2 else 0
    pattern = patterns.regex(to_text(arguments[0]), ignore_case, "-split")
    items = _none_of_nothing(left)
    pieces: list[Value] = []
    for text in [left] if items is None else items:
        pieces += patterns.split(to_text(text), pattern, limit)
    return Array(pieces, "System.String")


def _limit(value: Value) -> int:
    """Return the limit of -split."""
    try:
        return int(convert(value, "System.Int32"))
    except ScriptError as error:
        raise ScriptError("RuntimeException", "NotSpecified", error.message) from None


def _replace(left: Value, right: Value, ignore_case: bool) -> Value:
    """Replace what a pattern matches; the right side is a pattern and a replacement."""
    arguments = elements(right)
    arguments = [right] if arguments is None else arguments
    if len(arguments) > 2:
        text = "The -replace operator allows only two elements to follow it, not " + str(len(arguments)) + "."
        raise ScriptError("BadReplaceArgument", "InvalidOperation", text)
    pattern = patterns.regex(to_text(arguments[0]) if arguments else "", ignore_case, "-replace")
    template = to_text(arguments[1]) if len(arguments) == 2 else ""
    items = _none_of_nothing(left)
    if items is not None:
        return Array([pattern.sub(lambda m: patterns.replacement(m, template), to_text(i)) for i in items])
    return pattern.sub(lambda match: patterns.replacement(match, template), to_text(left))
