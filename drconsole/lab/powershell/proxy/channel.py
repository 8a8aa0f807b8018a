"""The channel between real PowerShell processes and the lab's model: JSON lines on 127.0.0.1.

One connection carries one call at a time; a process opens as many as it has calls at once. Each process has a
token of its own that also says which simulated host it belongs to.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from drconsole.lab.hyperv.call import Call, Gone, World

BEAT = 2.0
"""Seconds between signs of life while a call runs; the shell gives up after ``SILENCE_MS`` without any."""

SILENCE_MS = 30_000

LIMIT = 2**24
"""Bytes in the longest request line: a note or a list soon passes asyncio's default of 64 KiB."""


@dataclass(slots=True)
class Admission:
    """What one process may do: call as one host.

    ``proof`` is what its hook said when it came up, ``exit_code`` what it said at its end, all 32 bits.
    """

    host: str
    token: str = field(repr=False)
    proof: asyncio.Future[Mapping[str, Any]]
    exit_code: int | None = None


class Wire:
    """The sink of a call on one connection."""

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._waiting: asyncio.Future[bool] | None = None
        self._open = True

    def send(self, item: Mapping[str, Any]) -> None:
        """Write a line without waiting; nothing happens once the other side is gone."""
        if self._open:
            text = json.dumps(item, ensure_ascii=False, separators=(",", ":"))
            self._writer.write(text.encode("utf-8", "surrogatepass") + b"\n")

    async def tell(self, item: Mapping[str, Any]) -> None:
        """Hand an item over; a process that went away takes it silently (see ``Sink``)."""
        self.send(item)
        if self._open:
            try:
                await self._writer.drain()
            except ConnectionError:
                self.gone()

    async def ask(self, item: Mapping[str, Any]) -> bool:
        """Hand an item over and wait until it was taken (see ``Sink``)."""
        if not self._open:
            raise Gone
        self._waiting = asyncio.get_running_loop().create_future()
        self.send({**item, "wait": True})
        return await self._waiting

    def answer(self, value: bool) -> None:
        """The other side took the last item."""
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(value)

    def finished(self, call: asyncio.Task[None]) -> None:
        """A call has ended: a stopped pipeline still waits for the word that its act did, too."""
        if call.cancelled():
            self.send({"is": "end"})

    def gone(self) -> None:
        """The other side is gone: whoever waits for an answer stops."""
        self._open = False
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(Gone())


class Channel:
    """The server end for all processes of one engine."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.address = ""
        self._server: asyncio.Server | None = None
        self._admitted: dict[str, Admission] = {}
        self._links: dict[asyncio.Task[Any], asyncio.StreamWriter] = {}
        self._calls: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Listen on a port that the system chooses."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LIMIT)
        self.address = "{}:{}".format(*self._server.sockets[0].getsockname()[:2])

    async def close(self) -> None:
        """End all calls and connections."""
        if self._server is None:
            return
        self._server.close()
        for call in self._calls:
            call.cancel()
        # closed, not cancelled: asyncio 3.11 reports a cancelled connection handler as an error
        for writer in self._links.values():
            writer.close()
        await asyncio.gather(*self._calls, *self._links, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    def admit(self, host: str) -> Admission:
        """Let one more process in that acts as ``host``."""
        token = secrets.token_urlsafe(24)
        admission = Admission(host, token, asyncio.get_running_loop().create_future())
        self._admitted[token] = admission
        return admission

    def dismiss(self, admission: Admission) -> None:
        """Forget a process that has ended."""
        self._admitted.pop(admission.token, None)
        admission.proof.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._links[task] = writer
        wire = Wire(writer)
        try:
            await self._talk(reader, wire)
        except ConnectionError:
            wire.gone()
        except (ValueError, KeyError) as error:
            # not JSON, or a line over the limit: nothing after it can be understood
            text = f"the lab could not read a request: {error}"
            wire.send(fatal("BadRequest", "ProtocolError", "System.FormatException", text))
        finally:
            # a call that waits for the shell ends here; one that is at work goes on, as a host's own service
            # does when a client's process dies
            wire.gone()
            del self._links[task]
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, wire: Wire) -> None:
        hello = json.loads(await reader.readline() or b"{}")
        admission = self._admitted.get(str(hello.get("token")))
        if admission is None:
            wire.send({"refused": "unknown token"})
            return
        wire.send({"ok": True})
        if not admission.proof.done():
            admission.proof.set_result(hello["hook"])
        call: asyncio.Task[None] | None = None
        while line := await reader.readline():
            message = json.loads(line)
            match message["do"]:
                case "call":
                    bound = Call(admission.host, message["cmdlet"], message["set"], message["bound"])
                    call = asyncio.create_task(self._call(bound, wire))
                    self._calls.add(call)
                    call.add_done_callback(self._calls.discard)
                    call.add_done_callback(wire.finished)
                case "answer":
                    wire.answer(message["answer"])
                case "cancel":
                    if call:
                        call.cancel()
                case "exit":
                    admission.exit_code = message["code"]
                    wire.send({"ok": True})
                case "unmodelled":
                    self.world.note_unmodelled(message["what"])

    async def _call(self, call: Call, wire: Wire) -> None:
        beat = asyncio.create_task(self._beat(wire))
        try:
            wire.send(await self.world.run(call, wire))
        except Gone:
            return
        except Exception as error:
            # a defect of the model must not look like an answer of a host
            what = f"{call.cmdlet} failed inside the model: {type(error).__name__}: {error}"
            self.world.note_unmodelled(what)
            wire.send(fatal("ModelFailed", "NotSpecified", "System.InvalidOperationException", what))
        finally:
            beat.cancel()

    @staticmethod
    async def _beat(wire: Wire) -> None:
        while True:
            await asyncio.sleep(BEAT)
            wire.send({"is": "beat"})


def fatal(identifier: str, category: str, exception: str, text: str) -> dict[str, Any]:
    """Make the last word of a call that ends its pipeline."""
    return {"is": "fatal", "id": identifier, "category": category, "exception": exception, "text": text}
