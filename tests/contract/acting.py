"""For the tests of acting cmdlets: a small world whose time leaps, asked by either engine."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

from drconsole.lab.clock import Clock
from drconsole.lab.hyperv.call import Call, Sink
from drconsole.lab.hyperv.cmdlets import FAILED
from drconsole.lab.hyperv.content import Content, content_at, start_writing
from drconsole.lab.hyperv.machines import Adapter, Host, Leg, Machine, Point
from drconsole.lab.hyperv.model import HyperVWorld, fatal
from drconsole.lab.powershell.evaluator import closed_list
from drconsole.lab.powershell.evaluator.frame import Place
from drconsole.lab.powershell.evaluator.signatures import signatures
from drconsole.lab.powershell.evaluator_engine import EvaluatorEngine
from drconsole.lab.powershell.process import Engine, Start
from drconsole.platforms.hyperv import script
from tests.contract.real_lab import Heard

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
WEB = "11111111-1111-4111-8111-111111111111"
DB = "dddddddd-2222-4222-8222-222222222222"
POINT = "33333333-3333-4333-8333-333333333333"
NIC, NIC_COPY = "44444444-4444-4444-8444-444444444444", "55555555-5555-4555-8555-555555555555"
NY, NJ = "nyhv01.corp.example", "njhv01.corp.example"

Make = Callable[[HyperVWorld], Engine]


class LeapingClock(Clock):
    """A clock that stands still, and leaps ahead for whoever sleeps."""

    def __init__(self) -> None:
        super().__init__(START, speed=0)

    async def sleep(self, seconds: float) -> None:
        """Let the time have passed."""
        await asyncio.sleep(0)
        self.advance(seconds)


def hosts() -> list[Host]:
    """``web`` runs in New York and is replicated to New Jersey, ``db`` is off and not protected."""
    synced = START - timedelta(minutes=2)
    web = Machine("NYHV01", WEB, "web", "Running", START - timedelta(hours=1), created=START)
    web.adapters = [Adapter(NIC, "Production", mac="00155D000001")]
    web.legs = [Leg("Primary", "Replicating", NY, NJ, NJ, last_sync=synced)]
    web.content = Content((("as it was made", 1),))
    start_writing(web, START - timedelta(hours=1))
    db = Machine("NYHV01", DB, "db", created=START)
    copy = Machine("NJHV01", WEB, "web", created=START)
    copy.adapters = [Adapter(NIC_COPY, mac="00155D000002")]
    copy.legs = [Leg("Replica", "Replicating", NY, NJ, NJ, last_sync=synced)]
    copy.content = content_at(web, synced)
    copy.points = [Point(POINT, "Replica", START - timedelta(minutes=30))]
    copy.points[0].content = content_at(web, copy.points[0].at)
    switches = ("Production", "Isolated")
    return [
        Host("NYHV01", NY, switches, machines={WEB: web, DB: db}, test_networks=("Isolated",)),
        Host("NJHV01", NJ, switches, machines={WEB: copy}, test_networks=("Isolated",)),
    ]


class ActingWorld(HyperVWorld):
    """The lab's model on a leaping clock, and all calls that were made on it; ``failing`` cmdlets fail."""

    def __init__(self, known: list[Host] | None = None) -> None:
        super().__init__(LeapingClock(), hosts() if known is None else known)
        self.calls: list[Call] = []
        self.failing: frozenset[str] = frozenset()

    async def run(self, call: Call, sink: Sink) -> dict[str, Any]:
        """Remember the call."""
        self.calls.append(call)
        if call.cmdlet in self.failing:
            return fatal("OperationFailed", "NotSpecified", FAILED, "It cannot be done now.")
        return await super().run(call, sink)

    @property
    def web(self) -> Machine:
        """The machine in New York."""
        return self.hosts["NYHV01"].machines[WEB]

    @property
    def copy(self) -> Machine:
        """The machine in New Jersey."""
        return self.hosts["NJHV01"].machines[WEB]

    @property
    def said(self) -> list[str]:
        """Every machine in words: host, name, power, mode, state, switches."""
        return sorted(
            f"{host.name} {one.name} {one.power} {one.mode} {one.state} {_switches(one)}"
            for host in self.hosts.values()
            for one in host.machines.values()
        )


