"""A run as others see it: its order, its history, and the state that both and its lock come to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from drconsole.domain.plan import Plan
from drconsole.domain.step import Outcome, Step
from drconsole.runs.chain import Record
from drconsole.runs.codec import ForeignOrder, Order, decoded
from drconsole.runs.history import History, Result, folded
from drconsole.runs.journal import CREATED, ENDED, Journal, RunRow
from drconsole.runs.locks import is_alive
from drconsole.runs.results import offers, retryable, steps_of

# How long a run that was ordered may take until its process holds the lock.
STARTING = timedelta(seconds=30)
# The fewest letters of a key that name a workload.
SHORTEST = 6


class RunState(StrEnum):
    """Where a whole run stands. ``interrupted``: its process is gone, and a person must take it up."""

    STARTING = "starting"
    RUNNING = "running"
    ASKING = "asking"
    INTERRUPTED = "interrupted"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"
    ABANDONED = "abandoned"
    DIFFERS = "differs"

    @property
    def is_open(self) -> bool:
        """Whether it holds its workloads."""
        return self in (RunState.STARTING, RunState.RUNNING, RunState.ASKING, RunState.INTERRUPTED)


@dataclass(frozen=True, slots=True)
class RunView:
    """One run; ``order`` is what another version wrote where this one cannot read it."""

    id: str
    owner: str
    order: Order | ForeignOrder
    history: History
    state: RunState

    @property
    def plan(self) -> Plan | None:
        """Its plan, where this version can read it."""
        return self.order.plan if isinstance(self.order, Order) else None

    @property
    def steps(self) -> tuple[Step, ...]:
        """Its steps, with those of the way back that was asked for."""
        return steps_of(self.plan, self.history) if self.plan else ()

    @property
    def offers(self) -> list[str]:
        """Workloads that can be led back."""
        return offers(self.plan, self.history) if self.plan and not self.state.is_open else []

    @property
    def led_back(self) -> bool:
        """Whether everything that was led back came to a good end."""
        led = self.history.leading_back
        back = [step for step in self.steps if self.plan and step in self.plan.compensation]
        ended = [self.history.step(step.id).outcome for step in back if step.workload in led]
        return bool(ended) and all(outcome is Outcome.DONE for outcome in ended)

    def concerns(self, workload: str = "", site: str = "") -> bool:
        """Whether it is about a workload (its name, its key, or the beginning of its Id), and at a site."""
        for one in self.plan.subjects if self.plan else ():
            ident = one.key.partition(":")[2]
            begins = len(workload) >= SHORTEST and (
                one.key.startswith(workload) or ident.startswith(workload)
            )
            if site in ("", one.source, one.target) and (workload in ("", one.name, one.key) or begins):
                return True
        return not workload and not site

    @property
    def noes(self) -> list[tuple[str, str]]:
        """The steps at which somebody said no to what they would do, with who it was."""
        ended = ((step.id, self.history.step(step.id)) for step in self.steps)
        return [
            (ident, one.said_by) for ident, one in ended if one.outcome is Outcome.SKIPPED and one.said_by
        ]

    @property
    def open_calls(self) -> list[Step]:
        """The steps whose call on an endpoint may still run, or keeps something open there."""
        calls = ((step, self.history.step(step.id)) for step in self.steps)
        return [step for step, one in calls if one.handle and (one.reply is None or one.outcome is None)]

    @property
    def retryable(self) -> list[Step]:
        """Steps that a retry would begin anew."""
        return retryable(self.plan, self.history) if self.plan and not self.state.is_open else []

    @property
    def ordered_at(self) -> datetime:
        """When it was ordered; the beginning of time where that cannot be read."""
        return self.order.at if isinstance(self.order, Order) else datetime.min.replace(tzinfo=UTC)


def seen(journal: Journal, run: str) -> RunView:
    """The run as it stands now."""
    return updated(journal, run, History(), lambda: journal.records(run))


def updated(journal: Journal, run: str, before: History, news: Callable[[], list[Record]]) -> RunView:
    """The run after the records that ``news`` gives."""
    # In this order: a run that ends meanwhile is then seen as ended or as going on, never as interrupted.
    alive = is_alive(journal.store.folder, run)
    row = journal.run(run)
    history = folded(news(), before)
    order = decoded(row.order)
    return RunView(row.id, row.owner, order, history, _state(row, order, history, alive))


def all_runs(journal: Journal) -> list[RunView]:
    """All runs, the newest first."""
    views = [seen(journal, row.id) for row in journal.runs()]
    return sorted(views, key=lambda view: (view.ordered_at, view.id), reverse=True)


def _state(row: RunRow, order: Order | ForeignOrder, history: History, alive: bool) -> RunState:
    if row.state == ENDED:
        return RunState((history.result or Result.UNKNOWN).value)
    if alive:
        return RunState.ASKING if history.asking and not history.taken_up else RunState.RUNNING
    if row.state == CREATED and isinstance(order, Order) and abs(datetime.now(UTC) - order.at) < STARTING:
        return RunState.STARTING
    return RunState.INTERRUPTED
