"""A run's records folded into where each step stands: what runner, followers and commands go by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from drconsole.domain.step import Fact, Outcome
from drconsole.runs.chain import Record
from drconsole.runs.codec import body_of, facts_of


class Result(StrEnum):
    """How a whole run ended; ``differs``: its subjects were not what the preview showed, nothing was done."""

    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True)
class Said:
    """What a person answered to a question."""

    what: str
    by: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a run asks about one step, and what may be answered."""

    why: str
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StepHistory:
    """One step so far. Times are the console's wall clock.

    Args:
        baseline: what was seen before the act; None: no act was intended yet.
        handle: what the platform knows the act by; None: the act may or may not have left.
        reply: how the act answered, once that was seen (``answer``: ok, error, lost).
        facts: what was read back last.
        verdict: what the last look said.
        acts: how often an act was intended.
        asked: whether a person was ever asked about it.
        over: of the last act nothing is to come any more: its call has ended, and it was watched long enough.
        said_by: who said how it ended; empty where that was read back.
    """

    baseline: Mapping[str, Any] | None = None
    handle: Mapping[str, Any] | None = None
    reply: Mapping[str, Any] | None = None
    facts: tuple[Fact, ...] = ()
    verdict: str = ""
    question: Question | None = None
    said: Said | None = None
    outcome: Outcome | None = None
    acted: bool = False
    reason: str = ""
    said_by: str = ""
    acts: int = 0
    asked: bool = False
    over: bool = False
    began: datetime | None = None
    ended: datetime | None = None


NOTHING = StepHistory()


@dataclass(frozen=True, slots=True)
class History:
    """A run so far.

    Args:
        compared: whether its subjects were found as the preview showed them.
        differences: what differed, a sentence each.
        leading_back: workloads whose compensation was asked for.
        basis: what of the config is not what the plan was made with, a sentence each; it went on.
        taken: how often a process has taken it.
        taken_up: a process has taken it, and has not yet said what of the open questions is left.
        last_request: the number of the last request that was taken up.
        seq: the number of the last record.
    """

    steps: Mapping[str, StepHistory] = field(default_factory=dict)
    compared: bool = False
    differences: tuple[str, ...] = ()
    cancelled_by: str = ""
    abandoned_by: str = ""
    leading_back: frozenset[str] = frozenset()
    result: Result | None = None
    basis: tuple[str, ...] = ()
    taken: int = 0
    taken_up: bool = False
    last_request: int = 0
    seq: int = 0
    began: datetime | None = None
    ended: datetime | None = None

    def step(self, ident: str) -> StepHistory:
        """Where one step stands."""
        return self.steps.get(ident, NOTHING)

    @property
    def asking(self) -> dict[str, Question]:
        """The open questions by step."""
        return {ident: one.question for ident, one in self.steps.items() if one.question is not None}


def folded(records: Iterable[Record], before: History | None = None) -> History:
    """The history after these records; a kind of record that is not known changes nothing."""
    history = before or History()
    steps = dict(history.steps)
    for record in records:
        body = body_of(record.body)
        at = _time(record.at)
        if record.step:
            steps[record.step] = _step(steps.get(record.step, NOTHING), record.kind, body, at)
        elif record.kind == "going-on":
            steps = {ident: replace(one, question=None) for ident, one in steps.items()}
        history = _run(history, record.kind if not record.step else "", body, at)
        history = replace(
            history,
            seq=record.seq,
            last_request=max(history.last_request, _number(body.get("request"))),
        )
    return replace(history, steps=steps)


def _run(history: History, kind: str, body: Mapping[str, Any], at: datetime | None) -> History:
    match kind:
        case "taken":
            taken = replace(history, began=history.began or at, result=None, ended=None)
            return replace(taken, taken=history.taken + 1, taken_up=True)
        case "going-on":
            return replace(history, taken_up=False)
        case "subjects":
            differences = tuple(str(one) for one in body.get("differences", ()))
            return replace(history, compared=not differences, differences=differences)
        case "basis":
            return replace(history, basis=tuple(str(one) for one in body.get("differences", ())))
        case "cancel":
            return replace(history, cancelled_by=str(body.get("by", "")) or "somebody")
        case "abandoned":
            return replace(history, abandoned_by=str(body.get("by", "")) or "somebody")
        case "reopened":
            return replace(history, cancelled_by="", abandoned_by="")
        case "back":
            back = history.leading_back | {str(body.get("workload", ""))}
            return replace(history, leading_back=back, cancelled_by="", abandoned_by="")
        case "end":
            return replace(history, result=_result(body.get("result")), ended=at)
    return history


def _step(step: StepHistory, kind: str, body: Mapping[str, Any], at: datetime | None) -> StepHistory:
    match kind:
        case "intent":
            return StepHistory(
                baseline=body.get("baseline", {}),
                facts=facts_of(body.get("facts")),
                verdict="ready",
                acts=step.acts + 1,
                asked=step.asked,
                began=step.began or at,
            )
        case "handle":
            return replace(step, handle=body.get("handle", {}))
        case "reply":
            return replace(step, reply=body)
        case "seen":
            facts = facts_of(body.get("facts"))
            return replace(step, facts=facts, verdict=str(body.get("verdict", "")), began=step.began or at)
        case "asked":
            question = Question(str(body.get("why", "")), tuple(str(one) for one in body.get("choices", ())))
            facts = facts_of(body.get("facts"))
            asking = replace(step, question=question, said=None, asked=True, over=bool(body.get("over")))
            return replace(asking, facts=facts or step.facts, reason=question.why)
        case "answered":
            said = Said(str(body.get("say", "")), str(body.get("by", "")))
            return replace(step, question=None, said=said)
        case "outcome":
            return _ended(step, body, at)
        case "retried":
            return _retried(step, str(body.get("by", "")))
    return step


def _retried(step: StepHistory, by: str) -> StepHistory:
    """A step that begins anew; one that may have happened, or may still happen, is looked for first.

    The others forget what was said: a question is asked again. That it failed is believed of the platform;
    where a person said so, its call may still run.
    """
    open_end = step.baseline is not None and bool(step.said_by) and not step.over
    if step.outcome is Outcome.UNKNOWN or open_end:
        return replace(step, outcome=None, said=Said("again", by), said_by="", question=None, ended=None)
    return replace(NOTHING, acts=step.acts)


def _ended(step: StepHistory, body: Mapping[str, Any], at: datetime | None) -> StepHistory:
    return replace(
        step,
        outcome=_outcome(body.get("outcome")),
        facts=facts_of(body.get("facts")) or step.facts,
        reason=str(body.get("reason", "")),
        said_by=str(body.get("said_by", "")),
        acted=bool(body.get("acted")),
        question=None,
        began=step.began or at,
        ended=at,
    )


def _outcome(text: object) -> Outcome:
    """An outcome; one that nobody knows here counts as unknown."""
    try:
        return Outcome(str(text))
    except ValueError:
        return Outcome.UNKNOWN


def _result(text: object) -> Result:
    try:
        return Result(str(text))
    except ValueError:
        return Result.UNKNOWN


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
