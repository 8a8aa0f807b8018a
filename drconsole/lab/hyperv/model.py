"""The Hyper-V world: hosts on one clock that answer bound cmdlet calls, whichever engine sends them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from drconsole.lab.clock import Clock
from drconsole.lab.hyperv import builtins, cluster_reading, deep_reading, reading
from drconsole.lab.hyperv.call import Call, Gone, Sink
from drconsole.lab.hyperv.cmdlets import CMDLETS, NotModelled, Turn
from drconsole.lab.hyperv.machines import Host, Machine
from drconsole.lab.hyperv.replication import settle

log = logging.getLogger(__name__)
MODULES = (reading, cluster_reading, deep_reading, builtins)


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

    async def run(self, call: Call, sink: Sink) -> dict[str, Any]:
        """Run one call (see ``call.World``)."""
        try:
            settle(self.hosts, self.clock.now())
            await self._handler(call)(Turn(self, call, sink))
        except NotModelled as error:
            self.note_unmodelled(str(error))
            return fatal("NotModelled", "NotImplemented", "System.NotImplementedException", str(error))
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

    def replace(self, hosts: Iterable[Host]) -> None:
        """Start anew with other hosts and an empty list of what is not modelled."""
        self.hosts = {host.name: host for host in hosts}
        self.unmodelled.clear()


def fatal(error_id: str, category: str, exception: str, text: str) -> dict[str, str]:
    """The last word of a call that an error ended."""
    return {"is": "fatal", "id": error_id, "category": category, "exception": exception, "text": text}
