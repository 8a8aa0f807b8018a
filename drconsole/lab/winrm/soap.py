"""SOAP envelopes: requests read by namespace and local name, replies built as elements."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser, tostring

from drconsole.lab.winrm import names

CONTENT_TYPE = "application/soap+xml;charset=UTF-8"
DEFAULT_TIMEOUT_S = 60.0
DEFAULT_ENVELOPE = 153_600

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")


class BadEnvelope(Exception):
    """The request is not a SOAP 1.2 envelope that the service reads."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: what its headers say, and the first element of its body."""

    action: str
    message_id: str
    resource_uri: str
    timeout_s: float
    envelope_limit: int
    selectors: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    body: Element | None = None

    @property
    def is_identify(self) -> bool:
        """Whether the client only asks who is there."""
        return self.body is not None and self.body.tag == qualified(names.IDENTITY, "Identify")


class _NoDoctype(TreeBuilder):
    """A document type can define entities that blow up or read files; no client needs one."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise BadEnvelope(f"document type {name!r} refused")


def qualified(namespace: str, name: str) -> str:
    """The name under which the parser knows an element."""
    return f"{{{namespace}}}{name}"


def attribute(element: Element, name: str) -> str | None:
    """An attribute by its local name: some clients put it in a namespace, most do not."""
    for key, value in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return value
    return None


def child_text(element: Element, name: str) -> str | None:
    """The text of a child in the shell's namespace; None where it is absent or empty."""
    found = element.find(qualified(names.SHELL, name))
    return None if found is None else found.text


def parse(data: bytes) -> Request:
    """Read a request.

    Raises:
        BadEnvelope: not XML, a document type, or not a SOAP 1.2 envelope.
    """
    parser = XMLParser(target=_NoDoctype())
    try:
        parser.feed(data)
        root = parser.close()
    # ValueError and LookupError: what the parser raises for encodings it cannot or does not know.
    except (ParseError, ValueError, LookupError) as error:
        raise BadEnvelope(str(error)) from error
    if root.tag != qualified(names.SOAP, "Envelope"):
        raise BadEnvelope(f"root element is {root.tag}")
    header = root.find(qualified(names.SOAP, "Header"))
    body = root.find(qualified(names.SOAP, "Body"))
    header = Element("none") if header is None else header

    def text(namespace: str, name: str) -> str:
        return (header.findtext(qualified(namespace, name)) or "").strip()

    limit = text(names.WSMAN, "MaxEnvelopeSize")
    return Request(
        action=text(names.ADDRESSING, "Action"),
        message_id=text(names.ADDRESSING, "MessageID"),
        resource_uri=text(names.WSMAN, "ResourceURI"),
        timeout_s=seconds(text(names.WSMAN, "OperationTimeout")),
        envelope_limit=int(limit) if limit.isdecimal() else DEFAULT_ENVELOPE,
        selectors=_named(header, "SelectorSet", "Selector"),
        options=_named(header, "OptionSet", "Option"),
        body=None if body is None else next(iter(body), None),
    )


def seconds(duration: str) -> float:
    """An xs:duration without years and months in seconds; the protocol's default where it is not one."""
    match = _DURATION.fullmatch(duration)
    if match is None or not any(match.groups()):
        return DEFAULT_TIMEOUT_S
    days, hours, minutes, rest = (float(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest


def _named(header: Element, outer: str, inner: str) -> dict[str, str]:
    """The named values of a selector or option set; names are compared in capitals."""
    found = header.iterfind(f"{qualified(names.WSMAN, outer)}/{qualified(names.WSMAN, inner)}")
    return {(attribute(item, "Name") or "").upper(): (item.text or "").strip() for item in found}


def element(tag: str, *children: Element | str, **attributes: str) -> Element:
    """Build an element of a reply; ``tag`` carries one of the reply's prefixes."""
    made = Element(tag, attributes)
    for child in children:
        if isinstance(child, str):
            made.text = child
        else:
            made.append(child)
    return made


def envelope(action: str, relates_to: str, body: Iterable[Element]) -> bytes:
    """Build a reply."""
    header = element(
        "s:Header",
        element("a:Action", action),
        element("a:MessageID", f"uuid:{new_id()}"),
        element("a:To", names.ANONYMOUS),
    )
    if relates_to:
        header.append(element("a:RelatesTo", relates_to))
    return _document(header, body, names.PREFIXES)


def identity(version: str) -> bytes:
    """Build the answer to Identify; ``version`` is the operating system's, zeros for strangers."""
    answer = element(
        "wsmid:IdentifyResponse",
        element("wsmid:ProtocolVersion", names.WSMAN),
        element("wsmid:ProductVendor", "Microsoft Corporation"),
        element("wsmid:ProductVersion", f"OS: {version} SP: 0.0 Stack: 3.0"),
    )
    return _document(element("s:Header"), [answer], {"s": names.SOAP, "wsmid": names.IDENTITY})


def _document(header: Element, body: Iterable[Element], prefixes: Mapping[str, str]) -> bytes:
    root = element("s:Envelope", header, element("s:Body", *body))
    root.set("xml:lang", "en-US")
    for prefix, namespace in prefixes.items():
        root.set(f"xmlns:{prefix}", namespace)
    data: bytes = tostring(root, encoding="utf-8", xml_declaration=False)
    return data


def new_id() -> str:
    """A fresh identifier as Windows writes them."""
    return str(uuid.uuid4()).upper()
