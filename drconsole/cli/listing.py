"""The inventory as plain text: the words of the screen, in its order, without a cursor and without colour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from drconsole.domain.roles import AlarmCode
from drconsole.domain.snapshot import EndpointState, EndpointStatus, Snapshot, Workload
from drconsole.tui.columns import layout
from drconsole.tui.head import head
from drconsole.tui.picture import study
from drconsole.tui.rows import absences, cells
from drconsole.tui.views import Row, View, distribute
from drconsole.tui.widgets.fitting import fit
from drconsole.tui.widgets.ink import Line, line, plain
from drconsole.tui.widgets.table import MARK, Column
from drconsole.wording.ages import ago, exact
from drconsole.wording.names import visible

_DARK = (EndpointState.SILENT, EndpointState.NEVER)


def listed(snapshot: Snapshot, *, everything: bool) -> list[Workload]:
    """The workloads to show: all, or those that somebody protects."""
    return [workload for workload in snapshot.workloads if everything or workload.listed]


def lines(snapshot: Snapshot, workloads: Sequence[Workload], width: int) -> Iterator[str]:
    """The list, line by line: where and how many, a table for each pair of sites, alarms, who is silent."""
    picture = study(None, snapshot)
    first, _ = head(picture, snapshot.taken_at, width, asked=False)
    yield plain(first).strip()
    entries = picture.summary.entries
    if entries:
        count = "1 alarm" if len(entries) == 1 else f"{len(entries)} alarms"
        yield f"{count}  {entries[0].text(snapshot.taken_at)}"
    for view, rows in distribute(workloads, picture.views).items():
        if rows or len(picture.views) == 1:
            yield ""
            yield from _table(snapshot, view, rows, width)
    hidden = len(snapshot.workloads) - len(workloads)
    if hidden:
        yield ""
        yield f"{hidden} without protection {'is' if hidden == 1 else 'are'} not shown: --all shows all"
    told = [entry for entry in entries if entry.alarm.code is not AlarmCode.SILENT]
    if told:
        yield ""
        yield f"ALARMS {len(told)}"
        for entry in told:
            yield f"  {entry.alarm.severity.name.lower()}: {entry.text(snapshot.taken_at)}"
    yield from _silence(snapshot)


def _table(snapshot: Snapshot, view: View, rows: Sequence[Row], width: int) -> Iterator[str]:
    arranged = layout(width + MARK, view)
    columns = arranged.columns(view, str(sum(row.third is None for row in rows)))
    absent = absences(snapshot.endpoints)
    yield _line([line(column.title) for column in columns], columns)
    for row in rows:
        yield _line(cells(row, view, arranged, absent, snapshot.taken_at), columns)


def _line(drawn: Sequence[Line], columns: Sequence[Column]) -> str:
    pieces = [
        plain(fit(spans, column.width, right=column.right, middle=column.middle)) + " " * column.gap
        for spans, column in zip(drawn, columns, strict=True)
    ]
    return "".join(pieces).rstrip()


def _silence(snapshot: Snapshot) -> Iterator[str]:
    """A line for each endpoint that does not answer; its state is told here, not by the exit code."""
    dark = [status for status in snapshot.endpoints if status.state in _DARK]
    if dark:
        yield ""
        yield f"DO NOT ANSWER {len(dark)} of {len(snapshot.endpoints)}"
    for status in dark:
        yield f"  {_told(status, snapshot)}"


def _told(status: EndpointStatus, snapshot: Snapshot) -> str:
    since = f" since {exact(status.silent_since)}" if status.silent_since else ""
    last = "never read"
    if status.last_read:
        last = f"last read {ago((snapshot.taken_at - status.last_read).total_seconds())}"
    error = visible(" ".join(status.error.split())) or "no answer yet"
    return f"{visible(status.name)} ({visible(status.site)}){since}, {last}: {error}"
