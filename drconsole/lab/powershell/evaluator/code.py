"""Compiling: each kind of node has a function that turns it into a closure, kept by its name.

``expression`` gives what yields a value, ``statement`` what puts values out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tree_sitter import Node

from .errors import ScriptError
from .frame import Frame, Place, Stopped
from .refusal import Refused
from .values import Value

Expression = Callable[[Frame], Value]
Statement = Callable[[Frame], None]


@dataclass(slots=True)
class Unit:
    """One script text being compiled; ``places`` are all its statements."""

    text: str
    source: bytes
    places: set[Place] = field(default_factory=set)


EXPRESSIONS: dict[str, Callable[[Node, Unit], Expression]] = {}
STATEMENTS: dict[str, Callable[[Node, Unit], Statement]] = {}


def expression(node: Node, unit: Unit) -> Expression:
    """Compile a node that has a value."""
    compiler = EXPRESSIONS.get(node.type)
    if compiler is None:
        raise refused(node, node.type)
    return compiler(node, unit)


def statement(node: Node, unit: Unit) -> Statement:
    """Compile a statement so that it is traced and its errors are handled."""
    compiler = STATEMENTS.get(node.type)
    if compiler is None:
        raise refused(node, node.type)
    return traced(node, unit, compiler(node, unit))


def bare(node: Node, unit: Unit) -> Statement:
    """Compile a statement whose errors are those of the expression it stands in."""
    compiler = STATEMENTS.get(node.type)
    if compiler is None:
        raise refused(node, node.type)
    body, note = compiler(node, unit), noted(node, unit)

    def run(frame: Frame) -> None:
        note(frame)
        body(frame)

    return run


def noted(node: Node, unit: Unit) -> Statement:
    """Return what notes that a statement ran."""
    place = _place(node, unit)
    return lambda frame: frame.run.trace.setdefault(unit.text, set()).add(place)


def _place(node: Node, unit: Unit) -> Place:
    """Return a statement's place and note that it is there."""
    place = Place(line_of(node), node.start_point.column + 1, node.type)
    unit.places.add(place)
    return place


def traced(node: Node, unit: Unit, body: Statement) -> Statement:
    """Wrap a statement: note that it ran, name the line of its errors, and let the preference decide."""
    place = _place(node, unit)
    text, line, marks = unit.text, place.line, _marks_success(node)

    def run(frame: Frame) -> None:
        run = frame.run
        if run.host.stopped():
            raise Stopped
        run.trace.setdefault(text, set()).add(place)
        try:
            if marks:
                run.command_failed = False
                body(frame)
                run.success = not run.command_failed
            else:
                body(frame)
        except ScriptError as error:
            error.line = error.line or line
            frame.failed(error)

    return run


def _marks_success(node: Node) -> bool:
    """Tell whether a statement sets ``$?``: pipelines do, and assignments of what a pipeline yields."""
    inside = node
    while inside.type in ("pipeline", "assignment_expression") and inner(inside):
        inside = inner(inside)[-1]
    return node.type == "pipeline" and inside.type in ("pipeline_chain", "assignment_value")


def line_of(node: Node) -> int:
    """Return the line a node begins on."""
    return node.start_point.row + 1


def refused(node: Node, what: str) -> Refused:
    """Make a refusal that names a node's line."""
    return Refused(what, line_of(node))


def text_of(node: Node) -> str:
    """Return a node's own text."""
    return (node.text or b"").decode("utf-8")


def child(node: Node, kind: str) -> Node | None:
    """Return the first child of a kind."""
    return next((c for c in node.children if c.type == kind), None)


def inner(node: Node) -> list[Node]:
    """Return the named children that are no comments."""
    return [c for c in node.children if c.is_named and c.type != "comment"]
