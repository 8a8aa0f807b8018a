"""Parsing, and the check of a whole text before its first line runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import tree_sitter
import tree_sitter_pwsh
from tree_sitter import Node

from . import closed_list
from .code import line_of, refused, text_of
from .refusal import Refused

_LANGUAGE = tree_sitter.Language(tree_sitter_pwsh.language())
OWN_NODES = frozenset({"comment"})
"""Kinds that do nothing and need not be on the list."""


@dataclass(slots=True)
class Uses:
    """What a text uses: each name with the line of its first use; commands with their parameters."""

    nodes: dict[str, int] = field(default_factory=dict)
    commands: dict[str, dict[str, int]] = field(default_factory=dict)
    command_lines: dict[str, int] = field(default_factory=dict)
    types: dict[str, int] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class ClosedList:
    """What is admitted; ``closed_list`` has the evaluator's own."""

    nodes: frozenset[str] = closed_list.NODES
    commands: dict[str, frozenset[str]] = field(default_factory=lambda: closed_list.COMMANDS)
    types: frozenset[str] = closed_list.TYPES
    members: frozenset[str] = closed_list.MEMBERS


def walk(node: Node) -> Iterator[Node]:
    """Iterate over a node and all below it."""
    yield node
    for one in node.children:
        yield from walk(one)


def parse(source: bytes) -> Node:
    """Parse a text.

    Raises:
        Refused: the grammar does not know it; the line is that of the first error.
    """
    root = tree_sitter.Parser(_LANGUAGE).parse(source).root_node
    if root.has_error:
        bad = next((n for n in walk(root) if n.is_error or n.is_missing), root)
        raise refused(bad, "the text does not parse")
    return root


def uses(*roots: Node) -> Uses:
    """Collect what texts use; functions that one of them defines are no commands of the list."""
    found = Uses()
    nodes = [node for root in roots for node in walk(root)]
    own = {text_of(n).lower() for n in nodes if n.type == "function_name"}
    for node in nodes:
        line = line_of(node)
        if node.is_named and node.type not in OWN_NODES:
            found.nodes.setdefault(node.type, line)
        if node.type == "command":
            _command(node, own, found)
        elif node.type == "type_spec":
            found.types.setdefault(text_of(node).replace(" ", "").lower().removeprefix("system."), line)
        elif node.type == "member_name" and node.children[0].type == "simple_name":
            found.members.setdefault(text_of(node).lower(), line)
    return found


def _command(node: Node, own: set[str], found: Uses) -> None:
    """Collect a command by name and its parameters; called blocks and own functions take any."""
    heads = [c for part in node.children for c in (part, *part.children) if part.type != "command_elements"]
    name_node = next((n for n in heads if n.type == "command_name"), None)
    if name_node is None or text_of(name_node).lower() in own:
        return
    name = text_of(name_node).lower()
    parameters = found.commands.setdefault(name, {})
    found.command_lines.setdefault(name, line_of(node))
    for part in node.children:
        if part.type == "command_elements":
            for element in part.children:
                if element.type == "command_parameter":
                    parameters.setdefault(text_of(element)[1:].lower(), line_of(element))


def check(root: Node, admitted: ClosedList, functions: frozenset[str] = frozenset()) -> None:
    """Check that everything in a text is on the list.

    ``functions`` are names defined by texts that run around this one.

    Raises:
        Refused: something is not; the line is where it stands.
    """
    found = uses(root)
    for kind, names, known in (
        ("the construct", found.nodes, admitted.nodes),
        ("the type", found.types, admitted.types),
        ("the member", found.members, admitted.members),
    ):
        for name, line in names.items():
            if name not in known:
                raise Refused(f"{kind} {name} is not on the closed list", line)
    for command, parameters in found.commands.items():
        if command in functions:
            continue
        if command not in admitted.commands:
            raise Refused(f"the command {command} is not on the closed list", found.command_lines[command])
        for parameter, line in parameters.items():
            if parameter not in admitted.commands[command]:
                raise Refused(f"the parameter -{parameter} of {command} is not on the closed list", line)
    for node in walk(root):
        _not_powershell(node)


def _not_powershell(node: Node) -> None:
    """Refuse what the grammar lets through and PowerShell does not parse, or parses as something else."""
    if node.type == "command" and node.children[0].type == "command_name":
        name = text_of(node.children[0]).lower()
        if name in _KEYWORDS:
            raise refused(node, f"the keyword {name} as a command")
    behind = node.next_sibling if node.type == "command_invocation_operator" else None
    if behind is not None and text_of(behind).startswith("@"):
        raise refused(node, f"an array behind {text_of(node)}")
    if behind is not None and node.end_point.row != behind.start_point.row:
        raise refused(node, f"{text_of(node)} at the end of a line")
    if node.type == "argument_expression" and text_of(node).startswith(","):
        raise refused(node, "an argument that begins with a comma")
    if node.type == "try_statement" and not any(c.type == "catch_clauses" for c in node.children):
        raise refused(node, "try without catch")
    if node.type in ("member_access", "element_access", "invocation_expression"):
        if node.children[0].type == "integer_literal":
            raise refused(node, "a member or element of a number as written")
        for one, other in zip(node.children, node.children[1:], strict=False):
            if one.end_byte != other.start_byte and one.type != "[" and other.type != "]":
                raise refused(node, "a blank inside a member or element")
    if not node.is_named and node.type in _KEYWORDS and node.parent is not None:
        _ends_as_word(node)


def _ends_as_word(node: Node) -> None:
    """Refuse a keyword that runs into what follows: PowerShell reads both as one word."""
    top = node
    while top.parent is not None:
        top = top.parent
    behind = (top.text or b"")[node.end_byte - top.start_byte : node.end_byte - top.start_byte + 1]
    if behind and behind not in b" \t\r\n(){};|&":
        raise refused(node, f"the keyword {node.type} without a blank behind it")


_KEYWORDS = frozenset(
    """
    begin break catch class continue data define do dynamicparam else elseif end enum exit filter
    finally for foreach from function hidden if in param process return static switch throw trap try
    until using var while workflow parallel sequence inlinescript configuration
    """.split()  # noqa: SIM905 - a list to read, not to scroll
)
"""Words that begin no command."""


def mentions_input(text: str) -> bool:
    """Tell whether a text reads ``$input`` itself: only then does powershell.exe read its standard input."""
    return any(
        n.type == "variable" and text_of(n).lower() == "$input" for n in walk(parse(text.encode("utf-8")))
    )
