"""One read of a cluster: every node at once, each in its own thread, and what the cluster says of itself."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from drconsole.errors import Constrained, EndpointError, LoginRefused, NoRights, ScriptFailed, TimedOut
from drconsole.platforms.base import Access
from drconsole.platforms.guarded import guarded
from drconsole.platforms.hyperv import cluster, light
from drconsole.platforms.hyperv.cluster import Cluster
from drconsole.platforms.hyperv.peer import Peer
from drconsole.platforms.hyperv.script import Answer

# Parts of the budget: how long one node may take to tell about the cluster before another one is asked too,
# and how long a node may take that has never answered.
TELLING, ANSWERING = 0.25, 0.4
# The part of the budget after which the cluster's own address is tried while nodes are still silent.
SILENCE = 0.5
# A node that says one of these is there: the other address would lead to the same word, or cost a login.
SAID = (LoginRefused, NoRights, Constrained, ScriptFailed)
# Nodes are not equally fast: multiples of what this one took the last time, and of what the first took now.
OWN_PACE, FIRST_PACE = 3.0, 2.0


class Host(Protocol):
    """One node, as far as a round needs it; ``ask`` belongs to one thread at a time, ``break_off`` to any."""

    peer: Peer
    access: Access

    def ask(self, script: str, arguments: Mapping[str, Any]) -> tuple[Answer, str]:
        """Run one script; its answer, and how it came over in words."""
        ...

    def break_off(self) -> None:
        """Break off what is asked."""
        ...


@dataclass(frozen=True, slots=True)
class Told:
    """The light answer of one node, with how it came over."""

    light: light.Light
    host: Host
    middle: float
    tls: str
    way: str
    certificate_end: datetime | None = None


class Round:
    """Asks all nodes once.

    The first node that answers is asked about the cluster as well, the next one where that fails: so no read
    ever begins with a node that is dead. One that takes far longer than it should is not waited for: the
    others' facts must not grow old for it. It goes on by itself, so that ``paces`` (seconds of each node's
    last answer, kept from round to round) learns how long it takes.

    Where no node answers, the cluster's own address is the ``door``: whoever answers there is one of its
    nodes, and says which.

    ``told`` holds each node's answer or error, ``facts`` what the cluster says of itself, ``why_not`` the
    errors of nodes that answered and could not tell about the cluster. ``through`` is the node that answered
    at the door, with the error of its own address; ``no_way`` is why nobody did, once it was tried.
    """

    def __init__(
        self, hosts: Mapping[str, Host], paces: dict[str, float] | None = None, door: Host | None = None
    ) -> None:
        self.told: dict[str, Told | EndpointError] = {}
        self.facts: Cluster | None = None
        self.why_not: dict[str, EndpointError] = {}
        self.through: tuple[str, EndpointError] | None = None
        self.no_way: EndpointError | None = None
        self.over = False
        self._hosts = dict(hosts)
        self._door = door
        self._at_door = door is not None
        self._turn = threading.Condition()
        self._asking: dict[str, Host] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._paces = {} if paces is None else paces
        self._seconds = self._started = self._known = 0.0

    def run(self, seconds: float) -> None:
        """Ask, and wait until all is known; nodes that the cluster calls down are not waited for."""
        self._seconds, self._started = seconds, time.monotonic()
        for name, host in self._hosts.items():
            self._threads[name] = threading.Thread(
                target=self._node, args=(name, host), name=f"read {host.peer.name}", daemon=True
            )
            self._threads[name].start()
        if self._door is not None:
            threading.Thread(
                target=self._knock, args=(self._door,), name=f"read {self._door.peer.name}", daemon=True
            ).start()
        with self._turn:
            while not self._complete() and (left := self._until() - time.monotonic()) > 0:
                self._turn.wait(left)
            self.over = True
            self._turn.notify_all()
            self.told = {name: self.told.get(name) or self._late(name) for name in self._hosts}
            hanging = [host for name, host in self._hosts.items() if self._down(name)]
            hanging += self._asking.values()
            if self._door is not None and self._at_door:
                hanging.append(self._door)
        for host in hanging:
            host.break_off()

    def end(self) -> None:
        """Break off what still goes on."""
        for name, thread in self._threads.items():
            if thread.is_alive():
                self._hosts[name].break_off()

    def stop(self) -> None:
        """Wait no longer; from any thread."""
        with self._turn:
            self.over = True
            self._turn.notify_all()

    @property
    def _settled(self) -> bool:
        return self.over or self.facts is not None

    def _complete(self) -> bool:
        if self.over:
            return True
        answered = self._answered()
        if self._at_door and not self._heard():
            return False
        return not self._waited() and (self.facts is not None or answered <= self.why_not.keys())

    def _heard(self) -> bool:
        """Whether a node has said anything at its own address."""
        return any(isinstance(one, (Told, *SAID)) for one in self.told.values())

    def _answered(self) -> set[str]:
        return {name for name, one in self.told.items() if isinstance(one, Told)}

    def _waited(self) -> list[str]:
        return [name for name in self._hosts if name not in self.told and not self._down(name)]

    def _down(self, name: str) -> bool:
        return self.facts is not None and self.facts.down(name)

    def _until(self) -> float:
        """The moment at which waiting ends: that of the most patient wait that is left."""
        if self.facts is None:
            return self._started + self._seconds
        paces = (self._paces.get(name, 0.0) for name in self._waited())
        return self._started + max(
            (patience_s(self._seconds, self._known, one) for one in paces), default=0.0
        )

    def _late(self, name: str) -> EndpointError:
        peer = self._hosts[name].peer
        if self._down(name):
            return peer.error(TimedOut, "The cluster calls it down, and it has not answered.")
        within = time.monotonic() - self._started
        return peer.error(TimedOut, f"{peer.address} gave no complete answer within {within:.0f} s.")

    def _node(self, name: str, host: Host) -> None:
        """Read one node; then, if it is its turn, ask it about the cluster."""
        told = guarded(lambda: _light(host), host.peer.name)
        with self._turn:
            if isinstance(told, Told):
                self._paces[name] = time.monotonic() - self._started
            if self.over:
                return
            if self.through and self.through[0] == name:
                if isinstance(told, EndpointError):
                    self.through = (name, told)
                    return
                self.through = None
            self.told[name] = told
            self._turn.notify_all()
        if isinstance(told, Told):
            self._about(name, host)

    def _knock(self, door: Host) -> None:
        """Ask at the cluster's own address if the nodes' own do not answer."""
        with self._turn:
            self._turn.wait_for(
                lambda: self.over or self._heard() or not self._waited(), SILENCE * self._seconds
            )
            wanted = not self.over and not self._heard()
        met = guarded(lambda: self._met(door), door.peer.name) if wanted else None
        with self._turn:
            self._at_door = False
            self._turn.notify_all()
            if isinstance(met, EndpointError):
                self.no_way = met
            if not isinstance(met, tuple) or self.over:
                return
            name, told = met
            before = self.told.get(name)
            if isinstance(before, Told):
                return
            late = door.peer.error(TimedOut, f"{self._hosts[name].peer.address} has not answered yet.")
            self.through, self.told[name] = (name, before or late), told
        self._about(name, door)

    def _met(self, door: Host) -> tuple[str, Told]:
        """The node that answers at the door, by its own computer name.

        Raises:
            EndpointError: nobody answers, or none that the config has.
        """
        told = _light(door)
        own = light.own_name(told.light)
        for name in self._hosts:
            if cluster.same_node(own, name):
                return name, told
        raise door.peer.bad_reply(
            f"as {door.peer.shown(own) or 'nobody'}, which is no node in the config",
            hint="Add it to this endpoint's nodes.",
        )

    def _about(self, name: str, host: Host) -> None:
        """Ask a node that has answered about the cluster, if it is its turn."""
        with self._turn:
            self._turn.wait_for(lambda: self._settled or not self._asking, TELLING * self._seconds)
            if self._settled:
                return
            self._asking[name] = host
        facts = guarded(
            lambda: cluster.decode(host.ask("cluster.ps1", {})[0].value, host.peer),
            host.peer.name,
            "Reading what it tells of its cluster",
        )
        with self._turn:
            self._asking.pop(name, None)
            if isinstance(facts, EndpointError):
                self.why_not[name] = facts
            elif not self._settled:
                self.facts = facts
                self._known = time.monotonic() - self._started
            self._turn.notify_all()


def patience_s(budget_s: float, known_s: float, pace_s: float) -> float:
    """How long a node is waited for once the cluster is known, which took ``known_s``.

    ``pace_s`` is what it took for its last answer, 0 where it has never given one.
    """
    return min(budget_s, max(ANSWERING * budget_s, FIRST_PACE * known_s, OWN_PACE * pace_s))


def _light(host: Host) -> Told:
    answer, way = host.ask("light.ps1", {})
    told = light.decode(answer.value, host.peer)
    return Told(told, host, answer.middle, answer.tls, way, answer.certificate_end)
