"""For the tests of the second engine: a small world behind it, and what its processes wrote."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from drconsole.lab.hyperv.call import Call, Sink
from drconsole.lab.powershell.process import Process, Start
from drconsole.lab.powershell.proxy.channel import fatal
from drconsole.lab.powershell.real_engine import RealEngine

HOST = "NYHV01"
COMMANDS = "Microsoft.HyperV.PowerShell.Commands."
WEB, DB = "5a000000-0000-4000-8000-000000000001", "5a000000-0000-4000-8000-000000000002"

Handler = Callable[[Call, Sink], Awaitable[dict[str, Any] | None]]


def vm(name: str, ident: str = WEB, **more: Any) -> dict[str, Any]:
    """A VirtualMachine as the model sends it."""
    return {
        "$type": "VirtualMachine",
        "$ref": f"vm/{ident}",
        "$text": f"VirtualMachine (Name = '{name}') [Id = '{ident}']",
        "Id": {"$guid": ident},
        "Name": name,
        "State": {"$enum": "VMState", "name": "Running"},
        **more,
    }


def item(value: Any) -> dict[str, Any]:
    """An object item of an answer."""
    return {"is": "object", "object": value}


def error(text: str, identifier: str = "InvalidParameter") -> dict[str, Any]:
    """An error item as Hyper-V's own cmdlets give it."""
    exception = "Microsoft.HyperV.PowerShell.VirtualizationException"
    return {
        "is": "error",
        "id": identifier,
        "text": text,
        "category": "InvalidArgument",
        "target": text,
        "exception": exception,
    }


class SmallWorld:
    """Implements ``call.World`` by one function for each cmdlet; remembers all calls."""

    def __init__(self, **handlers: Handler) -> None:
        self.handlers = {name.replace("_", "-"): handler for name, handler in handlers.items()}
        self.calls: list[Call] = []
        self.unmodelled: list[str] = []

    async def run(self, call: Call, sink: Sink) -> dict[str, Any]:
        """Answer by the handler."""
        self.calls.append(call)
        handler = self.handlers.get(call.cmdlet)
        if handler is None:
            self.note_unmodelled(call.cmdlet)
            text = f"NotModelled: {call.cmdlet}"
            return fatal("NotModelled", "NotImplemented", "System.NotImplementedException", text)
        return await handler(call, sink) or {"is": "end"}

    def note_unmodelled(self, what: str) -> None:
        """Keep it."""
        self.unmodelled.append(what)

    def bound(self, cmdlet: str) -> list[Mapping[str, Any]]:
        """What all calls of one cmdlet bound."""
        return [call.bound for call in self.calls if call.cmdlet == cmdlet]


def answering(*values: Any) -> Handler:
    """A handler that sends these objects."""

    async def answer(call: Call, sink: Sink) -> None:
        for value in values:
            await sink.tell(item(value))

    return answer


class Answer(NamedTuple):
    """What a process wrote, and how it ended."""

    out: bytes
    err: bytes
    code: int

    @property
    def lines(self) -> list[str]:
        """Standard output as lines, from UTF-8."""
        return self.out.decode().splitlines()


class Heard:
    """Implements ``process.Output``, thread-safe: keeps all bytes; ``ended`` is the whole answer."""

    def __init__(self) -> None:
        self.bytes = {"stdout": bytearray(), "stderr": bytearray()}
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[Answer] = self._loop.create_future()

    def write(self, stream: str, data: bytes) -> None:
        """Keep it."""
        self._loop.call_soon_threadsafe(self._keep, stream, data)

    def _keep(self, stream: str, data: bytes) -> None:
        assert not self.ended.done(), "written after its end"
        self.bytes[stream] += data

    def exited(self, code: int) -> None:
        """Make the answer."""
        self._loop.call_soon_threadsafe(self._end, code)

    def _end(self, code: int) -> None:
        self.ended.set_result(Answer(bytes(self.bytes["stdout"]), bytes(self.bytes["stderr"]), code))


def encoded(script: str) -> str:
    """A command line that runs a script of any text."""
    code = base64.b64encode(script.encode("utf-16-le")).decode()
    return f"powershell.exe -NoLogo -NoProfile -NonInteractive -OutputFormat Text -EncodedCommand {code}"


def caught(body: str) -> str:
    """PowerShell text that prints which error its body throws."""
    shown = '"$($_.FullyQualifiedErrorId) $($_.CategoryInfo.Category) $($_.Exception.GetType().Name)"'
    return "try { $null = . { " + body + ' } ; "nothing" } catch { ' + shown + " }"


class RealLab:
    """One engine on a small world."""

    def __init__(self, engine: RealEngine, world: SmallWorld) -> None:
        self.engine = engine
        self.world = world

    async def start(
        self, line: str, codepage: int = 65001, environment: Mapping[str, str] | None = None
    ) -> tuple[Process, Heard]:
        """Start a process for a command line."""
        heard = Heard()
        return await self.engine.start(Start(HOST, line, codepage, environment or {}), heard), heard

    async def run(
        self,
        line: str,
        stdin: bytes = b"",
        codepage: int = 65001,
        environment: Mapping[str, str] | None = None,
    ) -> Answer:
        """Start a process, feed it, and return what it did."""
        process, heard = await self.start(line, codepage, environment)
        process.feed(stdin)
        process.close_input()
        return await heard.ended

    async def ask(self, script: str) -> list[str]:
        """Run a script that must succeed; its output lines."""
        got = await self.run(encoded(script))
        assert (got.err, got.code) == (b"", 0), got
        assert b"\x1b" not in got.out, "colours"
        return got.lines


@asynccontextmanager
async def lab(pwsh: Path, **handlers: Handler) -> AsyncIterator[RealLab]:
    """An engine with a world of these handlers; closed at the end."""
    world = SmallWorld(**handlers)
    engine = RealEngine(world, pwsh)
    try:
        yield RealLab(engine, world)
    finally:
        await engine.close()
