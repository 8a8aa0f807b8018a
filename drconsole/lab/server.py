"""The lab: all simulated hosts and their endpoints in one process, on one loop and one clock."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import UNSET

from drconsole.lab import scenario as scenarios
from drconsole.lab.certificates import Authority
from drconsole.lab.clock import Clock
from drconsole.lab.hyperv.model import HyperVWorld
from drconsole.lab.hyperv.populate import build_hosts, change
from drconsole.lab.powershell.process import Engine
from drconsole.lab.scenario_form import Copy, EndpointForm, Moment, Scenario, ScenarioError, duration
from drconsole.lab.winrm.listener import Listener, serve
from drconsole.lab.winrm.service import Counters, WinRMService
from drconsole.lab.wire_faults import WireFault

USER = "operator"
EngineMaker = Callable[[HyperVWorld], Awaitable[Engine]]


@dataclass(frozen=True, slots=True)
class Options:
    """How to run a lab: ``cost_s`` is what an object in an answer costs on average, in simulated seconds."""

    scenario: str
    folder: Path
    speed: float = 1.0
    seed: int = 0
    cost_s: float = 0.0


class Lab:
    """A running lab; made by ``start``. All methods belong to its loop."""

    def __init__(self, options: Options, scenario: Scenario, engine: Engine, world: HyperVWorld) -> None:
        self.options = options
        self.name = options.scenario
        self.scenario = scenario
        self.world = world
        self.clock = world.clock
        self.listeners: dict[str, Listener] = {}
        self.password_file = options.folder / "password"
        self._engine = engine
        self._authority = Authority(options.folder / "certificates")
        self._password = secrets.token_urlsafe(24)
        self._timeline = Timeline(self)
        self._resetting = asyncio.Lock()
        self._ports: dict[str, int] = {}

    async def open(self) -> None:
        """Write the password file and bind every endpoint."""
        write_secret(self.password_file, self._password)
        await self._bind()
        self._timeline.restart()

    async def reset(self, name: str | None = None) -> None:
        """Start the scenario, or another one, anew: state, time, faults, counters and timeline.

        An endpoint has one port for as long as the lab lives, whichever scenarios name it.

        Raises:
            ScenarioError: there is no such scenario, or it is wrong; everything stays as it was.
        """
        scenario = scenarios.load(name or self.name)
        async with self._resetting:
            self._timeline.stop()
            self.clock.advance((datetime.now(UTC) - self.clock.now()).total_seconds())
            self.name, self.scenario = name or self.name, scenario
            self.world.random.seed(self.options.seed)
            self.world.replace(build_hosts(scenario, self.clock.now()))
            await self._bind()
            self._timeline.restart()

    async def advance(self, seconds: float) -> None:
        """Move the clock; what the timeline has for that time happens at its moment, in order."""
        await self._timeline.advance(seconds)

    async def set_fault(self, endpoint: str, fault: WireFault | None) -> None:
        """Give an endpoint a fault, or heal it; KeyError when there is none of that name."""
        await self.listeners[endpoint].set_fault(fault)

    def change_copy(self, host: str, vm: str, fields: Copy) -> None:
        """Change fields of one copy as if somebody had done it on the host.

        Raises:
            KeyError: there is no such host or machine.
            ScenarioError: a value that Hyper-V does not have.
        """
        machine = self.world.machine(host, vm)
        change(self.world.hosts[host], machine, fields, self.clock.now())

    def describe(self) -> dict[str, Any]:
        """What a console's config needs to know."""
        ca_file = str(self._authority.certificate_file)
        return {
            "scenario": self.name,
            "environment": f"LAB {self.name}",
            "random_seed": self.options.seed,
            "sites": {
                name: {"test_networks": site.test_networks} for name, site in self.scenario.sites.items()
            },
            "pairs": [list(pair) for pair in self.scenario.pairs],
            "endpoints": [
                {
                    "name": endpoint.name,
                    "site": endpoint.site,
                    "kind": "hyperv",
                    "address": f"127.0.0.1:{self.listeners[endpoint.name].port}",
                    "ca_file": ca_file,
                    "transport": "basic",
                }
                for endpoint in self.scenario.endpoints
            ],
            "user": USER,
            "password_file": str(self.password_file),
            "folder": str(self.options.folder),
        }

    def requests(self) -> int:
        """How many connections and requests the endpoints have had."""
        listeners = self.listeners.values()
        return sum(listener.connections + listener.service.counters.requests for listener in listeners)

    async def close(self) -> None:
        """End everything: timeline, endpoints, processes."""
        self._timeline.stop()
        await asyncio.gather(*(listener.close() for listener in self.listeners.values()))
        await self._engine.close()

    async def _bind(self) -> None:
        """Make the listeners those of the scenario, with its faults, without shells and counts."""
        wanted = {endpoint.name: endpoint for endpoint in self.scenario.endpoints}
        for name, listener in list(self.listeners.items()):
            if name not in wanted or listener.service.host_name != wanted[name].host:
                await self.listeners.pop(name).close()
        for name, endpoint in wanted.items():
            if name not in self.listeners:
                self.listeners[name] = await self._serve(endpoint, self._ports.get(name, 0))
            listener = self.listeners[name]
            self._ports[name] = listener.port
            listener.service.restart()
            listener.service.counters = Counters()
            await listener.set_fault(endpoint.fault)

    async def _serve(self, endpoint: EndpointForm, port: int) -> Listener:
        service = WinRMService(
            endpoint.host, {USER: self._password}, self._engine, unmodelled=self.world.note_unmodelled
        )
        certificates = self._authority.endpoint(self.scenario.hosts[endpoint.host].fqdn)
        return await serve(service, certificates, port=port)


