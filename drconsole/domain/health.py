"""Health of one relation: lateness by the endpoint's own clock, pauses and errors."""

from __future__ import annotations

from datetime import timedelta

from drconsole.domain import replication as r
from drconsole.domain.case import Case
from drconsole.domain.endpoint import Estate
from drconsole.domain.identity import Seen
from drconsole.domain.moments import moved
from drconsole.domain.roles import Alarm, AlarmCode, Severity


def rpo_s(copy: Seen) -> int | None:
    """The age of the last sync in seconds, both times by the endpoint's own clock; never negative."""
    relation = r.relation_of(copy.sighting)
    if relation is None or relation.last_sync is None:
        return None
    return max(0, int((copy.now - relation.last_sync).total_seconds()))


def rpo_target_s(copy: Seen, estate: Estate) -> int | None:
    """The age at which the copy counts as late: the config's word, else what its replication is set to."""
    relation, hbr = r.relation_of(copy.sighting), copy.sighting.hbr
    if relation is None and hbr is None:
        return None
    configured = estate.rpo_target_s(copy.place.site)
    if configured is not None:
        return configured
    return r.rpo_target_s(relation) if relation else hbr.rpo_s if hbr else None


def rpo_alarms(case: Case) -> tuple[Alarm, ...]:
    """Late beyond the target; nothing where no sync was ever seen."""
    age, target = rpo_s(case.copy), rpo_target_s(case.copy, case.estate)
    relation = case.relation
    if age is None or target is None or age <= target or relation is None or relation.last_sync is None:
        return ()
    since = case.copy.on_our_clock(moved(relation.last_sync, timedelta(seconds=target)))
    facts = (("target", str(target)),)
    return (Alarm(AlarmCode.RPO, Severity.WARNING, since, facts),)


_TROUBLE = {
    **dict.fromkeys(r.BROKEN, (AlarmCode.REPLICATION_ERROR, Severity.CRITICAL)),
    **dict.fromkeys(r.PAUSED, (AlarmCode.PAUSED, Severity.WARNING)),
    r.RESYNC_NEEDED: (AlarmCode.RESYNC_NEEDED, Severity.CRITICAL),
}


def trouble_alarms(case: Case) -> tuple[Alarm, ...]:
    """What keeps an original from being replicated: an error, a needed resync, a pause."""
    known = _TROUBLE.get(case.state)
    if known is None or case.relation is None:
        return ()
    code, severity = known
    return (Alarm(code, severity, case.copy.on_our_clock(case.relation.last_sync), (("state", case.state),)),)
