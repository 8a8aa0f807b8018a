"""A plan: the ordered steps of one operation on one or many workloads, as pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from drconsole.domain.step import Step

PLAN_VERSION = 1


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
class Subject:
    """One workload of a plan, and what it was when the plan was made.

    Args:
        facts: (copy, fact, value) lines that must be the same when the run starts; else it stops.
        point_of_no_return: id of the first step after which the way back is another operation; empty: none.
        way_back: the operation that leads back from there.
        costs: what is lost, and how long it is down, a sentence each.
        after: what is true afterwards and what is due next, a sentence each.
        priority: 1 to 5; the next tier starts when each of the one before serves.
    """

    key: str
    name: str
    platform: str
    source: str
    target: str
    facts: tuple[tuple[str, str, str], ...]
    checks: tuple[Check, ...] = ()
    point_of_no_return: str = ""
    way_back: str = ""
    costs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    priority: int = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be done, in order; shown, stored, printed as a runbook, compared, run and resumed.

    Args:
        options: settled choices, by name (``on_shutdown_timeout``).
        limits: how many steps at once one endpoint is given, by endpoint name.
        compensation: steps that lead back before the point of no return, offered after a failure there.
        reads: endpoints that have copies of its subjects: read again when the run starts.
    """

    operation: Operation
    environment: str
    subjects: tuple[Subject, ...]
    steps: tuple[Step, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, int] = field(default_factory=dict)
    compensation: tuple[Step, ...] = ()
    reads: tuple[str, ...] = ()
    version: int = PLAN_VERSION

    @property
    def endpoints(self) -> frozenset[str]:
        """The endpoints whose credentials its run needs."""
        acted_on = (step.endpoint for step in (*self.steps, *self.compensation))
        return frozenset((*acted_on, *self.reads))
