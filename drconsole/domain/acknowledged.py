"""Alarms that a person has acknowledged until a date: still shown and counted, and no longer what is new."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from drconsole.domain.roles import Alarm, AlarmCode, Severity

# This one is never set aside by anybody: each minute makes it worse.
NEVER = frozenset({AlarmCode.SPLIT_BRAIN})


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What a person said of one alarm; times are the console's wall clock.

    Args:
        subject: the key of a workload, or the name of an endpoint.
        severity: how bad it was then; what has become worse is new.
    """

    subject: str
    code: AlarmCode
    severity: Severity
    by: str
    at: datetime
    until: datetime
    reason: str

    def holds(self, subject: str, alarm: Alarm, now: datetime) -> bool:
        """Whether it is said of this alarm, and still holds."""
        same = (self.subject, self.code) == (subject, alarm.code) and alarm.code not in NEVER
        return same and alarm.severity <= self.severity and now < self.until


def acknowledgement_of(
    known: Iterable[Acknowledgement], subject: str, alarm: Alarm, now: datetime
) -> Acknowledgement | None:
    """What holds of an alarm; None where it is open."""
    return next((one for one in known if one.holds(subject, alarm, now)), None)
