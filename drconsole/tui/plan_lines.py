"""A plan as lines: first what it costs, then what holds it up, then its steps with the point of no return."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from drconsole.domain.bulk import hindered_first
from drconsole.domain.plan import Check, Plan, Readiness, Subject
from drconsole.domain.step import Step
from drconsole.tui.widgets.fitting import fit, wrap, wrapped
from drconsole.tui.widgets.ink import Line, Span
from drconsole.wording import runs as words
from drconsole.wording.names import visible

_INKS = {
    "BLOCKED": "critical",
    "WAIT": "warning",
    "warning": "warning",
    "unknown": "warning",
    "ready": "good",
}
_WORD = 8
_HOLDS = "ready"


def stages(now: int) -> Line:
    """Which of the three steps to a run this is: ``1 options  2 [plan]  3 go``."""
    spans: list[Span] = []
    for number, name in enumerate(("options", "plan", "go"), 1):
        shown = f"[{name}]" if number == now else name
        spans.append(Span(f" {number} {shown} ", "strong" if number == now else "muted"))
    return tuple(spans)


def plan_lines(plan: Plan, width: int) -> Iterator[Line]:
    """The whole plan: what concerns all of it, then workload by workload, those that hold it up first."""
    whole = [*left_out_lines(plan, width), *_checks(plan.checks, width)]
    yield from whole
    if whole:
        yield ()
    for subject in hindered_first(plan):
        yield from _subject(plan, subject, width)
        yield ()


def left_out_lines(plan: Plan, width: int) -> Iterator[Line]:
    """What a person left out of it, and why it could not be done."""
    for text in words.left_out(plan):
        yield from wrapped(text, width, " ", "   ", ink="warning")


def command_lines(plan: Plan, width: int) -> Iterator[Line]:
    """The commands by which a person could do it, each under what it does; wrapped, never cut."""
    for text in words.runbook(plan):
        ink = "label" if text.startswith("# ") else ""
        yield from wrapped(text, width, "" if ink else "  ", ink=ink)


def clearing_lines(plan: Plan, width: int) -> Iterator[Line]:
    """What holds a plan up, and what clears it: those that are blocked first."""
    yield from left_out_lines(plan, width)
    for check in plan.checks:
        yield from _clearing(check, width)
    for subject in hindered_first(plan):
        found = [check for check in subject.checks if check.readiness is not Readiness.READY]
        if not found:
            continue
        yield (Span(f" {visible(subject.name)}", "strong"),)
        for check in sorted(found, key=lambda one: one.readiness is not Readiness.BLOCKED):
            yield from _clearing(check, width)
        yield ()


def _clearing(check: Check, width: int) -> Iterator[Line]:
    """One check with what clears it."""
    yield from _checks((check,), width)
    if check.clear:
        yield from wrapped(f"to clear it: {visible(check.clear)}", width, " " * (_WORD + 1))


def costs_lines(subject: Subject, width: int) -> Iterator[Line]:
    """What moves where, and what it costs."""
    head = (Span(f" {visible(subject.name)}", "strong"), Span(f"  {words.moves(subject)}"))
    yield fit(head, width - 1, middle=True)
    for text in subject.costs:
        yield from wrapped(visible(text), width, " ")
    if subject.point_of_no_return:
        turn = words.turning_point(subject).replace("from here", f"From step {subject.point_of_no_return}")
        yield from wrapped(f"{turn}.", width, " ", ink="warning")


def turn_line(subject: Subject, width: int) -> Line:
    """The line that stands before the point of no return."""
    return (Span(f"  {f' {words.turning_point(subject)} ':-^{max(width - 4, 10)}}", "warning"),)


def check_lines(subject: Subject, width: int) -> Iterator[Line]:
    """What was asked beforehand, the worst first; what holds, together for each who said it."""
    for word, text, source in words.checks(subject.checks):
        if word != _HOLDS:
            yield from _told(word, text, source, width)
    for source, text in holding(subject).items():
        yield from _told(_HOLDS, text, source, width)


def holding(subject: Subject) -> dict[str, str]:
    """What holds, by who said it."""
    found: dict[str, list[str]] = {}
    for word, text, source in words.checks(subject.checks):
        if word == _HOLDS:
            found.setdefault(source, []).append(text)
    return {source: "; ".join(texts) for source, texts in found.items()}


def _subject(plan: Plan, subject: Subject, width: int) -> Iterator[Line]:
    yield from costs_lines(subject, width)
    yield ()
    yield from check_lines(subject, width)
    steps = [step for step in plan.steps if step.workload == subject.key]
    if steps:
        yield ()
        yield from _steps(plan, steps, subject, width)
    for text in subject.after:
        yield from wrapped(f"after it: {visible(text)}", width, " ", "   ")


def _steps(plan: Plan, steps: list[Step], subject: Subject, width: int) -> Iterator[Line]:
    ident = max(len(step.id) for step in steps)
    where = min(max(len(visible(step.endpoint)) for step in steps), width // 4)
    yield (Span(f" {'#':>{ident}}  {'where':<{where}}  step", "label"),)
    for step in steps:
        if step.id == subject.point_of_no_return:
            yield turn_line(subject, width)
        extra = f", {remark}" if (remark := words.remark(step, plan)) else ""
        lead = f" {step.id:>{ident}}  {visible(step.endpoint)[:where]:<{where}}  "
        pieces = wrap(f"{visible(step.title)}  ({words.limit(step)}{extra})", max(width - len(lead) - 1, 10))
        yield (Span(lead, "muted"), Span(pieces[0]))
        yield from ((Span(" " * len(lead)), Span(piece)) for piece in pieces[1:])


def _checks(found: Iterable[Check], width: int) -> Iterator[Line]:
    for word, text, source in words.checks(found):
        yield from _told(word, text, source, width)


def _told(word: str, text: str, source: str, width: int) -> Iterator[Line]:
    told = f"{text}   {source}" if source else text
    first, *more = wrap(told, max(width - _WORD - 2, 10))
    yield (Span(f" {word:<{_WORD}}", _INKS.get(word, "")), Span(first))
    yield from ((Span(" " * (_WORD + 1)), Span(piece)) for piece in more)
