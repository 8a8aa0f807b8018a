"""YAML text as a tree of nodes that know their lines."""

from __future__ import annotations

import re
from typing import Any

import yaml

from drconsole.config.mistakes import Mistakes

# libyaml where PyYAML was built with it: ten times faster, the same nodes and marks.
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """YAML with the plain scalars of version 1.2: ``no`` and ``12:30`` are words, only ``false`` is false."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile(r"^-?[0-9]{1,18}$"), list("-0123456789"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^-?[0-9]{1,18}\.[0-9]{1,18}$"), list("-0123456789")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])


def compose(text: str, mistakes: Mistakes) -> yaml.Node:
    """The root node of the one document in ``text``.

    Raises:
        ConfigError: it is no YAML, holds more than one document, or nothing but comments.
    """
    try:
        root: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # The mark's own text quotes the file, which may hold what nobody should see.
        mistakes.add(
            mark.line + 1 if mark else 1,
            (),
            f"this is not YAML: {error.problem or error.context or 'it cannot be read'}",
            "check indentation, colons, brackets and quotes on this line and the one before",
        )
        raise mistakes.error() from None
    except (yaml.YAMLError, RecursionError):
        mistakes.add(1, (), "this is not YAML", "check it for control characters and deep nesting")
        raise mistakes.error() from None
    if root is None or (isinstance(root, yaml.ScalarNode) and not root.value and not root.style):
        mistakes.add(1, (), "it holds nothing but comments", "write sites, credentials and endpoints")
        raise mistakes.error()
    return root


def line_of(node: yaml.Node) -> int:
    """The line on which a node begins, from 1."""
    return int(node.start_mark.line) + 1


def scalar(node: yaml.ScalarNode) -> object:
    """The value of a plain or quoted scalar: text, whole number, decimal, truth value or None.

    Raises:
        ValueError: the node has a tag of its own, like ``!!python/name``.
    """
    match node.tag.rpartition(":")[2]:
        case "str":
            return str(node.value)
        case "bool":
            return bool(node.value == "true")
        case "int":
            return int(node.value)
        case "float":
            return float(node.value)
        case "null":
            return None
    raise ValueError(node.tag)
