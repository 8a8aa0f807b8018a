"""A run as lines: how far it is, every step with what was read back, what is awaited, what it came to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from drconsole.domain.plan import Plan, Subject
from drconsole.domain.step import Outcome, Step
from drconsole.tui.widgets.fitting import cut_end, wrap
from drconsole.tui.widgets.ink import Line, Span
from drconsole.wording import runs as words
from drconsole.wording.ages import exact
from drconsole.wording.names import visible

if TYPE_CHECKING:
    from drconsole.runs.history import StepHistory
    from drconsole.runs.view import RunView

INKS = {
    "done": "good",
    "failed": "critical",
    "unknown": "warning",
    "asks": "warning",
    "running": "strong",
    "asking": "warning",
    "interrupted": "critical",
    "differs": "warning",
}
_OUTCOME = 9
_TITLE = 24
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


def step_lines(
    view: RunView, now: datetime, width: int, *, evidence: bool, folded: bool = False
) -> Iterator[Line]:
    """The tree: workloads, and under each its steps; of many only those where something is the matter.

    Args:
        folded: what is done and lies before the last done step is one line.
    """
    plan = view.plan
    for subject in plan.subjects if plan else ():
        steps = [step for step in view.steps if step.workload == subject.key]
        if plan and len(plan.subjects) > 1:
            yield _workload(view, subject, steps)
            if not evidence and not _is_open(view, steps):
                continue
        past = _past(view, steps) if folded else 0
        if past > 1:
            text = f"        {'done':<{_OUTCOME}}steps {steps[0].id} to {steps[past - 1].id}; e shows them"
            yield (Span(text, "muted"),)
        for step in steps[past if past > 1 else 0 :]:
            if plan and step.id == subject.point_of_no_return:
                yield (Span(f"   {f' {words.turning_point(subject)} ':-^{max(width - 6, 10)}}", "muted"),)
            yield from _step(view, step, now, width, evidence=evidence)


def current_lines(view: RunView, width: int) -> Iterator[Line]:
    """The steps that are being done: by hand, and what was seen and is awaited."""
    for step in running(view)[:2]:
        past = view.history.step(step.id)
        yield (Span(f" step {step.id} on {visible(step.endpoint)}, by hand it would be:", "label"),)
        for text in step.manual.splitlines():
            yield from _wrapped(visible(text), width, "    ")
        seen = words.evidence(past.facts) or "nothing yet"
        yield from _wrapped(f"seen: {seen}; awaited: {visible(step.title)}, {words.limit(step)}", width, " ")
        yield ()


def question_lines(view: RunView, place: int, width: int) -> Iterator[Line]:
    """What the run asks, with a number before each answer."""
    found = list(view.history.asking.items())
    if not found or not view.state.is_open:
        return
    ident, question = found[place % len(found)]
    more = f"  ({place % len(found) + 1} of {len(found)}, tab the next)" if len(found) > 1 else ""
    name = visible(_name_of(view.plan, ident))
    yield from _wrapped(
        f"step {ident} of {name} asks: {visible(question.why)}{more}", width, " ", ink="warning"
    )
    for number, choice in enumerate(question.choices, 1):
        yield (Span(f"   {number} ", "key"), Span(f"{choice:<7} {words.CHOICES.get(choice, '')}"))
    yield ()


def ending_lines(view: RunView, width: int) -> Iterator[Line]:
    """What it came to and what is due next; nothing while it goes on by itself."""
    state = view.state.value
    for text in view.history.differences:
        yield from _wrapped(visible(text), width, " ", ink="warning")
    if view.state.is_open and state != "interrupted":
        return
    when = f", {exact(view.history.ended)}" if view.history.ended else ""
    yield from _wrapped(f"{words.RESULTS[state]}{when}", width, " ", ink=INKS.get(state, "strong"))
    if state == "done" and view.plan:
        for subject in view.plan.subjects:
            for text in subject.after:
                yield from _wrapped(f"after it: {visible(text)}", width, " ", "   ")
    if view.retryable:
        yield (Span("   t", "key"), Span(" does again only what did not end well"))
    if view.offers:
        yield (Span("   L", "key"), Span(" leads back what was begun"))


def foot_lines(view: RunView, width: int) -> Iterator[Line]:
    """That the run needs this screen for nothing."""
    if view.state.is_open and view.state.value != "interrupted":
        text = f"The run goes on without this screen: drconsole runs follow {view.id}"
        yield (Span(f" {cut_end(text, width - 2)}", "muted"),)


def running(view: RunView) -> list[Step]:
    """The steps that were begun and have not ended."""
    if not view.state.is_open:
        return []
    past = view.history.step
    return [s for s in view.steps if past(s.id).began and not past(s.id).outcome and not past(s.id).question]


def _past(view: RunView, steps: list[Step]) -> int:
    """How many steps from the first are done, but for the last of those."""
    found = [view.history.step(step.id).outcome is Outcome.DONE for step in steps]
    return max((found.index(False) if False in found else len(found)) - 1, 0)


def _name_of(plan: Plan | None, ident: str) -> str:
    steps = {step.id: step.workload for step in (*plan.steps, *plan.compensation)} if plan else {}
    names = {subject.key: subject.name for subject in plan.subjects} if plan else {}
    return names.get(steps.get(ident, ""), "")


def _word(view: RunView, past: StepHistory) -> str:
    runs = past.began is not None and past.outcome is None and view.state.is_open
    return words.outcome(past.outcome, asks=past.question is not None, runs=runs)


def _is_open(view: RunView, steps: list[Step]) -> bool:
    """Whether a workload's steps are worth lines of their own: something runs, asks or did not end well."""
    found = {_word(view, view.history.step(step.id)) for step in steps}
    return bool(found & {"running", "asks", "failed", "unknown"})


