"""Plans for the fake platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from drconsole.domain.plan import Operation, Plan, Subject
from drconsole.domain.step import Effect, Step
from drconsole.runs.codec import Order

LIMIT_S = 0.6


def step(ident: str, action: str = "set", **given: Any) -> Step:
    """One step; what is not a field of steps becomes a parameter."""
    workload = given.pop("workload", "hv:one")
    fields: dict[str, Any] = {"endpoint": "host", "limit_s": LIMIT_S, "effect": Effect.POWER}
    fields |= {key: given.pop(key) for key in list(given) if key in Step.__dataclass_fields__}
    params = {"object": workload, "value": "on", "fault": None, "takes_s": 0.05, "late_s": 1.5} | given
    return Step(
        id=ident,
        workload=workload,
        action=action,
        params=params,
        title=f"{action} {ident}",
        manual="Do-It",
        **fields,
    )


def subject(key: str = "hv:one", **given: Any) -> Subject:
    """One workload whose facts are that it is there."""
    facts = ((f"{key} at host", "power", "on"),)
    return Subject(key, key.removeprefix("hv:"), "hyperv", "New York", "New Jersey", facts, **given)


def plan(steps: Sequence[Step], **given: Any) -> Plan:
    """A plan of these steps, in the order of their ``after``, with a subject for each workload."""
    keys = dict.fromkeys(one.workload for one in steps)
    subjects = given.pop("subjects", None) or tuple(subject(key) for key in keys)
    reads = tuple(given.pop("reads", ()))
    subjects = tuple(replace(one, reads=one.reads or reads) for one in subjects)
    given.setdefault("made_at", datetime.now(UTC))
    return Plan(Operation.TEST_FAILOVER, "LAB", subjects, tuple(steps), **given)


def order(of: Plan, at: datetime | None = None) -> Order:
    """An order of it by somebody, now if not at another time."""
    return Order(
        of,
        by="ada@here",
        at=at or datetime.now(UTC),
        asked="one",
        confirmed="one",
        allowed_by="--allow-changes",
    )


def crash_plan() -> Plan:
    """One step of every kind, with and without a lost answer, one after the other."""
    kinds: list[tuple[str, dict[str, Any]]] = [
        ("set", {"value": "off"}),
        ("add", {}),
        ("set", {"value": "on", "fault": "once lose-answer"}),
        ("add", {"fault": "once lose-answer"}),
        ("blind", {}),
        ("rest", {}),
        ("set", {"value": "ready"}),
    ]
    steps = [
        step(f"{n}", action, after=(f"{n - 1}",) if n > 1 else (), **given)
        for n, (action, given) in enumerate(kinds, 1)
    ]
    return plan(steps)


def as_previewed(of: Plan) -> dict[str, list[tuple[str, str, str]]]:
    """The subjects as the plan has them."""
    return {one.key: list(one.facts) for one in of.subjects}
