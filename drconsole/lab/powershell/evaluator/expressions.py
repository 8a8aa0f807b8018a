"""Expressions: literals, variables, operators, casts, hashtables, members, elements, calls of methods."""

from __future__ import annotations

import re

from tree_sitter import Node

from . import members
from .arithmetic import unary
from .closed_list import MEMBERS
from .code import (
    EXPRESSIONS,
    Expression,
    Statement,
    Unit,
    bare,
    child,
    expression,
    inner,
    noted,
    refused,
    text_of,
)
from .convert import convert, find_type
from .errors import ScriptError
from .frame import Frame
from .numbers import parse_number
from .operators import comparison
from .refusal import Refused
from .scopes import reader, split_name
from .statements import lone_expression, statements, value_of_pipeline, value_of_statement
from .text import to_text
from .values import NOTHING, Array, ErrorList, Hash, TypeValue, Value, elements, truth


def _through(node: Node, unit: Unit) -> Expression:
    """Compile a node that only wraps another."""
    inside = inner(node)
    if len(inside) != 1:
        raise refused(node, node.type)
    return expression(inside[0], unit)


def _number(node: Node, unit: Unit) -> Expression:
    """Compile a number."""
    constant = parse_number(text_of(node), literal=True)
    return lambda _: constant


def variable_name(node: Node) -> str:
    """Return the name of a plain variable, without its sign."""
    text = text_of(node)
    if not text.startswith("$") or child(node, "braced_variable"):
        raise refused(node, f"the variable {text}")
    return text[1:]


def _variable(node: Node, unit: Unit) -> Expression:
    """Compile the reading of a variable."""
    name = variable_name(node)
    word, plain = split_name(name)
    if not word and plain == "?":
        return lambda frame: frame.run.success
    if not word and plain == "error":
        return lambda frame: ErrorList([error.record() for error in frame.run.errors])
    if not word and plain == "input":
        return _input(node)
    try:
        read = reader(name)
    except Refused as refusal:
        raise refused(node, refusal.what) from None
    return lambda frame: read(frame.scope)


def _input(node: Node) -> Expression:
    """Compile ``$input``, which is read once, and only where it is enumerated at once."""
    parent = node.parent
    while parent is not None and parent.type in ("unary_expression", "pipeline_chain", "pipeline"):
        parent = parent.parent
    allowed = ("statement_list", "foreach_statement", "expandable_string_literal")
    if parent is None or parent.type not in allowed:
        raise refused(node, "$input as a value")

    def read(frame: Frame) -> Value:
        holder = frame.scope.holder("input")
        items = Array() if holder is None else holder.variables["input"]
        if holder is not None:
            holder.variables["input"] = Array()
        return items

    return read


def _unary(node: Node, unit: Unit) -> Expression:
    """Compile an operator in front, or a cast."""
    cast = child(node, "cast_expression")
    if cast is not None:
        return expression(cast, unit)
    operator = text_of(node.children[0]).lower()
    operand = inner(node)[-1]
    digits = text_of(operand)
    if operator == "-" and re.fullmatch(r"[0-9]\w*", digits) and operand.start_byte == node.start_byte + 1:
        constant = parse_number("-" + digits, literal=True)
        return lambda _: constant
    value = expression(operand, unit)
    return lambda frame: unary(operator, value(frame))


def _comparison(node: Node, unit: Unit) -> Expression:
    """Compile a binary operator of comparison expressions."""
    left, middle, right = inner(node)
    one, other = expression(left, unit), expression(right, unit)
    operator = text_of(middle).lower()
    right_first = operator in ("-in", "-notin")

    def apply(frame: Frame) -> Value:
        if right_first:
            b = other(frame)
            return comparison(operator, one(frame), b, frame.separator, lambda found: _keep(frame, found))
        a = one(frame)
        return comparison(operator, a, other(frame), frame.separator, lambda found: _keep(frame, found))

    return apply


def _logical(node: Node, unit: Unit) -> Expression:
    """Compile ``-and`` and ``-or``; the right side is evaluated only where it still matters."""
    left, right = inner(node)
    operator = next(text_of(part).lower() for part in node.children if not part.is_named)
    if operator not in ("-and", "-or"):
        raise refused(node, f"the operator {operator}")
    one, other = expression(left, unit), expression(right, unit)
    if operator == "-and":
        return lambda frame: truth(one(frame)) and truth(other(frame))
    return lambda frame: truth(one(frame)) or truth(other(frame))


