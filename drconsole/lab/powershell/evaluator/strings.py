"""String literals: quotes, escapes, and what double quotes expand."""

from __future__ import annotations

import re

from tree_sitter import Node

from .code import EXPRESSIONS, Expression, Unit, expression, line_of, refused
from .frame import Frame
from .refusal import Refused
from .text import to_text
from .values import Value

_ESCAPES = {"0": "\0", "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_PIECE = re.compile(r'`(?P<escaped>\r\n|.)|(?P<double>"["“”„]|[“”„]{2})|(?P<plain>[^`"])', re.DOTALL)


def unescape(text: str, line: int) -> str:
    """Return the text between two expansions of a double-quoted string.

    Raises:
        Refused: an escape that Windows PowerShell 5.1 and 7 read differently.
    """

    def one(match: re.Match[str]) -> str:
        letter = match["escaped"]
        if letter is None:
            return '"' if match["double"] else match[0]
        if letter in ("u", "e"):
            raise Refused(f"the escape `{letter}", line)
        return _ESCAPES.get(letter, letter)

    return _PIECE.sub(one, text)


def single_quoted(text: str) -> str:
    """Return the content of a single-quoted literal."""
    return text[1:-1].replace("''", "'")


def compile_string(node: Node, unit: Unit) -> Expression:
    """Compile a literal of either kind."""
    inside = node.children[0] if node.type == "string_literal" else node
    raw = (inside.text or b"").decode("utf-8")
    if inside.type == "verbatim_string_characters":
        constant = single_quoted(raw)
        return lambda _: constant
    if inside.type != "expandable_string_literal":
        raise refused(inside, inside.type)
    return _expandable(inside, unit)


def _expandable(node: Node, unit: Unit) -> Expression:
    """Compile a double-quoted literal from its pieces of text, variables and subexpressions."""
    parts: list[str | Expression] = []
    at = node.start_byte + 1
    for piece in node.children:
        if piece.type not in ("variable", "sub_expression"):
            continue
        parts.append(unescape(unit.source[at : piece.start_byte].decode("utf-8"), line_of(node)))
        if piece.type == "variable" and unit.source[piece.end_byte : piece.end_byte + 1] == b":":
            raise refused(piece, "a colon behind a variable in a string")
        if piece.type == "variable" and unit.source[piece.start_byte : piece.start_byte + 1] == b"@":
            parts.append(unescape((piece.text or b"").decode("utf-8"), line_of(node)))
        else:
            parts.append(expression(piece, unit))
        at = piece.end_byte
    parts.append(unescape(unit.source[at : node.end_byte - 1].decode("utf-8"), line_of(node)))

    def join(frame: Frame) -> Value:
        return "".join(
            part if isinstance(part, str) else to_text(part(frame), frame.separator()) for part in parts
        )

    return join


EXPRESSIONS["string_literal"] = compile_string
