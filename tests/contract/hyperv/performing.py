"""A procedure done by the real engine, in this process, on the lab; whoever waits moves the lab's clock."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

from drconsole.domain.plan import Operation, Plan
from drconsole.platforms.acting import Procedure
from drconsole.platforms.hyperv.actors import actors
from drconsole.runs.clocks import Clocks
from drconsole.runs.codec import Order
from drconsole.runs.execute import execute
from drconsole.runs.history import History, Result, folded
from drconsole.runs.journal import Journal
from drconsole.runs.store import Store
from tests.contract.hyperv.walk import Walk


def performed(
    walk: Walk, procedure: Procedure, folder: Path, *, turn_s: float = 10.0
) -> tuple[Result, History]:
    """How a run of it ended, and what its journal says."""
    subjects, back = (procedure.subject,), procedure.compensation
    plan = Plan(Operation.PLANNED_FAILOVER, "LAB", subjects, procedure.steps, compensation=back)
    state = folder / "state"
    state.mkdir()
    journal = Journal(Store(state))
    run = journal.create(Order(plan, "op@jump", datetime.now(UTC), "y", "y", "--allow-changes"))

    def pause(wake: threading.Event, seconds: float) -> None:
        walk.lab.advance(turn_s)
        wake.wait(min(seconds, 0.05))

    result = execute(
        journal,
        run,
        lambda plan: dict(actors(walk.ends, state)),
        lambda plan: {one.key: one.facts for one in plan.subjects},
        Clocks(pause=pause),
    )
    return result, folded(journal.records(run))
