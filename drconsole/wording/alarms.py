"""Alarms in words: of workloads, copies and endpoints."""

from __future__ import annotations

from datetime import datetime

from drconsole.domain.endpoint import Insecurity
from drconsole.domain.roles import Alarm, AlarmCode
from drconsole.domain.snapshot import EndpointStatus, Workload
from drconsole.wording.ages import age, ago, exact, since
from drconsole.wording.names import visible

_TEXTS = {
    AlarmCode.CONTRADICTION: "contradiction: its two ends do not agree",
    AlarmCode.NO_ORIGINAL: "NO ORIGINAL: both copies are replicas",
    AlarmCode.STALE_ORIGINAL_SERVES: "the stale original runs, the recovered copy is off",
    AlarmCode.NOTHING_SERVES: "nothing serves: the old original and the recovered copy are off",
    AlarmCode.PLANNED_IN_PROGRESS: "planned failover in progress",
    AlarmCode.NO_GOOD_REPLICA: "no good replica until the reverse copy is done",
    AlarmCode.UNPROTECTED_SINCE: "unprotected: failed over and not reversed",
    AlarmCode.FIRST_COPY: "first copy, not usable yet",
    AlarmCode.PAUSED: "replication is paused",
    AlarmCode.RESYNCHRONIZING: "resynchronizing",
    AlarmCode.RESYNC_NEEDED: "resynchronization is needed",
    AlarmCode.ORIGINAL_OFF: "the original is off",
    AlarmCode.NOT_REPLICATING: "replication is not active",
    AlarmCode.TEST_NETWORK_UNKNOWN: "a test copy runs, and its network could not be read",
    AlarmCode.ORPHAN_TEST: "orphan test: no replica names this test copy as its own",
    AlarmCode.TEST_RUNNING: "TEST COPY on",
    AlarmCode.EXTENDED_LEG: "its source was failed over: continue, or remove this leg",
    AlarmCode.STARTS_BY_ITSELF: "an old copy would start by itself with its host",
    AlarmCode.STALE_JOB: "stale job: the old replication tries to copy onto the recovered VM",
    AlarmCode.GROUP_SHARED: "a VM beside it has the same replication group: a clone or a restore",
    AlarmCode.RECORD_GONE: "its failover record has vanished from the notes",
    AlarmCode.RECORD_STRANGE: "a failover record in its notes cannot be understood: it is not believed",
    AlarmCode.TORN: "torn: files of one generation are missing",
    AlarmCode.SYNCING: "in the middle of a transfer",
    AlarmCode.FILES_NOT_SEEN: "known from the appliance alone, its files were not seen",
    AlarmCode.REBUILD_POSSIBLE: "only disks are left; a VM can be rebuilt around them",
    AlarmCode.INSECURE: "INSECURE: its certificate is not verified, as the config says (insecure: true)",
}


def alarm_text(alarm: Alarm, now: datetime | None = None) -> str:
    """One alarm as a clause without its subject; with ``now``, how long it has lasted."""
    text = _with_facts(alarm) or _TEXTS.get(alarm.code, alarm.code.value)
    seen = alarm.fact("seen_at")
    if seen and now:
        return f"{text} (seen {ago((now - datetime.fromisoformat(seen)).total_seconds())})"
    lasted = since(alarm.since, now) if now else ""
    # Behind the first word of what is wrong, because an explanation may be long.
    head, colon, why = text.partition(": ")
    return f"{head} {lasted}{colon}{why}" if lasted else text


