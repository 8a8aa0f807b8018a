"""A YAML tree held against the schema: every mistake is noted with its line, nothing stops at the first."""

from __future__ import annotations

import re
from typing import Any

import yaml
from msgspec import inspect

from drconsole.config.mistakes import Keys, Mistakes, closest, nearest, quoted
from drconsole.config.nodes import line_of, scalar

_MISSING = object()
_SECRET_KEYS = frozenset({"password", "passwd", "pass", "pwd", "secret", "passphrase", "token"})


class Form:
    """What a file says, as far as it fits the schema, and where each key stands.

    ``spoilt`` names the groups that are none, or hold a key which does not exist: what they lack was meant.
    """

    def __init__(self, mistakes: Mistakes) -> None:
        self.mistakes = mistakes
        self.spoilt: set[Keys] = set()
        self._lines: dict[Keys, int] = {}
        self._seen: set[int] = set()

    def line(self, *keys: str | int) -> int:
        """The line of a key, or of the nearest one above it that is in the file."""
        while keys and keys not in self._lines:
            keys = keys[:-1]
        return self._lines.get(keys, 1)

    def has(self, *keys: str | int) -> bool:
        """Whether this key stands in the file, right or wrong."""
        return keys in self._lines

    def refers(self, keys: Keys, value: str | None, known: list[str], what: str) -> None:
        """Note a mistake where a value names none of those that are known."""
        if value is not None and known and value not in known:
            problem = f"there is no {quoted(value)} among the {what}"
            self.mistakes.add(self.line(*keys), keys, problem, nearest(value, known, what))

    def fill(self, root: yaml.Node, schema: type) -> dict[str, Any]:
        """The file as plain data without what is wrong in it."""
        found = self._value(root, inspect.type_info(schema), ())
        return found if isinstance(found, dict) else {}

    def _value(self, node: yaml.Node, kind: inspect.Type, keys: Keys) -> Any:
        if id(node) in self._seen:
            # The node is that of the anchor; where the alias stands, only the key above it knows.
            told = "an alias (*) repeats another part"
            self.mistakes.add(self.line(*keys), keys, told, "write the value out")
            return _MISSING
        self._lines.setdefault(keys, line_of(node))
        if isinstance(node, yaml.CollectionNode):
            # C-made scalars may share one node; a mapping or list met twice is an alias, or a circle.
            self._seen.add(id(node))
        if isinstance(kind, inspect.UnionType):
            kind = next(one for one in kind.types if not isinstance(one, inspect.NoneType))
        match kind:
            case inspect.StructType():
                return self._struct(node, kind, keys)
            case inspect.DictType():
                return self._names(node, kind, keys)
            case inspect.VarTupleType():
                return self._list(node, kind, keys)
        return self._scalar(node, kind, keys)

    def _struct(self, node: yaml.Node, kind: inspect.StructType, keys: Keys) -> Any:
        entries = self._entries(node, keys)
        if entries is None:
            return _MISSING
        fields = {field.encode_name: field for field in kind.fields}
        values: dict[str, Any] = {}
        for name, value in entries:
            if name not in fields:
                self._unknown(name, fields, keys)
                continue
            found = self._value(value, fields[name].type, (*keys, name))
            if found is not _MISSING:
                values[name] = found
        named = {name for name, _ in entries}
        # A required key that was misspelt is told once, as the misspelling.
        named |= {guess for name in named - fields.keys() if (guess := closest(name, fields))}
        for name, field in fields.items():
            if field.required and name not in named:
                self.mistakes.add(self.line(*keys), (*keys, name), "it is missing", f"add '{name}:' here")
        return values

    def _unknown(self, name: str, fields: dict[str, inspect.Field], keys: Keys) -> None:
        self.spoilt.add(keys)
        remedy = nearest(name, fields, "keys here")
        if name.casefold() in _SECRET_KEYS and "user" in fields:
            remedy = "no password stands in this file; use password_command, keyring, prompt or env"
        self.mistakes.add(self.line(*keys, name), (*keys, name), "there is no such key", remedy)

    def _names(self, node: yaml.Node, kind: inspect.DictType, keys: Keys) -> Any:
        entries = self._entries(node, keys)
        if entries is None:
            return _MISSING
        if not entries:
            return self._wrong(node, keys, "it is empty", "name at least one")
        assert isinstance(kind.key_type, inspect.StrType)
        values = {}
        for name, value in entries:
            if problem := _text_problem(name, kind.key_type):
                self.mistakes.add(self.line(*keys, name), (*keys, name), f"this name {problem}", "rename it")
            found = self._value(value, kind.value_type, (*keys, name))
            if found is _MISSING:
                self.spoilt.add((*keys, name))
            values[name] = {} if found is _MISSING else found
        return values

    def _entries(self, node: yaml.Node, keys: Keys) -> list[tuple[str, yaml.Node]] | None:
        """The keys of a mapping with their nodes, each once; None where it is no mapping."""
        if not isinstance(node, yaml.MappingNode):
            self._wrong(node, keys, f"here stands {_told(node)}", "write keys and values: 'key: value'")
            return None
        entries: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode) or not key.tag.endswith(":str"):
                text = f"a key that is {_told(key)}"
                self.mistakes.add(line_of(key), keys, text, "put the key into quotes: keys are names")
            elif key.value in entries:
                first = self.line(*keys, key.value)
                text = f"this key stands here again, first on line {first}"
                self.mistakes.add(line_of(key), (*keys, key.value), text, "keep one of the two")
            else:
                entries[key.value] = value
                self._lines[(*keys, key.value)] = line_of(key)
        return list(entries.items())

    def _list(self, node: yaml.Node, kind: inspect.VarTupleType, keys: Keys) -> Any:
        if not isinstance(node, yaml.SequenceNode):
            return self._wrong(node, keys, f"here stands {_told(node)}", "write a list: [one, two]")
        if kind.min_length and not node.value:
            return self._wrong(node, keys, "the list is empty", "write at least one value")
        found = [self._value(one, kind.item_type, (*keys, at)) for at, one in enumerate(node.value)]
        # A wrong item stays as a gap, so that the others keep their place.
        return [{} if one is _MISSING else one for one in found]

    def _scalar(self, node: yaml.Node, kind: inspect.Type, keys: Keys) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            return self._wrong(node, keys, f"here stands {_told(node)}", _wanted(kind))
        try:
            value = scalar(node)
        except ValueError:
            return self._wrong(node, keys, "a tag (!) is not understood here", "write the plain value")
        if value is None:
            return self._wrong(node, keys, "it has no value", f"{_wanted(kind)}, or remove the line")
        if isinstance(kind, inspect.LiteralType):
            words = [str(word) for word in kind.values]
            if str(value) in words:
                return value
            remedy = nearest(str(value), words, "values")
            return self._wrong(node, keys, f"{quoted(str(value))} is not known", remedy)
        if problem := _problem(value, kind):
            return self._wrong(node, keys, problem, _wanted(kind))
        return value

    def _wrong(self, node: yaml.Node, keys: Keys, problem: str, remedy: str) -> Any:
        self.mistakes.add(line_of(node), keys, problem, remedy)
        return _MISSING


