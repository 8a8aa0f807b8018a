"""Any order of runs, crashes, faults and requests: what was done was done once, and the journal tells it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from drconsole.domain.step import Fact, Followed, Json, Observation, Outcome, Progress, Step, Verdict
from drconsole.errors import Lost, StateError, Unreachable
from drconsole.platforms.acting import Keep
from drconsole.runs.clocks import Clocks
from drconsole.runs.execute import abandon, execute
from drconsole.runs.history import folded
from drconsole.runs.journal import ENDED, Held, Journal
from drconsole.runs.store import Store
from drconsole.runs.view import RunState, seen
from tests.conftest import ALL
from tests.runs.plans import as_previewed, order, plan, step

KEYS = ("hv:a", "hv:b", "hv:c")
FAULTS = ("none", "no-effect", "refuse", "lose-answer", "never-begun", "die-before", "die-after")
PICKS = st.integers(0, 9)


class World:
    """A platform in memory whose time goes on with each look."""

    def __init__(self) -> None:
        self.values: dict[str, int] = {}
        self.effects: dict[tuple[str, int], int] = {}
        self.faults: dict[str, str] = {}
        self.answers: dict[str, str] = {}
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.acts = 0
        self.dead = False


class MortalStore(Store):
    """A journal into which a process that is gone writes nothing more."""

    def __init__(self, folder: Path, world: World) -> None:
        super().__init__(folder)
        self._world = world

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        if self._world.dead:
            raise StateError("the process is gone")
        with super().write() as connection:
            yield connection


class Actor:
    """Its acting side: one action that counts up."""

    actions = frozenset({"count"})
    repeatable: frozenset[str] = frozenset()

    def __init__(self, world: World) -> None:
        self._world = world

    def observe(self, step: Step, baseline: Json | None) -> Observation:
        world = self._world
        world.now += timedelta(seconds=20)
        value = world.values.get(step.workload, 0)
        verdict = Verdict.DONE if baseline is not None and value > baseline["value"] else Verdict.READY
        fact = Fact("value", str(value), step.endpoint, world.now)
        return Observation(verdict, world.now, (fact,), {"value": value})

    def act(self, step: Step, baseline: Json, keep: Keep) -> Json:
        world = self._world
        fault = world.faults.pop(step.workload, "none")
        if fault == "never-begun":
            raise Unreachable("no route")
        world.dead = fault == "die-before"
        world.acts += 1
        handle = {"act": str(world.acts)}
        keep(handle)
        if fault not in ("no-effect", "refuse"):
            world.values[step.workload] = world.values.get(step.workload, 0) + 1
        world.answers[handle["act"]] = fault
        world.dead = fault == "die-after"
        if fault == "lose-answer":
            raise Lost("cut")
        return handle

    def follow(self, handle: Json) -> Followed:
        fault = self._world.answers[handle["act"]]
        if fault in ("lose-answer", "die-after"):
            return Followed(Progress.GONE)
        return Followed(Progress.ENDED, error="refused" if fault == "refuse" else "")

    def settle(self, handle: Json) -> None:
        """Nothing is kept open."""

    def close(self) -> None:
        """Nothing is kept open."""


class Runs(RuleBasedStateMachine):
    """Orders runs, lets them go wrong and die, and takes them up again."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(prefix="drconsole-runs-")
        self.world = World()
        self.journal = Journal(MortalStore(Path(self._folder.name), self.world))
        self.lengths: dict[str, int] = {}
        self.ordered: list[str] = []
        # All at one time: what a later run touched could not be retried.
        self._at = datetime.now(UTC)

    def teardown(self) -> None:
        self.journal.store.close()
        self._folder.cleanup()

    def _perform(self, run: str) -> None:
        actor: Any = Actor(self.world)
        clocks = Clocks(pause=lambda wake, seconds: None)
        # A process that is gone can only be told from outside: by what it can not write any more.
        with suppress(StateError):
            execute(self.journal, run, lambda p: dict.fromkeys(p.endpoints, actor), as_previewed, clocks)
        self.world.dead = False

    def _one_of(self, pick: int, state: RunState) -> str | None:
        """A run in this state, if there is one.

        What is drawn never depends on the journal: ids are random, and threads make states differ.
        """
        runs = [run for run in self.ordered if seen(self.journal, run).state is state]
        return runs[pick % len(runs)] if runs else None

    @rule(
        keys=st.lists(st.sampled_from(KEYS), min_size=1, max_size=3, unique=True),
        length=st.integers(1, 3),
        fault=st.sampled_from(FAULTS),
    )
    def order(self, keys: list[str], length: int, fault: str) -> None:
        """A new run, unless one of its workloads is in an open one."""
        steps = [
            step(f"{key}.{n}", "count", workload=key, limit_s=60, after=(f"{key}.{n - 1}",) * (n > 1))
            for key in keys
            for n in range(1, length + 1)
        ]
        held = set(self.journal.holders()) & set(keys)
        try:
            run = self.journal.create(order(plan(steps), self._at))
        except Held:
            assert held
            return
        assert not held
        self.ordered.append(run)
        self.world.faults = dict.fromkeys(keys, fault)
        self._perform(run)

    @rule(pick=PICKS, fault=st.sampled_from(FAULTS))
    def take_up(self, pick: int, fault: str) -> None:
        """An interrupted run is continued; it may go wrong again."""
        run = self._one_of(pick, RunState.INTERRUPTED)
        if run is None:
            return
        self.world.faults = dict.fromkeys(KEYS, fault)
        self._perform(run)

    @rule(pick=PICKS)
    def give_up(self, pick: int) -> None:
        """An interrupted run is abandoned."""
        run = self._one_of(pick, RunState.INTERRUPTED)
        if run is not None:
            abandon(self.journal, run, "ada")

    @rule(pick=PICKS, fault=st.sampled_from(FAULTS))
    def retry(self, pick: int, fault: str) -> None:
        """What failed is done again, if its workloads are free."""
        run = self._one_of(pick, RunState.FAILED)
        if run is None:
            return
        view = seen(self.journal, run)
        assert view.plan is not None
        keys = [subject.key for subject in view.plan.subjects]
        held = set(self.journal.holders()) & set(keys)
        try:
            self.journal.reopen(run, keys)
        except Held:
            assert held
            return
        self.journal.ask(run, "retry", "ada")
        self.world.faults = dict.fromkeys(KEYS, fault)
        self._perform(run)

    @invariant()
    def every_chain_is_whole_and_only_grows(self) -> None:
        """Nothing that was written changes or goes."""
        for row in self.journal.runs():
            assert self.journal.first_broken(row) is None
            length = len(self.journal.records(row.id))
            assert length >= self.lengths.get(row.id, 0)
            self.lengths[row.id] = length

    @invariant()
    def only_open_runs_hold_workloads(self) -> None:
        """A workload is held by its one open run, and by no ended one."""
        open_runs = {row.id: row for row in self.journal.runs() if row.state != ENDED}
        holders = self.journal.holders()
        assert set(holders.values()) <= set(open_runs)
        for run in open_runs:
            view = seen(self.journal, run)
            assert view.plan is not None
            assert {key for key, by in holders.items() if by == run} == {s.key for s in view.plan.subjects}

    @invariant()
    def what_is_done_was_done_once(self) -> None:
        """The platform counts as many effects as steps are done with an act, or may have been done."""
        done = maybe = 0
        for row in self.journal.runs():
            for one in folded(self.journal.records(row.id)).steps.values():
                done += one.outcome is Outcome.DONE and one.acted
                maybe += one.outcome in (None, Outcome.UNKNOWN) and one.baseline is not None
        effects = sum(self.world.values.values())
        assert done <= effects <= done + maybe


@pytest.mark.parametrize("seed", range(3 if ALL else 1))
def test_whatever_happens_is_done_once_and_told(seed: int) -> None:
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        Runs,
        settings=settings(
            max_examples=60 if ALL else 8,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
