"""What a run came to, and what can still be done about it: retry what did not end well, or lead back."""

from __future__ import annotations

from drconsole.domain.plan import Plan, Subject
from drconsole.domain.step import Outcome, Step
from drconsole.runs.history import History, Result

_WELL = (Outcome.DONE, Outcome.EXPECTED_FAILURE)


def steps_of(plan: Plan, history: History) -> tuple[Step, ...]:
    """The steps that belong to a run: with those of a way back that was asked for."""
    back = (step for step in plan.compensation if step.workload in history.leading_back)
    return (*plan.steps, *back)


def result_of(plan: Plan, history: History) -> Result:
    """The result of a run whose steps have all ended: the worst of theirs.

    The failure of an optional step is told, and leaves the run done.
    """
    steps = [step for step in (*plan.steps, *plan.compensation) if not step.optional]
    outcomes = {history.step(step.id).outcome for step in steps}
    if history.differences:
        return Result.DIFFERS
    if history.abandoned_by:
        return Result.ABANDONED
    if Outcome.UNKNOWN in outcomes:
        return Result.UNKNOWN
    if Outcome.FAILED in outcomes:
        return Result.FAILED
    # Nobody but a person lets steps be skipped where none failed: by cancel, by "no" to a question, or by
    # leaving unknown what others were to make up for.
    if Outcome.SKIPPED in outcomes:
        left = any(history.step(step.id).outcome is Outcome.UNKNOWN for step in plan.steps)
        return Result.UNKNOWN if left else Result.CANCELLED
    return Result.DONE


def retryable(plan: Plan, history: History) -> list[Step]:
    """The steps that a retry begins anew: those that did not end well, of workloads not led back.

    What was not begun because it is not as it was planned is planned anew.
    """
    if history.differences:
        return []
    return [
        step
        for step in plan.steps
        if step.workload not in history.leading_back
        and (outcome := history.step(step.id).outcome) is not None
        and outcome not in _WELL
    ]


def offers(plan: Plan, history: History) -> list[str]:
    """The workloads that can be led back: something was done, not all, no point of no return passed."""
    return [subject.key for subject in plan.subjects if _offered(plan, subject, history)]


def _offered(plan: Plan, subject: Subject, history: History) -> bool:
    steps = [step for step in plan.steps if step.workload == subject.key]
    has_way = any(step.workload == subject.key for step in plan.compensation)
    if not has_way or subject.key in history.leading_back:
        return False
    begun = any(history.step(step.id).acts for step in steps)
    ended = all(history.step(step.id).outcome is not None for step in steps)
    well = all(history.step(step.id).outcome in _WELL for step in steps if not step.optional)
    beyond = [step.id for step in steps]
    if subject.point_of_no_return in beyond:
        beyond = beyond[beyond.index(subject.point_of_no_return) :]
        seen = (history.step(ident) for ident in beyond)
        passed = any(one.acts or one.outcome is Outcome.DONE for one in seen)
    else:
        passed = False
    return begun and ended and not well and not passed
