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

from msgspec import UNSET, structs

from drconsole.lab import scenario as scenarios
from drconsole.lab.breaking import HostBreaker
from drconsole.lab.certificates import Authority
from drconsole.lab.clock import Clock
from drconsole.lab.happenings import let_happen
from drconsole.lab.hyperv.act_faults import ActFault
from drconsole.lab.hyperv.clusters import WrongMove
from drconsole.lab.hyperv.machines import Cluster
from drconsole.lab.hyperv.model import HyperVWorld
from drconsole.lab.hyperv.populate import build_hosts, change
from drconsole.lab.hyperv.transitions import Refused
from drconsole.lab.powershell.process import Engine
from drconsole.lab.powershell.stubborn import Habit, StubbornEngine
from drconsole.lab.scenario_checks import addresses, wrong_act_fault, wrong_happening
from drconsole.lab.scenario_form import (
    ActFaultForm,
    Copy,
    EndpointForm,
    Happening,
    Moment,
    Scenario,
    ScenarioError,
)
from drconsole.lab.timeline import Timeline
from drconsole.lab.winrm.listener import Listener, serve
from drconsole.lab.winrm.service import Counters, Ways, WinRMService
from drconsole.lab.winrm.shells import Quotas
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
        self._parked: dict[str, Listener] = {}
        self.password_file = options.folder / "password"
        self.habits: dict[str, Habit] = {}
        self._engine = StubbornEngine(engine, self._habit_of)
        self.world.breaker = HostBreaker(world, lambda: self.listeners, self.follow_owners)
        self._authority = Authority(options.folder / "certificates")
        self._password = secrets.token_urlsafe(24)
        self._timeline = Timeline(self.clock, self._befall)
        self._resetting = asyncio.Lock()
        self._ports: dict[str, int] = {}

    async def open(self) -> None:
        """Write the password file and bind every endpoint."""
        write_secret(self.password_file, self._password)
        await self._bind()
        self._arm()
        self.world.changed("the scenario begins")
        self._timeline.restart(self.scenario)

    def _arm(self) -> None:
        """Let the acts go wrong that the scenario wants to, and by chance as the seed has it."""
        self.world.faults.random.seed(self.options.seed)
        self.world.faults.rate = self.scenario.chaos
        for fault in self.scenario.act_faults:
            self.add_act_fault(fault)

    def _habit_of(self, host: str) -> Habit:
        return self.habits.get(host, self.scenario.hosts[host].powershell)

    def add_act_fault(self, form: ActFaultForm) -> None:
        """Let an act go wrong.

        Raises:
            ScenarioError: there is no such cmdlet or host.
        """
        if wrong := list(wrong_act_fault(self.scenario, form)):
            raise ScenarioError("; ".join(wrong))
        values = structs.asdict(form)
        self.world.faults.waiting.append(ActFault(kind=values.pop("fault"), **values))

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
            self.habits.clear()
            await self._bind()
            self._arm()
            self._timeline.restart(self.scenario)

    async def advance(self, seconds: float) -> None:
        """Move the clock; what the timeline has for that time happens at its moment, in order."""
        await self._timeline.advance(seconds)

    async def hurry(self) -> None:
        """Let the rest of the timeline happen now."""
        await self._timeline.hurry()

    async def set_fault(self, endpoint: str, fault: WireFault | None) -> None:
        """Give an endpoint, or one node of a cluster (NAME/NODE), a fault, or heal it.

        Raises:
            KeyError: there is none of that name.
        """
        for listener in self.at(endpoint):
            await listener.set_fault(fault)

    def at(self, endpoint: str) -> list[Listener]:
        """The addresses of an endpoint, or the one of NAME/NODE."""
        found = [one for name, one in self.listeners.items() if endpoint in (name, name.partition("/")[0])]
        if not found:
            raise KeyError(f"endpoint {endpoint}")
        return found

    async def happen(self, what: Happening) -> None:
        """Do what a scenario or a test wants to happen.

        Raises:
            KeyError: there is no such host, machine or endpoint.
            ScenarioError: it makes no sense in this scenario, or cannot happen now.
        """
        if wrong := list(wrong_happening(self.scenario, what)):
            raise ScenarioError("; ".join(wrong))
        try:
            await let_happen(self, what)
        except (WrongMove, Refused) as error:
            raise ScenarioError(str(error)) from None
        given = {name: told for name, told in structs.asdict(what).items() if told is not UNSET}
        self.world.changed(f"happens: {given}")

    async def _befall(self, moment: Moment) -> None:
        """Let the timeline do something; what cannot happen is a mistake of the scenario, and noted."""
        try:
            await self.happen(moment)
        except (ScenarioError, KeyError) as error:
            self.world.note_unmodelled(f"timeline at {moment.at}: {error}")

    async def follow_owners(self) -> None:
        """Serve the address of each cluster by the node that owns its core group; connections break."""
        for endpoint in self.scenario.endpoints:
            if endpoint.cluster is None:
                continue
            owner, name = self.cluster(endpoint.cluster).owner, endpoint.name
            before = self.listeners[name]
            if before.service.host_name != owner:
                await before.close()
                self.listeners[name] = await self._serve(name, owner, endpoint)
                await self.listeners[name].set_fault(before.fault)

    def cluster(self, name: str) -> Cluster:
        """A cluster by its name."""
        found = (host.cluster for host in self.world.hosts.values() if host.cluster is not None)
        return next(cluster for cluster in found if cluster.name == name)

    def change_copy(self, host: str, vm: str, fields: Copy) -> None:
        """Change fields of one copy as if somebody had done it on the host.

        Raises:
            KeyError: there is no such host or machine.
            ScenarioError: a value that Hyper-V does not have.
        """
        machine = self.world.machine(host, vm)
        change(self.world.hosts[machine.host], machine, fields, self.clock.now())

    def describe(self) -> dict[str, Any]:
        """What a console's config needs to know."""
        ca_file = str(self._authority.certificate_file)
        return {
            "scenario": self.name,
            # A scenario in a file has a path as its name; a console takes 64 characters.
            "environment": f"LAB {Path(self.name).stem}"[:64],
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
                    **self._addresses(endpoint),
                    "ca_file": ca_file,
                    "transport": endpoint.transport,
                    "tls": endpoint.tls,
                }
                for endpoint in self.scenario.endpoints
            ],
            "user": USER,
            "password_file": str(self.password_file),
            "folder": str(self.options.folder),
        }

    def _addresses(self, endpoint: EndpointForm) -> dict[str, Any]:
        """Where an endpoint answers; a cluster at its own address, and at each of its nodes."""
        at = {name: f"127.0.0.1:{self.listeners[name].port}" for name in addresses(self.scenario, endpoint)}
        own = {"address": at.pop(endpoint.name)}
        nodes = {name.partition("/")[2]: address for name, address in at.items()}
        return own if endpoint.cluster is None else {**own, "nodes": nodes}

    def requests(self) -> int:
        """How many connections and requests the endpoints have had."""
        listeners = self.listeners.values()
        return sum(listener.connections + listener.service.counters.requests for listener in listeners)

    async def close(self) -> None:
        """End everything: timeline, endpoints, processes."""
        self._timeline.stop()
        await self.world.close()
        everyone = (*self.listeners.values(), *self._parked.values())
        await asyncio.gather(*(listener.close() for listener in everyone))
        await self._engine.close()

    async def _bind(self) -> None:
        """Make the listeners those of the scenario, with its faults, without shells and counts."""
        wanted: dict[str, tuple[str, EndpointForm]] = {}
        for endpoint in self.scenario.endpoints:
            for name, host in addresses(self.scenario, endpoint).items():
                wanted[name] = (host, endpoint)
        for name in [name for name in self.listeners if name not in wanted]:
            # Its port stays taken: given up, it would soon belong to somebody's outgoing connection.
            self._parked[name] = self.listeners.pop(name)
            self._parked[name].service.restart()
            await self._parked[name].set_fault(WireFault.REFUSE)
        for name, (host, endpoint) in wanted.items():
            known = self.listeners.pop(name, None) or self._parked.pop(name, None)
            if known is not None and not self._serves(known, host, endpoint):
                await known.close()
                known = None
            self.listeners[name] = known or await self._serve(name, host, endpoint)
            listener = self.listeners[name]
            self._ports[name] = listener.port
            listener.service.restart()
            listener.service.counters = Counters()
            listener.service.shells.quotas = Quotas()
            await listener.set_fault(endpoint.fault)

    @staticmethod
    def _serves(listener: Listener, host: str, endpoint: EndpointForm) -> bool:
        """Whether a listener that is there already is what a scenario wants."""
        service = listener.service
        as_wanted = (service.host_name, service.ways.basic, listener.tls)
        return as_wanted == (host, endpoint.transport == "basic", endpoint.tls)

    async def _serve(self, name: str, host: str, endpoint: EndpointForm) -> Listener:
        ntlm = Ways(basic=False, negotiate=self.options.folder)
        service = WinRMService(
            host,
            {USER: self._password},
            self._engine,
            ways=Ways() if endpoint.transport == "basic" else ntlm,
            unmodelled=self.world.note_unmodelled,
        )
        fqdn = self.scenario.hosts[host].fqdn
        if endpoint.cluster is not None and name == endpoint.name:
            fqdn = self.scenario.clusters[endpoint.cluster].fqdn
        certificates = self._authority.endpoint(fqdn) if endpoint.tls else None
        return await serve(service, certificates, port=self._ports.get(name, 0))


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
