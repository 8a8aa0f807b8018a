"""Read the reply of RetrievePropertiesEx as it comes, and let pass what no schema of ours knows.

pyVmomi refuses a whole reply for one enum value it does not know (facts/vcsim, section 5) and takes six times
the processor time; values here are text, or lists of named values, and their meaning is the caller's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TypeAlias
from xml.parsers.expat import ExpatError, ParserCreate

from drconsole.errors import BadReply

Value: TypeAlias = "str | list[tuple[str, Value]]"

MOST_DEPTH = 64
MOST_TEXT = 1 << 20

_RESPONSES = frozenset({"RetrievePropertiesExResponse", "ContinueRetrievePropertiesExResponse"})
_BELOW_RETURN = 5
_TYPED = frozenset({"obj", "fault"})
# No XML may hold these, raw or by number, but names do: they are read as the pictures that stand for them,
# because one such name must not cost the reading of all others.
_CONTROLS = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f]|&#(?:([0-9]{1,7})|x([0-9a-fA-F]{1,6}));")
_CONTROL_BYTES = bytes(set(range(0x20)) - {0x9, 0xA, 0xD})
_LONGEST_REFERENCE = len(b"&#1114111;")


@dataclass(slots=True)
class Found:
    """One managed object: its type, its reference, property values by path, and faults of unread paths."""

    kind: str
    ref: str
    values: dict[str, Value] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Page:
    """The objects of one reply, and the token that gets the next, empty at the last."""

    objects: list[Found]
    token: str = ""


class PropertyReply:
    """A reply that is fed piece by piece; ``finish`` gives the page.

    Raises (``feed``, ``finish``):
        BadReply: it is not XML in UTF-8, not such a reply, cut, or larger than any such reply.
    """

    def __init__(self) -> None:
        self._parser = ParserCreate("UTF-8")
        self._parser.buffer_text = True
        self._parser.buffer_size = 1 << 16
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._held = b""
        self._depth = 0
        # Envelope, Body, response, returnval; then, for each element below: name, attributes, children.
        self._path: list[str] = []
        self._open: list[tuple[str, dict[str, str], list[tuple[str, Value]]]] = []
        self._text = ""
        self._kind = ""
        self._answered = False
        self._page = Page([])

    def feed(self, piece: bytes) -> None:
        """Take the next bytes."""
        if b"\0" in piece:
            raise BadReply("The answer is not XML in UTF-8: it holds zero bytes.")
        piece = self._held + piece
        begun = piece.rfind(b"&", -_LONGEST_REFERENCE)
        # A reference that is cut by the end of the piece waits for the next.
        whole = len(piece) if begun < 0 or b";" in piece[begun:] else begun
        self._held = piece[whole:]
        piece = piece[:whole]
        # Looked for in the fastest way first: nearly all pieces have neither.
        if b"&#" in piece or len(piece.translate(None, _CONTROL_BYTES)) < len(piece):
            piece = _CONTROLS.sub(_visible, piece)
        self._parse(piece, False)

    def finish(self) -> Page:
        """Say that there is no more, and give what was read."""
        self._parse(self._held, True)
        if not self._answered:
            raise BadReply("The answer is XML, but no reply to a read of properties.")
        return self._page

    def _parse(self, piece: bytes, last: bool) -> None:
        try:
            self._parser.Parse(piece, last)
        except ExpatError as error:
            cut = last and self._depth > 0
            raise BadReply(
                "The answer ends in the middle." if cut else f"The answer is not XML in UTF-8: {error}."
            ) from None

    # The next three run for every element of a reply that may hold a million: they are written to be fast.

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._text = ""
        tag = tag[tag.find(":") + 1 :]
        depth = self._depth = self._depth + 1
        if depth >= _BELOW_RETURN:
            if depth > MOST_DEPTH:
                raise BadReply("The answer is nested deeper than any reply of vSphere.")
            self._open.append((tag, attributes, []))
        else:
            self._path.append(tag)
            if depth == _BELOW_RETURN - 2:
                self._enter(self._path)

    def _characters(self, text: str) -> None:
        self._text += text
        if len(self._text) > MOST_TEXT:
            raise BadReply("One value in the answer is longer than any value of vSphere.")

    def _end(self, _tag: str) -> None:
        depth = self._depth
        self._depth = depth - 1
        if depth < _BELOW_RETURN:
            self._path.pop()
        else:
            tag, attributes, children = self._open.pop()
            value: Value = children or self._text
            if depth == _BELOW_RETURN:
                self._take(tag, value)
            else:
                if tag in _TYPED:
                    value = self._typed(tag, attributes, value)
                self._open[-1][2].append((tag, value))
        self._text = ""

    def _enter(self, path: list[str]) -> None:
        if path[0] != "Envelope" or path[1] not in ("Body", "Header"):
            raise BadReply("The answer is XML, but no SOAP reply.")
        if path[1] == "Body":
            if path[2] not in _RESPONSES:
                raise BadReply("The answer is a SOAP reply, but not to a read of properties.")
            self._answered = True

    def _typed(self, tag: str, attributes: dict[str, str], value: Value) -> Value:
        """What an element says by its type: an object's kind, and which fault a fault is."""
        if tag == "fault":
            return _declared(attributes) or value
        if self._depth == _BELOW_RETURN:
            self._kind = attributes.get("type", "")
        return value

    def _take(self, tag: str, value: Value) -> None:
        if self._path[1:2] != ["Body"]:
            return
        if tag == "token" and isinstance(value, str):
            self._page.token = value
        elif tag == "objects":
            self._page.objects.append(_found(self._kind, value))
            self._kind = ""

    def _refuse_doctype(self, *_: object) -> None:
        raise BadReply("The answer declares a document type, which no reply of vSphere does.")


