"""What to do next, in words, by the worst alarm: what this console offers now, else what a person can do."""

from __future__ import annotations

from drconsole.domain.open_run import OpenRun, RunStanding
from drconsole.domain.operations import offer_of
from drconsole.domain.plan import Operation
from drconsole.domain.reasons import Reason
from drconsole.domain.roles import Alarm, AlarmCode
from drconsole.domain.snapshot import Workload
from drconsole.wording.names import visible
from drconsole.wording.operations import BY_HAND, to_clear

_NEXT = {
    AlarmCode.SPLIT_BRAIN: "compare the two copies",
    AlarmCode.RUN_INTERRUPTED: "look at the run, then continue or abandon it",
    AlarmCode.RUN_ASKS: "answer the run",
    AlarmCode.TEST_ON_PRODUCTION: "stop the test: wrong network",
    AlarmCode.NO_ORIGINAL: "find out which copy was the original",
    AlarmCode.CONTRADICTION: "look at both ends before anything is started",
    AlarmCode.STALE_ORIGINAL_SERVES: "by hand: stop the stale original, then start the recovered copy",
    AlarmCode.NOTHING_SERVES: "by hand: start the recovered copy",
    AlarmCode.ORIGINAL_NOT_VERIFIED_OFF: "see that the original is off",
    AlarmCode.SOURCE_GONE: "find the original: its host no longer has it",
    AlarmCode.REPLICA_GONE: "by hand: replicate it again, the replica is gone",
    AlarmCode.NO_GOOD_REPLICA: "wait for the reverse copy",
    AlarmCode.REPLICATION_ERROR: "see why replication stopped",
    AlarmCode.RESYNC_NEEDED: "resynchronize",
    AlarmCode.PAUSED: "resume replication",
    AlarmCode.UNPROTECTED_SINCE: "reverse: nothing protects it",
    AlarmCode.NOT_PROTECTED: "by hand: replicate it again, or acknowledge this",
    AlarmCode.STARTS_BY_ITSELF: "by hand: switch off its automatic start",
    AlarmCode.STALE_JOB: "by hand: pause the old replication",
    AlarmCode.GROUP_SHARED: "ask the replication appliance which of the two it replicates",
    AlarmCode.RECORD_GONE: "see who rewrote the notes",
    AlarmCode.TEST_NETWORK_UNKNOWN: "see where the test copy is connected",
    AlarmCode.ORPHAN_TEST: "by hand: remove the orphan test copy",
    AlarmCode.EXTENDED_LEG: "by hand: continue or remove the extended leg",
    AlarmCode.EXTENDED_TROUBLE: "see why the extended leg stopped",
    AlarmCode.NOT_REPLICATING: "see why it is not active",
    AlarmCode.PLANNED_IN_PROGRESS: "finish or cancel the failover",
    AlarmCode.RESYNCHRONIZING: "wait for the resynchronization",
    AlarmCode.RPO: "see why it is late",
    AlarmCode.FIRST_COPY: "wait for the first copy",
    AlarmCode.ORIGINAL_OFF: "see why the original is off",
    AlarmCode.ORIGINAL_NOT_RUNNING: "see why the original does not run",
    AlarmCode.STATES_DIFFER: "read again; if it stays, restart the host's management service",
    AlarmCode.TORN: "wait for the next transfer, then look again",
    AlarmCode.TEST_RUNNING: "stop the test when it is done",
    AlarmCode.NOT_PROVEN: "test it: run a test failover",
}
# What these recommend is an operation of this console: only while it is offered. The first is what is meant.
_OPERATIONS = {
    AlarmCode.TEST_ON_PRODUCTION: (Operation.STOP_TEST,),
    AlarmCode.RESYNC_NEEDED: (Operation.RESYNC,),
    AlarmCode.PAUSED: (Operation.RESUME,),
    AlarmCode.UNPROTECTED_SINCE: (Operation.REVERSE,),
    AlarmCode.PLANNED_IN_PROGRESS: (Operation.PLANNED_FAILOVER, Operation.CANCEL),
    AlarmCode.TEST_RUNNING: (Operation.STOP_TEST,),
    AlarmCode.NOT_PROVEN: (Operation.TEST_FAILOVER,),
}
# Where only one of two is offered.
_ALONE = {
    (AlarmCode.PLANNED_IN_PROGRESS, Operation.PLANNED_FAILOVER): "finish the failover",
    (AlarmCode.PLANNED_IN_PROGRESS, Operation.CANCEL): "cancel the failover",
}


