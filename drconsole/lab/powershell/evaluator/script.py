"""From a text to what runs: parsed, checked as a whole, compiled once and kept."""

from __future__ import annotations

from functools import lru_cache

from tree_sitter import Node

from . import expressions, strings
from .check import ClosedList, check, parse
from .code import Unit, child, inner, refused
from .frame import Place
from .pipeline import Block
from .refusal import Refused
from .statements import statements
from .values import ScriptBlock

_COMPILERS = (expressions, strings)
"""Imported for what they register."""


def compile_block(node: Node | None, unit: Unit) -> Block:
    """Compile the inside of a function or a whole text: parameters, then statements."""
    if node is None:
        return Block((), statements(None, unit))
    body = child(node, "script_block_body") or node
    return Block(_parameters(child(node, "param_block")), statements(child(body, "statement_list"), unit))


def _parameters(node: Node | None) -> tuple[str, ...]:
    """Return the names in a parameter block."""
    listed = child(node, "parameter_list") if node is not None else None
    names: list[str] = []
    for parameter in inner(listed) if listed is not None else []:
        if len(inner(parameter)) != 1:
            raise refused(parameter, "a parameter with a type or default")
        name = expressions.variable_name(inner(parameter)[0])
        if name.lower() in (known.lower() for known in names):
            raise refused(parameter, f"the parameter {name} twice")
        names.append(name)
    return tuple(names)


@lru_cache(maxsize=256)
def compile_text(text: str, admitted: ClosedList) -> tuple[Block, frozenset[Place]]:
    """Parse, check and compile a text; also return the places of all its statements.

    Raises:
        Refused: something in it is not on the list.
    """
    source = text.encode("utf-8", "surrogatepass")
    root = parse(source)
    check(root, admitted)
    unit = Unit(text, source)
    try:
        block = compile_block(root, unit)
    except (AttributeError, IndexError, TypeError, ValueError) as odd:
        raise Refused(f"this text: {odd}") from None
    return block, frozenset(unit.places)


ADMITTED = ClosedList()


def script_block(text: str) -> ScriptBlock:
    """Make a script block of a text, checked whole before its first line."""
    return ScriptBlock(text, compile_text(text, ADMITTED)[0])


def statements_of(text: str) -> frozenset[Place]:
    """Return the places of all statements of a text, to be held against what a run's trace saw."""
    return compile_text(text, ADMITTED)[1]
