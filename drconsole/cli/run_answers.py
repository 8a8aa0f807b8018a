"""What ``plan``, ``run`` and ``runs`` answer to machines: JSON, schema 1."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from drconsole.cli.answers import SCHEMA, EvidenceAnswer
from drconsole.domain.bulk import readiness_of
from drconsole.domain.plan import Check, Estimate, Plan, Subject
from drconsole.domain.step import Fact, Step

if TYPE_CHECKING:
    from drconsole.domain.confirmation import Planned
    from drconsole.runs.history import StepHistory
    from drconsole.runs.view import RunView


class CheckAnswer(Struct):
    """One preflight check; ``readiness`` is ready, wait, warning, blocked or unknown."""

    readiness: str
    text: str
    source: str
    clear: str


class EstimateAnswer(Struct):
    """How long it took the last ``runs`` times; ``own``: runs of this workload; ``down``: not serving."""

    seconds: float
    runs: int
    own: bool
    down: bool


class LeftOutAnswer(Struct):
    """A workload that could not be done and was left out."""

    key: str
    name: str
    why: str
    clear: str


class SubjectAnswer(Struct):
    """One workload of a plan; ``point_of_no_return`` is the id of a step, null where there is none.

    ``estimate`` is null where no earlier run tells.
    """

    key: str
    name: str
    source: str
    target: str
    priority: int
    point_of_no_return: str | None
    way_back: str | None
    readiness: str
    estimate: EstimateAnswer | None
    costs: list[str]
    after: list[str]
    checks: list[CheckAnswer]


class StepAnswer(Struct):
    """One step of a plan; ``manual`` is the command by which a person would do it.

    ``asks``: what is asked before it; where ``doubts`` names a step, only if the answer of that one was lost.
    """

    id: str
    workload: str
    endpoint: str
    action: str
    title: str
    manual: str
    limit_s: float
    effect: str
    after: list[str]
    optional: bool
    asks: str | None
    fallback_of: str | None
    doubts: str | None


class PlanAnswer(Struct):
    """The answer of ``drconsole plan --json``; ``confirm`` is what ``run --confirm`` takes."""

    schema: int
    taken_at: datetime
    operation: str
    readiness: str
    confirm: str
    attest: list[str]
    checks: list[CheckAnswer]
    left_out: list[LeftOutAnswer]
    subjects: list[SubjectAnswer]
    steps: list[StepAnswer]


class StepRunAnswer(Struct):
    """One step of a run; ``outcome`` is done, failed, unknown, skipped or expected-failure, null before."""

    id: str
    workload: str
    endpoint: str
    title: str
    outcome: str | None
    acted: bool
    reason: str
    said_by: str | None
    began: datetime | None
    ended: datetime | None
    evidence: list[EvidenceAnswer]


class QuestionAnswer(Struct):
    """What a run asks of a person."""

    step: str
    why: str
    choices: list[str]


class RunAnswer(Struct):
    """One run; ``offers`` are the workloads that ``runs answer ID back`` leads back.

    ``differences``: why it was not begun; ``config_differs``: what changed in the config after it was.
    """

    schema: int
    run: str
    state: str
    operation: str | None
    by: str | None
    ordered_at: datetime | None
    workloads: list[str]
    left_out: list[LeftOutAnswer]
    differences: list[str]
    config_differs: list[str]
    offers: list[str]
    questions: list[QuestionAnswer]
    steps: list[StepRunAnswer]


class RunsAnswer(Struct):
    """The answer of ``drconsole runs --json``."""

    schema: int
    runs: list[RunAnswer]


def plan_answer(planned: Planned, readiness: str) -> PlanAnswer:
    """A plan for machines."""
    plan = planned.plan
    return PlanAnswer(
        schema=SCHEMA,
        taken_at=datetime.now(UTC),
        operation=plan.operation.value,
        readiness=readiness,
        confirm=_text(planned.asked.command),
        attest=list(planned.asked.attest),
        checks=_checks(plan.checks),
        left_out=_left_out(plan),
        subjects=[_subject(one, plan) for one in plan.subjects],
        steps=[_step(one) for one in plan.steps],
    )


def run_answer(view: RunView) -> RunAnswer:
    """A run for machines."""
    plan: Plan | None = view.plan
    order: Any = view.order if plan else None
    return RunAnswer(
        schema=SCHEMA,
        run=view.id,
        state=view.state.value,
        operation=plan.operation.value if plan else None,
        by=order.by if order else None,
        ordered_at=order.at if order else None,
        workloads=[one.key for one in plan.subjects] if plan else [],
        left_out=_left_out(plan) if plan else [],
        differences=[_text(one) for one in view.history.differences],
        config_differs=[_text(one) for one in view.history.basis],
        offers=view.offers,
        questions=[QuestionAnswer(k, _text(q.why), list(q.choices)) for k, q in view.history.asking.items()],
        steps=[_performed(step, view.history.step(step.id)) for step in view.steps],
    )


def runs_answer(views: Iterable[RunView]) -> RunsAnswer:
    """Many runs for machines."""
    return RunsAnswer(SCHEMA, [run_answer(view) for view in views])


def _left_out(plan: Plan) -> list[LeftOutAnswer]:
    return [LeftOutAnswer(o.key, _text(o.name), _text(o.why), _text(o.clear)) for o in plan.left_out]


def _checks(checks: Iterable[Check]) -> list[CheckAnswer]:
    return [CheckAnswer(c.readiness.value, _text(c.text), c.source, _text(c.clear)) for c in checks]


def _estimate(told: Estimate | None) -> EstimateAnswer | None:
    return EstimateAnswer(told.seconds, told.runs, told.own, told.down) if told else None


def _subject(subject: Subject, plan: Plan) -> SubjectAnswer:
    return SubjectAnswer(
        key=subject.key,
        name=_text(subject.name),
        source=subject.source,
        target=subject.target,
        priority=subject.priority,
        point_of_no_return=subject.point_of_no_return or None,
        way_back=subject.way_back or None,
        readiness=readiness_of(subject, plan).value,
        estimate=_estimate(subject.estimate),
        costs=list(map(_text, subject.costs)),
        after=list(map(_text, subject.after)),
        checks=_checks(subject.checks),
    )


def _step(step: Step) -> StepAnswer:
    return StepAnswer(
        id=step.id,
        workload=step.workload,
        endpoint=step.endpoint,
        action=step.action,
        title=_text(step.title),
        manual=_text(step.manual),
        limit_s=step.limit_s,
        effect=step.effect.value,
        after=list(step.after),
        optional=step.optional,
        asks=_text(step.ask) or None,
        fallback_of=step.fallback_of or None,
        doubts=step.doubts or None,
    )


def _performed(step: Step, past: StepHistory) -> StepRunAnswer:
    return StepRunAnswer(
        id=step.id,
        workload=step.workload,
        endpoint=step.endpoint,
        title=_text(step.title),
        outcome=past.outcome.value if past.outcome else None,
        acted=past.acted,
        reason=_text(past.reason),
        said_by=past.said_by or None,
        began=past.began,
        ended=past.ended,
        evidence=[_evidence(fact) for fact in past.facts],
    )


def _evidence(fact: Fact) -> EvidenceAnswer:
    return EvidenceAnswer(_text(fact.what), _text(fact.value), fact.endpoint, fact.at)


def _text(text: str) -> str:
    """Text that UTF-8 can hold: half a surrogate pair becomes U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
