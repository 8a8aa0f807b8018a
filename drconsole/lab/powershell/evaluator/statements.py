"""Statements: pipelines, assignments, conditions, loops, functions, errors caught and thrown."""

from __future__ import annotations

from tree_sitter import Node

from .assignment import assign
from .code import (
    STATEMENTS,
    Expression,
    Statement,
    Unit,
    bare,
    child,
    expression,
    inner,
    line_of,
    refused,
    statement,
    text_of,
)
from .convert import convert
from .errors import ScriptError
from .frame import Break, Continue, Exit, Frame, Return
from .pipeline import Function, compile_pipeline
from .refusal import Refused
from .scopes import writer
from .text import to_text
from .values import NOTHING, Thing, Value, elements, truth


def statements(node: Node | None, unit: Unit) -> Statement:
    """Compile a list of statements, or none."""
    body = [statement(one, unit) for one in inner(node) if one.type != "empty_statement"] if node else []
    if len(body) == 1:
        return body[0]

    def run(frame: Frame) -> None:
        for one in body:
            one(frame)

    return run


def block(node: Node, unit: Unit) -> Statement:
    """Compile the statements between curly brackets."""
    return statements(child(node, "statement_list"), unit)


def lone_expression(node: Node) -> Node | None:
    """Return the expression that is all of a pipeline, if it is one."""
    inside = inner(node)
    if node.type == "pipeline" and len(inside) == 1 and inside[0].type == "pipeline_chain":
        chain = inner(inside[0])
        if len(chain) == 1 and chain[0].type != "command":
            return chain[0]
    return None


def value_of_pipeline(node: Node, unit: Unit) -> Expression:
    """Compile a pipeline for its value: an expression's own, an assignment's new value, or all output."""
    alone = lone_expression(node)
    if alone is not None:
        return expression(alone, unit)
    inside = inner(node)[0]
    if inside.type == "assignment_expression":
        return _assignment_value(inside, unit)
    run = _pipeline(node, unit)
    return lambda frame: frame.value_of(run)


def value_of_statement(node: Node, unit: Unit) -> Expression:
    """Compile a statement for its value."""
    if node.type == "pipeline":
        return value_of_pipeline(node, unit)
    run = bare(node, unit)
    return lambda frame: frame.value_of(run)


def _assignment_value(node: Node, unit: Unit, used: bool = True) -> Expression:
    """Compile an assignment that is also a value, where it is ``used``."""
    return assign(node, unit, _right_side(node, unit), used)


def _right_side(node: Node, unit: Unit) -> Expression:
    """Compile what is assigned."""
    value = inner(node)[-1]
    if value.type == "assignment_expression":
        return _assignment_value(value, unit)
    if value.type != "assignment_value":
        return value_of_statement(value, unit)
    inside = inner(value)
    if len(inside) != 1 or inside[0].type != "pipeline_chain":
        raise refused(node, "this assignment")
    chain = inner(inside[0])
    if len(chain) == 1 and chain[0].type != "command":
        return expression(chain[0], unit)
    run = compile_pipeline(inside[0], unit)
    return lambda frame: frame.value_of(run)


def _pipeline(node: Node, unit: Unit) -> Statement:
    """Compile a pipeline that stands as a statement."""
    inside = inner(node)
    if len(inside) != 1:
        raise refused(node, "a chain of pipelines")
    if inside[0].type == "assignment_expression":
        value = _assignment_value(inside[0], unit, used=False)

        def discard(frame: Frame) -> None:
            value(frame)

        return discard
    bracketed = _bracketed(node)
    if bracketed is not None:
        run = (
            statements(bracketed, unit) if bracketed.type == "statement_list" else _pipeline(bracketed, unit)
        )
        return lambda frame: frame.emit(frame.value_of(run, flush=True))
    return compile_pipeline(inside[0], unit)


def _bracketed(node: Node) -> Node | None:
    """Return the commands or statements of a pipeline that is nothing but brackets around them."""
    alone = lone_expression(node)
    while alone is not None and alone.type == "unary_expression":
        alone = inner(alone)[0]
    if alone is None or alone.type not in ("parenthesized_expression", "sub_expression"):
        return None
    inside = inner(alone)[0] if inner(alone) else None
    if alone.type == "sub_expression" or inside is None:
        return inside
    if lone_expression(inside) is not None:
        return _bracketed(inside)
    return inside if inner(inside)[0].type == "pipeline_chain" else None


def _if(node: Node, unit: Unit) -> Statement:
    """Compile ``if``."""
    if len(inner(node)) != 2:
        raise refused(node, "else")
    asked, body = value_of_pipeline(inner(node)[0], unit), block(inner(node)[1], unit)
    line = line_of(inner(node)[0])

    def condition(frame: Frame) -> Value:
        try:
            return asked(frame)
        except ScriptError as error:
            error.line = error.line or line
            raise

    def run(frame: Frame) -> None:
        if truth(condition(frame)):
            body(frame)

    return run


