"""How plans, steps and runs read: the same words on the screen and by command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from drconsole.domain.plan import Check, Operation, Plan, Readiness, Subject
from drconsole.domain.step import Fact, Outcome, Step
from drconsole.wording.ages import span
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
    "differs": "not started, nothing was done: what the plan was made from is not so any more. Plan it again",
}

LED_BACK = "and led back: what it had begun is undone and read back"

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


def remark(step: Step, plan: Plan) -> str:
    """What is to be known of a step besides its limit: who is asked, what its failure does; may be empty."""
    if step.ask and step.doubts:
        return f"asks first, if the answer of step {step.doubts} is lost"
    if step.ask:
        return "asks first, if that is not so already" if step.fallback_of else "asks first"
    follows = next((one for one in plan.steps if one.fallback_of == step.id), None)
    if follows is not None:
        return f"if it fails, step {follows.id} {'asks what then' if follows.ask else 'does it'}"
    return "if it fails, that is told and holds nothing up" if step.optional else ""


def down_time(subject: Subject) -> str:
    """How long nobody is served, or how long it takes: from own runs, or from those of others, said so."""
    told = subject.estimate
    if told is None:
        return "How long it is down is not known: no run here tells yet." if subject.down_until else ""
    runs = "the last run" if told.runs == 1 else f"the last {told.runs} runs"
    source = f"{runs} of it" if told.own else f"{runs} of others; of it there is none"
    return f"{'Down for' if told.down else 'Takes'} about {_about(told.seconds)}, from {source}."


def _about(seconds: float) -> str:
    return f"{max(1, round(seconds))} s" if seconds < 60 else span(round(seconds / 60) * 60)


def left_out(plan: Plan) -> list[str]:
    """What was left out of a plan, a sentence each, with why and what clears it."""
    told = ((one, f"; to clear it: {visible(one.clear)}" if one.clear else "") for one in plan.left_out)
    return [f"left out: {visible(one.name)}: {visible(one.why)}{clear}" for one, clear in told]


def others_can(able: int, planned: int) -> str:
    """That a plan of several cannot run, and that some of it could."""
    return f"It cannot run as it is: {able} of {planned} could."


def result(state: str, *, led_back: bool = False, noes: Sequence[tuple[str, str]] = ()) -> str:
    """What a run came to.

    Args:
        led_back: what it had begun was led back well.
        noes: the steps at which somebody said no, with who it was, where that ended it.
    """
    if led_back:
        return f"{'failed' if state == 'failed' else 'not done'}, {LED_BACK}"
    if state == "cancelled" and noes:
        said = ", ".join(f"{visible(by)} said no at step {step}" for step, by in noes)
        return f"ended: {said}; what comes after that was not done"
    return RESULTS[state]


def open_call(step: Step) -> str:
    """That the call of a step may go on after its run was given up."""
    return (
        f"The call of step {step.id} on {visible(step.endpoint)} may still run; nobody ends it. Its shell "
        "there closes by itself when nobody has asked for it for two hours, or what the host allows."
    )


def turning_point(subject: Subject) -> str:
    """The line that stands before the point of no return."""
    way = f"the way back is '{subject.way_back}'" if subject.way_back else "there is no way back"
    return f"from here on {way}"


def outcome(of: Outcome | None, *, asks: bool = False, runs: bool = False) -> str:
    """How a step stands, in one word; ``expected``: it failed as it was reckoned with."""
    if asks:
        return "asks"
    if of is None:
        return "running" if runs else "-"
    return "expected" if of is Outcome.EXPECTED_FAILURE else of.value


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
