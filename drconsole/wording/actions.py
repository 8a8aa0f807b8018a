"""What to do next, in words, by the worst alarm; ``operations`` has what may be done and why not."""

from __future__ import annotations

from drconsole.domain.roles import Alarm, AlarmCode
from drconsole.domain.snapshot import Workload

_NEXT = {
    AlarmCode.SPLIT_BRAIN: "compare the two copies",
    AlarmCode.TEST_ON_PRODUCTION: "stop the test: wrong network",
    AlarmCode.NO_ORIGINAL: "find out which copy was the original",
    AlarmCode.CONTRADICTION: "look at both ends before anything is started",
    AlarmCode.STALE_ORIGINAL_SERVES: "stop the stale original, then start the recovered copy",
    AlarmCode.NOTHING_SERVES: "start the recovered copy",
    AlarmCode.ORIGINAL_NOT_VERIFIED_OFF: "see that the original is off",
    AlarmCode.SOURCE_GONE: "find the original: its host no longer has it",
    AlarmCode.REPLICA_GONE: "replicate again: the replica is gone",
    AlarmCode.NO_GOOD_REPLICA: "wait for the reverse copy",
    AlarmCode.REPLICATION_ERROR: "see why replication stopped",
    AlarmCode.RESYNC_NEEDED: "resynchronize",
    AlarmCode.PAUSED: "resume replication",
    AlarmCode.UNPROTECTED_SINCE: "reverse: nothing protects it",
    AlarmCode.STARTS_BY_ITSELF: "switch off its automatic start",
    AlarmCode.STALE_JOB: "pause the old replication",
    AlarmCode.GROUP_SHARED: "ask the replication appliance which of the two it replicates",
    AlarmCode.RECORD_GONE: "see who rewrote the notes",
    AlarmCode.TEST_NETWORK_UNKNOWN: "see where the test copy is connected",
    AlarmCode.ORPHAN_TEST: "remove the orphan test copy",
    AlarmCode.EXTENDED_LEG: "continue or remove the extended leg",
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


def action_of(alarm: Alarm) -> str:
    """What to do next about one alarm; empty where there is nothing to be done."""
    return (_NEXT | _OF_ENDPOINTS | _TO_LOOK_AT).get(alarm.code, "")


def next_action(workload: Workload) -> str:
    """The recommended next action for a workload by its worst alarm; empty when nothing is due."""
    if workload.copies and not any(copy.fresh for copy in workload.copies):
        return "see why its endpoints are silent"
    codes = [alarm.code for alarm in workload.all_alarms]
    known = [code for code in _NEXT if code in codes]
    return _NEXT[known[0]] if known else ""
