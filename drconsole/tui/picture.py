"""A snapshot studied: what the screens need of it, found outside the thread that draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from drconsole.domain.acknowledged import Acknowledgement
from drconsole.domain.snapshot import Difference, EndpointStatus, Snapshot, Workload, difference
from drconsole.tui.alarm_list import Summary, summary_of
from drconsole.tui.columns import needs_room
from drconsole.tui.views import Row, View, distribute, views_of


@dataclass(frozen=True, slots=True)
class Picture:
    """One snapshot with its difference to the one before, its alarms, and the rows of each view.

    Args:
        long_cells: views in which some copy needs a wider column.
        quiet: nothing but ages would look different; that waits for the next tick.
        twins: names that several workloads have.
        news: keys of workloads whose roles, power, arrow or alarms changed, not only their ages.
    """

    snapshot: Snapshot
    difference: Difference
    summary: Summary
    views: tuple[View, ...]
    rows: dict[View, list[Row]]
    news: frozenset[str]
    twins: frozenset[str]
    long_cells: frozenset[View]
    quiet: bool


def study(
    before: Snapshot | None,
    snapshot: Snapshot,
    known: Collection[Acknowledgement] = (),
    now: datetime | None = None,
) -> Picture:
    """Study a snapshot; with ten thousand workloads this takes longer than a frame.

    Args:
        known: what was said of alarms; ``now``: the console's wall clock, by which that ends.
    """
    views = views_of(snapshot.estate)
    change = difference(before, snapshot)
    rows = distribute(snapshot.workloads, views)
    return Picture(
        snapshot,
        change,
        summary_of(snapshot, known, now),
        views,
        rows,
        _news(before, snapshot, change) if before else frozenset(),
        _twins(snapshot),
        frozenset(
            view for view in views if any(needs_room(c) for r in rows[view] for c in r.workload.copies)
        ),
        before is not None and _is_quiet(before, snapshot, change),
    )


def _twins(snapshot: Snapshot) -> frozenset[str]:
    counted = Counter(workload.name for workload in snapshot.workloads)
    return frozenset(name for name, count in counted.items() if count > 1)


def _is_quiet(before: Snapshot, snapshot: Snapshot, change: Difference) -> bool:
    if change.changed or change.added or change.removed:
        return False
    old = {endpoint.name: _said(endpoint) for endpoint in before.endpoints}
    return before.unlisted == snapshot.unlisted and old == {
        endpoint.name: _said(endpoint) for endpoint in snapshot.endpoints
    }


def _said(status: EndpointStatus) -> tuple[object, ...]:
    """What an endpoint says besides times and the small changes of its clock."""
    answer = (status.state, status.silent_since, status.error, status.alarms, status.limits)
    told = (status.version, status.user, status.transport, status.certificate_end)
    return (*answer, *told, status.broker, status.nodes)


def _news(before: Snapshot, snapshot: Snapshot, change: Difference) -> frozenset[str]:
    old = {w.key: _told(w) for w in before.workloads if w.key in change.changed}
    changed = {w.key for w in snapshot.workloads if w.key in old and _told(w) != old[w.key]}
    return frozenset(changed) | change.added


def _told(workload: Workload) -> tuple[object, ...]:
    """What a person would want to know has changed."""
    copies = tuple((copy.place, copy.role, copy.power, copy.fresh) for copy in workload.copies)
    return copies, workload.arrow, {alarm.code for alarm in workload.all_alarms}