def _array_literal(node: Node, unit: Unit) -> Expression:
    """Compile values with commas between them."""
    parts = [expression(part, unit) for part in inner(node)]
    return lambda frame: Array([part(frame) for part in parts])


def _keep(frame: Frame, found: Hash) -> None:
    """Set ``$Matches``."""
    frame.scope.variables["matches"] = found


def type_of_literal(node: Node) -> str:
    """Return the full name of the type that a literal names."""
    try:
        return find_type(text_of(node)[1:-1])
    except Refused as refusal:
        raise refused(node, refusal.what) from None


def _type_literal(node: Node, unit: Unit) -> Expression:
    """Compile a type as a value."""
    if text_of(node)[1:-1].strip().lower() == "ordered":
        raise refused(node, "[ordered] not in front of a hashtable")
    constant = TypeValue(type_of_literal(node))
    return lambda _: constant


def _cast(node: Node, unit: Unit) -> Expression:
    """Compile a cast; ``[ordered]`` belongs to the hashtable behind it."""
    literal, operand = inner(node)
    if text_of(literal)[1:-1].strip().lower() == "ordered":
        table = operand
        while table.type in ("unary_expression",):
            table = table.children[0]
        if table.type != "hash_literal_expression":
            raise refused(node, "[ordered] not in front of a hashtable")
        return _hash_literal(table, unit, ordered=True)
    target, value = type_of_literal(literal), expression(operand, unit)
    return lambda frame: convert(value(frame), target)


def _parenthesized(node: Node, unit: Unit) -> Expression:
    """Compile ``( )``: a pipeline's value; of an assignment, what was assigned."""
    return value_of_pipeline(inner(node)[0], unit)


def _list_in(node: Node, unit: Unit) -> Statement:
    """Compile the statements between brackets, if any."""
    inside = child(node, "statement_list")
    return statements(inside, unit)


def _sub_expression(node: Node, unit: Unit) -> Expression:
    """Compile ``$( )``: nothing, the only output, or an array of all."""
    if child(node, "statement_list") is None:
        return lambda _: None
    body = _list_in(node, unit)
    return lambda frame: frame.value_of(body)


def _array_expression(node: Node, unit: Unit) -> Expression:
    """Compile ``@( )``: always an array of what was put out.

    An error of a lone expression in it is the error of the statement around it. A lone list or variable
    keeps what is nothing among its elements.
    """
    listed = child(node, "statement_list")
    parts = [s for s in inner(listed) if s.type != "empty_statement"] if listed else []
    lone = lone_expression(parts[0]) if len(parts) == 1 else None
    if lone is not None and _keeps_nothing(lone):
        note, value = noted(parts[0], unit), expression(lone, unit)

        def copied(frame: Frame) -> Value:
            note(frame)
            of = value(frame)
            items = elements(of)
            return Array(items if items is not None else [] if of is NOTHING else [of])

        return copied
    body = _list_in(node, unit) if lone is None else bare(parts[0], unit)
    return lambda frame: Array(frame.collect(body))


def _keeps_nothing(node: Node) -> bool:
    """Tell whether an expression is a variable, values with commas between them, or a comma before one."""
    while node.type == "unary_expression":
        node = node.children[0]
    if node.type == "expression_with_unary_operator":
        return text_of(node.children[0]) == ","
    return node.type in ("array_literal_expression", "variable")


def _hash_literal(node: Node, unit: Unit, ordered: bool = False) -> Expression:
    """Compile a hashtable.

    Raises:
        Refused: a key is written twice, which PowerShell does not parse.
    """
    entries: list[tuple[Expression, Expression]] = []
    seen: set[str] = set()
    body = child(node, "hash_literal_body")
    for entry in inner(body) if body else []:
        key, value = inner(entry)[0], inner(entry)[1]
        written = _written_key(key)
        if written is not None and written.lower() in seen:
            raise refused(key, f"the key {written} twice")
        seen.add((written or "").lower())
        entries.append((_key(key, unit), value_of_statement(value, unit)))

    def build(frame: Frame) -> Value:
        table = Hash(ordered)
        for make_key, make_value in entries:
            key = make_key(frame)
            if key is None or key is NOTHING:
                text = "A null key is not allowed in a hash literal."
                raise ScriptError("InvalidNullKey", "InvalidOperation", text)
            value = make_value(frame)
            if key in table:
                text = f"Item has already been added. Key in dictionary: '{to_text(key)}'"
                raise ScriptError("DuplicateKeyInHashLiteral", "InvalidOperation", text)
            table.set(key, value)
        return table

    return build


