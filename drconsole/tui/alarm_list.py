"""All alarms of a picture in one order: the worst first, SPLIT-BRAIN above everything else."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from drconsole.domain.acknowledged import Acknowledgement, acknowledgement_of
from drconsole.domain.comparison import compare
from drconsole.domain.roles import Alarm, AlarmCode, Severity
from drconsole.domain.snapshot import CopyState, EndpointStatus, Snapshot, Workload
from drconsole.tui.widgets.fitting import wrap
from drconsole.tui.widgets.ink import Line, Span
from drconsole.wording.acknowledged import acknowledged
from drconsole.wording.actions import action_of, next_action
from drconsole.wording.ages import moment
from drconsole.wording.alarms import alarm_text, endpoint_alarm, parted, workload_alarm
from drconsole.wording.brief import brief
from drconsole.wording.names import visible

ORDER = {code: place for place, code in enumerate(AlarmCode)}
SEVERITIES = {Severity.CRITICAL: ("CRITICAL", "critical"), Severity.WARNING: ("warning", "warning")}
SEVERITY = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """One alarm with what it concerns, and those copies of a workload that raise it.

    Args:
        known: what a person said of it, where that holds.
    """

    alarm: Alarm
    subject: Workload | EndpointStatus
    copies: tuple[CopyState, ...] = ()
    known: Acknowledgement | None = None

    @property
    def about(self) -> str:
        """What it is acknowledged under: the key of a workload, the name of an endpoint."""
        return self.subject.key if isinstance(self.subject, Workload) else self.subject.name

    @property
    def key(self) -> str:
        """What the entry is called from picture to picture."""
        if isinstance(self.subject, Workload):
            # What its copies say in other words, of other networks or states, is another thing to look at.
            return f"{self.subject.key}\0{self.alarm.code}\0{alarm_text(self.alarm)}"
        # Each of its nodes is another thing to look at, and each of its twins.
        which = self.alarm.fact("node") or self.alarm.fact("twin")
        return f"endpoint {self.subject.name}\0{self.alarm.code}\0{which}"

    def text(self, now: datetime) -> str:
        """The alarm with its subject, in words."""
        if isinstance(self.subject, Workload):
            return workload_alarm(self.subject, self.alarm, now)
        return endpoint_alarm(self.subject, self.alarm, now)

    def brief(self, now: datetime, cells: int) -> str:
        """The same in at most so many cells, as far as that is possible."""
        return brief(parted(self.subject, self.alarm, now), cells)


@dataclass(frozen=True, slots=True)
class Summary:
    """What the head of every screen needs of a picture, found once for each.

    Args:
        entries: those that nobody acknowledged first.
        due: the first next action of a picture without alarms.
    """

    entries: tuple[Entry, ...] = ()
    due: str = ""

    @property
    def open(self) -> int:
        """How many of them nobody acknowledged."""
        return sum(entry.known is None for entry in self.entries)


def summary_of(
    snapshot: Snapshot, known: Collection[Acknowledgement] = (), now: datetime | None = None
) -> Summary:
    """Look through a whole picture.

    Args:
        known: what was acknowledged; ``now``: the console's wall clock, by which that ends.
    """
    entries = entries_of(snapshot)
    if known and now:
        told = (replace(one, known=acknowledgement_of(known, one.about, one.alarm, now)) for one in entries)
        entries = tuple(sorted(told, key=lambda one: one.known is not None))
    return Summary(entries, "" if entries else _due(snapshot))


def _due(snapshot: Snapshot) -> str:
    for workload in snapshot.workloads:
        if _has_alarms(workload) and (action := next_action(workload)):
            return f"next: {visible(workload.name)}: {action}"
    return "nothing is due"


def entries_of(snapshot: Snapshot) -> tuple[Entry, ...]:
    """Every alarm that asks for attention; an alarm that both ends of a workload raise counts once."""
    found: dict[str, Entry] = {}
    for workload in snapshot.workloads:
        for alarm in workload.alarms:
            _take(found, Entry(alarm, workload))
        for copy in workload.copies:
            for alarm in copy.alarms:
                _take(found, Entry(alarm, workload, (copy,)))
    for status in snapshot.endpoints:
        for alarm in status.alarms:
            _take(found, Entry(alarm, status))
    return tuple(sorted(found.values(), key=_rank))


def _has_alarms(workload: Workload) -> bool:
    return bool(workload.alarms) or any(copy.alarms for copy in workload.copies)


def _take(found: dict[str, Entry], entry: Entry) -> None:
    if entry.alarm.severity <= Severity.INFO:
        return
    known = found.setdefault(entry.key, entry)
    if known is not entry:
        told = max(known, entry, key=lambda one: _telling(one.alarm))
        found[entry.key] = replace(told, copies=(*known.copies, *entry.copies))


def _telling(alarm: Alarm) -> tuple[int, bool, float]:
    """Of two that say the same the worse one, then what is true now, then what has lasted longer."""
    lasts = -alarm.since.timestamp() if alarm.since else float("-inf")
    return alarm.severity, not alarm.fact("seen_at"), lasts


def _rank(entry: Entry) -> tuple[bool, int, int, str]:
    alarm = entry.alarm
    return (
        alarm.code is not AlarmCode.SPLIT_BRAIN,
        -alarm.severity,
        ORDER[alarm.code],
        entry.subject.name.casefold(),
    )


def entry_lines(entry: Entry, now: datetime, width: int) -> tuple[Line, ...]:
    """One alarm in full: its text, where it is raised and since when, and what to do next."""
    word, ink = SEVERITIES[entry.alarm.severity]
    lines: list[Line] = []
    for piece in wrap(entry.text(now), width - SEVERITY):
        lines.append((Span(f"{'' if lines else word:<{SEVERITY}}", ink), Span(piece, "strong")))
    known = acknowledged(entry.known) if entry.known else ""
    for text in filter(None, (_where(entry, now), known or _next(entry))):
        lines += [(Span(" " * SEVERITY), Span(piece, "label")) for piece in wrap(text, width - SEVERITY)]
    return tuple(lines)


def _where(entry: Entry, now: datetime) -> str:
    """Who raises it, and the exact time since when it holds where that is known."""
    copies, since, sure = entry.copies, entry.alarm.since, ""
    if isinstance(entry.subject, Workload) and entry.alarm.code is AlarmCode.SPLIT_BRAIN:
        compared = compare(entry.subject)
        copies, since, sure = tuple(side.copy for side in compared.sides), compared.both_since, " at least"
    told = [f"{copy.role} at {visible(copy.place.site)}, {visible(copy.place.where)}" for copy in copies]
    if isinstance(entry.subject, EndpointStatus):
        told.append(f"endpoint at {visible(entry.subject.site)}")
    since = since if since and since <= now else None
    return "; ".join([*told, f"since {moment(since, now)}{sure}"] if since else told)


def _next(entry: Entry) -> str:
    workload = entry.subject if isinstance(entry.subject, Workload) else None
    action = action_of(entry.alarm, workload)
    return f"next: {action}" if action else ""
