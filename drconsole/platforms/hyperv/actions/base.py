"""What an action is: how it is typed by hand, what it runs, and how its effect is read back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from drconsole.domain.deep import Statistics
from drconsole.domain.place import Place
from drconsole.domain.record import Record, believed
from drconsole.domain.step import Effect, Fact, Json, Observation, Step, Verdict
from drconsole.errors import EndpointError
from drconsole.platforms.hyperv.looking import Look, MachineRow


@dataclass(frozen=True, slots=True)
class View:
    """All that an observation is made from.

    Args:
        others: looks at copies on other endpoints, by endpoint, or why there is none.
        statistics: of the step's own VM, where the action needs them.
    """

    step: Step
    here: Look
    others: Mapping[str, Look | EndpointError] = field(default_factory=dict)
    statistics: tuple[Statistics, ...] = ()

    @property
    def params(self) -> Json:
        """The step's parameters."""
        return self.step.params

    @property
    def target(self) -> MachineRow | None:
        """The VM that the step acts on: the VM named, or its test copy."""
        return self.here.test if self.params.get("test") else self.here.vm

    @property
    def record(self) -> Record | None:
        """The failover record of the target that may be believed."""
        target = self.target
        return believed(target.text, self.place(target)) if target else None

    def place(self, target: MachineRow) -> Place:
        """The place of a VM of this endpoint."""
        told = self.params["place"]
        return Place("hyperv", told["site"], told["where"], target.id.lower())

    def fact(self, what: str, value: object) -> Fact:
        """One thing that this look showed."""
        return Fact(what, told(value), self.here.endpoint, self.here.now)

    def done(self, **facts: object) -> Observation:
        """The effect is there."""
        return self._say(Verdict.DONE, facts)

    def ready(self, baseline: Json | None = None, /, **facts: object) -> Observation:
        """The effect is not there and may be caused; the look's time and node are part of every baseline."""
        node = {"node": self.here.node} if self.here.node else {}
        base = {"at": self.here.now.isoformat(), **node, **(baseline or {})}
        return self._say(Verdict.READY, facts, baseline=base)

    def awaited(self, reason: str, /, **facts: object) -> Observation:
        """Only looked for, and not there yet: what is there instead."""
        return replace(self.ready(**facts), reason=reason)

    def busy(self, **facts: object) -> Observation:
        """The platform is at it."""
        return self._say(Verdict.BUSY, facts)

    def conflict(self, reason: str, **facts: object) -> Observation:
        """Somebody else changed what the step rests on."""
        return self._say(Verdict.CONFLICT, facts, reason)

    def unknown(self, reason: str, **facts: object) -> Observation:
        """Nothing decisive can be read."""
        return self._say(Verdict.UNKNOWN, facts, reason)

    def missing(self) -> Observation:
        """Say why there is no target to look at."""
        if self.here.vm is not None:
            named = self.here.test_id
            return (
                self.unknown(f"the test copy that it names ({named}) cannot be read")
                if named
                else self.conflict("it has no test copy")
            )
        if self.here.absent:
            return self.conflict("the host has no such VM any more")
        return self.unknown("the host does not show it: the account may lack the right to see its VMs")

    def _say(
        self, verdict: Verdict, facts: Mapping[str, object], reason: str = "", baseline: Json | None = None
    ) -> Observation:
        shown = tuple(self.fact(what.replace("_", " "), value) for what, value in facts.items())
        return Observation(verdict, self.here.now, shown, baseline or {}, reason)


Observe = Callable[[View, Json | None], Observation]


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that can be done on a Hyper-V host.

    Args:
        observe: a pure judgement of what a look showed.
        script: what is run there; empty where nothing is called and only looking decides.
        arguments: the script's arguments, from the last look before it.
        manual: what a person would type, from the step's parameters.
        repeatable: it may be repeated when nobody knows whether it took effect.
        undecided: observing cannot always tell whether it took effect; then a person is asked (rules,
            section 7).
        statistics: replication statistics are looked at as well.
    """

    name: str
    effect: Effect
    observe: Observe
    manual: Callable[[Json], str]
    script: str = ""
    arguments: Callable[[View], Json] = lambda view: {"vm": view.params["vm"]}
    repeatable: bool = False
    undecided: bool = False
    statistics: bool = False


def told(value: object) -> str:
    """A fact's value as text; times of hosts to the second, with their zone."""
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    return "not told" if value is None else str(value)


def since(baseline: Json) -> datetime:
    """The endpoint's time of the look that gave a baseline."""
    return datetime.fromisoformat(baseline["at"])


def passed(view: View, baseline: Json) -> timedelta:
    """How much of the endpoint's time has passed since the look that gave a baseline."""
    return view.here.now - since(baseline)


def quoted(text: str) -> str:
    """A text as a PowerShell literal, for commands that a person may paste."""
    # PowerShell takes the typographic single quotes for quotes as well.
    for mark in "'\u2018\u2019\u201a\u201b":
        text = text.replace(mark, mark * 2)
    return f"'{text}'"


def the_one(command: str, what: str, value: str) -> str:
    """How a person finds one of several things by id or whole name; name parameters would take patterns."""
    # We keep ids in small letters; names are compared letter by letter.
    same = "EQ" if what == "Id" else "CEQ"
    return f"({command} | Where-Object -Property {what} -{same} -Value {quoted(value)})"


def the_vm(params: Mapping[str, Any]) -> str:
    """How a person names the VM of a step: by its id, or as the test copy of its replica."""
    vm = f"(Get-VM -Id {params['vm']})"
    return f"(Get-VMReplication -VM {vm}).TestVirtualMachine" if params.get("test") else vm


def rival(view: View, endpoint: str) -> tuple[str, bool]:
    """What another endpoint says of its copy in words, and whether it is known not to run."""
    look = view.others.get(endpoint)
    if look is None or isinstance(look, EndpointError):
        return f"{endpoint} does not say: {look.message if look else 'it was not asked'}", False
    if look.vm is None:
        return ("not there", True) if look.absent else (f"{endpoint} shows no VM at all", False)
    return look.vm.power, look.vm.off


def first(items: Iterable[Observation | None]) -> Observation | None:
    """The first judgement that there is."""
    return next((item for item in items if item is not None), None)
