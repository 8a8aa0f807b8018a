"""What can be chosen before a plan is made: each option with its values, the usual one first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from drconsole.domain.endpoint import Estate
from drconsole.domain.plan import Operation
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import CopyState, Workload
from drconsole.wording.ages import exact, span
from drconsole.wording.deep import CONSISTENT
from drconsole.wording.names import visible


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an option; an empty ``value`` leaves the option out."""

    value: str
    words: str


@dataclass(frozen=True, slots=True)
class Option:
    """One option by the name that the command knows it by (``--option``)."""

    name: str
    title: str
    values: tuple[Value, ...]


YES_FIRST = (Value("yes", "yes"), Value("no", "no"))
_HEARTBEAT = Option(
    "heartbeat",
    "after the start",
    (Value("wait", "wait for its heartbeat"), Value("skip", "wait for nothing: it has no guest services")),
)
_FIXED = {
    Operation.PLANNED_FAILOVER: (
        Option(
            "on_shutdown_timeout",
            "if it does not shut down",
            (
                Value("ask", "ask whether to turn it off"),
                Value("turn-off", "turn it off"),
                Value("skip", "leave it running, and stop there"),
            ),
        ),
        Option(
            "reverse",
            "reverse",
            (
                Value("no", "no: unprotected until reverse"),
                Value("yes", "yes, before the start: replicated back at once"),
            ),
        ),
        Option("start", "start it there", YES_FIRST),
        _HEARTBEAT,
    ),
    Operation.CANCEL: (Option("start_original", "start the original", YES_FIRST), _HEARTBEAT),
}


def options_of(
    operation: Operation, workloads: Sequence[Workload], estate: Estate, now: datetime
) -> tuple[Option, ...]:
    """The options of an operation on these workloads; none where nothing can be chosen.

    Recovery points are those that were seen when somebody looked at the workload closely; the newest can
    always be chosen.
    """
    if operation is Operation.TEST_FAILOVER:
        return (_points(workloads, now), _networks(workloads, estate), _HEARTBEAT)
    return _FIXED.get(operation, ())


def _points(workloads: Sequence[Workload], now: datetime) -> Option:
    values = [Value("", "the newest when the test starts")]
    if len(workloads) == 1:
        values += (value for copy in _replicas(workloads) for value in _points_of(copy, now))
    return Option("point", "recovery point", tuple(values))


def _points_of(copy: CopyState, now: datetime) -> Iterator[Value]:
    deep = copy.inspection.deep if copy.inspection else None
    for point in deep.points if deep else ():
        age = (deep.clock - point.at + (now - deep.taken_at)).total_seconds() if deep else 0.0
        yield Value(point.id, f"{exact(point.at)}, {span(age)} old, {CONSISTENT[point.consistency]}")


def _networks(workloads: Sequence[Workload], estate: Estate) -> Option:
    sites = {copy.place.site for copy in _replicas(workloads)}
    known = sorted(set.intersection(*(set(estate.test_networks(site)) for site in sites)) if sites else ())
    values = [Value("", "as its adapters name it, else the only one")]
    values += (Value(name, visible(name)) for name in known)
    return Option("network", "test network", (*values, Value("none", "no network at all")))


def _replicas(workloads: Sequence[Workload]) -> list[CopyState]:
    return [copy for workload in workloads for copy in workload.copies if copy.role is Role.REPLICA]
