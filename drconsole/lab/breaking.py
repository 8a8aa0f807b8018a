"""What a fault of an act does to the host around the model: its connections, its shells, the host itself."""

from __future__ import annotations

from drconsole.lab.endpoints import Endpoints
from drconsole.lab.hyperv.clusters import WrongMove, move, set_node
from drconsole.lab.hyperv.model import HyperVWorld
from drconsole.lab.hyperv.power_loss import go_down
from drconsole.lab.winrm.listener import Listener
from drconsole.lab.wire_faults import WireFault


class HostBreaker:
    """Implements ``act_faults.Breaker`` on the endpoints of a lab."""

    def __init__(self, world: HyperVWorld, endpoints: Endpoints) -> None:
        self._world = world
        self._endpoints = endpoints

    def _of(self, host: str) -> list[Listener]:
        return [one for one in self._endpoints.listeners.values() if one.service.host_name == host]

    def cut(self, host: str) -> None:
        """Break every connection to a host; its shells live on."""
        for listener in self._of(host):
            listener.break_connections()

    def end_shells(self, host: str) -> None:
        """End every shell of a host, as a restart of its WinRM service does."""
        for listener in self._of(host):
            listener.service.restart()
            listener.break_connections()

    async def kill_host(self, host: str) -> None:
        """Let a host be gone: its processes end and nobody answers; a node's machines start elsewhere."""
        for listener in self._of(host):
            listener.service.restart()
        hosts, now = self._world.hosts, self._world.clock.now()
        try:
            set_node(hosts, host, "Down", now)
        except WrongMove:
            go_down(hosts, hosts[host], now)
        await self._endpoints.follow_owners()
        for listener in self._of(host):
            await listener.set_fault(WireFault.SILENT_TCP)

    def migrate(self, host: str, vm: str) -> None:
        """Let another living node own a machine; on a host alone, or for the last node, nothing moves."""
        hosts, here = self._world.hosts, self._world.hosts[host]
        machine = here.machines.get(vm)
        nodes = here.cluster.nodes if here.cluster else ()
        target = next((name for name in nodes if name != host and hosts[name].state == "Up"), None)
        if machine is not None and target is not None:
            move(hosts, machine, target, self._world.clock.now())
            self._world.changed(f"{machine.name} moves to {target}")