def _switches(machine: Machine) -> str:
    return "+".join(adapter.switch or "-" for adapter in machine.adapters)


@dataclass
class Answered:
    """What the product's frame said, and what the process wrote to its error stream."""

    ok: bool
    value: Any
    error: dict[str, Any] | None
    stderr: bytes = b""
    stdout: bytes = field(default=b"", repr=False)

    @property
    def error_id(self) -> str:
        """The id of the error without the class; empty where there was none."""
        return str(self.error["id"]).partition(",")[0] if self.error else ""


def evaluator(world: HyperVWorld) -> Engine:
    """The evaluator for a world."""
    return EvaluatorEngine(world, asyncio.get_running_loop())


async def ask(engine: Engine, host: str, body: str, **arguments: Any) -> Answered:
    """Run a script as the product does, in a process of its own."""
    whole = body if body.startswith("param(") else f"param($Arguments)\n{body}"
    call = {"body": whole, "arguments": arguments}
    text = json.dumps({"script": script.text_of("frame.ps1"), "call": call})
    heard = Heard()
    process = await engine.start(Start(host, script.COMMAND_LINE, 65001, {}), heard)
    process.feed(base64.b64encode(text.encode()) + b"\n")
    process.close_input()
    got = await heard.ended
    lines = got.out.decode().split("\r\n")
    assert lines[-2:] == ["drconsole-end", ""], got
    told = json.loads(base64.b64decode(lines[-3]))
    return Answered(told["ok"], told["value"], told["error"], got.err, "\r\n".join(lines[:-3]).encode())


READ = """param($Arguments)
foreach ($vm in @(Get-VM)) {
    $names = @(foreach ($nic in @(Get-VMNetworkAdapter -VM $vm)) { if ($nic.Connected) { $nic.SwitchName } })
    "$($vm.Name) $($vm.State) $($vm.ReplicationMode) $($vm.ReplicationState) $names"
}"""


async def read_back(engine: Engine, world: ActingWorld) -> list[str]:
    """Every machine in words, as its host's own cmdlets tell; like ``said``."""
    found: list[str] = []
    for host in world.hosts:
        got = await ask(engine, host, READ)
        assert got.ok, got
        lines = got.value if isinstance(got.value, list) else [got.value]
        found += [f"{host} {line}" for line in lines if line]
    return sorted(line.rstrip() for line in found)


def as_read(world: ActingWorld) -> list[str]:
    """What ``read_back`` must say of a world: nothing stands for what is disconnected."""
    lines = (line.replace("+", " ").removesuffix("-") for line in world.said)
    return sorted(line.rstrip() for line in lines)


def session(
    make: Make, do: Callable[[Engine, ActingWorld], Awaitable[None]], known: list[Host] | None = None
) -> ActingWorld:
    """Run ``do`` on an engine with a fresh world, which must end without anything that is not modelled."""

    async def run() -> ActingWorld:
        world = ActingWorld(known)
        engine = make(world)
        try:
            await do(engine, world)
        finally:
            await engine.close()
            await world.close()
        assert world.unmodelled == []
        return world

    return asyncio.run(run())


@contextmanager
def every_cmdlet() -> Iterator[None]:
    """Let the evaluator take every documented cmdlet: its closed list holds what our scripts use today."""
    everything = {
        name: frozenset(p.name.lower() for p in known.parameters) | {"erroraction"}
        for name, known in signatures().items()
    }
    with mock.patch.dict(closed_list.COMMANDS, everything):
        yield


def trace_of(engine: Engine) -> dict[str, set[Place]]:
    """The statements that were executed, where the engine tells."""
    return engine.trace if isinstance(engine, EvaluatorEngine) else {}
