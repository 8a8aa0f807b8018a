"""The lab's own watch: two copies of one workload that run where people work with them, and what led to it.

A copy counts while it is on and connected to a network that is not a test network of its site, also where the
line of its site is cut: it runs there and is worked with. A host without power runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from drconsole.lab.hyperv.machines import Host, Machine

ASLEEP = frozenset(
    f"{name}{critical}"
    for name in ("Off", "Saved", "FastSaved", "Paused", "Hibernated")
    for critical in ("", "Critical")
)
"""States of power in which a machine does nothing; in all others it runs, or is about to."""

Where = tuple[str, str]
"""A copy: its place, and its id there."""


@dataclass(frozen=True, slots=True)
class TwoAlive:
    """That two or more copies of a workload came to run at once; ``copies`` are place and name."""

    at: datetime
    vm: str
    copies: tuple[str, ...]
    cause: str


class Watch:
    """Looks at all hosts after everything that changes them; ``seen`` is what it noted, each time once."""

    def __init__(self) -> None:
        self.seen: list[TwoAlive] = []
        self._now: dict[str, set[Where]] = {}

    def forget(self) -> None:
        """Begin anew."""
        self.seen.clear()
        self._now.clear()

    def look(self, hosts: Mapping[str, Host], at: datetime, cause: str) -> None:
        """Note every workload that has come to be alive twice since the last look, or in more places."""
        found = alive_twice(hosts)
        for vm, copies in found.items():
            if not copies.keys() <= self._now.get(vm, set()):
                self.seen.append(TwoAlive(at, vm, tuple(sorted(copies.values())), cause))
        self._now = {vm: set(copies) for vm, copies in found.items()}


def alive_twice(hosts: Mapping[str, Host]) -> dict[str, dict[Where, str]]:
    """The workloads with more than one living copy, each with what its copies are called."""
    living: dict[str, dict[Where, str]] = {}
    for host in hosts.values():
        for machine in host.machines.values():
            if not host.dead and serves(host, machine):
                # Two nodes that list one machine, as during a live migration, are one place. Names are none.
                copies = living.setdefault(machine.workload or machine.id, {})
                copies[host.place, machine.id] = f"{host.place}: {machine.name}"
    return {vm: copies for vm, copies in living.items() if len(copies) > 1}


def serves(host: Host, machine: Machine) -> bool:
    """Whether a machine is on and connected to a network where people work."""
    networks = {adapter.switch for adapter in machine.adapters if adapter.switch is not None}
    return machine.power not in ASLEEP and bool(networks - set(host.test_networks))
