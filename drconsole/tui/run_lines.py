"""A run as lines: how far it is, what it asks, what is awaited, and what it came to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from drconsole.domain.plan import Plan
from drconsole.domain.step import Step
from drconsole.tui.step_lines import INKS, Shown, shown_of
from drconsole.tui.widgets.fitting import cut_end, wrapped
from drconsole.tui.widgets.ink import Line, Span
from drconsole.wording import runs as words
from drconsole.wording.ages import exact
from drconsole.wording.names import visible

if TYPE_CHECKING:
    from drconsole.runs.view import RunView

_BAR = 40


def head_lines(view: RunView, now: datetime, width: int) -> Iterator[Line]:
    """Which run, of what, by whom, for how long; then one bar for all of it."""
    plan, history = view.plan, view.history
    if plan is None:
        yield (Span(f" run {view.id} of another version: it is shown, and finished by hand", "warning"),)
        return
    took = words.duration(_seconds(history.began, history.ended or now))
    what = f"{words.operation(plan.operation)} {words.names(plan.subjects)}"
    by = visible(getattr(view.order, "by", ""))
    room = max(width - len(took) - 3, 10)
    yield (Span(f" {cut_end(f'run {view.id}  {what}  {by}', room):<{room}}", "strong"), Span(f" {took}"))
    yield bar(view, width)


def bar(view: RunView, width: int) -> Line:
    """How many steps have ended, and where the run stands."""
    steps = view.steps
    ended = sum(view.history.step(step.id).outcome is not None for step in steps)
    room = min(_BAR, max(width - 36, 10))
    full = room * ended // len(steps) if steps else 0
    state = view.state.value
    return (
        Span(f" {'=' * full}", "good"),
        Span("." * (room - full), "muted"),
        Span(f"  {ended} of {len(steps)}   "),
        Span(state, INKS.get(state, "")),
    )


def current_lines(view: RunView, width: int) -> Iterator[Line]:
    """The steps that are being done: by hand, and what was seen and is awaited."""
    for step in running(view)[:2]:
        past = view.history.step(step.id)
        yield (Span(f" step {step.id} on {visible(step.endpoint)}, by hand it would be:", "label"),)
        for text in step.manual.splitlines():
            yield from wrapped(visible(text), width, "    ")
        seen = words.evidence(past.facts) or "nothing yet"
        yield from wrapped(f"seen: {seen}; awaited: {visible(step.title)}, {words.limit(step)}", width, " ")
        yield ()


def question_lines(view: RunView, place: int, width: int, *, armed: bool) -> Iterator[Line]:
    """What the run asks, with a number before each answer.

    Args:
        place: which of several questions.
        armed: changes are allowed from this console.
    """
    found = list(view.history.asking.items())
    if not found or not view.state.is_open:
        return
    ident, question = found[place % len(found)]
    more = f"  ({place % len(found) + 1} of {len(found)}, tab the next)" if len(found) > 1 else ""
    name = visible(name_of(view.plan, ident))
    yield from wrapped(
        f"step {ident} of {name} asks: {visible(question.why)}{more}", width, " ", ink="warning"
    )
    for number, choice in enumerate(question.choices, 1):
        yield (Span(f"   {number} ", "key"), Span(f"{choice:<7} {words.CHOICES.get(choice, '')}"))
    others = "; other workloads go on" if view.plan and len(view.plan.subjects) > 1 else ""
    how = (
        "Its number answers, after a y." if armed else "Read-only: ! allows changes, then its number answers."
    )
    until = f"Until then nothing more is done with {name}{others}."
    yield from wrapped(f"{how} {until}", width, " ", ink="label")
    yield ()


def ending_lines(view: RunView, width: int) -> Iterator[Line]:
    """What it came to and what is due next; nothing while it goes on by itself."""
    state = view.state.value
    for text in view.history.differences:
        yield from wrapped(visible(text), width, " ", ink="warning")
    for text in view.history.basis:
        told = f"{visible(text)}; it goes on as it was planned"
        yield from wrapped(told, width, " ", "   ", ink="warning")
    if view.state.is_open and state != "interrupted":
        return
    when = f", {exact(view.history.ended)}" if view.history.ended else ""
    text = words.result(state, led_back=view.led_back, noes=view.noes)
    yield from wrapped(f"{text}{when}", width, " ", ink=INKS.get(state, "strong"))
    for step in () if view.state.is_open else view.open_calls:
        yield from wrapped(words.open_call(step), width, " ", "   ", ink="warning")
    if state == "done" and view.plan:
        for subject in view.plan.subjects:
            for text in subject.after:
                yield from wrapped(f"after it: {visible(text)}", width, " ", "   ")
    if state == "interrupted":
        yield (Span("   C", "key"), Span(" looks, then goes on"))
        yield (Span("   D", "key"), Span(" gives it up, on record; nothing is undone"))
    if view.retryable:
        yield (Span("   t", "key"), Span(" does again only what did not end well"))
    if view.offers:
        yield (Span("   L", "key"), Span(" leads back what was begun"))


def foot_lines(view: RunView, shown: Shown, width: int) -> Iterator[Line]:
    """Which steps are shown where not all are; else that the run needs this screen for nothing."""
    if shown is not Shown.ALL:
        count, of = shown_of(view, shown)
        yield (Span(f" {count} of {of}: {shown}", "strong"), Span("   f", "key"), Span(f" {shown.next}"))
    elif view.state.is_open and view.state.value != "interrupted":
        text = f"The run goes on without this screen: drconsole runs follow {view.id}"
        yield (Span(f" {cut_end(text, width - 2)}", "muted"),)


def last_runs(views: Sequence[RunView], width: int) -> tuple[Line, ...]:
    """Runs in a line each, for the page of a workload; nothing where there are none."""
    lines: list[Line] = (
        [(), (Span(" last runs", "label"), Span("   R", "key"), Span(" all"))] if views else []
    )
    for one in views:
        what = words.operation(one.plan.operation) if one.plan else "of another version"
        text = f"   {one.id}  {exact(one.ordered_at)}  {what}  "
        lines.append((Span(cut_end(text, width - 12)), Span(one.state.value, INKS.get(one.state.value, ""))))
    return tuple(lines)


def running(view: RunView) -> list[Step]:
    """The steps that were begun and have not ended."""
    if not view.state.is_open:
        return []
    past = view.history.step
    return [s for s in view.steps if past(s.id).began and not past(s.id).outcome and not past(s.id).question]


def name_of(plan: Plan | None, ident: str) -> str:
    """The name of the workload that a step is for."""
    steps = {step.id: step.workload for step in (*plan.steps, *plan.compensation)} if plan else {}
    names = {subject.key: subject.name for subject in plan.subjects} if plan else {}
    return names.get(steps.get(ident, ""), "")


def _seconds(began: datetime | None, ended: datetime | None) -> float | None:
    return max(0.0, (ended - began).total_seconds()) if began and ended else None
