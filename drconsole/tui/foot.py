"""The lines above the keys: what is with the line under the cursor, what to do now, and what is shown."""

from __future__ import annotations

from datetime import datetime

from drconsole.domain.roles import Severity
from drconsole.tui.views import Row
from drconsole.tui.widgets.fitting import fit
from drconsole.tui.widgets.ink import Line, Span, line
from drconsole.wording.actions import next_action
from drconsole.wording.alarms import alarm_text
from drconsole.wording.names import visible
from drconsole.wording.roles import reason


def now_lines(row: Row | None, now: datetime, width: int) -> tuple[Line, Line]:
    """What is wrong with the selected line, or why its roles are what they are; then the next action."""
    if row is None:
        return (), ()
    workload = row.workload
    name = Span(f" {visible(workload.name)}", "strong")
    alarms = workload.all_alarms
    if alarms and not row.third:
        ink = {Severity.CRITICAL: "critical", Severity.WARNING: "warning"}.get(alarms[0].severity, "")
        what = Span(f": {alarm_text(alarms[0], now)}", ink)
    else:
        copy = row.third or workload.copies[0]
        what = Span(f": {copy.role} at {visible(copy.place.site)}, {reason(copy)}")
    action = next_action(workload)
    due = line(Span(" next: ", "label"), action) if action else line(Span(" nothing is due", "muted"))
    return fit((name, what), width, middle=_is_long(name)), fit(due, width)


def _is_long(name: Span) -> bool:
    return len(name.text) > 40


def status_line(
    filter_text: str, pair: tuple[int, int], hidden: int, window: tuple[int, int, int], width: int
) -> Line:
    """The filter, which of how many pairs, what is hidden, and where the window stands."""
    parts: list[Span] = []
    if filter_text:
        parts += [Span(" filter: ", "label"), Span(visible(filter_text), "strong"), Span("  ")]
    if pair[1] > 1:
        parts.append(Span(f" pair {pair[0]} of {pair[1]}  ", "muted"))
    if hidden:
        parts.append(Span(f" {hidden} unprotected hidden, u shows  ", "muted"))
    first, last, count = window
    where = f"{first} to {last} of {count} " if last - first + 1 < count else ""
    return (*fit(parts, max(width - len(where), 0)), Span(where, "muted"))
