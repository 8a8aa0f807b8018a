"""The inventory as plain text: the words of the screen, in its order, without a cursor and without colour."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import datetime

from drconsole.domain.roles import AlarmCode
from drconsole.domain.snapshot import EndpointState, EndpointStatus, Snapshot, Workload
from drconsole.tui.alarm_list import Entry
from drconsole.tui.columns import layout
from drconsole.tui.head import head
from drconsole.tui.picture import Picture
from drconsole.tui.rows import absences, cells
from drconsole.tui.sorting import Order
from drconsole.tui.views import Row, View
from drconsole.tui.widgets.fitting import fit
from drconsole.tui.widgets.ink import Line, line, plain
from drconsole.tui.widgets.table import MARK, Column
from drconsole.wording.acknowledged import acknowledged
from drconsole.wording.ages import ago, exact
from drconsole.wording.names import visible

_DARK = (EndpointState.SILENT, EndpointState.NEVER)


def lines(
    picture: Picture,
    tables: Mapping[View, Sequence[Row]],
    now: datetime,
    width: int,
    *,
    order: Order = Order.ALARMS,
    note: str = "",
) -> Iterator[str]:
    """The list, line by line: where and how many, a table for each pair of sites, alarms, who is silent.

    Args:
        tables: the rows to print; the worst alarm of all is told in any case, of the others only theirs.
        note: what is not shown, and why.
    """
    snapshot = picture.snapshot
    first, _ = head(picture, now, width, asked=False)
    yield plain(first).strip()
    entries = picture.summary.entries
    if entries:
        yield f"{_count(picture)}  {entries[0].text(now)}"
    for view, rows in tables.items():
        if rows or len(picture.views) == 1:
            yield ""
            yield from _table(picture, view, rows, now, width, order)
    if note:
        yield ""
        yield note
    shown = {row.workload.key for rows in tables.values() for row in rows}
    told = [entry for entry in entries if _is_told(entry, shown)]
    if told:
        yield ""
        yield f"ALARMS {len(told)}"
        for entry in told:
            known = f"; {acknowledged(entry.known)}" if entry.known else ""
            yield f"  {entry.alarm.severity.name.lower()}: {entry.text(now)}{known}"
    yield from _silence(snapshot, now)


def _count(picture: Picture) -> str:
    """How many alarms there are, and how many of them somebody knows already."""
    still, known = picture.summary.open, len(picture.summary.entries) - picture.summary.open
    alarms = "1 alarm" if still == 1 else f"{still} alarms"
    if not known:
        return alarms
    return f"{alarms}, {known} acknowledged" if still else f"{known} acknowledged"


def _is_told(entry: Entry, shown: Container[str]) -> bool:
    if isinstance(entry.subject, Workload):
        return entry.subject.key in shown
    return entry.alarm.code is not AlarmCode.SILENT


def _table(
    picture: Picture, view: View, rows: Sequence[Row], now: datetime, width: int, order: Order
) -> Iterator[str]:
    arranged = layout(width + MARK, view)
    columns = arranged.columns(view, str(sum(row.third is None for row in rows)), order)
    absent = absences(picture.snapshot.endpoints)
    yield _line([line(column.title) for column in columns], columns)
    for row in rows:
        yield _line(cells(row, view, arranged, absent, now, twins=picture.twins), columns)


def _line(drawn: Sequence[Line], columns: Sequence[Column]) -> str:
    pieces = [
        plain(fit(spans, column.width, right=column.right, middle=column.middle)) + " " * column.gap
        for spans, column in zip(drawn, columns, strict=True)
    ]
    return "".join(pieces).rstrip()


def _silence(snapshot: Snapshot, now: datetime) -> Iterator[str]:
    """A line for each endpoint that does not answer."""
    dark = [status for status in snapshot.endpoints if status.state in _DARK]
    if dark:
        yield ""
        yield f"DO NOT ANSWER {len(dark)} of {len(snapshot.endpoints)}"
    for status in dark:
        yield f"  {_told(status, now)}"


def _told(status: EndpointStatus, now: datetime) -> str:
    since = f" since {exact(status.silent_since)}" if status.silent_since else ""
    last = "never read"
    if status.last_read:
        last = f"last read {ago((now - status.last_read).total_seconds())}"
    error = visible(" ".join(status.error.split())) or "no answer yet"
    return f"{visible(status.name)} ({visible(status.site)}){since}, {last}: {error}"
