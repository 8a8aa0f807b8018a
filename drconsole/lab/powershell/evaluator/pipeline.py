"""Pipelines and commands: arguments, what a command is, and how items flow through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tree_sitter import Node

from .arguments import Argument, bind_simple, compile_arguments
from .closed_list import COMMANDS
from .cmdlets import CMDLETS
from .code import Expression, Statement, Unit, child, expression, inner, line_of, refused, text_of
from .errors import ScriptError
from .frame import Emit, Frame, Return
from .refusal import Refused
from .scopes import Scope
from .text import to_text
from .values import NOTHING, Array, ScriptBlock, Value

DEPTH = 100
"""Calls inside calls, at most: the evaluator's own stack ends before PowerShell's does."""


@dataclass(frozen=True, slots=True)
class Block:
    """A compiled script block: the names of its parameters, and its statements."""

    parameters: tuple[str, ...]
    body: Statement


@dataclass(frozen=True, slots=True)
class Function:
    """A function or filter as defined."""

    name: str
    block: Block
    is_filter: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """A command ready to take items: ``take`` each, then ``finish``; ``piped`` tells it that items come."""

    take: Emit
    finish: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Stage:
    """One command of a pipeline as compiled."""

    name: Expression
    dotted: bool
    arguments: Callable[[Frame], list[Argument]]
    line: int


def compile_pipeline(node: Node, unit: Unit) -> Statement:
    """Compile the commands between the bars, or the lone expression."""
    parts = inner(node)
    first = None if parts[0].type == "command" else expression(parts[0], unit)
    commands = parts if first is None else parts[1:]
    if any(c.type != "command" for c in commands):
        raise refused(node, "this part of a pipeline")
    stages = [_stage(c, unit) for c in commands]
    if first is not None and not stages:
        return lambda frame: frame.emit(first(frame))
    return lambda frame: _flow(frame, first, stages)


def _flow(frame: Frame, first: Expression | None, stages: list[Stage]) -> None:
    """Run a pipeline: each command feeds the next one item by item."""
    source = NOTHING if first is None else first(frame)
    feeds: list[Feed] = []
    out = frame.out
    for position in range(len(stages) - 1, -1, -1):
        piped = position > 0 or first is not None
        feed = _start(frame, stages[position], out, piped)
        feeds.insert(0, feed)
        out = feed.take
    if first is not None:
        Frame(frame.run, frame.scope, out).emit(source)
    for feed in feeds:
        feed.finish()


def _stage(node: Node, unit: Unit) -> Stage:
    """Compile one command."""
    operator = child(node, "command_invocation_operator")
    arguments = compile_arguments(child(node, "command_elements"), unit)
    name_node = child(node, "command_name")
    if operator is None:
        if name_node is None:
            raise refused(node, "this command")
        name = text_of(name_node)
        return Stage(lambda _: name, False, arguments, line_of(node))
    holder = child(node, "command_name_expr")
    inside = inner(holder)[0] if holder else None
    if inside is None:
        raise refused(node, "this command")
    dotted = text_of(operator) == "."
    if inside.type == "command_name":
        name = text_of(inside)
        return Stage(lambda _: name, dotted, arguments, line_of(node))
    return Stage(expression(inside, unit), dotted, arguments, line_of(node))


def _start(frame: Frame, stage: Stage, out: Emit, piped: bool) -> Feed:
    """Find what a command's name means and make it ready."""
    what = stage.name(frame)
    arguments = stage.arguments(frame)
    here = Frame(frame.run, frame.scope, out)
    if isinstance(what, ScriptBlock):
        return _block_feed(here, Function("", what.code), stage, arguments, piped)
    name = to_text(what)
    if what is None or what is NOTHING or not name:
        text = "The expression after '&' in a pipeline element produced an object that was not valid."
        raise ScriptError("BadExpression", "InvalidOperation", text)
    function = frame.scope.function(name.lower())
    if function is not None:
        return _block_feed(here, function, stage, arguments, piped)
    cmdlet = CMDLETS.get(name.lower())
    if cmdlet is None or name.lower() not in COMMANDS:
        raise Refused(f"the command {name} is not on the closed list", stage.line)
    return _cmdlet_feed(here, cmdlet, stage, arguments, piped)


def _cmdlet_feed(here: Frame, cmdlet: Any, stage: Stage, arguments: list[Argument], piped: bool) -> Feed:
    """Make a cmdlet ready; its errors carry its name and line."""

    def marked(action: Callable[..., None]) -> Callable[..., None]:
        def run(*values: Value) -> None:
            try:
                action(*values)
            except ScriptError as error:
                error.line = error.line or stage.line
                error.activity = error.activity or cmdlet.name
                raise

        return run

    feeds: list[Any] = []
    marked(lambda: feeds.append(cmdlet.start(here, arguments, piped, stage.line)))()
    return Feed(marked(feeds[0].take), marked(feeds[0].finish))


def _block_feed(
    here: Frame, function: Function, stage: Stage, arguments: list[Argument], piped: bool
) -> Feed:
    """Make a function, filter or script block ready."""
    block: Block = function.block
    try:
        bound, rest = bind_simple(block.parameters, arguments, function.name)
    except ScriptError as error:
        error.line = error.line or stage.line
        raise
    items = Array()

    def invoke(current: Value, pending: Array) -> None:
        run_block(here, block, bound, rest, pending, current, stage.dotted)

    if function.is_filter:
        if not piped:
            return Feed(lambda _: None, lambda: invoke(None, Array()))
        return Feed(lambda value: invoke(value, Array([value])), lambda: None)
    return Feed(items.append, lambda: invoke(NOTHING, items))


def run_block(
    here: Frame,
    block: Block,
    bound: dict[str, Value],
    rest: Array,
    items: Array,
    current: Value = NOTHING,
    dotted: bool = False,
) -> None:
    """Run a block in a scope of its own, or in the caller's when dotted."""
    scope = here.scope if dotted else Scope(here.scope)
    fresh: dict[str, Value] = {"args": rest, "input": items}
    if current is not NOTHING:
        fresh["_"] = current
    kept = {name: scope.variables.get(name, NOTHING) for name in fresh} if dotted else {}
    scope.variables.update(fresh)
    scope.variables.update({name.lower(): None for name in block.parameters})
    scope.variables.update(bound)
    run = here.run
    run.depth += 1
    if run.depth > DEPTH:
        raise Refused("calls nested too deep")
    try:
        block.body(Frame(run, scope, here.out))
    except Return:
        return
    except RecursionError:
        raise Refused("calls nested too deep") from None
    finally:
        run.depth -= 1
        for name, value in kept.items():
            if value is NOTHING:
                scope.variables.pop(name, None)
            else:
                scope.variables[name] = value