def _workload(view: RunView, subject: Subject, steps: list[Step]) -> Line:
    ended = [view.history.step(step.id) for step in steps]
    done = sum(one.outcome is not None for one in ended)
    found = [_word(view, one) for one in ended]
    word = next((w for w in ("asks", "failed", "unknown", "running") if w in found), "")
    word = word or ("done" if done == len(steps) and "done" in found else "-")
    return (
        Span(f" {visible(subject.name)}", "strong"),
        Span(f"  {done} of {len(steps)}  "),
        Span(word, INKS.get(word, "muted")),
    )


def _step(view: RunView, step: Step, now: datetime, width: int, *, evidence: bool) -> Iterator[Line]:
    past = view.history.step(step.id)
    word = _word(view, past)
    end = past.ended or (now if view.state.is_open else None)
    took = words.duration(_seconds(past.began, end)) if past.began else ""
    told = past.reason or (words.evidence(past.facts) if past.outcome is not Outcome.SKIPPED else "")
    room = min(max((width - 27) * 4 // 7, _TITLE), 46)
    lead = f" {'▸' if word == 'running' else ' '}{step.id:>4}  "
    title = visible(step.title)
    spans = [Span(lead), Span(f"{word:<{_OUTCOME}}", INKS.get(word, "muted"))]
    spans.append(Span(f"{cut_end(title, room):<{room}}  {took:>5}  "))
    used = len(lead) + _OUTCOME + room + 9
    if not evidence:
        yield (*spans, Span(cut_end(visible(told), max(width - used - 1, 0)), "muted"))
        return
    yield tuple(spans)
    yield from _evidence(past, title if len(title) > room else "", width)


def _evidence(past: StepHistory, title: str, width: int) -> Iterator[Line]:
    lead = " " * 10
    if title:
        yield from _wrapped(title, width, lead)
    for fact in past.facts:
        where = f"{visible(fact.endpoint)}, {exact(fact.at)}"
        yield from _wrapped(
            f"{visible(fact.what)}: {visible(fact.value)}   {where}", width, lead, ink="muted"
        )
    if past.reason:
        yield from _wrapped(visible(past.reason), width, lead, ink="warning")
    if past.said is not None and past.outcome is not None:
        yield from _wrapped(f"said by {visible(past.said.by)}", width, lead, ink="warning")


def _seconds(began: datetime | None, ended: datetime | None) -> float | None:
    return max(0.0, (ended - began).total_seconds()) if began and ended else None


def _wrapped(text: str, width: int, lead: str, rest: str | None = None, *, ink: str = "") -> Iterator[Line]:
    rest = lead if rest is None else rest
    for number, piece in enumerate(wrap(text, max(width - max(len(lead), len(rest)) - 1, 10))):
        yield (Span(rest if number else lead), Span(piece, ink))
