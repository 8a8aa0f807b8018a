"""Plans and runs as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from drconsole.domain.plan import Plan, Subject
from drconsole.domain.step import Outcome, Step
from drconsole.tui.widgets.fitting import wrap
from drconsole.wording import runs as words
from drconsole.wording.ages import exact
from drconsole.wording.names import visible

if TYPE_CHECKING:
    from drconsole.domain.confirmation import Planned
    from drconsole.runs.view import RunView

_OUTCOME = 16


def plan_lines(planned: Planned, width: int) -> Iterator[str]:
    """A plan: what it costs, what holds it up, what is done where, what is asked."""
    plan = planned.plan
    for subject in plan.subjects:
        yield from _subject_lines(plan, subject, width)
        yield ""
    if planned.plan.steps:
        told = planned.asked
        given = f"--allow-changes --confirm {_quoted(told.command)}"
        yield f" to run it: drconsole run {plan.operation.value} ... {given}"
        for key in told.attest:
            yield f" {key}: its original is silent; --attest-how, --attest-at and --attest-by are asked too"


def _subject_lines(plan: Plan, subject: Subject, width: int) -> Iterator[str]:
    tier = words.tier(plan, subject)
    head = f"{words.operation(plan.operation)}: {visible(subject.name)}   {words.moves(subject)}"
    yield f"{head}   {tier}".rstrip()
    for text in subject.costs:
        yield from _wrapped(visible(text), width, " ")
    yield ""
    for word, text, source in words.checks(subject.checks):
        yield from _wrapped(f"{word:<8}{text}{f'   {source}' if source else ''}", width, " ", "         ")
    for text in words.clears(subject.checks):
        yield from _wrapped(f"to clear it: {text}", width, " ", "   ")
    steps = [step for step in plan.steps if step.workload == subject.key]
    if steps:
        yield ""
        yield from _steps(steps, subject, width)
    for text in subject.after:
        yield from _wrapped(f"after it: {visible(text)}", width, " ", "   ")


def _steps(steps: list[Step], subject: Subject, width: int) -> Iterator[str]:
    wide = max(len(step.id) for step in steps)
    where = max(len(visible(step.endpoint)) for step in steps)
    for step in steps:
        if step.id == subject.point_of_no_return:
            yield f" {f' {words.turning_point(subject)} ':-^{min(width - 2, 78)}}"
        lead = f" {step.id:>{wide}}  {visible(step.endpoint):<{where}}  "
        extra = "  (asks first)" if step.ask else "  (its failure holds nothing up)" if step.optional else ""
        yield from _wrapped(
            f"{visible(step.title)}   {words.limit(step)}{extra}", width, lead, " " * len(lead)
        )


def command_lines(plan: Plan) -> Iterator[str]:
    """The commands by which a person could do the plan."""
    yield ""
    yield from words.runbook(plan)


def run_lines(view: RunView, width: int) -> Iterator[str]:
    """A run: its head, every step with what was read back, its questions and ways out."""
    yield headline(view)
    yield ""
    if view.plan is None:
        yield " It was written by another version of drconsole: it is shown, and finished by hand."
        yield from _wrapped(visible(str(getattr(view.order, "content", ""))), width, " ")
        return
    for step in view.steps:
        yield from step_lines(view, step, width)
    yield from ending_lines(view, width)


def headline(view: RunView) -> str:
    """Run, operation, workloads, who and when, and where it stands."""
    plan = view.plan
    if plan is None:
        return f"run {view.id}   of another version   {view.state.value}"
    by = visible(getattr(view.order, "by", ""))
    what = f"{words.operation(plan.operation)} {words.names(plan.subjects)}"
    return f"run {view.id}   {what}   {by}   {exact(view.ordered_at)}   {view.state.value}"


def step_lines(view: RunView, step: Step, width: int) -> Iterator[str]:
    """One step: outcome, title, duration, what was read back, and why where it is not plainly done."""
    past = view.history.step(step.id)
    runs = past.began is not None and past.outcome is None and view.state.is_open
    word = words.outcome(past.outcome, asks=past.question is not None, runs=runs)
    took = words.duration(_seconds(past.began, past.ended))
    lead = f" {step.id:>5}  {word:<{_OUTCOME}}  "
    text = f"{_of_several(view, step)}{visible(step.title)}   {took}".rstrip()
    yield from _wrapped(text, width, lead, " " * len(lead))
    inner = " " * len(lead)
    if past.facts and past.outcome is not Outcome.SKIPPED:
        yield from _wrapped(words.evidence(past.facts), width, inner)
    if past.reason:
        yield from _wrapped(visible(past.reason), width, inner)
    if past.said is not None and past.outcome is not None:
        yield f"{inner}said by {visible(past.said.by)}"


def _of_several(view: RunView, step: Step) -> str:
    """Which of several workloads a step is for."""
    subjects = view.plan.subjects if view.plan else ()
    named = [subject.name for subject in subjects if subject.key == step.workload]
    return f"{visible(named[0])}: " if named and len(subjects) > 1 else ""


def ending_lines(view: RunView, width: int) -> Iterator[str]:
    """What the run comes to, and what can be done about it."""
    yield ""
    for text in view.history.differences:
        yield from _wrapped(visible(text), width, " ")
    yield from _wrapped(words.LED_BACK if view.led_back else words.RESULTS[view.state.value], width, " ")
    for ident, question in view.history.asking.items():
        yield from _wrapped(f"step {ident} asks: {visible(question.why)}", width, " ", "   ")
        for choice in question.choices:
            lead = f"   drconsole runs answer {view.id} {ident} {choice:<6}  "
            yield from _wrapped(words.CHOICES.get(choice, ""), width, lead, " " * len(lead))
    for line in _ways_out(view):
        yield f"   {line}"


def _ways_out(view: RunView) -> Iterator[str]:
    if view.state.value == "interrupted":
        yield f"drconsole runs continue {view.id}   look, then go on"
        yield f"drconsole runs abandon {view.id}    give it up; nothing is undone"
    if view.retryable:
        yield f"drconsole runs retry {view.id}   only what did not end well"
    if view.offers:
        yield f"drconsole runs answer {view.id} back   lead back what was begun: {', '.join(view.offers)}"


def _seconds(began: datetime | None, ended: datetime | None) -> float | None:
    return (ended - began).total_seconds() if began and ended else None


def _wrapped(text: str, width: int, lead: str, rest: str | None = None) -> Iterator[str]:
    """Text in lines of at most ``width``, the first behind ``lead``."""
    rest = lead if rest is None else rest
    pieces = list(wrap(text, max(20, width - max(len(lead), len(rest))))) or [""]
    for number, piece in enumerate(pieces):
        yield f"{rest if number else lead}{piece}".rstrip()


def _quoted(text: str) -> str:
    import shlex

    return shlex.quote(visible(text))
