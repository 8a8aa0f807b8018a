"""Rows that hold on both platforms: C1, C2, X1, X2."""

from __future__ import annotations

from datetime import timedelta

from drconsole.domain import replication as r
from drconsole.domain.case import Case
from drconsole.domain.reading import Power
from drconsole.domain.roles import Alarm, AlarmCode, Role, Severity
from drconsole.domain.rows.base import Verdict, critical, warning

TEST_OLD = timedelta(hours=24)


def c1(case: Case) -> Verdict | None:
    """Judge a placeholder that SRM registered; whatever else manages a VM changes no role."""
    owner = case.copy.sighting.managed_by
    if owner and owner.type == "placeholderVm" and owner.extension.startswith("com.vmware.vcDr"):
        return Verdict(Role.PLACEHOLDER)
    return None


def c2(case: Case) -> Verdict | None:
    """Judge a test copy: by mode, appliance image or a test record of this place."""
    appliance = case.copy.sighting.appliance
    recorded = case.record is not None and case.record.role is Role.TEST_COPY
    if case.mode != r.TEST and not recorded and not (appliance and appliance.test_image):
        return None
    orphan = () if _has_replica(case) else (warning(AlarmCode.ORPHAN_TEST, case),)
    return Verdict(Role.TEST_COPY, alarms=(*_network_alarms(case), *orphan, *_age_alarms(case)))


def _has_replica(case: Case) -> bool:
    own = case.copy.place.ident
    return any(relation.test_vm == own for c in case.others for relation in c.sighting.relations) or any(
        c.sighting.files or c.sighting.appliance for c in case.others
    )


def _network_alarms(case: Case) -> tuple[Alarm, ...]:
    sighting = case.copy.sighting
    allowed = case.estate.test_networks(case.copy.place.site)
    production = [name for name in sighting.networks if name not in allowed]
    if production:
        return (critical(AlarmCode.TEST_ON_PRODUCTION, case, networks=", ".join(production)),)
    if "networks" in sighting.unread and sighting.power is not Power.OFF:
        return (warning(AlarmCode.TEST_NETWORK_UNKNOWN, case),)
    return ()


def _age_alarms(case: Case) -> tuple[Alarm, ...]:
    made = case.copy.sighting.created or (case.record.at if case.record else None)
    since = case.copy.on_our_clock(made)
    old = made is not None and case.copy.now - made > TEST_OLD
    power = case.copy.sighting.power
    facts = () if power is Power.ON else (("power", power.value),)
    return (Alarm(AlarmCode.TEST_RUNNING, Severity.WARNING if old else Severity.INFO, since, facts),)


def x1(case: Case) -> Verdict | None:
    """Judge the same uuid at two places, with no relation and no record."""
    if case.copy.place.platform == "vsphere" and case.others:
        return Verdict(Role.UNKNOWN)
    return None


# What tells of replication on vSphere, by the names in which a sighting says that it was not read.
TELLS_OF_REPLICATION = frozenset({"config.repConfig", "config.extraConfig", "config.managedBy"})


def x2(case: Case) -> Verdict | None:
    """Judge a VM without any relation."""
    sighting = case.copy.sighting
    told = (sighting.relations, sighting.hbr, sighting.files, sighting.appliance, sighting.replica_dir)
    # A source whose replication could not be read must not pass for one without: that would hide it.
    unread = not TELLS_OF_REPLICATION.isdisjoint(sighting.unread)
    if unread or case.contradicts_itself or any(told) or case.mode != r.NONE or case.others:
        return None
    return Verdict(Role.UNPROTECTED)
