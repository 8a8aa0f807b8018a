"""How long a plan may take, from what earlier runs of the same operation took."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from statistics import median

from drconsole.domain.plan import Estimate, Plan, Subject
from drconsole.domain.step import Outcome, Step
from drconsole.runs.history import History
from drconsole.runs.past import Ran

# Of a workload's own runs, and of others: the newest ones.
MOST = 5


def with_estimates(plan: Plan, past: Iterable[Ran]) -> Plan:
    """The plan, each workload with how long it is down, or how long it takes where it serves all the time.

    Only runs of the same operation in the same environment tell, and only workloads that went through at
    once: without a question, a repetition or an interruption. Own runs are better than those of others.
    """
    alike = [
        (order.at, order.plan, history)
        for order, history in past
        if order.plan.operation is plan.operation and order.plan.environment == plan.environment
    ]
    newest = sorted(alike, key=lambda ran: ran[0], reverse=True)
    ran = [(of, history) for _, of, history in newest]
    planned = {step.workload for step in plan.steps}
    subjects = (_estimated(one, ran) if one.key in planned else one for one in plan.subjects)
    return replace(plan, subjects=tuple(subjects))


def _estimated(subject: Subject, past: Sequence[tuple[Plan, History]]) -> Subject:
    down = bool(subject.down_from)
    if down and not subject.down_until:
        return subject
    own: list[float] = []
    others: list[float] = []
    for of, history in past:
        for one in of.subjects:
            took = _took(of, one, history, down=down)
            if took is not None:
                (own if one.key == subject.key else others).append(took)
    found = (own or others)[:MOST]
    if not found:
        return subject
    return replace(subject, estimate=Estimate(median(found), len(found), bool(own), down))


def _took(of: Plan, subject: Subject, history: History, *, down: bool) -> float | None:
    """Seconds by the console's clock; None where it did not go through at once."""
    if history.taken != 1:
        return None
    steps = _span(of, subject) if down else [step for step in of.steps if step.workload == subject.key]
    ends = [history.step(step.id) for step in steps]
    if not steps or any(one.asked or one.acts > 1 for one in ends):
        return None
    counted = [one for step, one in zip(steps, ends, strict=True) if not step.optional]
    if any(one.outcome is not Outcome.DONE for one in (*counted, ends[-1])) or (down and not ends[0].acted):
        return None
    began, ended = ends[0].began, ends[-1].ended
    return (ended - began).total_seconds() if began and ended and ended >= began else None


def _span(of: Plan, subject: Subject) -> list[Step]:
    """The steps from the one that ends the serving to the one that brings it back."""
    steps = [step for step in of.steps if step.workload == subject.key]
    ids = [step.id for step in steps]
    if subject.down_from not in ids or subject.down_until not in ids:
        return []
    return steps[ids.index(subject.down_from) : ids.index(subject.down_until) + 1]
