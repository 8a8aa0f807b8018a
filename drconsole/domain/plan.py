"""A plan: the ordered steps of one operation on one or many workloads, as pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from drconsole.domain.step import Step

PLAN_VERSION = 2


class Operation(StrEnum):
    """What can be done to a workload (rules, section 4)."""

    TEST_FAILOVER = "test-failover"
    STOP_TEST = "stop-test"
    PLANNED_FAILOVER = "planned-failover"
    UNPLANNED_FAILOVER = "unplanned-failover"
    COMPLETE = "complete"
    CANCEL = "cancel"
    REVERSE = "reverse"
    PAUSE = "pause"
    RESUME = "resume"
    RESYNC = "resync"
    SYNC_NOW = "sync-now"
    ENABLE = "enable"
    DISABLE = "disable"
    REMOVE_LEFTOVERS = "remove-leftovers"


class Readiness(StrEnum):
    """What a preflight check found: ``wait`` is cleared by a step of the plan itself."""

    READY = "ready"
    WAIT = "wait"
    WARNING = "warning"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was asked before anything is done."""

    readiness: Readiness
    text: str
    source: str
    clear: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How long it may take, from what runs of the same operation took here.

    Args:
        seconds: the median of those runs, by the console's clock.
        runs: how many they were.
        own: they were runs of this workload; else of others.
        down: how long nobody is served; else how long all of it takes.
    """

    seconds: float
    runs: int
    own: bool
    down: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """One workload of a plan, and what it was when the plan was made.

    Args:
        facts: (copy, fact, value) lines that must be the same when the run starts; else it stops.
        reads: endpoints that have copies of it: read again when the run starts.
        down_from: id of the first step from which nobody is served; empty: it serves all the time.
        down_until: id of the step with whose end it serves again; empty: none of them brings it back.
        point_of_no_return: id of the first step after which the way back is another operation; empty: none.
        way_back: the operation that leads back from there.
        costs: what is lost, and how long it is down, a sentence each.
        after: what is true afterwards and what is due next, a sentence each.
        estimate: how long that was the last times; None: no run tells.
        priority: 1 to 5; the next tier starts when each of the one before serves.
    """

    key: str
    name: str
    platform: str
    source: str
    target: str
    facts: tuple[tuple[str, str, str], ...]
    reads: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    point_of_no_return: str = ""
    way_back: str = ""
    down_from: str = ""
    down_until: str = ""
    costs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    estimate: Estimate | None = None
    priority: int = 3


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A workload that was wanted and left out, because it could not be done; and what clears that."""

    key: str
    name: str
    why: str
    clear: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done, in order; shown, stored, printed as a runbook, compared, run and resumed.

    Args:
        options: settled choices, by name (``on_shutdown_timeout``).
        limits: how many steps at once one endpoint is given, by endpoint name.
        compensation: steps that lead back before the point of no return, offered after a failure there.
        checks: what was asked that concerns the whole run.
        left_out: what could not be done and was left out, because somebody wanted to go on without it.
        made_at: when its workloads were looked at, by the console's clock.
        basis: what of the config it rests on, by name, with a digest of each.
    """

    operation: Operation
    environment: str
    subjects: tuple[Subject, ...]
    steps: tuple[Step, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    compensation: tuple[Step, ...] = ()
    checks: tuple[Check, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    made_at: datetime | None = None
    basis: tuple[tuple[str, str], ...] = ()
    version: int = PLAN_VERSION

    @property
    def reads(self) -> tuple[str, ...]:
        """Endpoints that have copies of its subjects: read again when the run starts."""
        return tuple(sorted({endpoint for subject in self.subjects for endpoint in subject.reads}))

    @property
    def endpoints(self) -> frozenset[str]:
        """The endpoints whose credentials its run needs."""
        acted_on = (step.endpoint for step in (*self.steps, *self.compensation))
        return frozenset((*acted_on, *self.reads))