def _with_facts(alarm: Alarm) -> str:
    fact = alarm.fact
    match alarm.code:
        case AlarmCode.SPLIT_BRAIN:
            return f"SPLIT-BRAIN: runs {_sites(alarm)}"
        case AlarmCode.RUN_INTERRUPTED:
            return f"{_run(alarm)} INTERRUPTED: look, then continue or abandon it"
        case AlarmCode.RUN_ASKS:
            return f"{_run(alarm)} asks at step {visible(fact('step')) or '?'}: {visible(fact('asks'))}"
        case AlarmCode.CONTRADICTION if fact("why"):
            return f"contradiction: {fact('why')}"
        case AlarmCode.TEST_RUNNING if fact("power"):
            return f"TEST COPY {fact('power')}"
        case AlarmCode.TEST_ON_PRODUCTION:
            return f"TEST COPY on a network that is not a test network: {visible(fact('networks'))}"
        case AlarmCode.PLANNED_IN_PROGRESS if fact("other_end"):
            return "planned failover in progress, its other end is not seen"
        case AlarmCode.EXTENDED_TROUBLE:
            return f"extended leg: {visible(fact('state'))}"
        case AlarmCode.ORIGINAL_NOT_RUNNING:
            return f"the original is {fact('power')}"
        case AlarmCode.STATES_DIFFER:
            return f"Get-VM says {visible(fact('own'))}; Get-VMReplication says something else"
        case AlarmCode.SEVERAL_POINTS:
            return f"{fact('points')} recovery points"
        case AlarmCode.RPO:
            return f"late: no sync within {age(int(fact('target')))}"
        case AlarmCode.NOT_PROVEN:
            if alarm.since is None:
                return "not proven: no test of it was passed yet"
            return f"not proven: no passed test within {fact('days')} days"
        case AlarmCode.NOT_PROTECTED if fact("why") == "config":
            return "not protected: the config names it, and nothing replicates it"
        case AlarmCode.NOT_PROTECTED:
            return "not protected any more: its replication was removed"
        case AlarmCode.ORIGINAL_NOT_VERIFIED_OFF:
            if fact("power"):
                return f"ORIGINAL NOT VERIFIED OFF: it is {fact('power')}, which is not off"
            return f"ORIGINAL NOT VERIFIED OFF: nobody sees it at {visible(fact('primary')) or 'its host'}"
        case AlarmCode.SOURCE_GONE:
            return f"SOURCE GONE: {visible(fact('primary'))} has no such VM"
        case AlarmCode.REPLICA_GONE:
            return f"REPLICA GONE: {visible(fact('replica'))} has no such VM"
        case AlarmCode.REPLICATION_ERROR:
            return f"replication is in state {visible(fact('state'))}"
        case AlarmCode.MANAGED_BY:
            return f"managed by {visible(fact('extension'))}"
        case AlarmCode.RECORD_GONE if fact("run"):
            at = exact(datetime.fromisoformat(fact("at")))
            who = f"run {visible(fact('run'))} by {visible(fact('by'))}"
            return f"{_TEXTS[alarm.code]}; it said {fact('role')}, {at}, {who}"
        case _:
            return _of_endpoint(alarm)


def _of_endpoint(alarm: Alarm) -> str:
    fact = alarm.fact
    match alarm.code:
        case AlarmCode.BROKER_DOWN:
            return f"its Replica Broker is {visible(fact('state'))}, on {visible(fact('owner'))}"
        case AlarmCode.NODE_SILENT:
            return f"node {visible(fact('node'))} does not answer: {visible(fact('error'))}"
        case AlarmCode.TWINS:
            return f"the same inventory as {visible(fact('twin'))}: one of them is a copy of the other"
        case AlarmCode.CLOCK_SKEW:
            return f"its clock differs from this one by {age(abs(int(fact('skew_s'))))}"
        case AlarmCode.INSECURE if fact("what") == Insecurity.CLEAR_PASSWORD:
            return "INSECURE: its password can be read on the wire, as the config says (insecure: true)"
        case AlarmCode.CERTIFICATE:
            end = exact(datetime.fromisoformat(fact("end")))
            if fact("ended"):
                return f"its certificate ended {end}, and is taken because the config pins it"
            return f"its certificate ends {end}"
        case AlarmCode.SILENT:
            return f"silent: {visible(fact('error'))}"
        case AlarmCode.PARTIAL:
            return visible(fact("limits"))
        case AlarmCode.NOT_KEPT:
            return (
                "what is read cannot be kept in the state folder "
                f"({visible(fact('why'))}): after a restart it is not known"
            )
        case _:
            return ""


def _run(alarm: Alarm) -> str:
    """A run by its id and what it does, where this version can read that."""
    told = ("run", visible(alarm.fact("run")), alarm.fact("operation").replace("-", " "))
    return " ".join(filter(None, told))


def _sites(alarm: Alarm) -> str:
    sites = sorted({value for name, value in alarm.facts if name.startswith("site")})
    return f"at {' and '.join(map(visible, sites))}" if len(sites) > 1 else f"twice at {visible(sites[0])}"


def workload_alarm(workload: Workload, alarm: Alarm, now: datetime | None = None) -> str:
    """An alarm with its workload, as the second line of every screen says it."""
    return "".join(parted(workload, alarm, now))


def endpoint_alarm(status: EndpointStatus, alarm: Alarm, now: datetime | None = None) -> str:
    """An alarm with its endpoint."""
    return "".join(parted(status, alarm, now))


def parted(
    subject: Workload | EndpointStatus, alarm: Alarm, now: datetime | None = None
) -> tuple[str, str, str]:
    """What stands before the name of its subject, that name, and what is said of it."""
    text = alarm_text(alarm, now)
    if alarm.code is AlarmCode.SPLIT_BRAIN:
        head, _, rest = text.partition(": ")
        return f"{head} ", visible(subject.name), f" {rest}"
    return "", visible(subject.name), f": {text}"
