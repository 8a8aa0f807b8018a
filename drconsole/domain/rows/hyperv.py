"""Hyper-V's rows: H1 to H11."""

from __future__ import annotations

from drconsole.domain import replication as r
from drconsole.domain.case import Case
from drconsole.domain.health import rpo_alarms, trouble_alarms
from drconsole.domain.identity import Seen
from drconsole.domain.reading import Power, Relation
from drconsole.domain.roles import Alarm, AlarmCode, Role
from drconsole.domain.rows.base import Verdict, critical, former_alarms, not_verified_off, warning


def h1(case: Case) -> Verdict | None:
    """Both ends say primary: a record decides, or nobody."""
    if case.mode != r.PRIMARY or case.partner_mode != r.PRIMARY or not case.same_time:
        return None
    mine = case.record.role if case.record else None
    theirs = case.partner_record.role if case.partner_record else None
    role = Role.UNKNOWN
    if mine is not theirs:
        role = _by_record(mine, theirs)
    return Verdict(role, alarms=(critical(AlarmCode.CONTRADICTION, case),))


def _by_record(mine: Role | None, theirs: Role | None) -> Role:
    opposite = {Role.RECOVERED: Role.FORMER_ORIGINAL, Role.FORMER_ORIGINAL: Role.RECOVERED}
    if mine in opposite and (theirs is None or opposite[mine] is theirs):
        return mine
    return opposite.get(theirs, Role.UNKNOWN) if mine is None and theirs else Role.UNKNOWN


def h2(case: Case) -> Verdict | None:
    """Both ends say replica, and neither was failed over."""
    if case.mode != r.REPLICA or case.partner is None or case.partner_mode != r.REPLICA:
        return None
    if not case.same_time:
        return None
    if r.is_failed_over(case.copy.sighting) or r.is_failed_over(case.partner.sighting):
        return None
    return Verdict(Role.REPLICA, alarms=(critical(AlarmCode.NO_ORIGINAL, case),))


def h3(case: Case) -> Verdict | None:
    """A primary whose partner was failed over."""
    partner = case.partner
    if case.mode != r.PRIMARY or partner is None or not r.is_failed_over(partner.sighting):
        return None
    if not case.partner_counts:
        return None
    tries = case.copy.fresh and case.state in ("Replicating", r.RESYNCHRONIZING)
    stale = (warning(AlarmCode.STALE_JOB, case),) if tries else ()
    return Verdict(Role.FORMER_ORIGINAL, alarms=(*former_alarms(case, partner), *stale))


def h4(case: Case) -> Verdict | None:
    """A primary that was prepared for a planned failover which has not happened yet."""
    partner = case.partner
    if case.mode != r.PRIMARY or case.state != r.PREPARED:
        return None
    failed_over = partner is not None and r.is_failed_over(partner.sighting)
    if partner is None or (failed_over and not case.partner_counts):
        # The other end may have been failed over already; nobody sees it.
        unseen = warning(AlarmCode.PLANNED_IN_PROGRESS, case, other_end="not seen")
        return Verdict(Role.ORIGINAL, alarms=(unseen,))
    if case.partner_mode not in (r.REPLICA, r.EXTENDED) or failed_over:
        return None
    return Verdict(Role.ORIGINAL, alarms=(warning(AlarmCode.PLANNED_IN_PROGRESS, case),))


def h5(case: Case) -> Verdict | None:
    """An old original that receives the reverse copy: its partner took over, by state or by record."""
    if case.mode != r.REPLICA or case.state != r.WAITING_FIRST_COPY or case.partner is None:
        return None
    if not case.partner_counts:
        return None
    record = case.partner_record
    reversed_ = case.partner_mode == r.PRIMARY and record is not None and record.role is Role.RECOVERED
    if not r.is_failed_over(case.partner.sighting) and not reversed_:
        return None
    return Verdict(Role.FORMER_ORIGINAL, alarms=(critical(AlarmCode.NO_GOOD_REPLICA, case),))


def h6(case: Case) -> Verdict | None:
    """A replica that was failed over."""
    if case.mode not in (r.REPLICA, r.EXTENDED) or not r.is_failed_over(case.copy.sighting):
        return None
    original, primary = _original_of(case)
    gone = case.hosts.lacks(primary, case.copy.place.ident)
    unsure = not_verified_off(case, original, primary, gone)
    return Verdict(Role.RECOVERED, alarms=(warning(AlarmCode.UNPROTECTED_SINCE, case), *unsure, *_leg(case)))


