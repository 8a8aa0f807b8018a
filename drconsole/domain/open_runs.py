"""Which workloads an open run holds, and what is to be done about a run that asks or was interrupted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from drconsole.domain.open_run import OpenRun, RunStanding
from drconsole.domain.roles import Alarm, AlarmCode, Severity
from drconsole.domain.snapshot import Snapshot, Workload

_ALARMS = {
    RunStanding.ASKS: (AlarmCode.RUN_ASKS, Severity.WARNING),
    RunStanding.INTERRUPTED: (AlarmCode.RUN_INTERRUPTED, Severity.CRITICAL),
}


def with_open_runs(snapshot: Snapshot, runs: Mapping[str, OpenRun]) -> Snapshot:
    """The picture with the open run of each workload that has one, and what that asks of people.

    Where no run is open this is the very same picture.

    Args:
        runs: the open run of each workload that has one, by its key.
    """
    if not any(one.key in runs or one.run is not None for one in snapshot.workloads):
        return snapshot
    workloads = [_with(one, runs.get(one.key)) for one in snapshot.workloads]
    if any(one.run is not None and one.run.standing in _ALARMS for one in workloads):
        # The snapshot's own order is the worst first; what is equally bad stays as it was.
        workloads.sort(key=lambda one: -max((a.severity for a in one.all_alarms), default=Severity.INFO))
    return replace(snapshot, workloads=tuple(workloads))


def run_alarm(run: OpenRun) -> Alarm | None:
    """What an open run asks of a person; None where it goes on by itself."""
    if run.standing not in _ALARMS:
        return None
    code, severity = _ALARMS[run.standing]
    operation = run.operation.value if run.operation else ""
    facts = (("run", run.id), ("operation", operation), ("step", run.step), ("asks", run.asks))
    return Alarm(code, severity, run.since, facts)


def _with(workload: Workload, run: OpenRun | None) -> Workload:
    if run == workload.run:
        return workload
    codes = {code for code, _ in _ALARMS.values()}
    others = tuple(one for one in workload.alarms if one.code not in codes)
    alarm = run_alarm(run) if run else None
    # What it needs stands behind nothing but two copies that run at once.
    first = tuple(one for one in others if one.code is AlarmCode.SPLIT_BRAIN)
    rest = tuple(one for one in others if one.code is not AlarmCode.SPLIT_BRAIN)
    alarms = (*first, alarm, *rest) if alarm else others
    return replace(workload, run=run, alarms=alarms, listed=workload.listed or run is not None)
