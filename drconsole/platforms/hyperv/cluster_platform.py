"""A Hyper-V cluster as a platform: one reading out of what all its nodes show."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from drconsole.domain.deep import Deep, Statistics
from drconsole.domain.endpoint import Endpoint
from drconsole.domain.reading import Reading
from drconsole.errors import Busy, EndpointError, NoRights, ScriptFailed, TimedOut, Unreachable
from drconsole.platforms.base import Access, Tier
from drconsole.platforms.hyperv.cluster import Cluster
from drconsole.platforms.hyperv.cluster_merge import reading_of, short
from drconsole.platforms.hyperv.cluster_round import Round
from drconsole.platforms.hyperv.deadlines import DEADLINES
from drconsole.platforms.hyperv.doorstep import Doorstep
from drconsole.platforms.hyperv.platform import HyperV

T = TypeVar("T")

# A node gives up a little sooner than the cluster, so that its own reason is the one that is told.
NODE_BUDGET = 0.9


class HyperVCluster:
    """One cluster. Its nodes are read at once, each through a session and thread of its own.

    Any node that answers tells about the cluster; its own address is tried only where no node's answers.
    Hyper-V's cmdlets see the VMs of their node alone (facts/hyperv, section 5).
    """

    def __init__(
        self,
        endpoint: Endpoint,
        access: Access,
        nodes: Mapping[str, Access],
        state: Path | None = None,
    ) -> None:
        self.endpoint = endpoint
        self.access = access
        budget = endpoint.budget_s * NODE_BUDGET
        self.hosts = {
            name: HyperV(
                replace(endpoint, name=f"{endpoint.name}.{name}", address=one.host, budget_s=budget),
                one,
                state,
                # A node alone that refuses the login does not keep the cluster from being read again soon.
                Doorstep(),
            )
            for name, one in nodes.items()
        }
        own = replace(endpoint, budget_s=budget)
        known = {(one.host, one.port) for one in nodes.values()}
        self.door = None if (access.host, access.port) in known else HyperV(own, access, state)
        self._elsewhere: dict[str, HyperV] = {}
        self._facts: Cluster | None = None
        self._homes: dict[str, tuple[str, ...]] = {}
        self._paces: dict[str, float] = {}
        self._round: Round | None = None
        self._last: Round | None = None
        self._closed = threading.Event()

    def read(self, tier: Tier) -> Reading:
        """Read all nodes within ``endpoint.budget_s``; asking for the password does not count.

        Raises:
            EndpointError: no node answered, or none told which cluster it belongs to.
        """
        self._closed.clear()
        if self._last:
            self._last.end()
        this = self._round = self._last = Round(self.hosts, self._paces, self.door)
        # Once for all nodes, and outside their time; where there is none, they say why.
        with contextlib.suppress(Exception):
            self.access.secret()
        started = time.monotonic()
        this.run(self.endpoint.budget_s)
        self._round = None
        if self._closed.is_set():
            raise self._error(Unreachable, "The read was broken off by the console.")
        errors = {name: one for name, one in this.told.items() if isinstance(one, EndpointError)}
        if len(errors) == len(this.told):
            raise self._no_answer(errors, this.no_way)
        if self.door and not this.through:
            self.door.close()
        facts, unknown = self._facts_of(this)
        reading = reading_of(
            self.endpoint,
            facts,
            this.told,
            unknown,
            by_the_way=_way_in(this, self.endpoint.address),
            taken_at=datetime.now(UTC),
            duration_s=time.monotonic() - started,
        )
        if isinstance(reading, EndpointError):
            raise self._error(type(reading), reading.message, reading.hint)
        self._homes = _homes(reading)
        self._elsewhere = {this.through[0]: self.door} if this.through and self.door else {}
        return reading

    def deep(self, vm_id: str) -> Deep:
        """Read one VM deep, on the node that has it now, within ``endpoint.budget_s``.

        It belongs to the thread that reads.

        Raises:
            EndpointError: no node has it, or none that has it gives a usable answer.
        """
        end = time.monotonic() + self.endpoint.budget_s
        name, found = self._on_its_node(vm_id, lambda host: _until(end, host, vm_id), end)
        # Where it is known to be, nobody else is asked.
        self._homes[vm_id.lower()] = (name,)
        return replace(found, node=name)

    def statistics(self, vm_id: str) -> tuple[Statistics, ...]:
        """Read a VM's replication statistics on the node that has it now; see ``HyperV.statistics``.

        Raises:
            EndpointError: no node has it, or none that has it gives a usable answer.
        """
        return self._on_its_node(vm_id, lambda host: host.statistics(vm_id))[1]

    def _on_its_node(
        self, vm_id: str, work: Callable[[HyperV], T], end: float = float("inf")
    ) -> tuple[str, T]:
        """Try the nodes that showed the VM last, then those that did not: it may have moved since.

        None is begun after ``end`` (monotonic).

        Raises:
            EndpointError: that of a node that could not say, else that of one that has no such VM.
        """
        known = self._homes.get(vm_id.lower(), ())
        errors: list[EndpointError] = []
        for name in dict.fromkeys((*known, *self.hosts)):
            try:
                return name, work(self._elsewhere.get(name, self.hosts[name]))
            except Busy:
                raise
            except EndpointError as error:
                errors.append(error)
            if time.monotonic() >= end:
                break
        raise next((error for error in errors if not isinstance(error, ScriptFailed)), errors[-1])

    def break_off(self) -> None:
        """Break off a read that hangs, on all nodes; statistics that are awaited go on. Never raises."""
        self._at_once(lambda host: host.break_off)

    def close(self) -> None:
        """Break off a read that hangs and give up connections; later reads connect anew. Never raises."""
        self._at_once(lambda host: host.close)

    def _at_once(self, what: Callable[[HyperV], Callable[[], None]]) -> None:
        """End the read that goes on, and do something with all nodes at once: each may say farewell."""
        self._closed.set()
        # The reading thread forgets it at any moment.
        if this := self._round:
            this.stop()
        hosts = [*self.hosts.values(), *([self.door] if self.door else [])]
        ending = [threading.Thread(target=what(host), daemon=True) for host in hosts]
        for thread in ending:
            thread.start()
        for thread in ending:
            thread.join()

    def _facts_of(self, this: Round) -> tuple[Cluster, str]:
        """The cluster's own facts, and why they are those of an earlier read if they are.

        Raises:
            EndpointError: no node has ever told them.
        """
        if this.facts is not None:
            self._facts = this.facts
            return this.facts, ""
        why = _reasons(this.why_not) or "no answer in time"
        if self._facts is not None:
            return self._facts, f"No node tells about the cluster, its broker and its owners ({why})."
        first = next(iter(this.why_not.values()), None)
        kind = type(first) if first is not None else TimedOut
        message = f"Nodes answer, but none tells which cluster it belongs to ({why})."
        raise self._error(kind, message, _hint(first, self.access.user))

    def _no_answer(self, errors: Mapping[str, EndpointError], no_way: EndpointError | None) -> EndpointError:
        kinds = {type(error) for error in errors.values()}
        kind = kinds.pop() if len(kinds) == 1 else Unreachable
        hints = dict.fromkeys(error.hint for error in errors.values() if error.hint)
        told = {**errors, "its own address": no_way} if no_way else errors
        return self._error(kind, f"No node answered. {_reasons(told)}.", next(iter(hints), ""))

    def _error(self, kind: type[EndpointError], message: str, hint: str = "") -> EndpointError:
        return kind(message, hint=hint, subject=self.endpoint.name)


def _until(end: float, host: HyperV, vm_id: str) -> Deep:
    """Read one VM deep on one node, broken off at ``end``: earlier nodes may have used up most of it."""
    due = DEADLINES.at(end, threading.Thread(target=host.break_off, daemon=True).start)
    try:
        return host.deep(vm_id)
    finally:
        due.cancel()


def _way_in(this: Round, address: str) -> tuple[str, ...]:
    """Tell of a node that answers at the cluster's address alone."""
    if this.through is None:
        return ()
    name, error = this.through
    return (f"{name} answers only at the cluster's own address {address}, not at its own: {short(error)}.",)


def _homes(reading: Reading) -> dict[str, tuple[str, ...]]:
    """The nodes that show each VM: two during a live migration."""
    homes: dict[str, tuple[str, ...]] = {}
    for one in reading.sightings:
        homes[one.handle] = (*homes.get(one.handle, ()), one.node)
    return homes


def _reasons(errors: Mapping[str, EndpointError]) -> str:
    """Each reason once, with the nodes that it holds for."""
    nodes: dict[str, list[str]] = {}
    for name, error in errors.items():
        nodes.setdefault(short(error), []).append(name)
    return "; ".join(f"{', '.join(names)}: {reason}" for reason, names in nodes.items())


def _hint(error: EndpointError | None, user: str) -> str:
    if isinstance(error, NoRights):
        return f"On a node: Grant-ClusterAccess -User {user} -ReadOnly."
    if isinstance(error, ScriptFailed) and error.error_id.startswith("CommandNotFoundException"):
        return "Install the Failover Clustering PowerShell module on the nodes."
    return error.hint if error else ""
