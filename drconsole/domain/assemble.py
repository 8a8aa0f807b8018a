"""From readings to the picture: joining, verdicts, arrows, alarms of workloads and endpoints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from drconsole.domain.arrows import arrow_of
from drconsole.domain.case import Hosts
from drconsole.domain.deep import Inspection
from drconsole.domain.endpoint import Estate
from drconsole.domain.endpoint_alarms import with_alarms
from drconsole.domain.health import rpo_s, rpo_target_s
from drconsole.domain.identity import Answer, Group, Seen, copies_of, groups_of, twins
from drconsole.domain.last_place import at_known_places
from drconsole.domain.one_host import at_cluster_places, nodes_in
from drconsole.domain.place import Place
from drconsole.domain.reading import Reading
from drconsole.domain.record import Record
from drconsole.domain.replication import relation_of
from drconsole.domain.roles import Alarm, AlarmCode, Role, Severity
from drconsole.domain.rows.base import Verdict
from drconsole.domain.snapshot import Basis, CopyState, EndpointState, EndpointStatus, Snapshot, Workload
from drconsole.domain.unlisted import unlisted_in
from drconsole.domain.unprotected import Expected, expected_of
from drconsole.domain.verdict import evidence_of, judge


def assemble(
    estate: Estate,
    statuses: Iterable[EndpointStatus],
    readings: Mapping[str, Reading],
    now: datetime,
    serial: int = 0,
    kept: Mapping[str, Reading] = MappingProxyType({}),
    recorded: Mapping[Place, Record | None] = MappingProxyType({}),
    inspections: Mapping[Place, Inspection] = MappingProxyType({}),
    before: Snapshot | None = None,
    protected: frozenset[Place] = frozenset(),
) -> Snapshot:
    """Build the snapshot of all that is known.

    ``kept`` are last complete readings of endpoints whose newest reading could not see everything: what only
    they show stays last-known. ``recorded`` are places that are known to have carried a failover record, with
    the last one where that is known. ``inspections`` is what looking closely at copies has given; no verdict
    rests on it. Of ``before``, an earlier picture of the same estate, what has not changed is taken over.
    ``protected`` are places at which replication was seen once.

    A reading is fresh while its endpoint answers (``ok`` or ``partial``) and it is younger than the
    endpoint's ``fresh_for_s``; all other facts are last-known and keep the role of their time.
    """
    nodes = nodes_in(readings.values())
    readings = {
        name: at_cluster_places(at_known_places(reading, kept.get(name)), nodes)
        for name, reading in readings.items()
    }
    known = {s.name: s for s in statuses}
    answers = tuple(
        _answer(readings[e.name], known.get(e.name), now, e.fresh_for_s)
        for e in estate.endpoints
        if e.name in readings
    )
    hosts = Hosts(answers)
    last_known = tuple(Answer(at_cluster_places(reading, nodes), False) for reading in kept.values())
    twin_pairs = twins(estate, readings)
    groups = groups_of(estate, copies_of((*answers, *last_known)), twin_pairs)
    around = (estate, hosts.told, dict(recorded), protected)
    expected = expected_of(estate, protected)
    past = before.basis if before and before.basis else Basis((), {})
    elsewhere = around != past.around
    judged: dict[str, tuple[Group, Workload]] = {}
    for group in groups:
        copies, workload = past.judged.get(group.key, (None, None))
        if workload is None or elsewhere or group != copies or _told_anew(workload, inspections):
            workload = _workload(group, estate, hosts, recorded, expected, inspections, workload)
        judged[group.key] = group, workload
    return Snapshot(
        taken_at=now,
        estate=estate,
        endpoints=tuple(
            with_alarms(e, known[e.name], readings, twin_pairs, now)
            for e in estate.endpoints
            if e.name in known
        ),
        workloads=tuple(sorted((workload for _, workload in judged.values()), key=_rank)),
        serial=serial,
        unlisted=unlisted_in(estate, readings),
        basis=Basis(around, judged),
    )


def _told_anew(workload: Workload, inspections: Mapping[Place, Inspection]) -> bool:
    return any(copy.inspection is not inspections.get(copy.place) for copy in workload.copies)


def _answer(reading: Reading, status: EndpointStatus | None, now: datetime, limit_s: float) -> Answer:
    return Answer(reading, is_fresh(status, reading, now, limit_s), status is not None and status.asking)


def is_fresh(status: EndpointStatus | None, reading: Reading, now: datetime, limit_s: float) -> bool:
    """Whether a reading counts as current: its endpoint answers, and it is no older than ``limit_s``."""
    if status is None or status.state not in (EndpointState.OK, EndpointState.PARTIAL):
        return False
    return (now - reading.taken_at).total_seconds() <= limit_s


def _workload(
    group: Group,
    estate: Estate,
    hosts: Hosts,
    recorded: Mapping[Place, Record | None],
    expected: Expected,
    inspections: Mapping[Place, Inspection],
    before: Workload | None,
) -> Workload:
    """Judge one workload; one that is as it was is the very same object, so that nobody compares it again."""
    verdicts, alarms = judge(group, hosts, estate)
    order = {site.name: i for i, site in enumerate(estate.sites)}
    old = {copy.place: copy for copy in before.copies} if before else {}
    copies = tuple(
        _copy(
            seen,
            _with_what_is_missed(group.key, seen, verdict, recorded, expected),
            estate,
            inspections.get(seen.place),
            old.get(seen.place),
        )
        for seen, verdict in sorted(verdicts, key=lambda v: (order.get(v[0].place.site, 99), v[0].place))
    )
    shown = next((c for c in copies if c.role is Role.ORIGINAL), None) or max(
        copies, key=lambda c: (c.fresh, c.taken_at)
    )
    workload = Workload(
        key=group.key,
        name=shown.name,
        platform=group.platform,
        copies=copies,
        arrow=arrow_of(copies, bool(alarms), estate, hosts),
        alarms=alarms,
        listed=any(c.row != "X2" or _is_missed(c) for c in copies),
    )
    if before is None or len(copies) != len(before.copies):
        return workload
    same = all(new is known for new, known in zip(copies, before.copies, strict=True))
    return before if same and workload == before else workload


def _is_missed(copy: CopyState) -> bool:
    return any(alarm.code is AlarmCode.NOT_PROTECTED for alarm in copy.alarms)


def _with_what_is_missed(
    key: str, seen: Seen, verdict: Verdict, recorded: Mapping[Place, Record | None], expected: Expected
) -> Verdict:
    """A verdict with what was there once: a failover record, and protection."""
    verdict = _with_lost_record(seen, verdict, recorded)
    if verdict.row != "X2":
        return verdict
    return replace(verdict, alarms=(*verdict.alarms, *expected.missed(key, seen.place)))


def _with_lost_record(seen: Seen, verdict: Verdict, recorded: Mapping[Place, Record | None]) -> Verdict:
    """Backup products rewrite notes: a record that was known and is gone is told, whatever the role is."""
    if seen.place not in recorded or seen.record is not None or not seen.fresh:
        return verdict
    record = recorded[seen.place]
    facts: tuple[tuple[str, str], ...] = ()
    if record is not None:
        facts = (
            ("role", record.role.value),
            ("run", record.run),
            ("by", record.by),
            ("at", record.at.isoformat()),
        )
    lost = Alarm(AlarmCode.RECORD_GONE, Severity.WARNING, None, facts)
    return replace(verdict, alarms=(*verdict.alarms, lost))


def _copy(
    seen: Seen, verdict: Verdict, estate: Estate, inspection: Inspection | None, before: CopyState | None
) -> CopyState:
    relation = relation_of(seen.sighting)
    alarms = verdict.alarms if seen.fresh else tuple(_as_seen(a, seen) for a in verdict.alarms)
    if (
        before is not None
        and (before.endpoint, before.seen_by, before.taken_at, before.now)
        == (seen.endpoint, seen.seen_by, seen.taken_at, seen.now)
        and (before.fresh, before.asking) == (seen.fresh, seen.asking)
        and (before.sighting is seen.sighting or before.sighting == seen.sighting)
        and before.inspection is inspection
        and (before.role, before.row, before.alarms) == (verdict.role, verdict.row, alarms)
    ):
        return before
    return CopyState(
        place=seen.place,
        role=verdict.role,
        row=verdict.row,
        name=seen.sighting.name,
        power=seen.sighting.power,
        endpoint=seen.endpoint,
        seen_by=seen.seen_by,
        taken_at=seen.taken_at,
        now=seen.now,
        fresh=seen.fresh,
        asking=seen.asking,
        sighting=seen.sighting,
        alarms=alarms,
        evidence=evidence_of(seen),
        last_sync=relation.last_sync if relation else None,
        rpo_s=rpo_s(seen),
        rpo_target_s=rpo_target_s(seen, estate),
        inspection=inspection,
    )


def _as_seen(alarm: Alarm, seen: Seen) -> Alarm:
    """An alarm of a copy that is last-known, with the time at which it was true."""
    return replace(alarm, facts=(*alarm.facts, ("seen_at", seen.taken_at.isoformat())))


def _rank(workload: Workload) -> tuple[int, str, str]:
    worst = max((a.severity for a in workload.all_alarms), default=Severity.INFO)
    return (-worst, workload.name.casefold(), workload.key)
