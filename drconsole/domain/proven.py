"""Whether a workload was lately seen to work at the other site: its last passed test, and how old that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from drconsole.domain.endpoint import Estate
from drconsole.domain.plan import Operation
from drconsole.domain.roles import Alarm, AlarmCode, Role, Severity
from drconsole.domain.snapshot import Snapshot, Workload
from drconsole.domain.vendors import BUILT


def with_proven(snapshot: Snapshot, passed: Mapping[str, datetime]) -> Snapshot:
    """The picture with the last passed test of each workload, and an alarm where that is too long ago.

    Args:
        passed: when the last test of each workload passed, by its key (console's wall clock).
    """
    workloads = tuple(_with(one, passed.get(one.key), snapshot) for one in snapshot.workloads)
    return replace(snapshot, workloads=workloads)


def _with(workload: Workload, passed: datetime | None, snapshot: Snapshot) -> Workload:
    alarm = not_proven(workload, passed, snapshot.estate, snapshot.taken_at)
    others = tuple(one for one in workload.alarms if one.code is not AlarmCode.NOT_PROVEN)
    if alarm is None and passed == workload.proven and others == workload.alarms:
        return workload
    return replace(workload, proven=passed, alarms=(*others, alarm) if alarm else others)


def testable(workload: Workload) -> bool:
    """Whether a test could be made of it at all: there is a replica, and its platform's tests are built."""
    built = BUILT.get(workload.platform.split("-")[0], frozenset())
    return Operation.TEST_FAILOVER in built and any(copy.role is Role.REPLICA for copy in workload.copies)


def not_proven(workload: Workload, passed: datetime | None, estate: Estate, now: datetime) -> Alarm | None:
    """The alarm of a workload whose last passed test is older than the config allows, or that has none.

    None where no test could be made anyway.
    """
    days = estate.proven_days_of(workload.key)
    if days is None or not testable(workload):
        return None
    until = passed + timedelta(days=days) if passed else None
    if until is not None and now < until:
        return None
    return Alarm(AlarmCode.NOT_PROVEN, Severity.WARNING, until, (("days", str(days)),))
