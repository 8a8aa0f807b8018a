"""One step of a plan, what observing it can say, and how it can end: pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

Json = Mapping[str, Any]


class Effect(StrEnum):
    """What a step does to the world, for limits and for what a person is told."""

    LOOK = "look"
    RECORD = "record"
    POWER = "power"
    REPLICATION = "replication"
    NETWORK = "network"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Step:
    """One act on one endpoint for one workload.

    Args:
        id: unique in its plan, the same in two plannings of one thing (``1``, ``2``; in bulk ``2.4``).
        workload: the key of the workload.
        endpoint: the name of the endpoint in the config.
        action: the name of a registered action; its platform alone knows what it means.
        params: what the action needs: JSON values only.
        title: what it does, in a few words.
        manual: the command by which a person would do the same.
        limit_s: how long its effect is awaited, on the endpoint's own clock while that answers.
        after: ids of steps that must have ended well before.
        optional: its failure is told and does not stop what comes after (rules, section 6: reverse).
        ask: a question that a person answers with yes before it acts; empty: none. Asked only while it is
            ready, so what is done already asks nobody.
        doubts: id of a step before it that only its answer tells all of: the question is asked where that
            answer was not seen, and not else; empty: it is always asked.
        also: names of other endpoints whose copies it changes as well.
        serves: that it is done shows that the guest works, not only that it was started.
        expected: why its failure was reckoned with when it was planned, in words; empty: it was not.
        fallback_of: id of the step whose failure it makes up for; where that is done it finds nothing to do.
    """

    id: str
    workload: str
    endpoint: str
    action: str
    params: Json
    title: str
    manual: str
    limit_s: float
    effect: Effect
    after: tuple[str, ...] = ()
    optional: bool = False
    ask: str = ""
    also: tuple[str, ...] = ()
    serves: bool = False
    expected: str = ""
    fallback_of: str = ""
    doubts: str = ""

    @property
    def changed(self) -> tuple[str, ...]:
        """The endpoints on which it does more than look."""
        return () if self.effect is Effect.LOOK else (self.endpoint, *self.also)


class Verdict(StrEnum):
    """What observing says of a step (design, step contract).

    ``ready``: the effect is not there and may be caused now. ``busy``: the platform is at it. ``conflict``:
    somebody else changed what the step rests on. ``unknown``: nothing decisive can be read.
    """

    DONE = "done"
    READY = "ready"
    BUSY = "busy"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that was read back, with the endpoint that told it and that endpoint's time (UTC)."""

    what: str
    value: str
    endpoint: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen of a step's object at the endpoint's time ``at``.

    Args:
        baseline: JSON that a later observation of the same step is compared with; stored with the intent.
        reason: why it is a conflict, unknown, or not there yet, in words.
    """

    verdict: Verdict
    at: datetime
    facts: tuple[Fact, ...] = ()
    baseline: Json = field(default_factory=dict)
    reason: str = ""


class Outcome(StrEnum):
    """How a step ended; five different things (design, promise 2).

    An expected failure was reckoned with: what comes after it makes up for it, and nothing is wrong.
    """

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    EXPECTED_FAILURE = "expected-failure"


class Progress(StrEnum):
    """What following a handle says: ``gone``: the handle means nothing any more, its end was not seen."""

    RUNNING = "running"
    ENDED = "ended"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Followed:
    """What became of an act so far.

    Args:
        result: what it answered when it ended well: JSON.
        error: what it answered when it did not: words; empty when it ended well.
        error_id: the platform's own stable identifier of that error.
    """

    progress: Progress
    result: Json = field(default_factory=dict)
    error: str = ""
    error_id: str = ""