def _written_key(key: Node) -> str | None:
    """Return a key that is written as a constant, else None."""
    text = text_of(key)
    if child(key, "simple_name"):
        return text
    if re.fullmatch(r"'[^']*'|\"[^\"$`]*\"", text):
        return text[1:-1]
    return "\0" + text if re.fullmatch(r"\d+", text) else None


def _key(key: Node, unit: Unit) -> Expression:
    """Compile a key: a bare word is text."""
    word = child(key, "simple_name")
    if word is None:
        return expression(inner(key)[0], unit)
    name = text_of(word)
    return lambda _: name


def compile_member(node: Node, unit: Unit) -> Expression:
    """Compile what names a member; a name that is only known later is checked then."""
    inside = node.children[0]
    if inside.type == "simple_name":
        constant = text_of(inside)
        return lambda _: constant
    if inside.type not in ("string_literal", "variable", "parenthesized_expression", "sub_expression"):
        raise refused(node, "this name of a member")
    value = expression(inside, unit)

    def name(frame: Frame) -> Value:
        text = to_text(value(frame))
        if text.lower() not in MEMBERS:
            raise refused(node, f"the member {text} is not on the closed list")
        return text

    return name


def _is_static(node: Node) -> bool:
    """Tell whether a member is reached by ``::``."""
    return any(c.type == "::" for c in node.children)


def _member_access(node: Node, unit: Unit) -> Expression:
    """Compile the reading of a property."""
    owner, name = inner(node)
    read_name = compile_member(name, unit)
    value = expression(owner, unit)
    if not _is_static(node):
        return lambda frame: members.get_property(value(frame), read_name(frame))

    def read(frame: Frame) -> Value:
        of = value(frame)
        if not isinstance(of, TypeValue):
            raise refused(node, ":: on a value that is no type")
        return members.get_static(of.name, read_name(frame))

    return read


def _invocation(node: Node, unit: Unit) -> Expression:
    """Compile the call of a method."""
    parts = inner(node)
    if len(parts) != 3:
        raise refused(node, node.type)
    owner, name, brackets = parts
    value, read_name = expression(owner, unit), compile_member(name, unit)
    listed = child(brackets, "argument_expression_list")
    arguments = [expression(a, unit) for a in inner(listed)] if listed else []
    static = _is_static(node)

    def call(frame: Frame) -> Value:
        of = value(frame)
        given = [None if v is NOTHING else v for v in (a(frame) for a in arguments)]
        if not static:
            return members.call_method(of, read_name(frame), given)
        if not isinstance(of, TypeValue):
            raise refused(node, ":: on a value that is no type")
        return _static_call(node, of.name, read_name(frame), given)

    return call


def _static_call(node: Node, name: str, member: str, arguments: list[Value]) -> Value:
    """Call a static method of the closed list."""
    from .script import script_block

    if name == "System.Management.Automation.ScriptBlock" and member.lower() == "create":
        if len(arguments) != 1:
            raise refused(node, "Create with these arguments")
        return script_block(to_text(arguments[0]))
    method = members.STATIC.get((name, member.lower()))
    if method is None or len(arguments) != 1:
        raise refused(node, f"[{name}]::{member} with {len(arguments)} arguments")
    return method(arguments[0])


def _element_access(node: Node, unit: Unit) -> Expression:
    """Compile the reading of an element."""
    owner, index = (expression(part, unit) for part in inner(node))

    def read(frame: Frame) -> Value:
        value = owner(frame)
        return members.get_element(value, index(frame))

    return read


EXPRESSIONS.update(
    unary_expression=_through,
    argument_expression=_through,
    integer_literal=_through,
    decimal_integer_literal=_number,
    variable=_variable,
    expression_with_unary_operator=_unary,
    cast_expression=_cast,
    comparison_expression=_comparison,
    logical_expression=_logical,
    array_literal_expression=_array_literal,
    type_literal=_type_literal,
    parenthesized_expression=_parenthesized,
    sub_expression=_sub_expression,
    array_expression=_array_expression,
    hash_literal_expression=_hash_literal,
    member_access=_member_access,
    invocation_expression=_invocation,
    element_access=_element_access,
)
