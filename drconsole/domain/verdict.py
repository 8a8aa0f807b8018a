"""The verdict: what each copy of a workload is now, by the truth table (rules, section 3).

``ROWS`` is the table in its order; the first row that matches decides, none is UNKNOWN.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from drconsole.domain import replication as r
from drconsole.domain.case import Case, Hosts, cases_of
from drconsole.domain.endpoint import Estate
from drconsole.domain.identity import Group, Seen, gid_of
from drconsole.domain.reading import Power, Sighting
from drconsole.domain.record import Record, Strange, records_in
from drconsole.domain.roles import Alarm, AlarmCode, Evidence, Role, Severity
from drconsole.domain.rows import common, hyperv, vsphere
from drconsole.domain.rows.base import Row, Verdict, critical, notice, warning

ROWS: Mapping[str, Row] = MappingProxyType(
    {
        "C1": common.c1,
        "C2": common.c2,
        "H1": hyperv.h1,
        "H2": hyperv.h2,
        "H3": hyperv.h3,
        "H4": hyperv.h4,
        "H5": hyperv.h5,
        "H6": hyperv.h6,
        "H7": hyperv.h7,
        "H8": hyperv.h8,
        "H9": hyperv.h9,
        "H10": hyperv.h10,
        "H11": hyperv.h11,
        "V1": vsphere.v1,
        "V2": vsphere.v2,
        "V3": vsphere.v3,
        "V4": vsphere.v4,
        "V5": vsphere.v5,
        "V6": vsphere.v6,
        "X1": common.x1,
        "X2": common.x2,
    }
)

SERVING = frozenset({Role.ORIGINAL, Role.RECOVERED, Role.FORMER_ORIGINAL, Role.UNPROTECTED, Role.UNKNOWN})
_OLD = frozenset({Role.FORMER_ORIGINAL, Role.LEFTOVER})


def judge(
    group: Group, hosts: Hosts, estate: Estate, rows: Mapping[str, Row] = ROWS
) -> tuple[tuple[tuple[Seen, Verdict], ...], tuple[Alarm, ...]]:
    """The verdict of each copy, and the alarms of the workload as a whole (SPLIT-BRAIN)."""
    verdicts = tuple((case.copy, _first(case, rows)) for case in cases_of(group, hosts, estate))
    return verdicts, _split_brain(verdicts)


def _first(case: Case, rows: Mapping[str, Row]) -> Verdict:
    for name, row in rows.items():
        verdict = row(case)
        if verdict is not None:
            return Verdict(verdict.role, name, (*verdict.alarms, *_extras(case, verdict.role)))
    return Verdict(Role.UNKNOWN, "", _extras(case, Role.UNKNOWN))


def _extras(case: Case, role: Role) -> tuple[Alarm, ...]:
    """What is worth telling whatever the role: who else holds the VM, and what contradicts itself."""
    sighting, alarms = case.copy.sighting, list[Alarm]()
    if case.copy.doubled:
        alarms.append(critical(AlarmCode.CONTRADICTION, case, why="runs on two nodes"))
    if sighting.managed_by and role is not Role.PLACEHOLDER:
        alarms.append(notice(AlarmCode.MANAGED_BY, case, extension=sighting.managed_by.extension))
    if _differs(case):
        alarms.append(warning(AlarmCode.STATES_DIFFER, case, own=f"{sighting.own_mode} {sighting.own_state}"))
    if _shares_group(case):
        alarms.append(warning(AlarmCode.GROUP_SHARED, case, gid=gid_of(sighting)))
    if role in _OLD and _starts_by_itself(sighting):
        alarms.append(warning(AlarmCode.STARTS_BY_ITSELF, case))
    if any(isinstance(record, Strange) for record in records_in(sighting.notes)):
        alarms.append(notice(AlarmCode.RECORD_STRANGE, case))
    return tuple(alarms)


def _shares_group(case: Case) -> bool:
    """Whether two VMs of one site say that they are the source of one replication.

    A clone or a restore takes the settings in the vmx along (rules, section 2; facts/vsphere, section 4.3),
    and nothing in them tells which of the two is replicated.
    """
    hbr, site = case.copy.sighting.hbr, case.copy.place.site
    return hbr is not None and any(
        c.place.site == site and c.sighting.hbr is not None and c.sighting.hbr.gid == hbr.gid
        for c in case.others
    )


def _starts_by_itself(sighting: Sighting) -> bool:
    """Whether the copy would start with its host.

    StartIfRunning, Hyper-V's default, starts what ran when the host stopped: never a VM that is off.
    """
    if sighting.auto_start == "StartIfRunning":
        return sighting.power is not Power.OFF
    return sighting.auto_start == "Start"


def _differs(case: Case) -> bool:
    """Whether Get-VM says another mode or state than Get-VMReplication, which wins."""
    sighting, relation = case.copy.sighting, case.relation
    if not sighting.own_mode or case.mode == r.TEST:
        return False
    if relation is None:
        return sighting.own_mode != r.NONE
    return (sighting.own_mode, sighting.own_state) != (relation.mode, relation.state)


def _split_brain(verdicts: tuple[tuple[Seen, Verdict], ...]) -> tuple[Alarm, ...]:
    """Two or more fresh running copies that may serve; last-known facts never raise it."""
    running = [
        copy
        for copy, verdict in verdicts
        if copy.fresh and copy.sighting.power is Power.ON and verdict.role in SERVING
    ]
    if len(running) < 2:
        return ()
    sites = tuple((f"site{i}", copy.place.site) for i, copy in enumerate(running, 1))
    return (Alarm(AlarmCode.SPLIT_BRAIN, Severity.CRITICAL, None, sites),)


def evidence_of(copy: Seen) -> tuple[Evidence, ...]:
    """The facts of one copy that its verdict rests on."""
    sighting = copy.sighting
    facts = [("power", sighting.power.value)]
    for relation in sighting.relations:
        leg = "" if relation.relationship == "Simple" else f"{relation.relationship} "
        facts += [(f"{leg}mode", relation.mode), (f"{leg}state", relation.state)]
        facts += [(f"{leg}health", relation.health)]
        facts += [(f"{leg}primary", relation.primary), (f"{leg}replica", relation.replica)]
        if relation.last_sync:
            facts.append((f"{leg}last sync", relation.last_sync.isoformat()))
    judged = r.relation_of(sighting)
    told = (judged.mode, judged.state) if judged else (r.NONE, sighting.own_state)
    if (sighting.own_mode or sighting.own_state) and (sighting.own_mode, sighting.own_state) != told:
        facts.append(("Get-VM says", f"{sighting.own_mode} {sighting.own_state}".strip()))
    facts += [*_vsphere_facts(copy), *_record_facts(copy)]
    return tuple(Evidence(what, value, copy.endpoint, copy.now) for what, value in facts)


def _record_facts(copy: Seen) -> Iterable[tuple[str, str]]:
    """The record that is believed; and those that are not, because who reads them by hand would."""
    for record in records_in(copy.sighting.notes):
        if isinstance(record, Strange):
            yield "strange record", f"not understood, not believed: {record.text}"
        elif record.place != copy.place:
            there = f"{record.place.where} at {record.place.site}"
            yield "foreign record", f"of {there}, not believed here: {_said(record)}"
    if copy.record:
        yield "record", _said(copy.record)


def _said(record: Record) -> str:
    return f"{record.role} run {record.run} by {record.by}"


def _vsphere_facts(copy: Seen) -> list[tuple[str, str]]:
    sighting, facts = copy.sighting, list[tuple[str, str]]()
    if sighting.hbr:
        facts += [("replication group", sighting.hbr.gid), ("destination", sighting.hbr.destination)]
        facts += [("found by", sighting.hbr.found_by)]
    if sighting.files:
        facts += [("replica files of", sighting.files.gid), ("points", str(sighting.files.points))]
    if sighting.appliance:
        facts.append(("appliance says", sighting.appliance.status))
    if sighting.managed_by:
        facts.append(("managed by", f"{sighting.managed_by.extension} {sighting.managed_by.type}"))
    return facts
