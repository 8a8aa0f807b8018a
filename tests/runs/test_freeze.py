"""Frozen at the worst moments: a successor finishes, and the thawed process calls nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from drconsole.domain.step import Outcome
from drconsole.runs import locks
from drconsole.runs.history import Result, folded
from tests.runs import processes
from tests.runs.engine import Engine
from tests.runs.plans import plan, step


@pytest.mark.parametrize(
    ("point", "asks"),
    [
        ("before intent", 0),
        ("after intent", 0),
        # Beyond the last look at the token it may still ask for a handle; it cannot keep that, nor begin.
        ("before act", 1),
        ("before handle", 1),
    ],
)
def test_a_thawed_process_calls_nothing(engine: Engine, tmp_path: Path, point: str, asks: int) -> None:
    run = engine.order(plan([step("1", "add"), step("2", "add", after=("1",))]))
    frozen = processes.start(tmp_path / "state", run, engine.port, STOP=f"1:{point}")
    processes.wait_stopped(frozen)
    # The frozen process holds the lock as long as it is there: a successor on this machine cannot come by.
    # That one comes all the same (another machine, a lock file that was removed) is what the token is for.
    (tmp_path / "state" / "running" / f"{run}.lock").unlink()
    assert not locks.is_alive(tmp_path / "state", run)
    assert engine.perform(run) is Result.DONE
    before = engine.acts()
    processes.thaw(frozen)
    frozen.join()
    assert frozen.exitcode == 1
    assert engine.acts() == before == {"1": 1, "2": 1}
    assert engine.begun().count("1") == 1 + asks
    assert engine.effects() == {"1": 1, "2": 1}
    assert engine.journal.first_broken(engine.journal.run(run)) is None
    history = folded(engine.journal.records(run))
    assert {one.outcome for one in history.steps.values()} == {Outcome.DONE}


def test_with_a_handle_nobody_knows_whether_it_left_and_the_thawed_process_calls_nothing(
    engine: Engine, tmp_path: Path
) -> None:
    run = engine.order(plan([step("1", "add")]))
    frozen = processes.start(tmp_path / "state", run, engine.port, STOP="1:after handle")
    processes.wait_stopped(frozen)
    (tmp_path / "state" / "running" / f"{run}.lock").unlink()
    with engine.taking_up(run):
        engine.await_record(run, "1", "asked")
        processes.thaw(frozen)
        frozen.join()
        assert engine.acts() == {}
        engine.journal.ask(run, "answer", "ada", "1", "again")
    assert frozen.exitcode == 1
    assert engine.acts() == {"1": 1}
    assert engine.outcome(run, "1") is Outcome.DONE