def _foreach(node: Node, unit: Unit) -> Statement:
    """Compile ``foreach``: nothing and a lone null have no turn."""
    name, source, loop = inner(node)
    write = writer(text_of(name)[1:])
    values, body = value_of_pipeline(source, unit), block(loop, unit)

    def run(frame: Frame) -> None:
        value = values(frame)
        items = elements(value)
        if items is None:
            items = [] if value is None or value is NOTHING else [value]
        for item in list(items):
            write(frame.scope, item)
            try:
                body(frame)
            except Continue:
                continue
            except Break:
                break

    return run


def _flow(node: Node, unit: Unit) -> Statement:
    """Compile ``return``, ``break``, ``continue``, ``throw`` and ``exit``."""
    word = text_of(node.children[0]).lower()
    inside = inner(node)
    if word in ("break", "continue"):
        if inside:
            raise refused(node, f"{word} with a label")
        return _leave(Break if word == "break" else Continue)
    if word == "return":
        return _return(node, unit)
    value = value_of_pipeline(inside[0], unit) if inside else None
    return _throw(value) if word == "throw" else _exit(value)


def _leave(flow: type[Exception]) -> Statement:
    """Compile the leaving of a loop."""

    def run(_: Frame) -> None:
        raise flow

    return run


def _return(node: Node, unit: Unit) -> Statement:
    """Compile ``return``: its value is output like any other."""
    put_out = _pipeline(inner(node)[0], unit) if inner(node) else None

    def run(frame: Frame) -> None:
        if put_out is not None:
            put_out(frame)
        raise Return

    return run


def _exit(value: Expression | None) -> Statement:
    """Compile ``exit``."""

    def run(frame: Frame) -> None:
        raise Exit(convert(value(frame), "System.Int32") if value else 0)

    return run


def _throw(value: Expression | None) -> Statement:
    """Compile ``throw``: without a value it throws again what was caught."""

    def run(frame: Frame) -> None:
        if value is None and frame.run.caught:
            again = frame.run.caught[-1]
            again.thrown = True
            raise again
        raise thrown(value(frame) if value else None)

    return run


def thrown(value: Value) -> ScriptError:
    """Make the error that ``throw`` makes of a value."""
    value = None if value is NOTHING else value
    if isinstance(value, Thing) and "\0error" in value.properties:
        again: ScriptError = value.properties["\0error"]
        again.thrown = True
        return again
    if isinstance(value, Thing):
        raise Refused(f"throw of {value.type}")
    text = "ScriptHalted" if value is None else to_text(value)
    return ScriptError(text, "OperationStopped", text, target=value, thrown=True)


def _try(node: Node, unit: Unit) -> Statement:
    """Compile ``try`` with its one untyped ``catch``."""
    clauses = child(node, "catch_clauses")
    caught = inner(clauses) if clauses else []
    if len(caught) != 1 or len(inner(caught[0])) != 1 or len(inner(node)) != 2:
        raise refused(node, "this form of try")
    body, handler = block(inner(node)[0], unit), block(inner(caught[0])[0], unit)

    def run(frame: Frame) -> None:
        trying = frame.run.trying
        frame.run.trying = trying + 1
        try:
            body(frame)
        except ScriptError as error:
            # An error in the handler also leaves the whole statement, as in PowerShell.
            _handle(frame, error, handler)
        finally:
            frame.run.trying = trying

    return run


def _handle(frame: Frame, error: ScriptError, handler: Statement) -> None:
    """Run a catch block with its ``$_``."""
    run, variables = frame.run, frame.scope.variables
    if error not in run.errors:
        run.errors.insert(0, error)
    had, before = "_" in variables, variables.get("_")
    variables["_"] = error.record()
    run.caught.append(error)
    try:
        handler(frame)
    finally:
        run.caught.pop()
        if had:
            variables["_"] = before
        else:
            variables.pop("_", None)


def _function(node: Node, unit: Unit) -> Statement:
    """Compile the definition of a function or filter."""
    from .script import compile_block

    word = text_of(node.children[0]).lower()
    name_node = child(node, "function_name")
    if name_node is None or word == "workflow" or child(node, "function_parameter_declaration"):
        raise refused(node, "this form of function")
    name = text_of(name_node)
    if ":" in name:
        raise refused(node, "a function in a scope")
    function = Function(name, compile_block(child(node, "script_block"), unit), word == "filter")

    def define(frame: Frame) -> None:
        frame.scope.functions[name.lower()] = function

    return define


STATEMENTS.update(
    pipeline=_pipeline,
    if_statement=_if,
    foreach_statement=_foreach,
    flow_control_statement=_flow,
    try_statement=_try,
    function_statement=_function,
)
