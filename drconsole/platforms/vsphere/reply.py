"""Read the reply of RetrievePropertiesEx as it comes, and let pass what no schema of ours knows.

pyVmomi refuses a whole reply for one enum value it does not know (facts/vcsim, section 5) and takes six times
the processor time; values here are text, or lists of named values, and their meaning is the caller's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from sys import intern
from typing import TypeAlias, cast
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from drconsole.errors import BadReply

Value: TypeAlias = "str | list[tuple[str, Value]]"

# A machine of our paths is 2 kB of XML, 100 kB with all its raw options.
MOST_OBJECT = 4 << 20
MOST_DEPTH = 64

_VIM = "{urn:vim25}"
_OBJECTS, _TOKEN = f"{_VIM}objects", f"{_VIM}token"
_OBJECT, _PROPERTY, _MISSING = f"{_VIM}obj", f"{_VIM}propSet", f"{_VIM}missingSet"
_NAME, _VALUE, _PATH, _FAULT = f"{_VIM}name", f"{_VIM}val", f"{_VIM}path", f"{_VIM}fault"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
_RESPONSES = frozenset(
    f"{_VIM}{method}Response" for method in ("RetrievePropertiesEx", "ContinueRetrievePropertiesEx")
)
# No XML may hold these, raw or by number, but names do: they are read as the pictures that stand for them,
# because one such name must not cost the reading of all others.
_CONTROLS = re.compile(rb"[\x01-\x08\x0b\x0c\x0e-\x1f]|&#(?:([0-9]{1,7})|x([0-9a-fA-F]{1,6}));")
_CONTROL_BYTES = bytes(set(range(0x20)) - {0x9, 0xA, 0xD})
_LONGEST_REFERENCE = len(b"&#1114111;")
_DOCTYPE = b"<!DOCTYPE"


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
        BadReply: it is not XML in UTF-8, not such a reply, cut, or holds an object larger than any.
    """

    def __init__(self) -> None:
        self._parser: XMLPullParser[Element] = XMLPullParser(("end",))
        self._held = b""
        self._since = 0
        self._last: Element | None = None
        self._page = Page([])

    @property
    def token(self) -> str:
        """What is known of the page's token by now: it comes before the objects."""
        return self._page.token

    def feed(self, piece: bytes) -> None:
        """Take the next bytes."""
        if b"\0" in piece:
            raise BadReply("The answer is not XML in UTF-8: it holds zero bytes.")
        piece = self._held + piece
        if _DOCTYPE in piece:
            raise BadReply("The answer declares a document type, which no reply of vSphere does.")
        # What the end of the piece cuts waits for the next: a reference, or the word for a document type.
        begun = max(piece.rfind(b"&", -_LONGEST_REFERENCE), piece.rfind(b"<", -len(_DOCTYPE)))
        whole = len(piece) if begun < 0 or piece[begun:].endswith((b";", b">")) else begun
        self._held = piece[whole:]
        self._parse(piece[:whole])

    def finish(self) -> Page:
        """Say that there is no more, and give what was read."""
        self._parse(self._held)
        try:
            self._parser.close()
        except ParseError as error:
            raise BadReply(
                "The answer ends in the middle." if self._since else f"The answer is not XML: {error}."
            ) from None
        self._check(self._last)
        return self._page

    def _parse(self, piece: bytes) -> None:
        # Looked for in the fastest way first: nearly all pieces have neither.
        if b"&#" in piece or len(piece.translate(None, _CONTROL_BYTES)) < len(piece):
            piece = _CONTROLS.sub(_visible, piece)
        self._since += len(piece)
        try:
            self._parser.feed(piece)
            # This runs for every element of a reply that may hold a million.
            for _, element in cast("Iterator[tuple[str, Element]]", self._parser.read_events()):
                if element.tag == _OBJECTS:
                    self._take(element)
                elif element.tag == _TOKEN:
                    self._page.token = element.text or ""
                self._last = element
        except (ParseError, ValueError, LookupError) as error:
            raise BadReply(f"The answer is not XML in UTF-8: {error}.") from None
        if self._since > MOST_OBJECT:
            raise BadReply("The answer holds an object that is larger than any of vSphere.")

    def _take(self, element: Element) -> None:
        """Keep what an object's element says, and forget its inside."""
        self._page.objects.append(_found(element))
        element.clear()
        self._since = 1

    def _check(self, root: Element | None) -> None:
        """Whether the whole was the reply that it was read as."""
        if root is None or root.tag != f"{_SOAP}Envelope":
            raise BadReply("The answer is XML, but no SOAP reply.")
        responses = root.findall(f"{_SOAP}Body/*")
        if [one.tag for one in responses if one.tag not in _RESPONSES] or not responses:
            raise BadReply("The answer is a SOAP reply, but not to a read of properties.")
        if len(responses[0].findall(f"{_VIM}returnval/{_OBJECTS}")) != len(self._page.objects):
            raise BadReply("The answer has objects where no reply of vSphere has any.")


def plain(body: bytes) -> bytes:
    """A small reply that other readers may have: entities of a document type could make it huge in them.

    Raises:
        BadReply: it declares a document type, or is not in UTF-8.
    """
    if _DOCTYPE in body or b"\0" in body:
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


def _found(element: Element) -> Found:
    found = Found("", "")
    for part in element:
        tag = part.tag
        if tag == _PROPERTY:
            name, value = part.findtext(_NAME), part.find(_VALUE)
            if name and value is not None:
                # The same few names for thousands of objects: one text each, found by its address.
                found.values[intern(name)] = _value(value) if len(value) else value.text or ""
        elif tag == _OBJECT:
            found.kind, found.ref = part.get("type", ""), part.text or ""
        elif tag == _MISSING and (path := part.findtext(_PATH)):
            found.missing[path] = _fault(part)
    if not found.ref:
        raise BadReply("The answer holds an object without a reference.")
    return found


def _value(element: Element, depth: int = 0) -> Value:
    if depth > MOST_DEPTH:
        raise BadReply("The answer is nested deeper than any reply of vSphere.")
    if not len(element):
        return element.text or ""
    return [(inner.tag.removeprefix(_VIM), _value(inner, depth + 1)) for inner in element]


def _fault(missing: Element) -> str:
    """Which fault it is: by its type, whether a message is wrapped around it or not."""
    faults = (missing.find(f"{_FAULT}/{_FAULT}"), missing.find(_FAULT))
    named = next((name for one in faults if one is not None and (name := one.get(_TYPE))), "")
    return named.rpartition(":")[2] or "unknown"


def _visible(found: re.Match[bytes]) -> bytes:
    decimal, hexadecimal = found.groups()
    code = int(decimal) if decimal else int(hexadecimal, 16) if hexadecimal else found[0][0]
    if code < 0x20 and code in _CONTROL_BYTES:
        return chr(0x2400 + code).encode()
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF):
        return "\N{REPLACEMENT CHARACTER}".encode()
    return found[0]
