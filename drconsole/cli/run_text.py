"""Plans and runs as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING

from drconsole.domain.bulk import can_leave_out, hindered_first, readiness, without_blocked
from drconsole.domain.confirmation import What, named
from drconsole.domain.plan import Check, Plan, Readiness, Subject
from drconsole.domain.step import Outcome, Step
from drconsole.tui.widgets.fitting import wrap
from drconsole.wording import runs as words
from drconsole.wording.ages import exact
from drconsole.wording.names import visible

if TYPE_CHECKING:
    from drconsole.domain.confirmation import Planned
    from drconsole.runs.view import RunView

_OUTCOME = 16
_FOLDED = 3


def plan_lines(planned: Planned, width: int) -> Iterator[str]:
    """A plan: what it costs, what holds it up, what is done where, what is asked; blocked ones on top."""
    plan = planned.plan
    for text in words.left_out(plan):
        yield from _wrapped(text, width, " ", "   ")
    yield from _check_lines(plan.checks, width)
    if plan.left_out or plan.checks:
        yield ""
    for subject in hindered_first(plan):
        yield from _subject_lines(plan, subject, width)
        yield ""
    if readiness(plan) is Readiness.READY:
        yield from _how_to_run(planned)
    elif can_leave_out(planned):
        able = len(without_blocked(planned).plan.subjects)
        yield f" {words.others_can(able, len(plan.subjects))} To go on with those alone: --leave-out-blocked"
    else:
        yield " It cannot run as it is."


def _how_to_run(planned: Planned) -> Iterator[str]:
    plan, told = planned.plan, planned.asked
    called = [_called(subject, planned.names) for subject in plan.subjects]
    options = [f"--option {_quoted(f'{name}={value}')}" for name, value in plan.options.items()]
    what = " ".join([plan.operation.value, *called, *options])
    yield f" to run it: drconsole run {what} --allow-changes --confirm {_quoted(told.command)}"
    for key in told.attest:
        yield f" {key}: its original is silent; --attest-how, --attest-at and --attest-by are asked too"


def _called(subject: Subject, names: Sequence[str]) -> str:
    """What a workload is called by on a command line: its name where that is plain and its own."""
    what, name = named(subject.name, subject.key, names)
    return _quoted(name if what is What.NAME and not name.startswith("-") else subject.key)


def _check_lines(checks: Iterable[Check], width: int) -> Iterator[str]:
    for word, text, source in words.checks(checks):
        yield from _wrapped(f"{word:<8}{text}{f'   {source}' if source else ''}", width, " ", "         ")
    for text in words.clears(checks):
        yield from _wrapped(f"to clear it: {text}", width, " ", "   ")


def _subject_lines(plan: Plan, subject: Subject, width: int) -> Iterator[str]:
    tier = words.tier(plan, subject)
    head = f"{words.operation(plan.operation)}: {visible(subject.name)}   {words.moves(subject)}"
    yield f"{head}   {tier}".rstrip()
    for text in subject.costs:
        yield from _wrapped(visible(text), width, " ")
    yield ""
    yield from _check_lines(subject.checks, width)
    steps = [step for step in plan.steps if step.workload == subject.key]
    if steps:
        yield ""
        yield from _steps(plan, steps, subject, width)
    for text in subject.after:
        yield from _wrapped(f"after it: {visible(text)}", width, " ", "   ")


def _steps(plan: Plan, steps: list[Step], subject: Subject, width: int) -> Iterator[str]:
    wide = max(len(step.id) for step in steps)
    where = max(len(visible(step.endpoint)) for step in steps)
    for step in steps:
        if step.id == subject.point_of_no_return:
            yield f" {f' {words.turning_point(subject)} ':-^{min(width - 2, 78)}}"
        lead = f" {step.id:>{wide}}  {visible(step.endpoint):<{where}}  "
        remark = words.remark(step, plan)
        extra = f"  ({remark})" if remark else ""
        text = f"{visible(step.title)}   {words.limit(step)}{extra}"
        yield from _wrapped(text, width, lead, " " * len(lead))


def command_lines(plan: Plan) -> Iterator[str]:
    """The commands by which a person could do the plan."""
    yield ""
    yield from words.runbook(plan)


def run_lines(view: RunView, width: int) -> Iterator[str]:
    """A run: its head, every step with what was read back, its questions and ways out."""
    yield from head_lines(view, width)
    yield ""
    if view.plan is None:
        yield " It was written by another version of drconsole: it is shown, and finished by hand."
        yield from _wrapped(visible(str(getattr(view.order, "content", ""))), width, " ")
        return
    yield from steps_lines(view, () if view.history.differences else view.steps, width)
    yield from ending_lines(view, width)


def head_lines(view: RunView, width: int) -> Iterator[str]:
    """Which run it is, and what was left out of it; where it stands is told at the end."""
    yield _which(view)
    for text in words.left_out(view.plan) if view.plan else ():
        yield from _wrapped(text, width, " ", "   ")


def headline(view: RunView) -> str:
    """Run, operation, workloads, who and when, and where it stands."""
    return f"{_which(view)}   {view.state.value}"


def _which(view: RunView) -> str:
    plan = view.plan
    if plan is None:
        return f"run {view.id}   of another version"
    by = visible(getattr(view.order, "by", ""))
    what = f"{words.operation(plan.operation)} {words.names(plan.subjects)}"
    return f"run {view.id}   {what}   {by}   {exact(view.ordered_at)}"


def steps_lines(view: RunView, steps: Iterable[Step], width: int) -> Iterator[str]:
    """Steps one after the other; many of one workload that were skipped for one cause are one line."""

    def cause(step: Step) -> tuple[str, str]:
        past = view.history.step(step.id)
        skipped = past.outcome is Outcome.SKIPPED and not past.said_by
        return (step.workload, past.reason) if skipped else (step.id, "")

    for (_, reason), found in groupby(steps, cause):
        alike = list(found)
        if not reason or len(alike) < _FOLDED:
            for step in alike:
                yield from step_lines(view, step, width)
            continue
        text = f"{_of_several(view, alike[0])}{len(alike)} steps, to {alike[-1].id}   {visible(reason)}"
        lead = f" {alike[0].id:>5}  {words.outcome(Outcome.SKIPPED):<{_OUTCOME}}  "
        yield from _wrapped(text, width, lead, " " * len(lead))


def step_lines(view: RunView, step: Step, width: int) -> Iterator[str]:
    """One step: outcome, title, duration, what was read back, and why where it is not plainly done."""
    past = view.history.step(step.id)
    runs = past.began is not None and past.outcome is None and view.state.is_open
    word = words.outcome(past.outcome, asks=past.question is not None, runs=runs)
    took = "" if past.outcome is Outcome.SKIPPED else words.duration(_seconds(past.began, past.ended))
    lead = f" {step.id:>5}  {word:<{_OUTCOME}}  "
    text = f"{_of_several(view, step)}{visible(step.title)}   {took}".rstrip()
    yield from _wrapped(text, width, lead, " " * len(lead))
    inner = " " * len(lead)
    if past.facts and past.outcome is not Outcome.SKIPPED:
        yield from _wrapped(words.evidence(past.facts), width, inner)
    if past.reason:
        yield from _wrapped(visible(past.reason), width, inner)
    if past.said_by:
        yield f"{inner}said by {visible(past.said_by)}"


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
    for text in view.history.basis:
        yield from _wrapped(f"{visible(text)}; it goes on as it was planned", width, " ", "   ")
    ended = words.result(view.state.value, led_back=view.led_back, noes=view.noes)
    yield from _wrapped(ended, width, " ")
    for step in () if view.state.is_open else view.open_calls:
        yield from _wrapped(words.open_call(step), width, " ", "   ")
    for ident, question in view.history.asking.items():
        yield from _wrapped(f"step {ident} asks: {visible(question.why)}", width, " ", "   ")
        for choice in question.choices:
            lead = f"   drconsole runs answer {view.id} {ident} {choice:<6} --allow-changes  "
            yield from _wrapped(words.CHOICES.get(choice, ""), width, lead, " " * len(lead))
    for line in _ways_out(view):
        yield f"   {line}"


def abandoned_lines(view: RunView, width: int) -> Iterator[str]:
    """What a person should know who gave a run up, from how it stood before."""
    yield f"Run {view.id} is given up; its workloads are free, and nothing is undone."
    for step in view.open_calls:
        yield from _wrapped(words.open_call(step), width, " ", "   ")
    yield f"What it began is finished by hand: drconsole runs show {view.id} --commands"


def _ways_out(view: RunView) -> Iterator[str]:
    if view.state.value == "interrupted":
        yield f"drconsole runs continue {view.id} --allow-changes   look, then go on"
        yield f"drconsole runs abandon {view.id}   give it up; nothing is undone"
    if view.retryable:
        yield f"drconsole runs retry {view.id} --allow-changes   only what did not end well"
    if view.offers:
        subjects = view.plan.subjects if view.plan else ()
        names = ", ".join(visible(one.name) for one in subjects if one.key in view.offers)
        yield f"drconsole runs answer {view.id} back --allow-changes   lead back what was begun: {names}"


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
