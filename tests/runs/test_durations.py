"""How long a plan may take: out of runs of the same operation, its own ones first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drconsole.domain.plan import Estimate, Operation, Plan
from drconsole.runs.chain import Record
from drconsole.runs.durations import MOST, with_estimates
from drconsole.runs.journal import Journal
from drconsole.runs.past import Past
from drconsole.runs.store import Store
from drconsole.runs.writer import Writer
from drconsole.wording.runs import down_time
from tests.runs.plans import order, plan, step, subject

START = datetime(2026, 1, 1, tzinfo=UTC)


def move(
    key: str = "hv:one", *, down: bool = True, operation: Operation = Operation.PLANNED_FAILOVER
) -> Plan:
    """A plan of four steps; between the second and the third it is down, and a heartbeat follows."""
    steps = [
        step("1", workload=key),
        step("2", workload=key),
        step("3", workload=key),
        step("4", workload=key),
    ]
    told = subject(key, down_from="2" if down else "", down_until="3" if down else "")
    return replace(plan(steps, subjects=(told,)), operation=operation)


class Ran:
    """A journal into which runs are written with times of their own."""

    def __init__(self, folder: Path) -> None:
        self.journal = Journal(Store(folder))
        self._now = START
        self._number = 0

    def run(self, made: Plan, *seconds: float, **instead: str) -> str:
        """A run whose steps took so long each; ``instead``: other outcomes by step (``_2``)."""
        self._number += 1
        self._now = START + timedelta(days=self._number)
        run = self.journal.create(order(made, self._now))
        writer = Writer(self.journal.store, run, "me", lambda: self._now)
        writer.append("", "taken", {})
        for one, took in zip(made.steps, seconds, strict=True):
            outcome = instead.get(f"_{one.id}", "done")
            if outcome == "asked":
                writer.append(one.id, "asked", {"why": "?", "choices": ["yes"]})
                writer.append(one.id, "answered", {"say": "yes", "by": "ada"})
            if outcome != "was-so":
                writer.append(one.id, "intent", {"baseline": {}})
            self._now += timedelta(seconds=took)
            told = outcome if outcome in ("failed", "unknown") else "done"
            writer.append(one.id, "outcome", {"outcome": told, "acted": outcome != "was-so"})
        writer.end({"result": "done"})
        return run

    def estimate(self, made: Plan) -> Estimate | None:
        """What is told of the first workload of a plan."""
        return with_estimates(made, Past().runs(self.journal)).subjects[0].estimate


@pytest.fixture
def ran(tmp_path: Path) -> Iterator[Ran]:
    made = Ran(tmp_path)
    yield made
    made.journal.store.close()


def test_nothing_is_told_before_anything_was_run(ran: Ran) -> None:
    assert ran.estimate(move()) is None
    assert down_time(move().subjects[0]) == "How long it is down is not known: no run here tells yet."
    assert down_time(move(down=False).subjects[0]) == ""


def test_it_is_down_from_the_step_that_ends_its_serving_to_the_one_that_brings_it_back(ran: Ran) -> None:
    for took in (300.0, 420.0, 360.0):
        ran.run(move(), 1000, took, 60, 1000)
    assert ran.estimate(move()) == Estimate(420.0, 3, own=True, down=True)
    told = with_estimates(move(), Past().runs(ran.journal)).subjects[0]
    assert down_time(told) == "Down for about 7 min, from the last 3 runs of it."


def test_what_serves_all_the_time_takes_as_long_as_all_of_it(ran: Ran) -> None:
    made = move(down=False, operation=Operation.TEST_FAILOVER)
    ran.run(made, 10, 20, 5, 5)
    assert ran.estimate(made) == Estimate(40.0, 1, own=True, down=False)
    told = with_estimates(made, Past().runs(ran.journal)).subjects[0]
    assert down_time(told) == "Takes about 40 s, from the last run of it."


def test_runs_of_others_tell_where_there_is_none_of_its_own(ran: Ran) -> None:
    ran.run(move("hv:other"), 1, 60, 60, 1)
    ran.run(move("hv:third"), 1, 180, 60, 1)
    told = with_estimates(move(), Past().runs(ran.journal)).subjects[0]
    assert told.estimate == Estimate(180.0, 2, own=False, down=True)
    assert down_time(told) == "Down for about 3 min, from the last 2 runs of others; of it there is none."
    ran.run(move(), 1, 540, 60, 1)
    assert ran.estimate(move()) == Estimate(600.0, 1, own=True, down=True)


def test_only_the_newest_runs_count(ran: Ran) -> None:
    for _ in range(3):
        ran.run(move(), 1, 3600, 60, 1)
    for _ in range(MOST):
        ran.run(move(), 1, 60, 60, 1)
    assert ran.estimate(move()) == Estimate(120.0, MOST, own=True, down=True)


@pytest.mark.parametrize(
    "instead", [{"_2": "asked"}, {"_3": "failed"}, {"_3": "unknown"}, {"_2": "was-so"}, {"_2": "failed"}]
)
def test_what_did_not_go_through_at_once_tells_nothing(ran: Ran, instead: dict[str, str]) -> None:
    """A person who was asked, a host that failed, a guest that was off before: none is how long it takes."""
    ran.run(move(), 1, 60, 60, 1, **instead)
    assert ran.estimate(move()) is None


def test_what_comes_after_it_serves_again_changes_nothing(ran: Ran) -> None:
    ran.run(move(), 1, 60, 60, 1, _4="failed")
    assert ran.estimate(move()) == Estimate(120.0, 1, own=True, down=True)


def test_what_was_taken_up_again_tells_nothing(ran: Ran) -> None:
    run = ran.run(move(), 1, 60, 60, 1)
    again = Writer(ran.journal.store, run, "me")
    again.append("", "taken", {})
    again.end({"result": "done"})
    assert ran.estimate(move()) is None


def test_other_operations_and_other_environments_tell_nothing(ran: Ran) -> None:
    ran.run(move(operation=Operation.CANCEL), 1, 60, 60, 1)
    ran.run(replace(move(), environment="elsewhere"), 1, 60, 60, 1)
    assert ran.estimate(move()) is None


def test_ended_runs_are_read_once_and_again_when_they_went_on(
    ran: Ran, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (ran.run(move(f"hv:{name}"), 1, 1, 1, 1) for name in "ab")
    read: list[str] = []
    records = ran.journal.records

    def counted(run: str) -> list[Record]:
        read.append(run)
        return records(run)

    monkeypatch.setattr(ran.journal, "records", counted)
    past = Past()
    assert len(list(past.runs(ran.journal))) == 2
    assert sorted(read) == sorted([first, second])
    assert len(list(past.runs(ran.journal))) == 2
    assert len(read) == 2
    Writer(ran.journal.store, second, "me").end({"result": "failed"})
    results = {history.result for _, history in past.runs(ran.journal)}
    assert {str(one) for one in results} == {"done", "failed"}
    assert read[2:] == [second]
