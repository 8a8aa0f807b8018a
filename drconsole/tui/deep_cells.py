"""The rows of a workload's page that a deep read and statistics fill, a cell for each copy."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from drconsole.domain.deep import Deep, Statistics
from drconsole.domain.replication import NONE, mode_of, relation_of
from drconsole.domain.roles import AlarmCode
from drconsole.domain.snapshot import CopyState
from drconsole.tui.widgets.ink import Line, Span, line
from drconsole.wording.ages import ago
from drconsole.wording.deep import (
    consistency_text,
    leg_text,
    network_text,
    not_replicated_text,
    points_text,
    start_text,
)
from drconsole.wording.names import visible
from drconsole.wording.statistics import (
    cycles_text,
    growth_text,
    late_text,
    latency_text,
    pending_text,
    waiting_text,
)

# What was read deep longer ago is muted and shown with its age: it is not what is now.
OLD_S, COUNTED_OLD_S = 150.0, 450.0
AWAITED = Span("not read yet", "muted")
FAILED = Span("could not be read", "warning")


def points(copy: CopyState, now: datetime) -> Line:
    """How many recovery points there are, the newest and the oldest."""
    return _read(copy, now, points_text) or (_missing(copy) if mode_of(copy.sighting) in _RECEIVE else ())


def consistency(copy: CopyState, now: datetime) -> Line:
    """What kinds of recovery points there are."""
    return _read(copy, now, consistency_text)


def networks(copy: CopyState, now: datetime) -> Line:
    """Where its adapters are: from the deep read, else from the light one where that tells."""
    told = _read(copy, now, lambda deep: "; ".join(map(network_text, deep.adapters)) or "no adapters")
    if copy.sighting.networks and (not told or read_long_ago(copy, now)):
        return line(", ".join(map(visible, copy.sighting.networks)))
    if told:
        return told
    return _missing(copy) if mode_of(copy.sighting) != NONE else ()


def disks(copy: CopyState, _now: datetime) -> Line:
    """Disks of an original that its replica does not have."""
    deep = copy.inspection.deep if copy.inspection else None
    said = not_replicated_text(deep) if deep else ""
    return line(Span(f"{said} !", "warning")) if said else ()


def start(copy: CopyState, _now: datetime) -> Line:
    """Whether it starts by itself with its host; the light read tells that."""
    text = start_text(copy.sighting.auto_start)
    alarming = any(alarm.code is AlarmCode.STARTS_BY_ITSELF for alarm in copy.alarms)
    return line(Span(f"{text} !" if alarming else text, "warning" if alarming else "")) if text else ()


def tested(copy: CopyState, _now: datetime) -> Line:
    """The test copy that was made of it."""
    found = next((r.test_vm for r in copy.sighting.relations if r.test_vm), None)
    return line(f"VM {visible(found)}") if found else ()


def extended(copy: CopyState, _now: datetime) -> Line:
    """The further relationship of a copy that has two."""
    judged = relation_of(copy.sighting)
    further = [relation for relation in copy.sighting.relations if relation is not judged]
    return line("; ".join(map(leg_text, further))) if further else ()


def cycles(copy: CopyState, now: datetime) -> Line:
    """How often it was sent; or that statistics are still waited for."""
    seen = copy.inspection
    waits = waiting_text(seen, now) if seen else ""
    counted = _counted(copy, now, cycles_text)
    return counted or (line(Span(waits, "muted")) if waits else ())


def pending(copy: CopyState, now: datetime) -> Line:
    """What is still to be sent; known where it is sent from (facts/hyperv, section 2)."""
    return _counted(copy, now, pending_text) if mode_of(copy.sighting) == "Primary" else ()


def why_late(copy: CopyState, now: datetime) -> str:
    """What the sending end counted; nothing at the other ends."""
    if mode_of(copy.sighting) != "Primary":
        return ""
    seen, one = copy.inspection, _simple(copy)
    if seen and one and seen.measured and copy.fresh:
        asked = seen.measured.taken_at
        there = seen.deep.clock + (asked - seen.deep.taken_at) if seen.deep else asked
        old = _is_old(copy, asked, now, COUNTED_OLD_S)
        told = f", counted {ago((now - asked).total_seconds())}" if old else ""
        relation = relation_of(copy.sighting)
        synced = relation.last_sync if relation else None
        growth = growth_text(one.pending, (there - synced).total_seconds()) if synced else ""
        return f"why late{told}: {late_text(one, there)}{f'; it {growth}' if growth else ''}"
    waits = waiting_text(seen, now) if seen else ""
    return f"why late: statistics: {waits}" if waits else ""


def latency(copy: CopyState, now: datetime) -> Line:
    """How long a cycle takes."""
    return _counted(copy, now, latency_text)


def read_deep(copy: CopyState, now: datetime) -> Line:
    """When it was read deep, and by which node."""
    deep = copy.inspection.deep if copy.inspection else None
    if deep is None:
        return ()
    seen = ago((now - deep.taken_at).total_seconds())
    told = f" on {visible(deep.node)}" if deep.node else ""
    return line(Span(seen, "warning" if _is_old(copy, deep.taken_at, now) else ""), told)


def read_long_ago(copy: CopyState, now: datetime) -> Line:
    """When it was read deep, if that is long ago."""
    deep = copy.inspection.deep if copy.inspection else None
    return read_deep(copy, now) if deep and _is_old(copy, deep.taken_at, now) else ()


_RECEIVE = ("Replica", "ExtendedReplica")


def _read(copy: CopyState, now: datetime, text: Callable[[Deep], str]) -> Line:
    """What the deep read says, in words; muted where it is old."""
    deep = copy.inspection.deep if copy.inspection else None
    said = text(deep) if deep else ""
    ink = "muted" if deep and _is_old(copy, deep.taken_at, now) else ""
    return line(Span(said, ink)) if said else ()


def _missing(copy: CopyState) -> Line:
    """Nothing was read: it failed, or it has not come to it."""
    seen = copy.inspection
    if copy.place.platform != "hyperv" or not copy.fresh or (seen and seen.deep):
        return ()
    return (FAILED if seen and seen.failed else AWAITED,)


def _counted(copy: CopyState, now: datetime, text: Callable[[Statistics], str]) -> Line:
    measured, simple = copy.inspection.measured if copy.inspection else None, _simple(copy)
    if measured is None or simple is None:
        return ()
    said = text(simple)
    old = _is_old(copy, measured.taken_at, now, COUNTED_OLD_S)
    return line(Span(said, "muted" if old else "")) if said else ()


def _simple(copy: CopyState) -> Statistics | None:
    """The statistics of the relationship that a copy is judged by."""
    counted = copy.inspection.measured.relations if copy.inspection and copy.inspection.measured else ()
    return next((one for one in counted if one.relationship == "Simple"), next(iter(counted), None))


def _is_old(copy: CopyState, taken_at: datetime, now: datetime, limit_s: float = OLD_S) -> bool:
    return not copy.fresh or (now - taken_at).total_seconds() > limit_s
