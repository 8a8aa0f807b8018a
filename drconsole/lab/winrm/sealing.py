"""Sealed messages: the multipart form of MS-WSMV 2.2.9.1 around what a security context encrypts."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from spnego import ContextReq
from spnego._context import ContextProxy
from spnego.exceptions import SpnegoError

_FORM = re.compile(
    rb"--\s*Encrypted Boundary\r\n"
    rb"\s*Content-Type:\s*(?P<protocol>application/HTTP-(?:SPNEGO|Kerberos)-session-encrypted)\r\n"
    rb"\s*OriginalContent:[^\r\n]*;\s*Length=(?P<length>\d{1,9})\s*\r\n"
    rb"--\s*Encrypted Boundary\r\n"
    rb"\s*Content-Type:\s*application/octet-stream\r\n"
    rb"(?P<payload>.*)"
    rb"--\s*Encrypted Boundary--(?:\r\n)?",
    re.DOTALL | re.IGNORECASE,
)
_SIZE = struct.Struct("<i")


class BadSeal(Exception):
    """The body is not sealed in the known form, or not for this connection."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed body and the content type that goes with it."""

    content_type: str
    body: bytes


def unseal(context: ContextProxy, body: bytes) -> tuple[bytes, str]:
    """Open a request; returns what was in it, and the sealing protocol for the reply.

    Raises:
        BadSeal: the security context does not go on after this.
    """
    form = _FORM.fullmatch(body)
    if form is None or not context.context_attr & ContextReq.confidentiality:
        raise BadSeal("not the form of a sealed message")
    payload = form["payload"]
    size = _SIZE.unpack(payload[:4])[0] if len(payload) >= _SIZE.size else -1
    if not 0 < size <= len(payload) - _SIZE.size:
        raise BadSeal("a signature of no possible size")
    try:
        message = context.unwrap_winrm(payload[4 : 4 + size], payload[4 + size :])
    except SpnegoError as error:
        raise BadSeal(str(error)) from error
    if len(message) != int(form["length"]):
        raise BadSeal(f"{len(message)} bytes instead of {int(form['length'])}")
    return message, form["protocol"].decode("ascii")


def seal(context: ContextProxy, protocol: str, message: bytes) -> Sealed:
    """Seal a reply."""
    wrapped = context.wrap_winrm(message)
    body = (
        b"--Encrypted Boundary\r\n"
        b"\tContent-Type: %b\r\n"
        b"\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%d\r\n"
        b"--Encrypted Boundary\r\n"
        b"\tContent-Type: application/octet-stream\r\n"
        b"%b%b%b--Encrypted Boundary--\r\n"
    ) % (
        protocol.encode("ascii"),
        len(message) + wrapped.padding_length,
        _SIZE.pack(len(wrapped.header)),
        wrapped.header,
        wrapped.data,
    )
    content_type = f'multipart/encrypted;protocol="{protocol}";boundary="Encrypted Boundary"'
    return Sealed(content_type, body)
