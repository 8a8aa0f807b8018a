"""Faults by which an endpoint is dead or lies, below and at HTTP; they know nothing of what it serves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from aiohttp import web
from aiohttp.typedefs import Middleware

from drconsole.lab.certificates import CertificateKind


class WireFault(StrEnum):
    """What is wrong with an endpoint."""

    REFUSE = "refuse"
    SILENT_TCP = "silent-tcp"
    SILENT_TLS = "silent-tls"
    SILENT_HTTP = "silent-http"
    SSH_BANNER = "ssh-banner"
    HTML_PAGE = "html-page"
    EXPIRED_CERTIFICATE = "expired-certificate"
    OTHER_NAME = "other-name"
    UNKNOWN_CA = "unknown-ca"
    SELF_SIGNED = "self-signed"
    REFUSE_LOGIN = "refuse-login"
    EMPTY_500 = "empty-500"
    DRIP = "drip"
    CUT = "cut"
    MALFORMED_XML = "malformed-xml"
    HUGE = "huge"
    WRONG_ENCODING = "wrong-encoding"
    WRONG_SOAP = "wrong-soap"


@dataclass(frozen=True, slots=True)
class FaultSize:
    """How slow a drip and how huge a reply is."""

    drip_s: float = 1.0
    huge_bytes: int = 400_000_000


CERTIFICATES = {
    WireFault.EXPIRED_CERTIFICATE: CertificateKind.EXPIRED,
    WireFault.OTHER_NAME: CertificateKind.OTHER_NAME,
    WireFault.UNKNOWN_CA: CertificateKind.UNKNOWN_CA,
    WireFault.SELF_SIGNED: CertificateKind.SELF_SIGNED,
}
"""Faults that are another certificate; the service behind it answers as ever."""


class Silent(asyncio.Protocol):
    """Take everything and never answer; before TLS, or behind it."""


class HalfHandshake(asyncio.Protocol):
    """Begin the answer to a TLS handshake and never go on."""

    BEGINNING = bytes.fromhex("16 03 03 00 7a 02 00 00 76 03 03")
    """Head of a handshake record of 122 bytes, in it the head of a ServerHello."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._begun = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember whom to answer."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer the first piece of the client's hello."""
        if self._transport is not None and not self._begun:
            self._begun = True
            self._transport.write(self.BEGINNING)


