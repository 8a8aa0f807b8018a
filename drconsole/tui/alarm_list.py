"""All alarms of a picture in one order: the worst first, SPLIT-BRAIN above everything else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from drconsole.domain.roles import Alarm, AlarmCode, Severity
from drconsole.domain.snapshot import EndpointStatus, Snapshot, Workload
from drconsole.wording.actions import next_action
from drconsole.wording.alarms import endpoint_alarm, workload_alarm
from drconsole.wording.names import visible

ORDER = {code: place for place, code in enumerate(AlarmCode)}


@dataclass(frozen=True, slots=True)
class Entry:
    """One alarm with what it concerns."""

    alarm: Alarm
    subject: Workload | EndpointStatus

    @property
    def key(self) -> str:
        """What the entry is called from picture to picture."""
        name = self.subject.key if isinstance(self.subject, Workload) else f"endpoint {self.subject.name}"
        return f"{name}\0{self.alarm.code}"

    def text(self, now: datetime) -> str:
        """The alarm with its subject, in words."""
        if isinstance(self.subject, Workload):
            return workload_alarm(self.subject, self.alarm, now)
        return endpoint_alarm(self.subject, self.alarm, now)


@dataclass(frozen=True, slots=True)
class Summary:
    """What the head of every screen needs of a picture, found once for each.

    Args:
        due: the first next action of a picture without alarms.
    """

    entries: tuple[Entry, ...] = ()
    due: str = ""


def summary_of(snapshot: Snapshot) -> Summary:
    """Look through a whole picture."""
    entries = entries_of(snapshot)
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
        for alarm in workload.all_alarms if _has_alarms(workload) else ():
            _take(found, Entry(alarm, workload))
    for status in snapshot.endpoints:
        for alarm in status.alarms:
            _take(found, Entry(alarm, status))
    return tuple(sorted(found.values(), key=_rank))


def _has_alarms(workload: Workload) -> bool:
    return bool(workload.alarms) or any(copy.alarms for copy in workload.copies)


def _take(found: dict[str, Entry], entry: Entry) -> None:
    if entry.alarm.severity > Severity.INFO:
        found.setdefault(entry.key, entry)


def _rank(entry: Entry) -> tuple[bool, int, int, str]:
    alarm = entry.alarm
    return (
        alarm.code is not AlarmCode.SPLIT_BRAIN,
        -alarm.severity,
        ORDER[alarm.code],
        entry.subject.name.casefold(),
    )