def _problem(value: object, kind: inspect.Type) -> str:
    """What is wrong with a scalar, in words that do not repeat it; empty when it fits."""
    match kind:
        case inspect.StrType():
            if kind.pattern:
                fits = isinstance(value, str) and re.search(kind.pattern, value)
                return "" if fits else "this is no span of time"
            if not isinstance(value, str):
                return "this is read as a number or truth value, not as text"
            problem = _text_problem(value, kind)
            return problem and f"the text {problem}"
        case inspect.BoolType():
            return "" if isinstance(value, bool) else "this is neither true nor false"
        case inspect.IntType() if isinstance(value, bool) or not isinstance(value, int):
            return "this is not a whole number"
        case inspect.FloatType() if isinstance(value, bool) or not isinstance(value, int | float):
            return "this is not a number"
        case inspect.IntType() | inspect.FloatType():
            assert isinstance(value, int | float)
            low, high = kind.ge or 0, kind.le or float("inf")
            return "" if low <= value <= high else f"this is not between {low:g} and {high:g}"
    raise TypeError(f"the schema has a type that the form does not know: {kind}")


def _text_problem(text: str, kind: inspect.StrType) -> str:
    if not text:
        return "is empty"
    if not text.isprintable():
        return "holds a control character or line break"
    if text != text.strip():
        return "begins or ends with a blank"
    if kind.max_length and len(text) > kind.max_length:
        return f"is longer than {kind.max_length} characters"
    return ""


def _wanted(kind: inspect.Type) -> str:
    match kind:
        case inspect.BoolType():
            return "write true or false"
        case inspect.IntType():
            return f"write a whole number from {kind.ge or 0} to {kind.le or 0}"
        case inspect.FloatType():
            return f"write a number from {kind.ge or 0:g} to {kind.le or 0:g}"
        case inspect.StrType() if kind.pattern:
            return "write a number and its unit, as 90s, 15m, 1h or 1d"
        case inspect.LiteralType():
            return "write " + " or ".join(str(word) for word in kind.values)
    return "write plain text, in quotes where it looks like something else"


def _told(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a group of keys"
    if isinstance(node, yaml.SequenceNode):
        return "a list"
    if node.tag.endswith(":null"):
        return "nothing"
    return "a number or truth value" if not node.tag.endswith(":str") else "text"
