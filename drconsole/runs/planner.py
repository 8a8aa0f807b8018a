"""One plan from the procedures of many workloads: ids, order by priority, limits, and what holds it up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from drconsole.domain.plan import Check, Operation, Plan, Readiness, Subject
from drconsole.domain.step import Step
from drconsole.platforms.acting import Procedure
from drconsole.runs.schedule import AT_ONCE


def merged(
    operation: Operation,
    environment: str,
    procedures: Sequence[Procedure],
    *,
    options: Mapping[str, str] | None = None,
    priorities: Mapping[str, int] | None = None,
    limits: Mapping[str, int] | None = None,
    made_at: datetime | None = None,
    basis: Iterable[tuple[str, str]] = (),
) -> Plan:
    """The plan that does all procedures, the first tier of priority first.

    Args:
        priorities: 1 to 5 by workload key; who is not named keeps what its procedure says.
        limits: steps at once by endpoint; who is not named gets a few.
        made_at: when the workloads were looked at.
        basis: what of the config the plan rests on, with a digest of each.
    """
    chosen = priorities or {}
    ranked = [_with_priority(one, chosen) for one in procedures]
    ranked.sort(key=lambda one: one.subject.priority)
    alone = len(ranked) == 1
    named = [one if alone else _numbered(one, number) for number, one in enumerate(ranked, 1)]
    steps = tuple(step for one in named for step in _chained(one.steps))
    back = tuple(step for one in named for step in _chained(one.compensation))
    known = limits or {}
    return Plan(
        operation=operation,
        environment=environment,
        subjects=tuple(one.subject for one in named),
        steps=steps,
        options=dict(options or {}),
        limits={name: known.get(name, AT_ONCE) for name in sorted({s.endpoint for s in (*steps, *back)})},
        compensation=back,
        made_at=made_at,
        basis=tuple(sorted(basis)),
    )


def with_open_runs(plan: Plan, holders: Mapping[str, str]) -> Plan:
    """The plan with a blocked check for every workload that another run holds."""
    return replace(plan, subjects=tuple(_held(subject, holders) for subject in plan.subjects))


def with_check(plan: Plan, check: Check) -> Plan:
    """The plan with one more check of what concerns the whole run."""
    return replace(plan, checks=(*plan.checks, check))


def _held(subject: Subject, holders: Mapping[str, str]) -> Subject:
    run = holders.get(subject.key)
    if run is None:
        return subject
    clear = f"Follow, answer or abandon it: drconsole runs show {run}"
    check = Check(Readiness.BLOCKED, f"run {run} is open on it", "journal", clear)
    return replace(subject, checks=(check, *subject.checks))


def _with_priority(procedure: Procedure, chosen: Mapping[str, int]) -> Procedure:
    subject = procedure.subject
    return replace(procedure, subject=replace(subject, priority=chosen.get(subject.key, subject.priority)))


def _numbered(procedure: Procedure, number: int) -> Procedure:
    """The procedure with ids that are unique among several."""

    def renamed(step: Step) -> Step:
        after = tuple(map(numbered, step.after))
        fallback_of, doubts = numbered(step.fallback_of), numbered(step.doubts)
        return replace(step, id=numbered(step.id), after=after, fallback_of=fallback_of, doubts=doubts)

    def numbered(ident: str) -> str:
        return f"{number}.{ident}" if ident else ""

    subject = procedure.subject
    return Procedure(
        replace(
            subject,
            point_of_no_return=numbered(subject.point_of_no_return),
            down_from=numbered(subject.down_from),
            down_until=numbered(subject.down_until),
        ),
        tuple(map(renamed, procedure.steps)),
        tuple(map(renamed, procedure.compensation)),
    )


def _chained(steps: Sequence[Step]) -> list[Step]:
    """The steps, each after the one before where it names none: a procedure is an order."""
    chained: list[Step] = []
    for step in steps:
        if chained and not step.after:
            step = replace(step, after=(chained[-1].id,))
        chained.append(step)
    return chained
