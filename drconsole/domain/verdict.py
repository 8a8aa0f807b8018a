"""The verdict: what each copy of a workload is now, by the rows of the truth table (rules, section 3).

``ROWS`` is the table in its order; the first row that matches decides, none is UNKNOWN. Where a row of the
table is not judged yet its condition still stands here, so that its cases are UNKNOWN and never fall into the
next row's role.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from drconsole.domain import replication as r
from drconsole.domain.case import Case, Hosts, cases_of
from drconsole.domain.health import rpo_alarms, trouble_alarms
from drconsole.domain.identity import Group, Seen
from drconsole.domain.reading import Power, Relation
from drconsole.domain.roles import Alarm, AlarmCode, Evidence, Role, Severity

_OFF = Power.OFF


@dataclass(frozen=True, slots=True)
class Verdict:
    """The role of one copy, the row that decided, and what is wrong with it."""

    role: Role
    row: str = ""
    alarms: tuple[Alarm, ...] = ()


Row = Callable[[Case], Verdict | None]


_SINCE_LAST_SYNC = frozenset(
    {
        AlarmCode.PLANNED_IN_PROGRESS,
        AlarmCode.UNPROTECTED_SINCE,
        AlarmCode.NO_GOOD_REPLICA,
        AlarmCode.PAUSED,
    }
)


def _alarm(code: AlarmCode, severity: Severity, case: Case, **facts: str) -> Alarm:
    """An alarm of a copy; what began with the end of replication counts from the last sync."""
    since = case.relation.last_sync if case.relation and code in _SINCE_LAST_SYNC else None
    return Alarm(code, severity, since, tuple(facts.items()))


def _c1(case: Case) -> Verdict | None:
    owner = case.copy.sighting.managed_by
    if owner and owner.type == "placeholderVm" and owner.extension.startswith("com.vmware.vcDr"):
        return Verdict(Role.PLACEHOLDER)
    return None


def _c2(case: Case) -> Verdict | None:
    return Verdict(Role.UNKNOWN) if case.mode == r.TEST else None


def _h1(case: Case) -> Verdict | None:
    if case.mode == r.PRIMARY and case.partner_mode == r.PRIMARY:
        return Verdict(Role.UNKNOWN, alarms=(_alarm(AlarmCode.CONTRADICTION, Severity.CRITICAL, case),))
    return None


def _h2(case: Case) -> Verdict | None:
    if case.mode != r.REPLICA or case.partner is None or case.partner_mode != r.REPLICA:
        return None
    if r.is_failed_over(case.copy.sighting) or r.is_failed_over(case.partner.sighting):
        return None
    return Verdict(Role.REPLICA, alarms=(_alarm(AlarmCode.NO_ORIGINAL, Severity.CRITICAL, case),))


def _h3(case: Case) -> Verdict | None:
    partner = case.partner
    if case.mode != r.PRIMARY or partner is None or not r.is_failed_over(partner.sighting):
        return None
    alarms: tuple[Alarm, ...] = ()
    if case.copy.fresh and partner.fresh and partner.sighting.power is _OFF:
        if case.running:
            alarms = (_alarm(AlarmCode.STALE_ORIGINAL_SERVES, Severity.CRITICAL, case),)
        elif case.copy.sighting.power is _OFF:
            alarms = (_alarm(AlarmCode.NOTHING_SERVES, Severity.CRITICAL, case),)
    return Verdict(Role.FORMER_ORIGINAL, alarms=alarms)


def _h4(case: Case) -> Verdict | None:
    partner = case.partner
    if case.mode != r.PRIMARY or case.state != r.PREPARED or partner is None:
        return None
    if case.partner_mode not in (r.REPLICA, r.EXTENDED) or r.is_failed_over(partner.sighting):
        return None
    return Verdict(Role.ORIGINAL, alarms=(_alarm(AlarmCode.PLANNED_IN_PROGRESS, Severity.WARNING, case),))


def _h5(case: Case) -> Verdict | None:
    if case.mode != r.REPLICA or case.state != r.WAITING_FIRST_COPY or case.partner is None:
        return None
    if r.is_failed_over(case.partner.sighting):
        alarm = _alarm(AlarmCode.NO_GOOD_REPLICA, Severity.CRITICAL, case)
        return Verdict(Role.FORMER_ORIGINAL, alarms=(alarm,))
    if case.partner_mode == r.PRIMARY and case.has_record:
        return Verdict(Role.UNKNOWN)
    return None


def _h6(case: Case) -> Verdict | None:
    if case.mode not in (r.REPLICA, r.EXTENDED) or not r.is_failed_over(case.copy.sighting):
        return None
    alarms = [_alarm(AlarmCode.UNPROTECTED_SINCE, Severity.WARNING, case)]
    primary = case.relation.primary if case.relation else ""
    answered = case.partner is not None and case.partner.fresh
    if not answered and not case.hosts.lacks(primary, case.copy.place.ident):
        alarms.append(_alarm(AlarmCode.ORIGINAL_NOT_VERIFIED_OFF, Severity.CRITICAL, case, primary=primary))
    return Verdict(Role.RECOVERED, alarms=tuple(alarms))


def _h7(case: Case) -> Verdict | None:
    if case.mode != r.REPLICA or case.relation is None or r.PRIMARY in _modes(case.others):
        return None
    primary = case.relation.primary
    if not case.hosts.lacks(primary, case.copy.place.ident):
        return None
    alarm = _alarm(AlarmCode.SOURCE_GONE, Severity.CRITICAL, case, primary=primary)
    return Verdict(Role.REPLICA, alarms=(alarm,))


def _h8(case: Case) -> Verdict | None:
    return Verdict(Role.UNKNOWN) if case.mode == r.EXTENDED else None


def _h9(case: Case) -> Verdict | None:
    if case.mode != r.REPLICA:
        return None
    alarms: list[Alarm] = []
    if case.state == r.WAITING_FIRST_COPY:
        alarms.append(_alarm(AlarmCode.FIRST_COPY, Severity.WARNING, case))
    if case.running:
        alarms.append(_alarm(AlarmCode.CONTRADICTION, Severity.CRITICAL, case))
    if case.state in r.PAUSED:
        alarms.append(_alarm(AlarmCode.PAUSED, Severity.CRITICAL, case))
    if case.state == r.RESYNCHRONIZING:
        alarms.append(_alarm(AlarmCode.RESYNCHRONIZING, Severity.WARNING, case))
    return Verdict(Role.REPLICA, alarms=(*alarms, *rpo_alarms(case)))


def _h10(case: Case) -> Verdict | None:
    if case.mode != r.PRIMARY:
        return None
    alarms: list[Alarm] = []
    relation = case.relation
    if relation and _replica_gone(case, relation):
        alarms.append(_alarm(AlarmCode.REPLICA_GONE, Severity.CRITICAL, case, replica=relation.replica))
    if case.copy.sighting.power is _OFF:
        alarms.append(_alarm(AlarmCode.ORIGINAL_OFF, Severity.WARNING, case))
    return Verdict(Role.ORIGINAL, alarms=(*alarms, *trouble_alarms(case), *rpo_alarms(case)))


def _replica_gone(case: Case, relation: Relation) -> bool:
    named = relation.receiver or relation.replica
    elsewhere = set(_modes(case.others)) & {r.REPLICA, r.EXTENDED}
    return not elsewhere and case.hosts.lacks(named, case.copy.place.ident)


def _h11(case: Case) -> Verdict | None:
    if case.copy.place.platform != "hyperv" or case.mode != r.NONE or not case.others:
        return None
    if case.running:
        return Verdict(Role.UNPROTECTED)
    if case.copy.sighting.power is _OFF and any(c.sighting.power is Power.ON for c in case.others):
        return Verdict(Role.LEFTOVER)
    return Verdict(Role.UNKNOWN)


def _v3(case: Case) -> Verdict | None:
    hbr = case.copy.sighting.hbr
    if hbr is None or not hbr.destination:
        return None
    alarms = (_alarm(AlarmCode.PAUSED, Severity.WARNING, case),) if hbr.paused else ()
    return Verdict(Role.ORIGINAL, alarms=alarms)


def _x1(case: Case) -> Verdict | None:
    if case.copy.place.platform == "vsphere" and case.others:
        return Verdict(Role.UNKNOWN)
    return None


# What tells of replication on vSphere, by the names in which a sighting says that it was not read.
_TELLS_OF_REPLICATION = frozenset({"config.repConfig", "config.extraConfig"})


def _x2(case: Case) -> Verdict | None:
    sighting = case.copy.sighting
    related = sighting.relations or sighting.hbr or case.mode != r.NONE
    # A source whose replication could not be read must not pass for one without: that would hide it.
    unread = not _TELLS_OF_REPLICATION.isdisjoint(sighting.unread)
    return None if related or unread or case.others else Verdict(Role.UNPROTECTED)


ROWS: Mapping[str, Row] = MappingProxyType(
    {
        "C1": _c1,
        "C2": _c2,
        "H1": _h1,
        "H2": _h2,
        "H3": _h3,
        "H4": _h4,
        "H5": _h5,
        "H6": _h6,
        "H7": _h7,
        "H8": _h8,
        "H9": _h9,
        "H10": _h10,
        "H11": _h11,
        "V3": _v3,
        "X1": _x1,
        "X2": _x2,
    }
)

_SERVING = frozenset({Role.ORIGINAL, Role.RECOVERED, Role.FORMER_ORIGINAL, Role.UNPROTECTED, Role.UNKNOWN})


def judge(
    group: Group, hosts: Hosts, rows: Mapping[str, Row] = ROWS
) -> tuple[tuple[tuple[Seen, Verdict], ...], tuple[Alarm, ...]]:
    """The verdict of each copy, and the alarms of the workload as a whole (SPLIT-BRAIN)."""
    verdicts = tuple((case.copy, _first(case, rows)) for case in cases_of(group, hosts))
    return verdicts, _split_brain(verdicts)


def _first(case: Case, rows: Mapping[str, Row]) -> Verdict:
    for name, row in rows.items():
        verdict = row(case)
        if verdict is not None:
            owner = case.copy.sighting.managed_by
            alarms = verdict.alarms
            if owner and verdict.role is not Role.PLACEHOLDER:
                managed = _alarm(AlarmCode.MANAGED_BY, Severity.INFO, case, extension=owner.extension)
                alarms = (*alarms, managed)
            return Verdict(verdict.role, name, alarms)
    return Verdict(Role.UNKNOWN)


def _split_brain(verdicts: tuple[tuple[Seen, Verdict], ...]) -> tuple[Alarm, ...]:
    """Two or more fresh running copies that may serve; last-known facts never raise it."""
    running = [
        copy
        for copy, verdict in verdicts
        if copy.fresh and copy.sighting.power is Power.ON and verdict.role in _SERVING
    ]
    if len(running) < 2:
        return ()
    sites = tuple((f"site{i}", copy.place.site) for i, copy in enumerate(running, 1))
    return (Alarm(AlarmCode.SPLIT_BRAIN, Severity.CRITICAL, None, sites),)


def _modes(copies: tuple[Seen, ...]) -> tuple[str, ...]:
    return tuple(r.mode_of(c.sighting) for c in copies)


def evidence_of(copy: Seen) -> tuple[Evidence, ...]:
    """The facts of one copy that its verdict rests on."""
    sighting, relation = copy.sighting, r.relation_of(copy.sighting)
    facts = [("power", sighting.power.value)]
    if relation:
        facts += [("mode", relation.mode), ("state", relation.state), ("health", relation.health)]
        facts += [("primary", relation.primary), ("replica", relation.replica)]
        if relation.last_sync:
            facts.append(("last sync", relation.last_sync.isoformat()))
        if sighting.own_state and sighting.own_state != relation.state:
            facts.append(("Get-VM says", sighting.own_state))
    if sighting.hbr:
        facts += [("replication group", sighting.hbr.gid), ("destination", sighting.hbr.destination)]
    if sighting.managed_by:
        facts.append(("managed by", f"{sighting.managed_by.extension} {sighting.managed_by.type}"))
    return tuple(Evidence(what, value, copy.endpoint, copy.now) for what, value in facts)
