"""The endpoints of a lab: an address, a listener and a certificate for each that its scenario names."""

from __future__ import annotations

import asyncio
import secrets
from pathlib import Path
from typing import Any

from drconsole.lab.certificates import Authority
from drconsole.lab.hyperv.model import HyperVWorld
from drconsole.lab.powershell.process import Engine
from drconsole.lab.private_file import write_secret
from drconsole.lab.scenario_checks import addresses
from drconsole.lab.scenario_form import EndpointForm, Scenario
from drconsole.lab.winrm.listener import Listener, serve
from drconsole.lab.winrm.service import Counters, Ways, WinRMService
from drconsole.lab.winrm.shells import Quotas
from drconsole.lab.wire_faults import WireFault

USER = "operator"


class Endpoints:
    """All addresses of a lab, by name: NAME of a host or a cluster, NAME/NODE of one of its nodes.

    ``password_file`` holds the password of ``USER``. All methods belong to the lab's loop.
    """

    def __init__(self, world: HyperVWorld, engine: Engine, folder: Path) -> None:
        self.listeners: dict[str, Listener] = {}
        self.password_file = folder / "password"
        self._world = world
        self._engine = engine
        self._folder = folder
        self._scenario: Scenario
        self._parked: dict[str, Listener] = {}
        self._ports: dict[str, int] = {}
        self._authority = Authority(folder / "certificates")
        self._password = secrets.token_urlsafe(24)
        write_secret(self.password_file, self._password)

    async def bind(self, scenario: Scenario) -> None:
        """Make the listeners those of the scenario, with its faults, without shells and counts.

        An endpoint has one port for as long as the lab lives, whichever scenarios name it.
        """
        self._scenario = scenario
        wanted: dict[str, tuple[str, EndpointForm]] = {}
        for endpoint in self._scenario.endpoints:
            for name, host in addresses(self._scenario, endpoint).items():
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

    async def follow_owners(self) -> None:
        """Serve the address of each cluster by the node that owns its core group; connections break."""
        for endpoint in self._scenario.endpoints:
            if endpoint.cluster is None:
                continue
            owner, name = self._world.cluster(endpoint.cluster).owner, endpoint.name
            before = self.listeners[name]
            if before.service.host_name != owner:
                await before.close()
                self.listeners[name] = await self._serve(name, owner, endpoint)
                await self.listeners[name].set_fault(before.fault)

    def describe(self) -> list[dict[str, Any]]:
        """What a console's config needs to know of each."""
        ca_file = str(self._authority.certificate_file)
        return [
            {
                "name": endpoint.name,
                "site": endpoint.site,
                "kind": "hyperv",
                **self._addresses(endpoint),
                "ca_file": ca_file,
                "transport": endpoint.transport,
                "tls": endpoint.tls,
            }
            for endpoint in self._scenario.endpoints
        ]

    def requests(self) -> int:
        """How many connections and requests the endpoints have had."""
        listeners = self.listeners.values()
        return sum(listener.connections + listener.service.counters.requests for listener in listeners)

    async def close(self) -> None:
        """Give up every address."""
        everyone = (*self.listeners.values(), *self._parked.values())
        await asyncio.gather(*(listener.close() for listener in everyone))

    def _addresses(self, endpoint: EndpointForm) -> dict[str, Any]:
        """Where an endpoint answers; a cluster at its own address, and at each of its nodes."""
        at = {name: f"127.0.0.1:{self.listeners[name].port}" for name in addresses(self._scenario, endpoint)}
        own = {"address": at.pop(endpoint.name)}
        nodes = {name.partition("/")[2]: address for name, address in at.items()}
        return own if endpoint.cluster is None else {**own, "nodes": nodes}

    @staticmethod
    def _serves(listener: Listener, host: str, endpoint: EndpointForm) -> bool:
        """Whether a listener that is there already is what a scenario wants."""
        service = listener.service
        as_wanted = (service.host_name, service.ways.basic, listener.tls)
        return as_wanted == (host, endpoint.transport == "basic", endpoint.tls)

    async def _serve(self, name: str, host: str, endpoint: EndpointForm) -> Listener:
        ntlm = Ways(basic=False, negotiate=self._folder)
        service = WinRMService(
            host,
            {USER: self._password},
            self._engine,
            ways=Ways() if endpoint.transport == "basic" else ntlm,
            unmodelled=self._world.note_unmodelled,
        )
        fqdn = self._scenario.hosts[host].fqdn
        if endpoint.cluster is not None and name == endpoint.name:
            fqdn = self._scenario.clusters[endpoint.cluster].fqdn
        certificates = self._authority.endpoint(fqdn) if endpoint.tls else None
        return await serve(service, certificates, port=self._ports.get(name, 0))
