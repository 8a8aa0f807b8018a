"""How plans, steps and runs read: the same words on the screen and by command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from drconsole.domain.plan import Check, Operation, Plan, Readiness, Subject
from drconsole.domain.step import Fact, Outcome, Step
from drconsole.wording.names import visible

CHOICES = {
    "wait": "wait for it once more, as long as before",
    "again": "do it again, unless it is seen to have happened",
    "done": "it is done: you say so, in your name",
    "failed": "it failed: you say so, in your name",
    "leave": "leave it unknown and go no further with this workload",
    "yes": "do it",
    "no": "do not; what comes after it is not done either",
}

RESULTS = {
    "starting": "its process is starting",
    "running": "running",
    "asking": "it asks",
    "interrupted": "its process is gone: nothing goes on until you continue or abandon it",
    "done": "done, and read back",
    "failed": "failed",
    "unknown": "ended, and not all of it is known",
    "cancelled": "cancelled between two steps",
    "abandoned": "abandoned",
    "differs": "not started: the workloads are not what the plan showed",
}

LED_BACK = "failed, and led back: what it had begun is undone and read back"

_READINESS = {
    Readiness.READY: "ready",
    Readiness.WAIT: "WAIT",
    Readiness.WARNING: "warning",
    Readiness.BLOCKED: "BLOCKED",
    Readiness.UNKNOWN: "unknown",
}
_ORDER = (Readiness.BLOCKED, Readiness.UNKNOWN, Readiness.WAIT, Readiness.WARNING, Readiness.READY)


def operation(of: Operation) -> str:
    """An operation in words: ``planned failover``."""
    return of.value.replace("-", " ")


def names(subjects: Iterable[Subject]) -> str:
    """The workloads of a plan: their names, or how many there are."""
    shown = [visible(subject.name) for subject in subjects]
    return ", ".join(shown) if len(shown) <= 3 else f"{len(shown)} workloads"


def tier(plan: Plan, subject: Subject) -> str:
    """When its turn comes among the workloads of a plan; empty where all begin at once."""
    tiers = sorted({one.priority for one in plan.subjects})
    before = [one for one in tiers if one < subject.priority]
    if len(tiers) == 1:
        return ""
    own = f"priority {subject.priority}"
    return f"{own}, after priority {before[-1]}" if before else own


def moves(subject: Subject) -> str:
    """From where to where: ``New York ==> New Jersey``."""
    return (
        f"{visible(subject.source)} ==> {visible(subject.target)}"
        if subject.target
        else visible(subject.source)
    )


def checks(found: Iterable[Check]) -> list[tuple[str, str, str]]:
    """Preflight checks as (word, text, by whom), those that hold it up first."""
    ranked = sorted(found, key=lambda check: _ORDER.index(check.readiness))
    return [(_READINESS[one.readiness], visible(one.text), visible(one.source)) for one in ranked]


def clears(found: Iterable[Check]) -> list[str]:
    """What clears the checks that do not hold, each once."""
    bad = (Readiness.BLOCKED, Readiness.UNKNOWN)
    return list(dict.fromkeys(visible(one.clear) for one in found if one.readiness in bad and one.clear))


def limit(step: Step) -> str:
    """How long its effect is awaited at most."""
    return f"{step.limit_s:g} s at most"


def turning_point(subject: Subject) -> str:
    """The line that stands before the point of no return."""
    way = f"the way back is '{subject.way_back}'" if subject.way_back else "there is no way back"
    return f"from here on {way}"


def outcome(of: Outcome | None, *, asks: bool = False, runs: bool = False) -> str:
    """How a step stands, in one word."""
    if asks:
        return "asks"
    if of is None:
        return "running" if runs else "-"
    return of.value


def duration(seconds: float | None) -> str:
    """Minutes and seconds: ``02:41``; hours where there are some."""
    if seconds is None:
        return ""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    text = f"{rest // 60:02d}:{rest % 60:02d}"
    return f"{hours}:{text}" if hours else text


def evidence(facts: Iterable[Fact]) -> str:
    """What was read back, in one line."""
    return ", ".join(f"{visible(fact.what)} {visible(fact.value)}" for fact in facts)


def runbook(plan: Plan) -> Iterator[str]:
    """The commands by which a person could do the plan by hand, each under what it does."""
    for step in plan.steps:
        yield f"# {step.id}  on {visible(step.endpoint)}: {visible(step.title)}"
        yield from (visible(line) for line in step.manual.splitlines())
