"""A machine in the middle: it passes on what it is sent, and may open TLS with a certificate of its own."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress

from drconsole.lab.certificates import Authority

PIECE = 65536


class Relay:
    """Listens at ``port`` in front of a host's port; ``heard`` is all that went through, both ways.

    With an ``authority`` that clients trust it shows a leaf of its own and speaks TLS on both sides.
    All methods belong to one loop.
    """

    def __init__(self, host_port: int, authority: Authority | None = None) -> None:
        self.port = 0
        self.heard = bytearray()
        self._host_port = host_port
        self._authority = authority
        self._server: asyncio.Server | None = None
        self._writers: list[asyncio.StreamWriter] = []

    async def open(self) -> None:
        """Begin to listen."""
        shown = self._authority.endpoint("relay").context() if self._authority else None
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", 0, ssl=shown)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Give up the port and all connections."""
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await self._server.wait_closed()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        trusted = None
        if self._authority is not None:
            trusted = ssl.create_default_context(cafile=str(self._authority.certificate_file))
        near, far = (reader, writer), await asyncio.open_connection("127.0.0.1", self._host_port, ssl=trusted)
        self._writers += [near[1], far[1]]
        await asyncio.gather(self._pump(near[0], far[1]), self._pump(far[0], near[1]))

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while piece := await reader.read(PIECE):
                self.heard += piece
                writer.write(piece)
                await writer.drain()
        writer.transport.abort()
