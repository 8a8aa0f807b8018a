"""Assignments: to variables, properties and elements, plain or with an operator."""

from __future__ import annotations

from collections.abc import Callable

from tree_sitter import Node

from . import members
from .arithmetic import arithmetic
from .code import Expression, Unit, child, expression, inner, refused, text_of
from .frame import Frame
from .refusal import Refused
from .scopes import CONSTANTS, reader, split_name, writer
from .values import Value

Store = Callable[[Frame, Value], Value]
"""Stores a value and returns it as it was stored: a variable's type converts it."""


def assign(node: Node, unit: Unit, value: Expression, used: bool) -> Expression:
    """Compile an assignment; as a value it is what was assigned.

    ``used`` tells that something uses this value. Of a variable with a type PowerShell then takes the
    value before or after its conversion, as it optimises: that is refused.
    """
    left, operator_node = child(node, "left_assignment_expression"), child(node, "assignment_operator")
    if left is None or operator_node is None:
        raise refused(node, "this assignment")
    operator = text_of(operator_node)[:-1]
    if operator not in ("", "+", "-", "*", "/", "%"):
        raise refused(node, f"the assignment {operator}=")
    target = inner(left)[0]
    while target.type == "unary_expression":
        target = inner(target)[0]
    if target.type in ("variable", "expression_with_unary_operator"):
        current = _current(target) if operator else None
        return _compound(operator, current, value, _variable(target), used)
    return _inside(target, unit, operator, value)


def _current(target: Node) -> Expression:
    """Compile the reading of a variable that is calculated with: only the current scope's own is seen."""
    from .expressions import variable_name

    if target.type != "variable":
        raise refused(target, "a type in front of a variable that is calculated with")
    text = variable_name(target)
    word, name = split_name(text)
    if word or name in CONSTANTS:
        read = reader(text)
        return lambda frame: read(frame.scope)
    return lambda frame: frame.scope.variables.get(name)


def _inside(target: Node, unit: Unit, operator: str, value: Expression) -> Expression:
    """Compile the assignment to a part of something."""
    if target.type == "member_access" and not child(target, "::"):
        return _member(target, unit, operator, value)
    if target.type == "element_access":
        return _element(target, unit, operator, value)
    raise refused(target, "an assignment to what is no variable, property or element")


def _variable(target: Node) -> Store:
    """Compile the storing in a variable; a type in front of it stays with it."""
    from .expressions import type_of_literal, variable_name

    kind = None
    if target.type == "expression_with_unary_operator":
        cast = child(target, "cast_expression")
        if cast is None:
            raise refused(target, "an assignment to an expression")
        literal, target = inner(cast)
        kind = type_of_literal(literal)
        while target.type == "unary_expression":
            target = inner(target)[0]
        if target.type != "variable":
            raise refused(target, "an assignment to an expression")
    write = writer(variable_name(target), kind)
    return lambda frame, value: write(frame.scope, value)


def _compound(
    operator: str, current: Expression | None, value: Expression, store: Store, used: bool
) -> Expression:
    """Compile the new value of a variable."""

    def run(frame: Frame) -> Value:
        if current is None:
            new = value(frame)
        else:
            before = current(frame)
            new = arithmetic(operator, before, value(frame))
        stored = store(frame, new)
        if used and type(stored) is not type(new):
            raise Refused("the value of an assignment that converts")
        return new

    return run


def _member(target: Node, unit: Unit, operator: str, value: Expression) -> Expression:
    """Compile the storing in a property."""
    from .expressions import compile_member

    owner_node, name_node = inner(target)
    owner, name = expression(owner_node, unit), compile_member(name_node, unit)

    def run(frame: Frame) -> Value:
        of, named = owner(frame), name(frame)
        new = _changed(operator, members.get_property, of, named, value, frame)
        members.set_property(of, named, new)
        return new

    return run


def _changed(
    operator: str, get: Callable[[Value, Value], Value], of: Value, at: Value, value: Expression, frame: Frame
) -> Value:
    """Return the value to store: calculated with the one that is there, where an operator asks for that."""
    if not operator:
        return value(frame)
    before = get(of, at)
    return arithmetic(operator, before, value(frame))


def _element(target: Node, unit: Unit, operator: str, value: Expression) -> Expression:
    """Compile the storing in an element."""
    owner, index = (expression(part, unit) for part in inner(target))

    def run(frame: Frame) -> Value:
        early = None if operator else value(frame)
        of, at = owner(frame), index(frame)
        new = _changed(operator, members.get_element, of, at, value, frame) if operator else early
        members.set_element(of, at, new)
        return new

    return run
