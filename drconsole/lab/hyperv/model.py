"""The Hyper-V world: hosts on one clock that answer bound cmdlet calls, whichever engine sends them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace
from random import Random
from typing import Any

from drconsole.lab.clock import Clock
from drconsole.lab.hyperv import (
    accepting,
    builtins,
    cluster_acting,
    cluster_reading,
    deep_reading,
    failover_acting,
    guest_reading,
    network_acting,
    power_acting,
    reading,
    replication_acting,
)
from drconsole.lab.hyperv.act_faults import ActFaults, Breaker
from drconsole.lab.hyperv.call import Call, Gone, Sink
from drconsole.lab.hyperv.clusters import WrongMove
from drconsole.lab.hyperv.cmdlets import CMDLETS, NotModelled, Turn
from drconsole.lab.hyperv.machines import Cluster, Host, Machine
from drconsole.lab.hyperv.replication import settle
from drconsole.lab.hyperv.transitions import Refused
from drconsole.lab.hyperv.watch import Watch

log = logging.getLogger(__name__)
MODULES = (
    reading,
    cluster_reading,
    deep_reading,
    guest_reading,
    accepting,
    power_acting,
    failover_acting,
    replication_acting,
    network_acting,
    cluster_acting,
    builtins,
)


class NoBreaker:
    """Around a world that nobody serves there is nothing to break; see ``act_faults.Breaker``."""

    def cut(self, host: str) -> None:
        """Have no connections."""

    def end_shells(self, host: str) -> None:
        """Have no shells."""

    async def kill_host(self, host: str) -> None:
        """Have no host."""

    def migrate(self, host: str, vm: str) -> None:
        """Have no cluster."""


class HyperVWorld:
    """Implements ``call.World``. All methods belong to the lab's loop.

    Args:
        hosts: the simulated hosts, by their names.
        cost_s: simulated seconds that an object in an answer costs on average, as real hosts take their time.
        random: varies that cost.

    ``unmodelled`` lists what scripts used and the model does not have, and the model's own defects.
    """

    def __init__(
        self, clock: Clock, hosts: Iterable[Host] = (), cost_s: float = 0.0, random: Random | None = None
    ) -> None:
        self.clock = clock
        self.cost_s = cost_s
        self.random = random or Random(0)
        self.hosts: dict[str, Host] = {host.name: host for host in hosts}
        self.unmodelled: list[str] = []
        self.faults = ActFaults()
        self.breaker: Breaker = NoBreaker()
        self.watch = Watch()
        self._at_work: set[asyncio.Task[Any]] = set()

    async def run(self, call: Call, sink: Sink) -> dict[str, Any]:
        """Run one call (see ``call.World``)."""
        task = asyncio.current_task()
        assert task is not None
        self._at_work.add(task)
        try:
            return await self._run(call, sink)
        finally:
            self._at_work.discard(task)

    async def _run(self, call: Call, sink: Sink) -> dict[str, Any]:
        try:
            settle(self.hosts, self.clock.now())
            for ident in self.faults.on_arrival(call):
                self.breaker.migrate(call.host, ident)
            await self._handler(call)(Turn(self, call, sink))
        except NotModelled as error:
            text = str(error) if call.cmdlet in str(error) else f"{call.cmdlet}: {error}"
            self.note_unmodelled(text)
            return fatal("NotModelled", "NotImplemented", "System.NotImplementedException", text)
        except Gone:
            raise
        except Exception as error:
            log.exception("defect of the model in %s", call.cmdlet)
            self.note_unmodelled(f"defect of the model in {call.cmdlet}: {error!r}")
            return fatal("ModelDefect", "NotSpecified", "System.InvalidOperationException", repr(error))
        return {"is": "end"}

    def _handler(self, call: Call) -> Callable[[Turn], Any]:
        known = CMDLETS.get(call.cmdlet)
        if known is None:
            raise NotModelled(call.cmdlet)
        if more := sorted(set(call.bound) - known.understands):
            raise NotModelled(f"{call.cmdlet} -{' -'.join(more)}")
        return known.handler

    def changed(self, cause: str) -> None:
        """Let the watch look at what has changed."""
        self.watch.look(self.hosts, self.clock.now(), cause)

    def later(self, seconds: float, do: Callable[[], object], cause: str) -> None:
        """Do something when that much simulated time has passed; what is refused then is left undone."""

        async def wait() -> None:
            await self.clock.sleep(seconds)
            try:
                do()
            except (Refused, KeyError, WrongMove) as error:
                log.info("%s: %s", cause, error)
                return
            self.changed(cause)

        task = asyncio.create_task(wait())
        self._at_work.add(task)
        task.add_done_callback(self._at_work.discard)

    def other_ends(self, machine: Machine) -> list[Callable[[], None]]:
        """What puts the copies of a machine at other places back to how they are now."""

        def keeping(host: Host, other: Machine) -> Callable[[], None]:
            was = replace(other, legs=[replace(leg) for leg in other.legs], points=list(other.points))
            return lambda: host.machines.__setitem__(other.id, was)

        return [
            keeping(host, host.machines[machine.id])
            for host in self.hosts.values()
            if machine.id in host.machines and host.place != self.hosts[machine.host].place
        ]

    def note_unmodelled(self, what: str) -> None:
        """Remember what the model does not have."""
        self.unmodelled.append(what)

    async def pay(self, objects: int) -> None:
        """Let the simulated time pass that this many objects cost."""
        if self.cost_s and objects:
            await self.clock.sleep(self.cost_s * objects * self.random.uniform(0.5, 1.5))

    def machine(self, host: str, ident: str) -> Machine:
        """The machine of an id on a host or another node of its cluster, with replication up to now.

        Raises:
            KeyError: there is none.
        """
        settle(self.hosts, self.clock.now())
        cluster = self.hosts[host].cluster
        places = [host, *(cluster.nodes if cluster else ())]
        found = (self.hosts[place].machines.get(ident.lower()) for place in places)
        machine = next((one for one in found if one is not None), None)
        if machine is None:
            raise KeyError(f"copy of {ident} on {host}")
        return machine

    def cluster(self, name: str) -> Cluster:
        """A cluster by its name."""
        found = (host.cluster for host in self.hosts.values() if host.cluster is not None)
        return next(cluster for cluster in found if cluster.name == name)

    def replace(self, hosts: Iterable[Host]) -> None:
        """Start anew with other hosts, without faults and notes; what is at work on the old ones ends."""
        for task in list(self._at_work):
            task.cancel()
        self.hosts = {host.name: host for host in hosts}
        self.unmodelled.clear()
        self.faults.clear()
        self.watch.forget()
        self.changed("the scenario begins")

    async def close(self) -> None:
        """End what is at work."""
        for task in list(self._at_work):
            task.cancel()
        await asyncio.gather(*self._at_work, return_exceptions=True)


def fatal(error_id: str, category: str, exception: str, text: str) -> dict[str, str]:
    """The last word of a call that an error ended."""
    return {"is": "fatal", "id": error_id, "category": category, "exception": exception, "text": text}
