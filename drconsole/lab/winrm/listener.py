"""The socket of one endpoint: it takes connections for HTTP, or for the fault of the moment."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from weakref import WeakSet

from aiohttp import web

from drconsole.lab.certificates import CertificateKind, EndpointCertificates
from drconsole.lab.winrm.service import WinRMService
from drconsole.lab.wire_faults import BEFORE_TLS, BEHIND_TLS, CERTIFICATES, FaultSize, WireFault, lying

KEEP_ALIVE_S = 120.0
"""Idle seconds after which HTTP.sys closes a connection."""

CLOSING_S = 1.0
BACKLOG = 128
RETRY_S = 0.05


class Listener:
    """One endpoint at ``address`` and ``port``; all methods belong to the lab's loop."""

    def __init__(
        self, service: WinRMService, certificates: EndpointCertificates | None, address: str, size: FaultSize
    ) -> None:
        self.service = service
        self.address = address
        self.port = 0
        self.connections = 0
        self._certificates = certificates
        self._fault: WireFault | None = None
        self._socket: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._greeting: set[asyncio.Task[None]] = set()
        self._transports: WeakSet[asyncio.Transport] = WeakSet()
        app = service.app(certificates)
        app.middlewares.append(lying(lambda: self._fault, size))
        self._runner = web.AppRunner(
            app, access_log=None, keepalive_timeout=KEEP_ALIVE_S, shutdown_timeout=CLOSING_S
        )

    @property
    def tls(self) -> bool:
        """Whether it speaks TLS when it is well."""
        return self._certificates is not None

    @property
    def fault(self) -> WireFault | None:
        """What is wrong with the endpoint now."""
        return self._fault

    @property
    def open_connections(self) -> int:
        """How many clients are connected and past their handshake."""
        return sum(not transport.is_closing() for transport in list(self._transports))

    async def open(self, port: int) -> None:
        """Bind and answer; port 0 lets the system choose."""
        await self._runner.setup()
        self._bind(port)
        self._listen()

    async def set_fault(self, fault: WireFault | None) -> None:
        """Be dead or lie from now on, or be well again; open connections break."""
        was, self._fault = self._fault, fault
        self.service.gate.closed = fault is WireFault.REFUSE_LOGIN
        if fault is WireFault.REFUSE and was is not WireFault.REFUSE:
            await self._stop_accepting()
            # Bound and not listening: the port stays ours, and whoever connects is refused.
            self._bind(self.port)
        elif was is WireFault.REFUSE and fault is not WireFault.REFUSE:
            self._listen()
        self.break_connections()

    async def close(self) -> None:
        """End every process and connection, and give up the port."""
        await self._stop_accepting()
        self.service.restart()
        self.break_connections()
        await asyncio.gather(*self._greeting, return_exceptions=True)
        await self._runner.cleanup()

    def _bind(self, port: int) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.setblocking(False)
        self._socket.bind((self.address, port))
        self.port = self._socket.getsockname()[1]

    def _listen(self) -> None:
        if self._socket is not None:
            self._socket.listen(BACKLOG)
            self._accepting = asyncio.create_task(self._accept(self._socket))

    async def _stop_accepting(self) -> None:
        if self._accepting is not None:
            self._accepting.cancel()
            await asyncio.gather(self._accepting, return_exceptions=True)
            self._accepting = None
        if self._socket is not None:
            self._socket.close()

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(listening)
            except OSError:
                # The client is gone already, or this process has no descriptor left: others may come.
                await asyncio.sleep(RETRY_S)
                continue
            self.connections += 1
            task = asyncio.create_task(self._greet(connection))
            self._greeting.add(task)
            task.add_done_callback(self._greeting.discard)

    async def _greet(self, connection: socket.socket) -> None:
        """Hand a fresh connection to whoever answers on it now; a client that breaks off is none of ours."""
        answering, tls = self._answering()
        # OSError includes every refusal of TLS; the loop closes the socket.
        with suppress(OSError):
            transport, _ = await asyncio.get_running_loop().connect_accepted_socket(
                answering, connection, ssl=tls
            )
            self._transports.add(transport)

    def _answering(self) -> tuple[Callable[[], asyncio.BaseProtocol], ssl.SSLContext | None]:
        fault = self._fault
        if fault in BEFORE_TLS:
            return BEFORE_TLS[fault], None
        kind = CERTIFICATES.get(fault, CertificateKind.GOOD) if fault else CertificateKind.GOOD
        tls = None if self._certificates is None else self._certificates.context(kind)
        if fault in BEHIND_TLS:
            return BEHIND_TLS[fault], tls
        server = self._runner.server
        assert server is not None
        return server, tls

    def break_connections(self) -> None:
        """Break every open connection; what was asked on it is carried out all the same."""
        for task in self._greeting:
            task.cancel()
        for transport in list(self._transports):
            transport.abort()


async def serve(
    service: WinRMService,
    certificates: EndpointCertificates | None,
    *,
    address: str = "127.0.0.1",
    port: int = 0,
    size: FaultSize | None = None,
) -> Listener:
    """Serve one host; without ``certificates`` over clear HTTP, where only sealed messages are taken."""
    listener = Listener(service, certificates, address, size or FaultSize())
    await listener.open(port)
    return listener
