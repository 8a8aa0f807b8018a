"""Plans of several workloads: which of them could run, and going on without those that cannot."""

from __future__ import annotations

from dataclasses import replace

from drconsole.domain.confirmation import Planned, confirmation
from drconsole.domain.plan import LeftOut, Plan, Readiness, Subject

_STOPS = (Readiness.BLOCKED, Readiness.UNKNOWN)
_NO_STEPS = "there is nothing that could be done"


def readiness(plan: Plan) -> Readiness:
    """What all checks come to: blocked before unknown before ready; what has no steps cannot be done."""
    found = {readiness_of(subject, plan) for subject in plan.subjects}
    found |= {check.readiness for check in plan.checks}
    if not plan.subjects:
        return Readiness.BLOCKED
    return next((one for one in _STOPS if one in found), Readiness.READY)


def readiness_of(subject: Subject, plan: Plan) -> Readiness:
    """What the checks of one workload come to: blocked, unknown or ready."""
    found = {check.readiness for check in subject.checks}
    stops = next((one for one in _STOPS if one in found), None)
    has_steps = any(step.workload == subject.key for step in plan.steps)
    return stops or (Readiness.READY if has_steps else Readiness.BLOCKED)


def hindered_first(plan: Plan) -> tuple[Subject, ...]:
    """The workloads of a plan as they are shown: blocked ones on top, then unknown ones."""
    ranks = {Readiness.BLOCKED: 0, Readiness.UNKNOWN: 1}
    return tuple(sorted(plan.subjects, key=lambda one: ranks.get(readiness_of(one, plan), 2)))


def can_leave_out(planned: Planned) -> bool:
    """Whether some of its workloads cannot be done, and others can."""
    able = {readiness_of(one, planned.plan) is Readiness.READY for one in planned.plan.subjects}
    return able == {True, False}


def without_blocked(planned: Planned) -> Planned:
    """The plan of those that can be done, if there are any; it says who was left out and why.

    Run, steps and their ids stay as they were shown. What is confirmed is of those that stay.
    """
    plan = planned.plan
    stay = tuple(one for one in plan.subjects if readiness_of(one, plan) is Readiness.READY)
    if not stay or len(stay) == len(plan.subjects):
        return planned
    keys = {one.key for one in stay}
    smaller = replace(
        plan,
        subjects=stay,
        steps=tuple(step for step in plan.steps if step.workload in keys),
        compensation=tuple(step for step in plan.compensation if step.workload in keys),
        left_out=(*plan.left_out, *(_left_out(one) for one in hindered_first(plan) if one.key not in keys)),
    )
    asked = confirmation(smaller, planned.names, planned.asked.attest)
    return replace(planned, plan=smaller, asked=asked)


def _left_out(subject: Subject) -> LeftOut:
    bad = [check for check in subject.checks if check.readiness in _STOPS]
    why = "; ".join(dict.fromkeys(check.text for check in bad)) or _NO_STEPS
    clear = " ".join(dict.fromkeys(check.clear for check in bad if check.clear))
    return LeftOut(subject.key, subject.name, why, clear)