_OF_ENDPOINTS = {
    AlarmCode.SILENT: "open it: its error says what to look at",
    AlarmCode.PARTIAL: "give its account the rights to see everything, then read it now",
    AlarmCode.BROKER_DOWN: "start the Replica Broker on its cluster: nothing replicates to it meanwhile",
    AlarmCode.NODE_SILENT: "look at the node; its VMs may have moved to the others",
    AlarmCode.TWINS: "find out which one is the copy, and take it out of the config",
    AlarmCode.CERTIFICATE: "renew it on the host, then pin the new one where it was pinned",
    AlarmCode.NOT_KEPT: "make room on its disk, or name another folder in the config (state: PATH)",
    AlarmCode.CLOCK_SKEW: "set its clock right, or this one: ages are counted on its own clock",
    AlarmCode.INSECURE: "pin its certificate or name its CA; without TLS use ntlm; then remove insecure",
}
_TO_LOOK_AT = {
    AlarmCode.RECORD_STRANGE: "read its notes: who wrote this record",
    AlarmCode.REBUILD_POSSIBLE: "see whether anybody still needs these disks",
}
_ALL = _NEXT | _OF_ENDPOINTS | _TO_LOOK_AT
_RUNS = {
    RunStanding.UNDER_WAY: "is under way: R",
    RunStanding.ASKS: "asks: R",
    RunStanding.INTERRUPTED: "INTERRUPTED: R",
}


def action_of(alarm: Alarm, workload: Workload | None = None) -> str:
    """What to do next about one alarm; empty where there is nothing to be done.

    Args:
        workload: what raises it, or of which copies do; what it is not offered now is not recommended then.
    """
    if alarm.code in (AlarmCode.RUN_ASKS, AlarmCode.RUN_INTERRUPTED):
        return f"{_ALL[alarm.code]}: R, or drconsole runs show {visible(alarm.fact('run'))}"
    if workload is None or alarm.code not in _OPERATIONS:
        return _ALL.get(alarm.code, "")
    wanted = [offer_of(workload, one) for one in _OPERATIONS[alarm.code]]
    offered = [one.operation for one in wanted if one.allowed]
    if len(offered) == len(wanted):
        return _NEXT[alarm.code]
    if offered:
        return _ALONE[alarm.code, offered[0]]
    first, name = wanted[0], wanted[0].operation.value.replace("-", " ")
    if first.reason in BY_HAND:
        return f"{name} by hand; how: w, or plan {first.operation}"
    clear = to_clear(first)
    if first.reason is Reason.MANAGED:
        return f"{name}: {clear}"
    return f"{clear}, then {name}" if clear else ""


def next_action(workload: Workload) -> str:
    """The recommended next action for a workload by its worst alarm; empty when nothing is due.

    While a run is open on it, that comes first: nothing else may be done then.
    """
    alarms = {alarm.code: alarm for alarm in workload.all_alarms}
    if workload.run is not None and AlarmCode.SPLIT_BRAIN not in alarms:
        return run_action(workload.run)
    if workload.copies and not any(copy.fresh for copy in workload.copies):
        if any(copy.asking for copy in workload.copies):
            return "wait: its endpoints are being asked"
        return "see why its endpoints are silent"
    known = (action_of(alarms[code], workload) for code in _NEXT if code in alarms)
    return next(filter(None, known), "")


def run_action(run: OpenRun) -> str:
    """Where an open run stands, with the key that shows it."""
    return f"run {run.id} {_RUNS[run.standing]}"
