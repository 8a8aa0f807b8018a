"""The server under test: in this process, in a thread with a loop of its own."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from drconsole.lab.certificates import Authority
from drconsole.lab.powershell.process import Engine
from drconsole.lab.winrm.listener import Listener, serve
from drconsole.lab.winrm.service import Ways, WinRMService
from drconsole.lab.winrm.shells import Quotas
from drconsole.lab.wire_faults import FaultSize, WireFault
from tests.contract.winrm.small_engine import SmallEngine

T = TypeVar("T")

HOST = "NY-HV1"
USER = "Administrator"
PASSWORD = "größer: als 7"
PATIENCE_S = 60.0
"""How long a test waits for an event before it calls it missing."""


class LabThread:
    """A running loop in a thread, and the authority of all hosts started in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.authority = Authority(folder / "tls")
        self.stranger = Authority(folder / "another")
        self._stopped = asyncio.Event()
        begun: Future[asyncio.AbstractEventLoop] = Future()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._live(begun)), name="lab")
        self._thread.start()
        self._loop = begun.result(PATIENCE_S)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something in the lab's loop and wait for it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE_S)

    def start(
        self,
        *,
        tls: bool = True,
        ways: Ways | None = None,
        quotas: Quotas | None = None,
        size: FaultSize | None = None,
        make_engine: Callable[[], Engine] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> Host:
        """Start a host, which takes Basic and Negotiate unless told; its engine is made in the lab's loop."""
        small = SmallEngine()

        async def begin() -> tuple[Listener, Engine]:
            users = {USER: PASSWORD, "other": "word"}
            engine = make_engine() if make_engine else small
            taken = ways or Ways(negotiate=self.folder)
            service = WinRMService(HOST, users, engine, ways=taken, quotas=quotas, now=now)
            certificates = self.authority.endpoint(HOST.lower()) if tls else None
            return await serve(service, certificates, size=size), engine

        return Host(self, *self.run(begin()), small)

    def close(self) -> None:
        """End the loop and its thread."""
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join()

    async def _live(self, begun: Future[asyncio.AbstractEventLoop]) -> None:
        begun.set_result(asyncio.get_running_loop())
        await self._stopped.wait()


@dataclass(frozen=True, slots=True)
class Host:
    """One simulated host and the processes that it has started."""

    lab: LabThread
    listener: Listener
    engine: Engine
    small: SmallEngine

    @property
    def service(self) -> WinRMService:
        """The service behind the listener."""
        return self.listener.service

    @property
    def port(self) -> int:
        """Where it listens."""
        return self.listener.port

    @property
    def ca_file(self) -> Path:
        """What its clients trust."""
        return self.lab.authority.certificate_file

    def break_with(self, fault: WireFault | None) -> None:
        """Set a fault at the wire."""
        self.lab.run(self.listener.set_fault(fault))

    def wait_until(self, condition: Callable[[], bool]) -> None:
        """Return when a condition holds in the lab's loop."""

        async def watch() -> None:
            while not condition():
                await asyncio.sleep(0.002)

        self.lab.run(watch())

    def close(self) -> None:
        """End the host and its processes."""
        self.lab.run(self.listener.close())
        self.lab.run(self.engine.close())
