"""Arguments of commands: as written, and bound to the parameters of functions and script blocks."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tree_sitter import Node

from .code import Expression, Unit, expression, inner, refused, text_of
from .errors import BINDING, ScriptError
from .frame import Frame
from .refusal import Refused
from .scopes import reader
from .values import NOTHING, Array, Hash, Value, elements


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: a name (without its dash), a value, or both when they belong together."""

    name: str | None
    value: Value = NOTHING
    joined: bool = False
    splatted: bool = False


@dataclass(frozen=True, slots=True)
class _Written:
    """An argument as compiled."""

    name: str | None
    value: Expression | None
    joined: bool = False
    splatted: bool = False


_PLAIN = frozenset(
    """
    variable string_literal integer_literal parenthesized_expression sub_expression array_expression
    hash_literal_expression
    """.split()  # noqa: SIM905 - a list to read, not to scroll
)
_CHAINS = frozenset(["member_access", "element_access", "invocation_expression"])


def compile_arguments(node: Node | None, unit: Unit) -> Callable[[Frame], list[Argument]]:
    """Compile the elements behind a command's name."""
    written: list[_Written] = []
    colon = False
    for part in inner(node) if node is not None else []:
        if part.type == "command_argument_sep":
            colon = colon or text_of(part).startswith(":")
        elif part.type == "command_parameter":
            text = text_of(part)
            if not re.fullmatch(r"-[A-Za-z_][\w-]*", text) or colon:
                raise refused(part, f"the parameter {text}")
            written.append(_Written(text[1:], None))
        elif colon:
            if not written or written[-1].name is None or written[-1].value is not None:
                raise refused(part, "a colon without a parameter")
            written[-1] = _Written(written[-1].name, _value(part, unit), joined=True)
            colon = False
        else:
            written.append(_positional(part, unit))
    if colon:
        raise refused(node, "a colon without a value") if node else Refused("a colon without a value")
    return lambda frame: [argument for one in written for argument in _evaluate(one, frame)]


def _positional(node: Node, unit: Unit) -> _Written:
    """Compile a value that stands alone, or a splatted variable."""
    text = text_of(node)
    if re.fullmatch(r"@\w+", text):
        read = reader(text[1:])
        return _Written(None, lambda frame: read(frame.scope), splatted=True)
    return _Written(None, _value(node, unit))


def _value(node: Node, unit: Unit) -> Expression:
    """Compile a value as command mode reads it.

    Raises:
        Refused: PowerShell would read it as text here.
    """
    inside = node
    while inside.type == "unary_expression":
        inside = inner(inside)[0]
    if inside.type == "generic_token" and re.fullmatch(r"[A-Za-z]+", text_of(inside)):
        word = text_of(inside)
        return lambda _: word
    if (inside.type in _PLAIN and not text_of(inside).startswith("@")) or inside.type in (
        "array_expression",
    ):
        return expression(node, unit)
    if inside.type == "hash_literal_expression":
        return expression(node, unit)
    if inside.type in _CHAINS:
        base = inside
        while base.type in _CHAINS or base.type == "unary_expression":
            base = inner(base)[0]
        if base.type in _PLAIN and base.type not in ("string_literal", "integer_literal"):
            return expression(node, unit)
    if inside.type == "expression_with_unary_operator" and re.fullmatch(r"-\d\w*", text_of(inside)):
        written = text_of(inside)
        return lambda _: written
    raise refused(node, f"the argument {text_of(node)}")


def _evaluate(written: _Written, frame: Frame) -> list[Argument]:
    """Evaluate an argument; a splatted one becomes several."""
    if written.value is None:
        return [Argument(written.name)]
    value = written.value(frame)
    value = None if value is NOTHING else value
    if not written.splatted:
        return [Argument(written.name, value, written.joined)]
    if isinstance(value, Hash):
        return [Argument(_key(key), item, True, True) for key, item in value.pairs()]
    if isinstance(value, str):
        raise Refused("a splatted text")
    items = elements(value)
    return [Argument(None, item) for item in ([value] if items is None else items)]


def _key(key: Value) -> str:
    """Return a splatted key as a parameter's name."""
    if not isinstance(key, str):
        raise Refused("a splatted key that is no text")
    return str(key)


def binding_error(error_id: str, text: str, command: str, category: str = "InvalidArgument") -> ScriptError:
    """Make an error of parameter binding."""
    return ScriptError(f"{error_id},{command}", category, text, BINDING)


def find_parameter(name: str, parameters: tuple[str, ...], command: str) -> str | None:
    """Return the parameter that a name or its unique beginning means.

    Raises:
        ScriptError: several begin so.
    """
    lower = name.lower()
    for parameter in parameters:
        if parameter.lower() == lower:
            return parameter
    found = [p for p in parameters if p.lower().startswith(lower)]
    if len(found) > 1:
        text = f"Parameter cannot be processed because the parameter name '{name}' is ambiguous."
        raise binding_error("AmbiguousParameter", text, command)
    return found[0] if found else None


def bind_simple(
    parameters: tuple[str, ...], arguments: list[Argument], command: str
) -> tuple[dict[str, Value], Array]:
    """Bind to parameters without attributes: by name, then by position; the rest is ``$args``.

    Raises:
        ScriptError: a parameter twice, without its value, or ambiguous.
    """
    bound: dict[str, Value] = {}
    rest: list[tuple[bool, list[Value]]] = []
    pending = _paired(arguments)
    for argument in pending:
        _has_value(argument, parameters, command)
    for argument in pending:
        parameter = None if argument.name is None else find_parameter(argument.name, parameters, command)
        if argument.name is None:
            rest.append((True, [argument.value]))
        elif parameter is None:
            rest.append((False, _unknown(argument)))
        elif parameter.lower() in bound:
            text = f"Cannot bind parameter because parameter '{parameter}' is specified more than once."
            raise binding_error("ParameterAlreadyBound", text, command)
        else:
            bound[parameter.lower()] = argument.value
    free = [p.lower() for p in parameters if p.lower() not in bound]
    left = Array()
    for positional, values in rest:
        if positional and free:
            bound[free.pop(0)] = values[0]
        else:
            left += values
    return bound, left


def _has_value(argument: Argument, parameters: tuple[str, ...], command: str) -> None:
    """Check that a parameter that is named has a value; this comes before all else."""
    if argument.name is None or argument.value is not NOTHING:
        return
    parameter = find_parameter(argument.name, parameters, command)
    if parameter is not None:
        text = f"Missing an argument for parameter '{parameter}'."
        raise binding_error("MissingArgument", text, command)


def _unknown(argument: Argument) -> list[Value]:
    """Return what ``$args`` holds of a name that no parameter has."""
    name = f"-{argument.name}:" if argument.joined else f"-{argument.name}"
    return [name] if argument.value is NOTHING else [name, argument.value]


def _paired(arguments: list[Argument]) -> list[Argument]:
    """Join each name with the value behind it."""
    out: list[Argument] = []
    for argument in arguments:
        last = out[-1] if out else None
        if argument.name is None and last is not None and last.name is not None and last.value is NOTHING:
            out[-1] = Argument(last.name, argument.value)
        else:
            out.append(argument)
    return out
