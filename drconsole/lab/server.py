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

from drconsole.lab import scenario as scenarios
from drconsole.lab.certificates import Authority
from drconsole.lab.clock import Clock
from drconsole.lab.hyperv.clusters import WrongMove, arrive, move, set_broker, set_node
from drconsole.lab.hyperv.effects import perform
from drconsole.lab.hyperv.machines import Cluster
from drconsole.lab.hyperv.model import HyperVWorld
from drconsole.lab.hyperv.populate import build_hosts, change
from drconsole.lab.hyperv.replication import settle
from drconsole.lab.hyperv.transitions import Operation, Refused
from drconsole.lab.powershell.process import Engine
from drconsole.lab.powershell.stubborn import StubbornEngine
from drconsole.lab.scenario_checks import addresses, wrong_happening
from drconsole.lab.scenario_form import Copy, EndpointForm, Happening, Moment, Scenario, ScenarioError
from drconsole.lab.timeline import Timeline
from drconsole.lab.winrm.listener import Listener, serve
from drconsole.lab.winrm.service import Counters, Ways, WinRMService
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
        self._engine = StubbornEngine(engine, lambda host: self.scenario.hosts[host].powershell)
        self._authority = Authority(options.folder / "certificates")
        self._password = secrets.token_urlsafe(24)
        self._timeline = Timeline(self.clock, self._befall)
        self._resetting = asyncio.Lock()
        self._ports: dict[str, int] = {}

    async def open(self) -> None:
        """Write the password file and bind every endpoint."""
        write_secret(self.password_file, self._password)
        await self._bind()
        self._timeline.restart(self.scenario)

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
        found = [one for name, one in self.listeners.items() if endpoint in (name, name.partition("/")[0])]
        if not found:
            raise KeyError(f"endpoint {endpoint}")
        for listener in found:
            await listener.set_fault(fault)

    async def happen(self, what: Happening) -> None:
        """Do what a scenario or a test wants to happen.

        Raises:
            KeyError: there is no such host, machine or endpoint.
            ScenarioError: it makes no sense in this scenario, or cannot happen now.
        """
        if wrong := list(wrong_happening(self.scenario, what)):
            raise ScenarioError("; ".join(wrong))
        try:
            await self._do(what)
        except (WrongMove, Refused) as error:
            raise ScenarioError(str(error)) from None

    async def _do(self, what: Happening) -> None:
        hosts, now = self.world.hosts, self.clock.now()
        match what:
            case Happening(endpoint=str(name)):
                await self.set_fault(name, what.fault or None)
            case Happening(host=str(host), vm=str(vm), set=Copy() as fields):
                self.change_copy(host, vm, fields)
            case Happening(host=str(host), vm=str(vm), arrives=str(node)):
                arrive(hosts, self.world.machine(host, vm), node, now)
            case Happening(host=str(host), vm=str(vm), moves=str(node)):
                move(hosts, self.world.machine(host, vm), node, now)
            case Happening(host=str(host), rights=bool(rights)):
                hosts[host].rights = rights
            case Happening(host=str(host), vm=str(vm), do=Operation() as operation):
                perform(hosts, self.world.machine(host, vm), operation, now)
            case Happening(host=str(host), vm=str(vm), removed=True):
                machine = self.world.machine(host, vm)
                del hosts[machine.host].machines[machine.id]
            case Happening(site=str(site), state=str(state)):
                await self._set_site(site, state)
            case Happening(node=str(node), state=str(state)):
                await self._set_node(node, state)
            case Happening(cluster=str(cluster), state=str(state)):
                set_broker(self._cluster(cluster), state)

    async def _befall(self, moment: Moment) -> None:
        """Let the timeline do something; what cannot happen is a mistake of the scenario, and noted."""
        try:
            await self.happen(moment)
        except (ScenarioError, KeyError) as error:
            self.world.note_unmodelled(f"timeline at {moment.at}: {error}")

    async def _set_node(self, node: str, state: str) -> None:
        """A node that is down answers nobody; one that comes up again does."""
        set_node(self.world.hosts, node, state, self.clock.now())
        await self._follow_owners()
        for listener in self.listeners.values():
            if listener.service.host_name == node:
                await listener.set_fault(WireFault.SILENT_TCP if state == "Down" else None)

    async def _follow_owners(self) -> None:
        """Serve the address of each cluster by the node that owns its core group; connections break."""
        for endpoint in self.scenario.endpoints:
            if endpoint.cluster is None:
                continue
            owner, name = self._cluster(endpoint.cluster).owner, endpoint.name
            before = self.listeners[name]
            if before.service.host_name != owner:
                await before.close()
                self.listeners[name] = await self._serve(name, owner, endpoint)
                await self.listeners[name].set_fault(before.fault)

    async def _set_site(self, site: str, state: str) -> None:
        """What replication was under way comes to its end first: what follows does not count."""
        settle(self.world.hosts, self.clock.now())
        of_site = [one for one in self.scenario.endpoints if one.site == site]
        for name, host in (pair for one in of_site for pair in addresses(self.scenario, one).items()):
            self.world.hosts[host].state = state
            await self.listeners[name].set_fault(WireFault.SILENT_TCP if state == "Down" else None)

    def _cluster(self, name: str) -> Cluster:
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
        await asyncio.gather(*(listener.close() for listener in self.listeners.values()))
        await self._engine.close()

    async def _bind(self) -> None:
        """Make the listeners those of the scenario, with its faults, without shells and counts."""
        wanted: dict[str, tuple[str, EndpointForm]] = {}
        for endpoint in self.scenario.endpoints:
            for name, host in addresses(self.scenario, endpoint).items():
                wanted[name] = (host, endpoint)
        for name, listener in list(self.listeners.items()):
            if name not in wanted or not self._serves(listener, *wanted[name]):
                await self.listeners.pop(name).close()
        for name, (host, endpoint) in wanted.items():
            if name not in self.listeners:
                self.listeners[name] = await self._serve(name, host, endpoint)
            listener = self.listeners[name]
            self._ports[name] = listener.port
            listener.service.restart()
            listener.service.counters = Counters()
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