class Timeline:
    """What happens by itself in a scenario, each thing at its time."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._due: list[tuple[datetime, Moment]] = []
        self._task: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    def restart(self) -> None:
        """Begin the scenario's timeline now."""
        start = self._lab.clock.now()
        moments = ((start + duration(moment.at), moment) for moment in self._lab.scenario.timeline)
        self._due = sorted(moments, key=lambda due: due[0])
        self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        """Let nothing more happen."""
        self._due.clear()
        if self._task is not None:
            self._task.cancel()

    async def advance(self, seconds: float) -> None:
        """Move the clock from moment to moment, then to the end."""
        clock = self._lab.clock
        end = clock.now().timestamp() + seconds
        while self._due and self._due[0][0].timestamp() <= end:
            clock.advance(max((self._due[0][0] - clock.now()).total_seconds(), 0))
            await self._happen()
        clock.advance(max(end - clock.now().timestamp(), 0))

    async def _run(self) -> None:
        while self._due:
            await self._lab.clock.sleep((self._due[0][0] - self._lab.clock.now()).total_seconds())
            await self._happen()

    async def _happen(self) -> None:
        """Do what is due now; both the passing of time and ``advance`` come here."""
        async with self._one_at_a_time:
            while self._due and self._due[0][0] <= self._lab.clock.now():
                await self._do(self._due.pop(0)[1])

    async def _do(self, moment: Moment) -> None:
        if moment.endpoint is not UNSET and moment.fault is not UNSET:
            await self._lab.set_fault(moment.endpoint, moment.fault)
        elif moment.host is not UNSET and moment.vm is not UNSET and moment.set is not UNSET:
            try:
                self._lab.change_copy(moment.host, moment.vm, moment.set)
            except ScenarioError as error:
                self._lab.world.note_unmodelled(f"timeline at {moment.at}: {error}")


def write_secret(file: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text + "\n")


async def start(options: Options, make_engine: EngineMaker) -> Lab:
    """Start a lab; it answers on all its endpoints when this returns.

    Raises:
        ScenarioError: there is no such scenario, or it is wrong.
    """
    scenario = scenarios.load(options.scenario)
    if not scenario.endpoints:
        raise ScenarioError(f"{options.scenario}: there are no endpoints")
    options.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    clock = Clock(speed=options.speed)
    hosts = build_hosts(scenario, clock.now())
    world = HyperVWorld(clock, hosts, options.cost_s, random.Random(options.seed))
    lab = Lab(options, scenario, await make_engine(world), world)
    await lab.open()
    return lab
