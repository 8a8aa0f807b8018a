"""What becomes of a host's machines when it loses its power, and when it has it again.

Which machines start by themselves is their automatic start action; what ran with a cluster role is started by
the cluster, elsewhere or, where no other node was up, here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from drconsole.lab.hyperv.content import start_writing, stop_writing
from drconsole.lab.hyperv.effects import perform
from drconsole.lab.hyperv.machines import Host, Machine
from drconsole.lab.hyperv.replication import settle
from drconsole.lab.hyperv.transitions import Operation, Refused

ON = ("Running", "Paused")


def go_down(hosts: Mapping[str, Host], host: Host, now: datetime) -> None:
    """Let a host lose its power: its machines write no more, and what was at work on them is lost."""
    settle(hosts, now)
    host.state, host.dead = "Down", True
    host.deaths += 1
    for machine in host.machines.values():
        stop_writing(machine, now)
        machine.forget_work()


def come_up(hosts: Mapping[str, Host], host: Host, now: datetime) -> None:
    """Let a host have its power again, and start what starts by itself; one that was only cut off goes on."""
    settle(hosts, now)
    was_dead, host.dead, host.state = host.dead, False, "Up"
    for machine in host.machines.values() if was_dead else ():
        _start_by_itself(hosts, host, machine, now)


def start_anew(machine: Machine, now: datetime) -> None:
    """Start a machine again that ran when its host went down."""
    if machine.power in ON:
        machine.power, machine.since = "Running", now
        start_writing(machine, now)


def _start_by_itself(hosts: Mapping[str, Host], host: Host, machine: Machine, now: datetime) -> None:
    ran = machine.power in ON
    again = machine.auto_start == "StartIfRunning" or host.clusters(machine)
    if ran:
        machine.power, machine.since = "Off", None
    if machine.auto_start == "Start" or (ran and again):
        try:
            perform(hosts, machine, Operation.START, now)
        except Refused:
            # Its replication does not let it: it stays off.
            return