def _original_of(case: Case) -> tuple[Seen | None, str]:
    """The copy that served before a failover, and the host that is told to have it.

    The outer replica of a chain names the middle one. Unless that took over, it is off all the time: what
    served is the first.
    """
    named = case.relation.primary if case.relation else ""
    if case.mode != r.EXTENDED:
        return case.partner, named
    middle = next((c for c in case.others if r.mode_of(c.sighting) == r.REPLICA), None)
    if middle is not None and r.is_failed_over(middle.sighting):
        return middle, named
    sender = r.relation_of(middle.sighting) if middle else None
    first = [c for c in case.others if r.mode_of(c.sighting) == r.PRIMARY]
    return min(first, key=lambda c: c.fresh, default=None), sender.primary if sender else ""


def h7(case: Case) -> Verdict | None:
    """A replica whose named primary host answers and has no such VM."""
    if case.mode != r.REPLICA or case.relation is None or r.PRIMARY in _modes(case.others):
        return None
    primary = case.relation.primary
    if not case.hosts.lacks(primary, case.copy.place.ident):
        return None
    return Verdict(Role.REPLICA, alarms=(critical(AlarmCode.SOURCE_GONE, case, primary=primary),))


def h8(case: Case) -> Verdict | None:
    """The replica of a replica."""
    if case.mode != r.EXTENDED:
        return None
    middle = case.partner
    leg: tuple[Alarm, ...] = ()
    if middle is not None and r.is_failed_over(middle.sighting):
        leg = (warning(AlarmCode.EXTENDED_LEG, case),)
    return Verdict(Role.REPLICA, alarms=(*leg, *_replica_alarms(case), *rpo_alarms(case)))


def h9(case: Case) -> Verdict | None:
    """A replica in any other state."""
    if case.mode != r.REPLICA:
        return None
    return Verdict(Role.REPLICA, alarms=(*_replica_alarms(case), *rpo_alarms(case), *_leg(case)))


def _replica_alarms(case: Case) -> tuple[Alarm, ...]:
    alarms: list[Alarm] = []
    if case.state == r.WAITING_FIRST_COPY:
        alarms.append(warning(AlarmCode.FIRST_COPY, case))
    if case.running and case.copy.fresh:
        alarms.append(critical(AlarmCode.CONTRADICTION, case))
    if case.state in r.PAUSED:
        alarms.append(critical(AlarmCode.PAUSED, case))
    if case.state == r.RESYNCHRONIZING:
        alarms.append(warning(AlarmCode.RESYNCHRONIZING, case))
    return tuple(alarms)


def h10(case: Case) -> Verdict | None:
    """A primary in any other state."""
    if case.mode != r.PRIMARY:
        return None
    alarms: list[Alarm] = []
    if case.relation and _replica_gone(case, case.relation):
        alarms.append(critical(AlarmCode.REPLICA_GONE, case, replica=case.relation.replica))
    power = case.copy.sighting.power
    if power is Power.OFF:
        alarms.append(warning(AlarmCode.ORIGINAL_OFF, case))
    elif power in (Power.SAVED, Power.PAUSED):
        alarms.append(warning(AlarmCode.ORIGINAL_NOT_RUNNING, case, power=power.value))
    return Verdict(Role.ORIGINAL, alarms=(*alarms, *trouble_alarms(case), *rpo_alarms(case)))


def _replica_gone(case: Case, relation: Relation) -> bool:
    named = relation.receiver or relation.replica
    elsewhere = set(_modes(case.others)) & {r.REPLICA, r.EXTENDED}
    return not elsewhere and case.hosts.lacks(named, case.copy.place.ident)


def _leg(case: Case) -> tuple[Alarm, ...]:
    """What the outer leg of a copy with two relationships adds."""
    judged = case.relation
    states = [o.state for o in case.copy.sighting.relations if o is not judged]
    bad = [s for s in states if s in r.BROKEN or s in r.PAUSED or s == r.RESYNC_NEEDED]
    return tuple(warning(AlarmCode.EXTENDED_TROUBLE, case, state=state) for state in bad)


def h11(case: Case) -> Verdict | None:
    """No relation, but the same VM id elsewhere."""
    ident = case.copy.place.ident
    # A test copy has an id of its own: that a test runs says nothing of whether the original is left over.
    same = [c for c in case.others if c.place.ident == ident]
    if case.copy.place.platform != "hyperv" or case.mode != r.NONE or not same:
        return None
    if case.contradicts_itself:
        return Verdict(Role.UNKNOWN)
    if case.running:
        return Verdict(Role.UNPROTECTED)
    # Only a copy that is seen running now makes the one that is off a leftover: it may be the last one.
    elsewhere = any(c.sighting.power is Power.ON and (c.fresh or not case.copy.fresh) for c in same)
    if case.copy.sighting.power is Power.OFF and elsewhere:
        return Verdict(Role.LEFTOVER)
    return Verdict(Role.UNKNOWN)


def _modes(copies: tuple[Seen, ...]) -> tuple[str, ...]:
    return tuple(r.mode_of(c.sighting) for c in copies)
