"""What commands answer to machines: JSON, schema 1."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType, json
from msgspec.structs import asdict

from drconsole.cli.comparison_answers import ComparisonAnswer, comparison_answer
from drconsole.cli.deep_answers import DeepAnswer, deep_answer
from drconsole.cli.json_text import utf8
from drconsole.domain.acknowledged import Acknowledgement
from drconsole.domain.open_run import OpenRun
from drconsole.domain.replication import relation_of
from drconsole.domain.roles import Alarm
from drconsole.domain.snapshot import CopyState, EndpointStatus, Snapshot, Workload
from drconsole.tui.alarm_list import Entry
from drconsole.wording.actions import next_action
from drconsole.wording.ages import AHEAD_S
from drconsole.wording.alarms import alarm_text
from drconsole.wording.arrows import sentence
from drconsole.wording.roles import reason

SCHEMA = 1

# Controls and signs that reorder text: JSON may hold them raw, a terminal should not get them.
_STEERING = re.compile("[\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


class AlarmAnswer(Struct):
    """One alarm; ``code`` is stable, ``severity`` is info, warning or critical."""

    code: str
    severity: str
    text: str
    since: datetime | None


class ReplicationAnswer(Struct):
    """What the platform says about a copy's replication; ``rpo_s`` is the age of the last sync."""

    mode: str | None
    state: str | None
    health: str | None
    last_sync: datetime | None
    rpo_s: int | None
    rpo_target_s: int | None


class CopyAnswer(Struct):
    """One copy; ``age_s`` is how old what is known of it is, ``fresh`` whether it counts as current.

    ``age_s`` is null where the clock has been set back since.
    """

    id: str
    role: str
    site: str
    place: str
    endpoint: str
    seen_by: list[str]
    power: str
    fresh: bool
    age_s: int | None
    reason: str
    alarms: list[AlarmAnswer]
    replication: ReplicationAnswer


class OpenRunAnswer(Struct):
    """The run that holds a workload; ``state`` is running, asking or interrupted.

    ``operation`` is null where another version wrote the run.
    """

    run: str
    state: str
    operation: str | None


class WorkloadAnswer(Struct):
    """All copies of one workload; ``name`` is the platform's text, letter by letter.

    ``proven`` is when the last test of it was passed, and ``open_run`` the run that holds it, as the journal
    of this console knows.
    """

    key: str
    name: str
    platform: str
    arrow: str
    alarms: list[AlarmAnswer]
    copies: list[CopyAnswer]
    proven: datetime | None
    open_run: OpenRunAnswer | None


class EvidenceAnswer(Struct):
    """One fact; ``at`` is the endpoint's own time."""

    what: str
    value: str
    endpoint: str
    at: datetime


class CopyShown(CopyAnswer):
    """One copy with the row of the truth table that decided and the facts that it rests on."""

    row: str
    evidence: list[EvidenceAnswer]


class ShowAnswer(Struct):
    """The answer of ``drconsole show --json``; the workload's copies stand beside it, with evidence."""

    schema: int
    taken_at: datetime
    workload: WorkloadAnswer
    copies: list[CopyShown]
    next_action: str
    deep: list[DeepAnswer] | UnsetType = UNSET
    comparison: ComparisonAnswer | UnsetType = UNSET


class AcknowledgedAnswer(Struct):
    """Who set a problem aside, until when and why."""

    by: str
    until: datetime
    reason: str


class ProblemAnswer(AlarmAnswer):
    """One problem; ``kind`` is workload or endpoint, ``subject`` its key or name.

    ``copies`` are the ids of those copies that raise it; none where it concerns the workload as a whole.
    ``acknowledged`` is null for what is open.
    """

    kind: str
    subject: str
    copies: list[str]
    acknowledged: AcknowledgedAnswer | None


class HealthAnswer(Struct):
    """The answer of ``drconsole health --json``; ``state`` is ok, warning, critical or unknown."""

    schema: int
    taken_at: datetime
    state: str
    problems: list[ProblemAnswer]


class EndpointAnswer(Struct):
    """One endpoint; ``last_read`` is its last answer, also one that an earlier console got."""

    name: str
    site: str
    kind: str
    state: str
    last_read: datetime | None
    age_s: int | None
    error: str | None
    alarms: list[AlarmAnswer]


class ListAnswer(Struct):
    """The answer of ``drconsole list --json``."""

    schema: int
    taken_at: datetime
    endpoints: list[EndpointAnswer]
    workloads: list[WorkloadAnswer]


def list_answer(snapshot: Snapshot, workloads: Iterable[Workload]) -> ListAnswer:
    """The snapshot for machines, with these of its workloads."""
    at = snapshot.taken_at
    return ListAnswer(
        SCHEMA,
        at,
        [_endpoint(status, at) for status in snapshot.endpoints],
        [_workload(workload, at) for workload in workloads],
    )


