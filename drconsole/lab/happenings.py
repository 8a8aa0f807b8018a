"""What happens in a lab because its scenario, or a test, wants it so."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from drconsole.lab.hyperv.clusters import arrive, move, set_broker, set_node
from drconsole.lab.hyperv.effects import perform
from drconsole.lab.hyperv.power_loss import come_up, go_down
from drconsole.lab.hyperv.replication import settle
from drconsole.lab.hyperv.transitions import Operation
from drconsole.lab.powershell.stubborn import Habit
from drconsole.lab.scenario_checks import addresses
from drconsole.lab.scenario_form import Copy, Happening
from drconsole.lab.wire_faults import WireFault

if TYPE_CHECKING:
    from drconsole.lab.server import Lab


async def let_happen(lab: Lab, what: Happening) -> None:
    """Do what happens.

    Raises:
        KeyError: there is no such machine or endpoint.
        WrongMove: a cluster cannot do so.
        Refused: the platform does not do so.
    """
    hosts, now = lab.world.hosts, lab.clock.now()
    match what:
        case Happening(endpoint=str(name), shells=int(shells)):
            for listener in lab.endpoints.at(name):
                quotas = listener.service.shells.quotas
                listener.service.shells.quotas = replace(quotas, shells_per_user=shells)
        case Happening(host=str(host), powershell=Habit() as habit):
            lab.habits[host] = habit
        case Happening(endpoint=str(name)):
            await lab.endpoints.set_fault(name, what.fault or None)
        case Happening(host=str(host), vm=str(vm), set=Copy() as fields):
            lab.change_copy(host, vm, fields)
        case Happening(host=str(host), vm=str(vm), arrives=str(node)):
            arrive(hosts, lab.world.machine(host, vm), node, now)
        case Happening(host=str(host), vm=str(vm), moves=str(node)):
            move(hosts, lab.world.machine(host, vm), node, now)
        case Happening(host=str(host), rights=bool(rights)):
            hosts[host].rights = rights
        case Happening(host=str(host), vm=str(vm), do=Operation() as operation):
            perform(hosts, lab.world.machine(host, vm), operation, now)
        case Happening(host=str(host), vm=str(vm), removed=True):
            machine = lab.world.machine(host, vm)
            del hosts[machine.host].machines[machine.id]
        case Happening(site=str(site), state=str(state)):
            await _set_site(lab, site, state)
        case Happening(node=str(node), state=str(state)):
            await _set_node(lab, node, state)
        case Happening(cluster=str(cluster), state=str(state)):
            set_broker(lab.world.cluster(cluster), state)


async def _set_node(lab: Lab, node: str, state: str) -> None:
    """A node that is down answers nobody; one that comes up again does, and so does a host alone."""
    hosts, now = lab.world.hosts, lab.clock.now()
    if hosts[node].cluster is not None:
        set_node(hosts, node, state, now)
        await lab.endpoints.follow_owners()
    elif state == "Down":
        go_down(hosts, hosts[node], now)
    else:
        come_up(hosts, hosts[node], now)
    for listener in lab.endpoints.listeners.values():
        if listener.service.host_name == node:
            await listener.set_fault(WireFault.SILENT_TCP if state == "Down" else None)


async def _set_site(lab: Lab, site: str, state: str) -> None:
    """A site whose line is cut goes on; what replication was under way comes to its end first."""
    hosts, now = lab.world.hosts, lab.clock.now()
    settle(hosts, now)
    of_site = [one for one in lab.scenario.endpoints if one.site == site]
    for name, host in (pair for one in of_site for pair in addresses(lab.scenario, one).items()):
        if state == "Down":
            hosts[host].state = state
        else:
            come_up(hosts, hosts[host], now)
        await lab.endpoints.listeners[name].set_fault(WireFault.SILENT_TCP if state == "Down" else None)
