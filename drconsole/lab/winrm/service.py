"""The WS-Management service of one simulated host, behind HTTP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from aiohttp import web

from drconsole.lab.certificates import EndpointCertificates
from drconsole.lab.powershell.process import Engine
from drconsole.lab.winrm import faults
from drconsole.lab.winrm.authentication import Accounts, Basic
from drconsole.lab.winrm.faults import Fault
from drconsole.lab.winrm.gate import Admitted, Gate, Refused
from drconsole.lab.winrm.negotiate import Rules
from drconsole.lab.winrm.ntlm import Hardening
from drconsole.lab.winrm.operations import Operations
from drconsole.lab.winrm.sealing import BadSeal, seal, unseal
from drconsole.lab.winrm.shells import Quotas, Shells
from drconsole.lab.winrm.soap import CONTENT_TYPE, BadEnvelope, Request, envelope, identity, parse

VERSION = "10.0.20348"
UNKNOWN_VERSION = "0.0.0"
READ_LIMIT = 8 * 1024 * 1024
"""Bytes of a request that are read at all; the quota of a host is far below and answered by a fault."""


@dataclass(slots=True)
class Counters:
    """What one endpoint has done: HTTP requests and body bytes, actions by name, refused logins."""

    requests: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    refused: int = 0
    actions: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ways:
    """How one host takes logins. ``negotiate`` is the folder where NTLM may put password hashes for a moment.

    ``hardening`` is what a login without channel binding means over TLS. ``keytab`` adds Kerberos.
    """

    basic: bool = True
    negotiate: Path | None = None
    hardening: Hardening = Hardening.RELAXED
    keytab: Path | None = None

    def gate(self, accounts: Accounts) -> Gate:
        """Make the gate of a host with these accounts."""
        rules = None
        if self.negotiate is not None:
            rules = Rules(accounts, self.negotiate, self.hardening, self.keytab)
        return Gate(Basic(accounts) if self.basic else None, rules)


class WinRMService:
    """One host's service; ``app`` serves it, with TLS or without.

    ``users`` maps local account names to passwords; ``ways`` is Basic over TLS unless given. ``unmodelled``
    is told what a client used and the simulated host does not have; ``now`` gives the seconds by which idle
    shells end.
    """

    def __init__(
        self,
        host_name: str,
        users: Mapping[str, str],
        engine: Engine,
        *,
        ways: Ways | None = None,
        quotas: Quotas | None = None,
        unmodelled: Callable[[str], None] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self.host_name = host_name
        self.counters = Counters()
        self.unmodelled: list[str] = []
        self.shells = Shells(quotas or Quotas(), now)
        self.ways = ways or Ways()
        self.gate = self.ways.gate(Accounts(host_name, users))
        self._operations = Operations(host_name, self.shells, engine, unmodelled or self.unmodelled.append)

    def app(self, certificates: EndpointCertificates | None) -> web.Application:
        """The service as an application; without certificates it is behind clear HTTP.

        There it knows no Basic and takes sealed messages only.
        """

        async def wsman(request: web.Request) -> web.StreamResponse:
            return await self._handle(request, certificates)

        app = web.Application(client_max_size=READ_LIMIT)
        app.on_response_prepare.append(_sign)
        app.router.add_post("/wsman", wsman)
        app.router.add_post("/wsman-anon/identify", self._identify_stranger)
        return app

    def restart(self) -> None:
        """Do what a restart of the service does: all shells end, waiting clients are told so."""
        self.shells.end_all()

    async def _handle(
        self, request: web.Request, certificates: EndpointCertificates | None
    ) -> web.StreamResponse:
        if request.headers.get("WSMANIDENTIFY", "").lower() == "unauthenticated":
            return await self._identify_stranger(request)
        body = await self._read(request)
        try:
            admitted = self.gate.admit(request, certificates, body)
        except Refused as refused:
            return self._refusal(refused)
        reply = await self._admitted(request, admitted, body, tls=certificates is not None)
        if admitted.token:
            reply.headers["WWW-Authenticate"] = admitted.token
        return reply

    def _refusal(self, refused: Refused) -> web.Response:
        self.counters.refused += not refused.going_on
        reply = web.Response(status=401)
        for offer in refused.offers:
            reply.headers.add("WWW-Authenticate", offer)
        return reply

    async def _admitted(
        self, request: web.Request, admitted: Admitted, body: bytes, *, tls: bool
    ) -> web.Response:
        """Answer in the way that was asked: sealed what came sealed."""
        if not body:
            return web.Response(status=200, headers={"Content-Type": CONTENT_TYPE})
        listening = partial(_listening, request)
        if not request.content_type.startswith("multipart/"):
            if not tls:
                # AllowUnencrypted is false.
                return web.Response(status=500)
            return self._reply(*await self._answer(body, admitted.user, listening))
        try:
            if admitted.login is None:
                raise BadSeal("the connection has no security context")
            message, protocol = unseal(admitted.login.context, body)
        except BadSeal:
            self.gate.forget(request)
            return web.Response(status=400)
        status, answer = await self._answer(message, admitted.user, listening)
        sealed = seal(admitted.login.context, protocol, answer)
        return self._reply(status, sealed.body, sealed.content_type)

    async def _answer(self, body: bytes, user: str, listening: Callable[[], bool]) -> tuple[int, bytes]:
        relates_to = ""
        try:
            asked = self._parsed(body)
            relates_to = asked.message_id
            if asked.is_identify:
                return 200, identity(VERSION)
            return 200, await self._run(asked, user, listening)
        except Fault as fault:
            return 500, fault.envelope(relates_to, self.host_name)

    def _parsed(self, body: bytes) -> Request:
        if len(body) > self.shells.quotas.envelope_bytes:
            raise faults.envelope_too_large()
        try:
            return parse(body)
        except BadEnvelope as error:
            raise faults.invalid_xml(str(error)) from error

    async def _run(self, asked: Request, user: str, listening: Callable[[], bool]) -> bytes:
        for header, value in (("Action", asked.action), ("ResourceURI", asked.resource_uri)):
            if not value:
                raise faults.missing_header(header)
        action = asked.action.rpartition("/")[2]
        self.counters.actions[action] = self.counters.actions.get(action, 0) + 1
        body = await self._operations.run(asked, user, listening)
        return envelope(asked.action + "Response", asked.message_id, body)

    async def _identify_stranger(self, request: web.Request) -> web.Response:
        await self._read(request)
        return self._reply(200, identity(UNKNOWN_VERSION))

    async def _read(self, request: web.Request) -> bytes:
        try:
            body = await request.read()
        except ConnectionResetError:
            # The client went in the middle of its request: nobody will read this.
            raise web.HTTPBadRequest from None
        self.counters.requests += 1
        self.counters.bytes_in += len(body)
        return body

    def _reply(self, status: int, body: bytes, content_type: str = CONTENT_TYPE) -> web.Response:
        self.counters.bytes_out += len(body)
        return web.Response(status=status, body=body, headers={"Content-Type": content_type})


async def _sign(request: web.Request, response: web.StreamResponse) -> None:
    """Be the web server that real hosts have under their service."""
    response.headers["Server"] = "Microsoft-HTTPAPI/2.0"


def _listening(request: web.Request) -> bool:
    transport: asyncio.Transport | None = request.transport
    return transport is not None and not transport.is_closing()
