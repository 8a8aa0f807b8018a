"""The lab's WinRM server in a thread, with processes that write what a test says."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from drconsole.domain.endpoint import Endpoint, EndpointKind
from drconsole.lab.certificates import Authority
from drconsole.lab.powershell.process import Engine, Output, Process, Start
from drconsole.lab.winrm.listener import Listener, serve
from drconsole.lab.winrm.service import Ways, WinRMService
from drconsole.lab.winrm.shells import Quotas
from drconsole.lab.wire_faults import FaultSize, WireFault
from drconsole.platforms.base import Access
from drconsole.platforms.hyperv import loop_form
from drconsole.platforms.hyperv.platform import HyperV
from tests.contract.hyperv.answers import framed, light, looped
from tests.contract.hyperv.loop_player import LoopPlayer

T = TypeVar("T")
USER, PASSWORD = "dr-reader", "CanaryPässwort7"
FAULT_SIZE = FaultSize(drip_s=0.05, huge_bytes=8 << 20)


@dataclass
class Scripted:
    """What the next processes do: answer a read by a value, or never; both ways of reading are understood.

    ``loops``: the loop runs there; otherwise its process ends at once. ``players`` are the loops that ran,
    ``processes`` theirs, and ``behaviour`` is what the next one does differently.
    """

    value: Any = field(default_factory=light)
    hangs: bool = False
    loops: bool = True
    players: list[LoopPlayer] = field(default_factory=list)
    behaviour: dict[str, Any] = field(default_factory=dict)
    processes: list[_LoopProcess] = field(default_factory=list)
    started: threading.Event = field(default_factory=threading.Event)
    command_lines: list[str] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)

    async def start(self, start: Start, output: Output) -> Process:
        """Start one."""
        self.command_lines.append(start.command_line)
        if start.command_line != loop_form.COMMAND_LINE:
            return _Process(self, output)
        if not self.loops:
            output.write("stderr", b"[Console] is not allowed here")
            output.exited(1)
        self.processes.append(_LoopProcess(self, output))
        return self.processes[-1]

    def answer(self, request: dict[str, Any]) -> bytes:
        """What the loop writes."""
        return b"" if self.hangs else looped(request["id"], self.value)

    async def close(self) -> None:
        """Hold nothing, so there is nothing to give up."""


class _Process:
    def __init__(self, script: Scripted, output: Output) -> None:
        self._script, self._output, self._input = script, output, bytearray()

    def feed(self, data: bytes) -> None:
        self._input += data

    def close_input(self) -> None:
        script = self._script
        script.requests.append(json.loads(base64.b64decode(bytes(self._input))))
        if not script.hangs:
            self._output.write("stdout", framed(script.value))
            self._output.exited(0)
        script.started.set()

    def kill(self) -> None:
        self._output.exited(1)


class _LoopProcess:
    def __init__(self, script: Scripted, output: Output) -> None:
        self._script, self._output = script, output
        self._player = LoopPlayer(**{"answer": script.answer, **script.behaviour})
        script.players.append(self._player)

    def feed(self, data: bytes) -> None:
        self._output.write("stdout", self._player.feed(data))
        if self._player.requests:
            self._script.started.set()

    def close_input(self) -> None:
        self._output.exited(0)

    def kill(self) -> None:
        self._output.exited(1)


class Host:
    """One host of the lab, and the endpoint that the config would have for it."""

    def __init__(
        self,
        folder: Path,
        loop: asyncio.AbstractEventLoop,
        *,
        tls: bool = True,
        way: str = "loop",
        quotas: Quotas | None = None,
        engine: Engine | None = None,
        logins: Ways | None = None,
    ) -> None:
        self.loop = loop
        self.way = way
        self.tls = tls
        self.state = folder / "state"
        self.made: list[HyperV] = []
        self.script = Scripted()
        self.authority = Authority(folder)
        self.engine = engine or self.script
        users = {USER: PASSWORD}
        self.service = WinRMService("HV-NY1", users, self.engine, ways=logins, quotas=quotas)
        certificates = self.authority.endpoint("hv-ny1.lab") if tls else None
        self.listener: Listener = self.wait(serve(self.service, certificates, size=FAULT_SIZE))

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something in the lab's loop."""
        return asyncio.run_coroutine_threadsafe(work, self.loop).result()

    def fault(self, fault: WireFault | None) -> None:
        """Make the endpoint dead or lying, or well."""
        self.wait(self.listener.set_fault(fault))

    @property
    def shells(self) -> int:
        """How many shells live on the host."""
        return self.look(lambda: len(self.service.shells))

    @property
    def actions(self) -> dict[str, int]:
        """What was asked of the service so far."""
        return self.look(lambda: dict(self.service.counters.actions))

    def look(self, question: Callable[[], T]) -> T:
        """Ask the lab something in its own thread."""

        async def ask() -> T:
            return question()

        return self.wait(ask())

    def platform(self, *, budget_s: float = 120.0, **access: Any) -> HyperV:
        """The product's side."""
        endpoint = Endpoint("ny-hv1", "New York", EndpointKind.HYPERV_HOST, "127.0.0.1", budget_s=budget_s)
        facts: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": self.listener.port,
            "user": USER,
            "secret": lambda: PASSWORD,
            "ca_file": self.authority.certificate_file,
            "way": self.way,
        }
        self.made.append(HyperV(endpoint, Access(**(facts | access)), self.state))
        return self.made[-1]


@contextmanager
def lab_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """A loop that runs in a thread of its own."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="test-lab", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def host(
    folder: Path,
    *,
    tls: bool = True,
    way: str = "loop",
    quotas: Quotas | None = None,
    engine: Engine | None = None,
    logins: Ways | None = None,
) -> Iterator[Host]:
    """One host that answers."""
    with lab_loop() as loop:
        one = Host(folder, loop, tls=tls, way=way, quotas=quotas, engine=engine, logins=logins)
        try:
            yield one
        finally:
            for platform in one.made:
                platform.close()
            one.wait(one.listener.close())
            one.wait(one.engine.close())