def plain(body: bytes) -> bytes:
    """A small reply that other readers may have: entities of a document type could make it huge in them.

    Raises:
        BadReply: it declares a document type, or is not in UTF-8.
    """
    if b"<!DOCTYPE" in body or b"\0" in body:
        raise BadReply("The answer is no XML that vSphere would send.")
    return body


def text(value: Value | None, *path: str) -> str | None:
    """The text at a path of names below a value; None where there is none."""
    for name in path:
        if not isinstance(value, list):
            return None
        value = next((inner for tag, inner in value if tag == name), None)
    return value if isinstance(value, str) else None


def items(value: Value | None) -> list[Value]:
    """The members of an array; none of an unset or empty one."""
    return [inner for _, inner in value] if isinstance(value, list) else []


def _found(kind: str, value: Value) -> Found:
    ref = text(value, "obj")
    if not ref or not isinstance(value, list):
        raise BadReply("The answer holds an object without a reference.")
    found = Found(kind, ref)
    for tag, inner in value:
        if tag == "propSet" and isinstance(inner, list):
            parts = dict(inner)
            if isinstance(name := parts.get("name"), str) and "val" in parts:
                found.values[name] = parts["val"]
        elif tag == "missingSet" and (path := text(inner, "path")):
            found.missing[path] = text(inner, "fault", "fault") or text(inner, "fault") or "unknown"
    return found


def _declared(attributes: dict[str, str]) -> str:
    named = next((value for key, value in attributes.items() if key.endswith(":type")), "")
    name = named[named.find(":") + 1 :]
    return "" if name == "LocalizedMethodFault" else name


def _visible(found: re.Match[bytes]) -> bytes:
    decimal, hexadecimal = found.groups()
    code = int(decimal) if decimal else int(hexadecimal, 16) if hexadecimal else found[0][0]
    if code < 0x20 and code in _CONTROL_BYTES:
        return chr(0x2400 + code).encode()
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF):
        return "\N{REPLACEMENT CHARACTER}".encode()
    return found[0]
