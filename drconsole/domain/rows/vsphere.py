"""vSphere's rows: V1 to V6."""

from __future__ import annotations

from drconsole.domain.case import Case
from drconsole.domain.identity import Seen, gid_of
from drconsole.domain.roles import Alarm, AlarmCode, Role, Severity
from drconsole.domain.rows.base import Verdict, former_alarms, not_verified_off, notice, warning


def _is_recovered(copy: Seen) -> bool:
    sighting, record = copy.sighting, copy.record
    recorded = record is not None and record.role is Role.RECOVERED
    row = sighting.appliance
    if not (recorded or sighting.replica_dir or (row and row.recovered)):
        return False
    hbr = sighting.hbr
    # The vmx of a replica still has the lines of its source; a group of its own protects it anew.
    known = {f"vs:{sighting.replica_dir}", record.key if record else "", f"vs:{row.gid}" if row else ""}
    return hbr is None or not hbr.destination or f"vs:{hbr.gid}" in known


def _is_registered(copy: Seen) -> bool:
    return copy.sighting.files is None and copy.sighting.appliance is None


def v1(case: Case) -> Verdict | None:
    """A recovered copy, and the source VM of one, whatever its own configuration still says."""
    if case.copy.place.platform != "vsphere":
        return None
    if _is_recovered(case.copy):
        source = next((c for c in case.others if _is_registered(c) and not _is_recovered(c)), None)
        host = source.endpoint if source else ""
        unsure = not_verified_off(case, source, host, gone=False)
        return Verdict(Role.RECOVERED, alarms=(warning(AlarmCode.UNPROTECTED_SINCE, case), *unsure))
    recovered = next((c for c in case.others if _is_recovered(c)), None)
    recorded = case.record is not None and case.record.role is Role.FORMER_ORIGINAL
    if not _is_registered(case.copy) or (recovered is None and not recorded):
        return None
    hbr = case.copy.sighting.hbr
    tries = case.copy.fresh and hbr is not None and hbr.destination != "" and not hbr.paused
    stale = (warning(AlarmCode.STALE_JOB, case),) if tries else ()
    serves = former_alarms(case, recovered) if recovered else ()
    return Verdict(Role.FORMER_ORIGINAL, alarms=(*serves, *stale))


def v2(case: Case) -> Verdict | None:
    """A directory with only the disks of a replica that is known otherwise."""
    files = case.copy.sighting.files
    if files is None or files.has_config or not files.gid:
        return None
    known = case.others or case.record
    return Verdict(Role.LEFTOVER, alarms=(notice(AlarmCode.REBUILD_POSSIBLE, case),)) if known else None


def v3(case: Case) -> Verdict | None:
    """A registered VM with an active replication configuration."""
    hbr = case.copy.sighting.hbr
    if hbr is None or not hbr.destination:
        return None
    alarms: list[Alarm] = []
    if hbr.paused:
        alarms.append(warning(AlarmCode.PAUSED, case))
    for row in case.appliance_rows:
        if row.status.startswith("NOT_ACTIVE"):
            alarms.append(warning(AlarmCode.NOT_REPLICATING, case))
        if row.rpo_violation or row.status.endswith("RPO_VIOLATION"):
            facts = (("target", str(row.rpo_s or hbr.rpo_s or 0)),)
            alarms.append(Alarm(AlarmCode.RPO, Severity.WARNING, row.last_sync, facts))
    return Verdict(Role.ORIGINAL, alarms=tuple(alarms))


def v4(case: Case) -> Verdict | None:
    """A replica directory whose group has a source or an appliance's row."""
    files = case.copy.sighting.files
    if files is None or not files.has_config:
        return None
    source = any(c.sighting.hbr and gid_of(c.sighting) == files.gid for c in case.others)
    if not source and not case.appliance_rows:
        return None
    return Verdict(Role.REPLICA, alarms=_file_alarms(case))


def v5(case: Case) -> Verdict | None:
    """A replica directory without a source that is known."""
    files = case.copy.sighting.files
    if files is None or not files.has_config:
        return None
    site = case.copy.place.site
    paired = {p.right if p.left == site else p.left for p in case.estate.pairs if p.has(site)}
    sources = [e.name for e in case.estate.endpoints if e.site in paired and e.kind.platform == "vsphere"]
    # Only vCenters that answer completely can say that the source is not there.
    gone: tuple[Alarm, ...] = ()
    if sources and case.hosts.all_answer(sources):
        primary = (("primary", ", ".join(sorted(paired))),)
        gone = (Alarm(AlarmCode.SOURCE_GONE, Severity.CRITICAL, None, primary),)
    return Verdict(Role.REPLICA, alarms=(*gone, *_file_alarms(case)))


def v6(case: Case) -> Verdict | None:
    """A replica that only an appliance knows."""
    sighting = case.copy.sighting
    if sighting.appliance is None or sighting.files is not None or sighting.hbr is not None:
        return None
    return Verdict(Role.REPLICA, alarms=(notice(AlarmCode.FILES_NOT_SEEN, case),))


def _file_alarms(case: Case) -> tuple[Alarm, ...]:
    files = case.copy.sighting.files
    if files is None:
        return ()
    alarms: list[Alarm] = []
    if files.torn:
        alarms.append(warning(AlarmCode.TORN, case))
    if files.syncing:
        alarms.append(notice(AlarmCode.SYNCING, case))
    if files.points > 1:
        alarms.append(notice(AlarmCode.SEVERAL_POINTS, case, points=str(files.points)))
    return tuple(alarms)
