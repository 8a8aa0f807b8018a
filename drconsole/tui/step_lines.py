"""The steps of a run as lines: a workload, and under it each of its steps with what was read back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from rich.cells import cell_len

from drconsole.domain.plan import Subject
from drconsole.domain.step import Effect, Outcome, Step
from drconsole.tui.widgets.fitting import cut_end, fit, wrapped
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
_TROUBLE = frozenset({"failed", "unknown", "asks"})
_UNFOLDED = _TROUBLE | {"running"}
_OUTCOME = 9
_TITLE = 24
# Of the steps to come so many are told one by one where there is little room.
_NEXT = 2


class Shown(StrEnum):
    """Which steps are shown."""

    ALL = "all steps"
    OPEN = "steps that are not done"
    TROUBLE = "steps that failed, are unknown or ask"

    @property
    def next(self) -> Shown:
        """What comes after it."""
        order = list(Shown)
        return order[(order.index(self) + 1) % len(order)]

    def passes(self, word: str) -> bool:
        """Whether it shows a step that stands so."""
        return self is Shown.ALL or (word in _TROUBLE if self is Shown.TROUBLE else word != "done")


def step_lines(
    view: RunView,
    now: datetime,
    width: int,
    *,
    evidence: bool,
    folded: bool = False,
    shown: Shown = Shown.ALL,
) -> Iterator[Line]:
    """The tree: workloads, and under each its steps; of many only those where something is the matter.

    Args:
        folded: what is long done or far ahead is told in one line.
    """
    plan = view.plan
    for subject in plan.subjects if plan else ():
        steps = [step for step in view.steps if step.workload == subject.key]
        passing = [step for step in steps if shown.passes(word_of(view, view.history.step(step.id)))]
        if not passing and shown is not Shown.ALL:
            continue
        if plan and len(plan.subjects) > 1:
            yield fit(_workload(view, subject, steps), width - 1, middle=True)
            if not evidence and shown is Shown.ALL and not _is_open(view, steps):
                continue
        first, last = _window(view, passing) if folded else (0, len(passing))
        if first:
            yield _fold("done", passing[:first])
        for step in passing[first:last]:
            if step.id == subject.point_of_no_return:
                yield (Span(f"   {f' {words.turning_point(subject)} ':-^{max(width - 6, 10)}}", "muted"),)
            yield from _step(view, step, now, width, evidence=evidence)
        if passing[last:]:
            yield _fold("-", passing[last:])


def shown_of(view: RunView, shown: Shown) -> tuple[int, int]:
    """How many steps are shown, and how many there are."""
    found = [shown.passes(word_of(view, view.history.step(step.id))) for step in view.steps]
    return sum(found), len(found)


def word_of(view: RunView, past: StepHistory) -> str:
    """How a step stands, in one word."""
    runs = past.began is not None and past.outcome is None and view.state.is_open
    return words.outcome(past.outcome, asks=past.question is not None, runs=runs)


def _fold(word: str, steps: Sequence[Step]) -> Line:
    text = f"        {word:<{_OUTCOME}}steps {steps[0].id} to {steps[-1].id}; e shows them"
    return (Span(text, "muted"),)


def _window(view: RunView, steps: Sequence[Step]) -> tuple[int, int]:
    """The steps that are told one by one: from the last one done to the next ones; a fold is worth two."""
    found = [word_of(view, view.history.step(step.id)) for step in steps]
    first = next((at for at, word in enumerate(found) if word != "done"), len(found)) - 1
    begun = max((at for at, word in enumerate(found) if word != "-"), default=-1)
    last = begun + 1 + _NEXT
    return (first if first > 1 else 0, last if len(found) - last > 1 else len(found))


def _is_open(view: RunView, steps: Sequence[Step]) -> bool:
    """Whether a workload's steps are worth lines of their own: something runs, asks or did not end well."""
    return any(word_of(view, view.history.step(step.id)) in _UNFOLDED for step in steps)


def _workload(view: RunView, subject: Subject, steps: Sequence[Step]) -> Line:
    ended = [view.history.step(step.id) for step in steps]
    done = sum(one.outcome is not None for one in ended)
    found = [word_of(view, one) for one in ended]
    word = next((w for w in ("asks", "failed", "unknown", "running") if w in found), "")
    word = word or ("done" if done == len(steps) and "done" in found else "-")
    return (
        Span(f" {visible(subject.name)}", "strong"),
        Span(f"  {done} of {len(steps)}  "),
        Span(word, INKS.get(word, "muted")),
    )


def _step(view: RunView, step: Step, now: datetime, width: int, *, evidence: bool) -> Iterator[Line]:
    past = view.history.step(step.id)
    word = word_of(view, past)
    end = past.ended or (now if view.state.is_open else None)
    took = words.duration(_seconds(past.began, end)) if past.began else ""
    room = min(max((width - 27) * 4 // 7, _TITLE), 46)
    lead = f" {'▸' if word == 'running' else ' '}{step.id:>4}  "
    title = visible(step.title)
    spans = [Span(lead), Span(f"{word:<{_OUTCOME}}", INKS.get(word, "muted"))]
    told = "" if evidence else visible(_told(step, past))
    if not (told or took or (evidence and past.facts)):
        # Nothing stands behind it, nor below it.
        yield (*spans, Span(cut_end(title, max(width - len(lead) - _OUTCOME - 1, 0))))
        return
    spans += [*fit((Span(title),), room), Span(f"  {took:>5}  ")]
    left = max(width - len(lead) - _OUTCOME - room - 10, 0)
    if word in _TROUBLE and cell_len(told) > left:
        # Why it did not end well is what one looks for here.
        yield tuple(spans)
        yield from wrapped(told, width, " " * 10, ink="warning")
        return
    yield (*spans, Span(cut_end(told, left), "muted"))
    if evidence:
        yield from _evidence(step, past, title if cell_len(title) > room else "", width)


def _told(step: Step, past: StepHistory) -> str:
    """What a step came to, in one line: why it did not end well, else what was read back."""
    if past.question:
        return "asked above"
    if past.reason:
        return past.reason
    facts = words.evidence(past.facts) if past.outcome is not Outcome.SKIPPED else ""
    return f"was so: {facts}" if _was_so(step, past) else facts


def _was_so(step: Step, past: StepHistory) -> bool:
    """Whether an act had nothing to do, because what it is for was there already."""
    return past.outcome is Outcome.DONE and not past.acted and step.effect is not Effect.LOOK


def _evidence(step: Step, past: StepHistory, title: str, width: int) -> Iterator[Line]:
    lead = " " * 10
    if title:
        yield from wrapped(title, width, lead)
    if _was_so(step, past) and not past.said_by:
        yield from wrapped("it was so already; nothing was done", width, lead)
    for fact in past.facts:
        where = f"{visible(fact.endpoint)}, {exact(fact.at)}"
        yield from wrapped(f"{visible(fact.what)}: {visible(fact.value)}   {where}", width, lead, ink="muted")
    if past.reason:
        yield from wrapped(visible(past.reason), width, lead, ink="warning")
    if past.said_by:
        yield from wrapped(f"said by {visible(past.said_by)}, not read back", width, lead, ink="warning")


def _seconds(began: datetime | None, ended: datetime | None) -> float | None:
    return max(0.0, (ended - began).total_seconds()) if began and ended else None