class SshBanner(asyncio.Protocol):
    """Be an SSH server."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet as one does."""
        if isinstance(transport, asyncio.Transport):
            transport.write(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n")


BEFORE_TLS: dict[WireFault, Callable[[], asyncio.Protocol]] = {
    WireFault.SILENT_TCP: Silent,
    WireFault.SILENT_TLS: HalfHandshake,
    WireFault.SSH_BANNER: SshBanner,
}
"""Who takes a fresh connection instead of TLS."""

BEHIND_TLS: dict[WireFault, Callable[[], asyncio.Protocol]] = {WireFault.SILENT_HTTP: Silent}
"""Who takes it instead of HTTP."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Instead = Callable[[web.Request, FaultSize], Awaitable[web.StreamResponse]]
Spoil = Callable[[web.Request, web.Response, bytes, FaultSize], Awaitable[web.StreamResponse]]

PAGE = (
    "<!DOCTYPE html><html><head><title>IIS Windows Server</title></head>"
    "<body><h1>It works!</h1></body></html>"
)
OTHER_SOAP = (
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body>'
    '<n:PullResponse xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"><n:EndOfSequence/>'
    "</n:PullResponse></s:Body></s:Envelope>"
)
SOAP_TYPE = "application/soap+xml;charset=UTF-8"


def lying(current: Callable[[], WireFault | None], size: FaultSize) -> Middleware:
    """A middleware that answers, or spoils the answer, as the fault of the moment says."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        fault = current()
        if instead := INSTEAD.get(fault) if fault else None:
            await request.read()
            return await instead(request, size)
        reply = await handler(request)
        spoil = SPOILED.get(fault) if fault else None
        # What has no body, as the steps of a login, has nothing to spoil.
        if spoil and isinstance(reply, web.Response) and isinstance(reply.body, bytes) and reply.body:
            return await spoil(request, reply, reply.body, size)
        return reply

    return middleware


async def _html_page(request: web.Request, size: FaultSize) -> web.StreamResponse:
    return web.Response(text=PAGE, content_type="text/html")


async def _empty_500(request: web.Request, size: FaultSize) -> web.StreamResponse:
    return web.Response(status=500)


async def _wrong_soap(request: web.Request, size: FaultSize) -> web.StreamResponse:
    return web.Response(text=OTHER_SOAP, headers={"Content-Type": SOAP_TYPE})


async def _malformed(
    request: web.Request, truth: web.Response, body: bytes, size: FaultSize
) -> web.StreamResponse:
    return _like(truth, body[: len(body) * 2 // 3] + b"<&")


async def _wrong_encoding(
    request: web.Request, truth: web.Response, body: bytes, size: FaultSize
) -> web.StreamResponse:
    head, end, rest = body.partition(b">")
    return _like(truth, head + end + "<!-- Größe in Latin-1 -->".encode("latin-1") + rest)


async def _cut(request: web.Request, truth: web.Response, body: bytes, size: FaultSize) -> web.StreamResponse:
    reply = web.StreamResponse(headers={**_type(truth), "Content-Length": str(len(body))})
    await reply.prepare(request)
    await reply.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return reply


async def _drip(
    request: web.Request, truth: web.Response, body: bytes, size: FaultSize
) -> web.StreamResponse:
    reply = web.StreamResponse(headers={**_type(truth), "Content-Length": str(len(body))})
    await reply.prepare(request)
    # A client that gives up is what such a lie asks for.
    with suppress(ConnectionError):
        for position in range(len(body)):
            await reply.write(body[position : position + 1])
            await asyncio.sleep(size.drip_s)
    return reply


async def _huge(request: web.Request, size: FaultSize) -> web.StreamResponse:
    reply = web.StreamResponse(headers={"Content-Type": SOAP_TYPE})
    reply.enable_chunked_encoding()
    await reply.prepare(request)
    # Well-formed to its end: only its size is wrong.
    head, _, tail = OTHER_SOAP.encode().partition(b"<n:EndOfSequence/>")
    piece = b"QUFB" * 16_384
    with suppress(ConnectionError):
        await reply.write(head + b"<n:EndOfSequence/><n:Items>")
        for _written in range(0, size.huge_bytes, len(piece)):
            await reply.write(piece)
            # A write that finds room does not yield, and the loop has others to serve.
            await asyncio.sleep(0)
        await reply.write(b"</n:Items>" + tail)
    return reply


def _like(truth: web.Response, body: bytes) -> web.Response:
    return web.Response(body=body, headers=_type(truth))


def _type(truth: web.Response) -> dict[str, str]:
    """A spoiled reply claims to be what the true one is, also where that is sealed."""
    return {"Content-Type": truth.headers["Content-Type"]}


INSTEAD: dict[WireFault, Instead] = {
    WireFault.HTML_PAGE: _html_page,
    WireFault.EMPTY_500: _empty_500,
    WireFault.WRONG_SOAP: _wrong_soap,
    WireFault.HUGE: _huge,
}
"""Who answers instead of the service, which does not hear of the request."""

SPOILED: dict[WireFault, Spoil] = {
    WireFault.MALFORMED_XML: _malformed,
    WireFault.WRONG_ENCODING: _wrong_encoding,
    WireFault.CUT: _cut,
    WireFault.DRIP: _drip,
}
"""What becomes of a true reply. Its request was carried out: that is the truth of such a fault.

``REFUSE_LOGIN`` is in neither: a refusal that is true to every way of logging in is the service's own.
"""
