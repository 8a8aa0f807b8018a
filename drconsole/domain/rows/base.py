"""What a row gives, and the alarms that several rows share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from drconsole.domain.case import Case
from drconsole.domain.identity import Seen
from drconsole.domain.reading import Power
from drconsole.domain.roles import Alarm, AlarmCode, Role, Severity

_SINCE_LAST_SYNC = frozenset(
    {
        AlarmCode.PLANNED_IN_PROGRESS,
        AlarmCode.UNPROTECTED_SINCE,
        AlarmCode.NO_GOOD_REPLICA,
        AlarmCode.PAUSED,
    }
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The role of one copy, the row that decided, and what is wrong with it."""

    role: Role
    row: str = ""
    alarms: tuple[Alarm, ...] = ()


Row = Callable[[Case], Verdict | None]


def critical(code: AlarmCode, case: Case, **facts: str) -> Alarm:
    """An alarm that needs somebody now."""
    return _alarm(code, Severity.CRITICAL, case, facts)


def warning(code: AlarmCode, case: Case, **facts: str) -> Alarm:
    """An alarm that needs somebody soon."""
    return _alarm(code, Severity.WARNING, case, facts)


def notice(code: AlarmCode, case: Case, **facts: str) -> Alarm:
    """Something to know."""
    return _alarm(code, Severity.INFO, case, facts)


def _alarm(code: AlarmCode, severity: Severity, case: Case, facts: dict[str, str]) -> Alarm:
    """What began with the end of replication counts from the last sync."""
    since: datetime | None = None
    if code in _SINCE_LAST_SYNC and case.relation:
        since = case.copy.on_our_clock(case.relation.last_sync)
    return Alarm(code, severity, since, tuple(facts.items()))


def former_alarms(case: Case, recovered: Seen) -> tuple[Alarm, ...]:
    """Which of the two serves, where both are seen now (rows H3 and V1)."""
    if not (case.copy.fresh and recovered.fresh) or recovered.sighting.power is Power.ON:
        return ()
    if case.running:
        return (critical(AlarmCode.STALE_ORIGINAL_SERVES, case),)
    if case.copy.sighting.power is recovered.sighting.power is Power.OFF:
        return (critical(AlarmCode.NOTHING_SERVES, case),)
    return ()


def not_verified_off(case: Case, original: Seen | None, host: str, gone: bool) -> tuple[Alarm, ...]:
    """The original is not proven off: silent, or seen in a state that is neither off nor running.

    One that is seen running is SPLIT-BRAIN's case. While it is only being asked for, it is what it was:
    nobody is silent before that is over. ``gone``: its host answers and has it no more.
    """
    if original is not None and original.fresh:
        proven = original.sighting.power in (Power.OFF, Power.ON)
    elif original is not None and original.asking:
        proven = original.sighting.power is Power.OFF
    else:
        proven = gone
    if proven:
        return ()
    power = original.sighting.power.value if original is not None and original.fresh else ""
    return (critical(AlarmCode.ORIGINAL_NOT_VERIFIED_OFF, case, primary=host, power=power),)
