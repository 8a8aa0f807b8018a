"""Wildcard and regular expressions: -like, -match, -replace, -split."""

from __future__ import annotations

import re

from .errors import RUNTIME, ScriptError
from .refusal import Refused
from .values import SMA, Hash, Value

_FOREIGN = re.compile(
    r"\\[GpPXkZbBRKhHvVNQEcuxo]|\(\?(?![:=!]|<[=!]|<[A-Za-z_]\w*>)|\[[^\]]*-\[|(?<!\\)[*+?}][+]|\\[1-9]|\$(?!$)"
)
REGEX_ERROR = "System.Text.RegularExpressions.RegexParseException"


def wildcard(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    """Compile a wildcard pattern: ``*``, ``?``, sets, and the backtick before a letter meant as itself.

    Raises:
        ScriptError: a set is not closed.
    """
    out, i = "", 0
    while i < len(pattern):
        c = pattern[i]
        if c == "`" and i + 1 < len(pattern):
            i += 1
            out += re.escape(pattern[i])
        elif c == "[":
            end = pattern.find("]", i + 2)
            if end < 0:
                kind = SMA + "WildcardPatternException"
                text = f"The specified wildcard character pattern is not valid: {pattern}"
                raise ScriptError("RuntimeException", "NotSpecified", text, kind)
            out += _set(pattern[i + 1 : end])
            i = end
        else:
            out += ".*" if c == "*" else "." if c == "?" else re.escape(c)
        i += 1
    return re.compile(out, re.DOTALL | (re.IGNORECASE if ignore_case else 0))


def _set(inside: str) -> str:
    """Return the regular expression of a wildcard set; a dash between two letters is a range."""
    if "`" in inside:
        raise Refused("an escape in a wildcard set")
    parts, i = "", 0
    while i < len(inside):
        if i + 2 < len(inside) and inside[i + 1] == "-":
            if inside[i] > inside[i + 2]:
                raise Refused("a backward range in a wildcard set")
            parts += f"{re.escape(inside[i])}-{re.escape(inside[i + 2])}"
            i += 3
        else:
            parts += re.escape(inside[i])
            i += 1
    return f"[{parts}]"


def regex(pattern: str, ignore_case: bool, operator: str) -> re.Pattern[str]:
    """Compile a regular expression of .NET that means the same in Python.

    Raises:
        ScriptError: it is malformed.
        Refused: the two would read it differently.
    """
    if _FOREIGN.search(pattern.replace("\\\\", "").replace("\\$", "")):
        raise Refused(f"the regular expression {pattern!r}")
    own = re.sub(r"\(\?<([A-Za-z_])", r"(?P<\1", pattern)
    if own.endswith("$") and not own.endswith("\\$"):
        own = own[:-1] + r"(?=\n?\Z)"
    try:
        return re.compile(own, re.IGNORECASE if ignore_case else 0)
    except re.error as error:
        if operator == "-replace":
            text = f"The regular expression pattern {pattern} is not valid."
            raise ScriptError("InvalidRegularExpression", "InvalidOperation", text, RUNTIME) from None
        text = f"Invalid pattern '{pattern}': {error}."
        raise ScriptError(REGEX_ERROR, "OperationStopped", text, REGEX_ERROR) from None


def matches_of(match: re.Match[str]) -> Hash:
    """Return ``$Matches``: groups that took part, by number or name; the whole as 0."""
    names = {number: name for name, number in match.re.groupindex.items()}
    found = Hash()
    plain = 0
    for number in range(1, (match.re.groups or 0) + 1):
        plain += number not in names
        if match[number] is not None:
            found.set(names.get(number, plain), match[number])
    found.set(0, match[0])
    return found


def replacement(match: re.Match[str], template: str) -> str:
    """Return what one match is replaced by: ``$1``, ``${name}``, ``$$``, ``$&``; unknown groups stay."""

    def one(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if found[0] == "$$":
            return "$"
        if found[0] in ("$&", "$0"):
            return match[0]
        if name is None:
            raise Refused(f"the replacement {template!r}")
        return _group(match, name, found[0])

    return re.sub(r"\$(?:(\d+)|\{(\w+)\}|\$|[&`'+_])", one, template)


def _group(match: re.Match[str], name: str, as_written: str) -> str:
    """Return a group by number or name; .NET numbers the named groups behind the others."""
    if name == "0":
        return match[0]
    names = match.re.groupindex
    if not name.isdigit():
        return (match[name] or "") if name in names else as_written
    order = [n for n in range(1, match.re.groups + 1) if n not in names.values()] + sorted(names.values())
    number = int(name)
    return (match[order[number - 1]] or "") if number <= len(order) else as_written


def split(text: str, pattern: re.Pattern[str], limit: int) -> list[Value]:
    """Split text; captured groups stay; ``limit`` bounds the pieces, from the end when negative."""
    if limit == 1:
        return [text]
    pieces: list[Value] = []
    at = 0
    found = list(pattern.finditer(text))
    if limit < 0:
        if limit == -1:
            return [text]
        found = found[len(found) + limit + 1 :] if len(found) > -limit - 1 else found
    for count, match in enumerate(found, start=1):
        if 0 < limit <= count:
            break
        pieces.append(text[at : match.start()])
        pieces.extend(group for group in match.groups() if group is not None)
        at = match.end()
    return [*pieces, text[at:]]
