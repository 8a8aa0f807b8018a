"""The endpoints in words: who answers, what the others said, and when they are asked again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rich.cells import cell_len

from drconsole.domain.roles import AlarmCode
from drconsole.domain.snapshot import EndpointState, EndpointStatus
from drconsole.tui.widgets.fitting import wrap
from drconsole.tui.widgets.ink import Line, Span, line, plain
from drconsole.tui.widgets.table import MARK, Column
from drconsole.wording.ages import age, ago
from drconsole.wording.alarms import alarm_text
from drconsole.wording.names import visible

INKS = {
    EndpointState.OK: "good",
    EndpointState.PARTIAL: "warning",
    EndpointState.SILENT: "critical",
    EndpointState.NEVER: "muted",
}
TITLES = ("ENDPOINT", "SITE", "STATE", "READ", "KIND", "ADDRESS")
SHRINKING = (0, 1, 5)
LEAST = 6


def columns(rows: Sequence[tuple[Line, ...]], width: int) -> tuple[Column, ...]:
    """Columns as wide as what they hold; names, sites and addresses are cut where the line is too narrow."""
    widths = [
        max(cell_len(text) for text in (title, *(plain(row[place]) for row in rows)))
        for place, title in enumerate(TITLES)
    ]
    while sum(widths) + 2 * len(widths) + MARK > width and max(widths[p] for p in SHRINKING) > LEAST:
        widths[max(SHRINKING, key=lambda place: widths[place])] -= 1
    return tuple(
        Column(title, widths[place], middle=place in SHRINKING, gap=2) for place, title in enumerate(TITLES)
    )


def cells(status: EndpointStatus, now: datetime) -> tuple[Line, ...]:
    """One line of the table of endpoints."""
    lasted = f" {age((now - status.silent_since).total_seconds())}" if status.silent_since else ""
    word = status.state.value
    if status.state is EndpointState.NEVER:
        word = "silent" if status.error else "asking"
    if any(alarm.code is AlarmCode.INSECURE for alarm in status.alarms):
        lasted += " INSECURE"
    read = ago((now - status.last_read).total_seconds()) if status.last_read else "never"
    return (
        line(visible(status.name)),
        line(visible(status.site)),
        (Span(f"{word}{lasted}", "critical" if word == "silent" else INKS[status.state]),),
        line(read),
        line(status.kind),
        line(visible(status.address)),
    )


def facts(status: EndpointStatus, now: datetime, width: int) -> tuple[Line, ...]:
    """Everything known about one endpoint, its last error in full."""
    told = [
        ("said", status.error),
        ("asked again", _until(status.next_try, now) if status.error else ""),
        ("not seen", " ".join(status.limits)),
        ("user", status.user),
        ("transport", status.transport),
        ("version", status.version),
        ("clock", _skew(status.skew_s)),
        *(("alarm", alarm_text(alarm, now)) for alarm in status.alarms if alarm.code != "silent"),
    ]
    lines: list[Line] = [(Span(f" {visible(status.name)}", "strong"),)]
    for label, text in told:
        pieces = wrap(visible(text), width - 16) if text else []
        for place, piece in enumerate(pieces):
            lines.append((Span(f"   {label if place == 0 else '':<12}", "label"), Span(piece)))
    return tuple(lines)


def _until(when: datetime | None, now: datetime) -> str:
    if when is None:
        return ""
    seconds = (when - now).total_seconds()
    return f"in {age(seconds)}" if seconds >= 10 else "now"


def _skew(seconds: float | None) -> str:
    if seconds is None:
        return ""
    if abs(seconds) < 2:
        return "agrees with this one"
    return f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} this one"
