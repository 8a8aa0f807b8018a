"""The lines above the keys: what is with the line under the cursor, what to do now, and what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from rich.cells import cell_len

from drconsole.domain.comparison import is_split
from drconsole.domain.operations import offers_of
from drconsole.domain.roles import Severity
from drconsole.domain.snapshot import Workload
from drconsole.tui.offers import held, possible
from drconsole.tui.views import Row
from drconsole.tui.widgets.fitting import fit
from drconsole.tui.widgets.ink import Line, Span, line, plain
from drconsole.wording.actions import next_action
from drconsole.wording.alarms import alarm_text
from drconsole.wording.names import visible
from drconsole.wording.roles import reason

NAME_LEAST = 12
WHY = (Span("  w", "key"), Span(" why "))


def now_lines(row: Row | None, now: datetime, width: int, *, compares: bool = True) -> tuple[Line, Line]:
    """What is wrong with the selected line, or why its roles are what they are; then the next action.

    Args:
        compares: enter opens the comparison of copies that run at once.
    """
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
    due = _now(workload, max(width - cell_len(plain(WHY)), 0), compares=compares)
    return _said(name, what, width), (*due, *WHY)


def _now(workload: Workload, width: int, *, compares: bool) -> Line:
    """What is due, what is possible, what is blocked: as much of that as there is room for."""
    found = offers_of(workload)
    due, can, cannot = _due(workload, compares=compares), possible(found), held(found)
    for parts in ((*due, *can, *cannot), (*due, *can), due):
        if cell_len(plain(parts)) <= width:
            return fit(parts, width)
    return fit(due, width)


def _due(workload: Workload, *, compares: bool) -> Line:
    """The next action; with its key where this console has one for it."""
    action = next_action(workload)
    if not action:
        return line(Span(" nothing is due", "muted"))
    label = Span(" next: ", "label")
    if compares and is_split(workload) and action.startswith("compare "):
        return line(label, Span("enter", "key"), f" {action.replace('compare', 'compares', 1)}")
    return line(label, action)


def _said(name: Span, what: Span, width: int) -> Line:
    """The name makes room for what is said of it: it stands under the cursor in any case."""
    if width - cell_len(what.text) < min(cell_len(name.text), NAME_LEAST):
        return fit((Span(f" {what.text.removeprefix(': ')}", what.ink),), width, middle=True)
    return fit((name, what), width, middle=True)


@dataclass(frozen=True, slots=True)
class Status:
    """What the status line tells.

    Args:
        filter: the filter's text, empty while it is open or not set.
        problems: what the filter holds that means nothing.
        marked: workloads that are marked; ``unseen``: those of them that are not shown.
        order: the order in words, empty for the usual one.
        pair: which of how many pairs of sites.
        hidden: machines that are left out because nothing protects them.
        window: first and last visible line, and how many lines there are.
        armed: changes are allowed from this console.
    """

    filter: str = ""
    problems: tuple[str, ...] = ()
    marked: int = 0
    unseen: int = 0
    order: str = ""
    pair: tuple[int, int] = (1, 1)
    hidden: int = 0
    window: tuple[int, int, int] = (0, 0, 0)
    armed: bool = False


def status_line(status: Status, width: int) -> Line:
    """What is shown and why, the most important first; then where the window stands."""
    parts: list[Span] = []
    if status.filter:
        parts += [Span(" filter: ", "label"), Span(visible(status.filter), "strong"), Span(" ")]
    if status.problems:
        parts.append(Span(f" {visible(status.problems[0])} ", "warning"))
    if status.marked:
        unseen = f", {status.unseen} not shown" if status.unseen else ""
        parts.append(Span(f" {status.marked} marked{unseen} ", "strong"))
    first, last, count = status.window
    where = f"{first} to {last} of {count}" if last - first + 1 < count else ""
    besides = _besides(status)
    while besides and cell_len(plain((*parts, *besides))) + len(where) + 2 > width:
        besides.pop()
    parts += besides
    # That changes are allowed is never left out.
    words = "CHANGES ALLOWED  ! ends it" if status.armed else "read-only  ! arms"
    room = width - cell_len(plain(parts))
    short = words.split("  ")[0]
    choices = [(where, words), (where, short), ("" if status.armed else where, short if status.armed else "")]
    where, mode = next((c for c in choices if len("  ".join(filter(None, c))) + 2 <= room), choices[-1])
    right = (
        Span(f" {where} ", "muted") if where else Span(""),
        Span(f" {mode} " if mode else "", _mode_ink(status)),
    )
    return (*fit(parts, max(width - cell_len(plain(right)), 0)), *right)


def _besides(status: Status) -> list[Span]:
    """What is left out as a whole where it has no room, the last of these first."""
    found = []
    if status.order:
        found.append(Span(f" {status.order} ", "muted"))
    if status.pair[1] > 1:
        found.append(Span(f" pair {status.pair[0]} of {status.pair[1]} ", "muted"))
    if status.hidden:
        found.append(Span(f" {status.hidden} unprotected hidden, A shows ", "muted"))
    return found


def _mode_ink(status: Status) -> str:
    return "warning" if status.armed else "muted"
