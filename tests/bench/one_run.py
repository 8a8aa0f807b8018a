"""A run in the middle of its steps, for figures of its screen."""

from __future__ import annotations

from datetime import datetime, timedelta

from drconsole.domain.plan import Operation, Plan, Subject
from drconsole.domain.step import Effect, Fact, Outcome, Step
from drconsole.runs.codec import Order
from drconsole.runs.history import History, StepHistory
from drconsole.runs.view import RunState, RunView

RUN, KEY, HOST = "7f3c0a11", "hv:1", "gold-n1"
STEP = timedelta(seconds=40)


def view(steps: int, now: datetime) -> RunView:
    """A planned failover of so many steps: the first half is done, the next one is being done."""
    made = tuple(
        Step(f"{n}", KEY, HOST, "look", {}, f"step number {n}", f"Get-VM -Id {n}", 600, Effect.POWER)
        for n in range(1, steps + 1)
    )
    subject = Subject(KEY, "web-01", "hyperv", "New York", "New Jersey", ())
    began = now - steps // 2 * STEP
    past = {
        step.id: StepHistory(
            facts=(Fact("state", "Replicating", HOST, now),),
            outcome=Outcome.DONE if n < steps // 2 else None,
            began=began + n * STEP,
            ended=began + (n + 1) * STEP if n < steps // 2 else None,
        )
        for n, step in enumerate(made[: steps // 2 + 1])
    }
    plan = Plan(Operation.PLANNED_FAILOVER, "LAB", (subject,), made)
    order = Order(plan, "operator@jump", began, "web-01", "web-01", "!")
    return RunView(RUN, "operator@jump", order, History(past, compared=True, began=began), RunState.RUNNING)
