"""A procedure done by the real engine, in this process, on the lab; whoever waits moves the lab's clock."""

from __future__ import annotations

import sys
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
    walk: Walk, procedure: Procedure, folder: Path, *, turn_s: float = 10.0, say: str = "leave"
) -> tuple[Result, History]:
    """How a run of it ended, and what its journal says.

    Args:
        say: what somebody answers to everything that it asks; where nobody waits, it is left unknown.
    """
    subjects, back = (procedure.subject,), procedure.compensation
    plan = Plan(Operation.PLANNED_FAILOVER, "LAB", subjects, procedure.steps, compensation=back)
    state = folder / "state"
    state.mkdir()
    journal = Journal(Store(state))
    run = journal.create(Order(plan, "op@jump", datetime.now(UTC), "y", "y", "--allow-changes"))

    def pause(wake: threading.Event, seconds: float) -> None:
        walk.lab.advance(turn_s)
        wake.wait(min(seconds, 0.05))

    ended = threading.Event()
    person = threading.Thread(target=_answering, args=(journal, run, say, ended), daemon=True)
    person.start()
    result = execute(
        journal,
        run,
        lambda plan: dict(actors(walk.ends, state)),
        lambda plan: {one.key: one.facts for one in plan.subjects},
        Clocks(pause=pause),
    )
    ended.set()
    return result, folded(journal.records(run))


def _answering(journal: Journal, run: str, say: str, ended: threading.Event) -> None:
    """Answer each question once."""
    answered = 0
    while not ended.wait(0.02):
        history = folded(journal.records(run))
        if history.asking and not history.taken_up and history.seq > answered:
            answered = history.seq
            for step, question in history.asking.items():
                sys.stdout.write(f"step {step} asks: {question.why}\n")
                journal.ask(run, "answer", "op@jump", step, say)