def show_answer(snapshot: Snapshot, workload: Workload, *, deep: bool = False) -> ShowAnswer:
    """One workload for machines, with all evidence, and what was read deep where that was asked."""
    at = snapshot.taken_at
    return ShowAnswer(
        SCHEMA,
        at,
        _workload(workload, at),
        [_shown(copy, at) for copy in workload.copies],
        next_action(workload),
        [deep_answer(c.place.id, c.inspection) for c in workload.copies if c.inspection] if deep else UNSET,
        comparison_answer(workload),
    )


def health_answer(
    snapshot: Snapshot, problems: Iterable[tuple[Entry, Acknowledgement | None]], state: str
) -> HealthAnswer:
    """All problems for machines, in the order given."""
    answers = [_problem(problem, told, snapshot.taken_at) for problem, told in problems]
    return HealthAnswer(SCHEMA, snapshot.taken_at, state, answers)


def encoded(answer: Struct | Mapping[str, Any]) -> bytes:
    """One answer as UTF-8 JSON, indented, with every character that steers a terminal escaped."""
    text = json.format(json.encode(answer), indent=2).decode()
    return _STEERING.sub(lambda hit: f"\\u{ord(hit[0]):04x}", text).encode() + b"\n"


def _age(at: datetime, then: datetime) -> int | None:
    """None where the time is still to come: a clock was set, and how long ago it was is not known."""
    seconds = (at - then).total_seconds()
    return None if seconds < -AHEAD_S else max(0, int(seconds))


def _alarms(alarms: Iterable[Alarm], text: Callable[[Alarm], str] = alarm_text) -> list[AlarmAnswer]:
    return [
        AlarmAnswer(alarm.code.value, alarm.severity.name.lower(), utf8(text(alarm)), alarm.since)
        for alarm in alarms
    ]


def _endpoint(status: EndpointStatus, at: datetime) -> EndpointAnswer:
    return EndpointAnswer(
        name=status.name,
        site=status.site,
        kind=status.kind,
        state=status.state.value,
        last_read=status.last_read,
        age_s=_age(at, status.last_read) if status.last_read else None,
        error=utf8(status.error) or None,
        alarms=_alarms(status.alarms),
    )


def _workload(workload: Workload, at: datetime) -> WorkloadAnswer:
    return WorkloadAnswer(
        key=workload.key,
        name=utf8(workload.name),
        platform=workload.platform,
        arrow=sentence(workload.arrow),
        alarms=_alarms(workload.alarms),
        copies=[_copy(copy, at) for copy in workload.copies],
        proven=workload.proven,
        open_run=_open_run(workload.run) if workload.run else None,
    )


def _open_run(run: OpenRun) -> OpenRunAnswer:
    return OpenRunAnswer(run.id, run.standing.value, run.operation.value if run.operation else None)


def _copy(copy: CopyState, at: datetime) -> CopyAnswer:
    return CopyAnswer(
        id=copy.place.id,
        role=copy.role.value,
        site=copy.place.site,
        place=utf8(copy.place.where),
        endpoint=copy.endpoint,
        seen_by=list(copy.seen_by),
        power=copy.power.value,
        fresh=copy.fresh,
        age_s=_age(at, copy.taken_at),
        reason=utf8(reason(copy)),
        alarms=_alarms(copy.alarms),
        replication=_replication(copy, at),
    )


def _shown(copy: CopyState, at: datetime) -> CopyShown:
    facts = [
        EvidenceAnswer(utf8(fact.what), utf8(fact.value), fact.endpoint, fact.at) for fact in copy.evidence
    ]
    return CopyShown(**asdict(_copy(copy, at)), row=copy.row, evidence=facts)


def _problem(entry: Entry, told: Acknowledgement | None, at: datetime) -> ProblemAnswer:
    (alarm,) = _alarms([entry.alarm], lambda _: entry.text(at))
    of_workload = isinstance(entry.subject, Workload)
    subject = entry.subject.key if isinstance(entry.subject, Workload) else entry.subject.name
    kind = "workload" if of_workload else "endpoint"
    copies = [copy.place.id for copy in entry.copies]
    known = AcknowledgedAnswer(utf8(told.by), told.until, utf8(told.reason)) if told else None
    return ProblemAnswer(**asdict(alarm), kind=kind, subject=utf8(subject), copies=copies, acknowledged=known)


def _replication(copy: CopyState, at: datetime) -> ReplicationAnswer:
    """The age of the last sync goes on for a copy that is no longer seen."""
    relation = relation_of(copy.sighting)
    rpo_s = copy.rpo_s
    if rpo_s is not None and not copy.fresh:
        unseen_s = _age(at, copy.taken_at)
        rpo_s = None if unseen_s is None else rpo_s + unseen_s
    return ReplicationAnswer(
        mode=utf8(relation.mode) if relation else None,
        state=utf8(relation.state) if relation else None,
        health=utf8(relation.health) if relation else None,
        last_sync=copy.last_sync,
        rpo_s=rpo_s,
        rpo_target_s=copy.rpo_target_s,
    )
