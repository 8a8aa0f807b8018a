"""What may go wrong with acts: a fault is meant for the n-th act of a cmdlet, or comes by chance."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Protocol

from drconsole.lab.hyperv.call import Call
from drconsole.lab.hyperv.machines import Machine


class ActKind(StrEnum):
    """How an act goes wrong.

    FAILS: an error record, and nothing is done. NO_EFFECT: it answers as if all were well. HALF: the other
    end of a relationship stays as it was, the answer says that all went well. SLOW: it takes longer, then has
    its effect. LATE_ANSWER: it has its effect in time, and its answer comes later. HANGS: it has its effect
    and never answers. CUT: it has its effect, and the connections to the host break before the answer.
    SHELL_DIES: it has its effect, and every shell of the host is gone before the answer. HOST_DIES: the host
    is gone in the middle; ``effect`` tells whether it was done. MOVES: the machine is on another node when
    the call comes. RESTARTS: it has its effect, and later somebody starts the machine.
    """

    FAILS = "fails"
    NO_EFFECT = "no-effect"
    HALF = "half"
    SLOW = "slow"
    LATE_ANSWER = "late-answer"
    HANGS = "hangs"
    CUT = "cut"
    SHELL_DIES = "shell-dies"
    HOST_DIES = "host-dies"
    MOVES = "moves"
    RESTARTS = "restarts"


BY_CHANCE = (ActKind.FAILS, ActKind.NO_EFFECT, ActKind.SLOW, ActKind.CUT, ActKind.SHELL_DIES)
"""What comes by chance: all that leaves the host alive."""


@dataclass(slots=True)
class ActFault:
    """One fault, for the ``occurrence``-th act of a cmdlet on a machine (or any) on a host (or any).

    ``vm`` also means the test copies of that machine. ``seconds`` is how much longer or later (simulated).
    ``id``, ``category``, ``text`` are the error's. ``seen`` counts the acts it was meant for, ``hit`` tells
    that it struck.
    """

    cmdlet: str
    kind: ActKind
    vm: str | None = None
    host: str | None = None
    occurrence: int = 1
    seconds: float = 0.0
    effect: bool = False
    id: str = "OperationFailed"
    category: str = "NotSpecified"
    text: str = "The operation failed."
    seen: int = 0
    hit: bool = False

    def means(self, cmdlet: str, host: str, idents: Iterable[str | None]) -> bool:
        """Whether an act is one that it is meant for."""
        same = (self.cmdlet.lower() == cmdlet.lower(), self.host in (None, host))
        return all(same) and (self.vm is None or self.vm in idents)

    def strikes(self) -> bool:
        """Count one act that it is meant for; whether it is the one."""
        self.seen += 1
        self.hit = self.hit or self.seen == self.occurrence
        return self.seen == self.occurrence


class Breaker(Protocol):
    """What a fault may do to the host around the model."""

    def cut(self, host: str) -> None:
        """Break every connection to a host."""
        ...

    def end_shells(self, host: str) -> None:
        """End every shell of a host."""
        ...

    async def kill_host(self, host: str) -> None:
        """Let a host be gone."""
        ...

    def migrate(self, host: str, vm: str) -> None:
        """Let another node own a machine."""
        ...


class ActFaults:
    """All faults of a lab that wait for their act.

    ``rate`` is the chance that any other act goes wrong, as ``random`` has it.
    """

    def __init__(self) -> None:
        self.waiting: list[ActFault] = []
        self.rate = 0.0
        self.random = Random(0)

    def clear(self) -> None:
        """Let everything go well again."""
        self.waiting.clear()
        self.rate = 0.0

    def on_arrival(self, call: Call) -> list[str]:
        """The machines that move away just before a call."""
        idents = [one for value in call.bound.values() for one in _machines_of(value)]
        movers = (fault for fault in self.waiting if fault.kind is ActKind.MOVES)
        hit = [fault for fault in movers if fault.means(call.cmdlet, call.host, idents) and fault.strikes()]
        return [ident for fault in hit for ident in idents if fault.vm in (None, ident)]

    def on_act(self, cmdlet: str, machine: Machine) -> ActFault | None:
        """The fault that strikes this act."""
        meant = [
            fault
            for fault in self.waiting
            if fault.kind is not ActKind.MOVES
            and fault.means(cmdlet, machine.host, (machine.id, machine.workload))
        ]
        if struck := [fault for fault in meant if fault.strikes()]:
            return struck[0]
        if self.rate and self.random.random() < self.rate:
            kind = self.random.choice(BY_CHANCE)
            return ActFault(cmdlet, kind, machine.id, seconds=60.0, seen=1, hit=True)
        return None


def _machines_of(value: object) -> list[str]:
    """The ids of the machines that bound objects belong to."""
    items = value if isinstance(value, list | tuple) else [value]
    refs = (str(one.get("$ref", "")) for one in items if isinstance(one, dict))
    return [ref.split("/")[2] for ref in refs if ref.count("/") > 1]
