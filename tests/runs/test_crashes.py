"""Killed at every border, once and again on the way back: the run comes to the same end, and repeats nothing.

The suite enumerates the points itself, from a run that nobody disturbs. ``DRCONSOLE_TESTS=all`` takes them
all, the default tier a sample; its seed is in the ids of the tests' output: ``DRCONSOLE_SEED`` repeats it.
"""

from __future__ import annotations

import os
import random
import sys
import zlib
from pathlib import Path

import pytest

from drconsole.domain.step import Outcome
from drconsole.runs.history import History, Result, folded
from drconsole.runs.journal import ENDED, Journal
from drconsole.runs.store import Store
from tests.conftest import ALL
from tests.runs import processes
from tests.runs.actor import call
from tests.runs.plans import crash_plan, order

SEED = os.environ.get("DRCONSOLE_SEED") or str(random.SystemRandom().randrange(10**6))
SAMPLE = 8
PARTS = 14
# Whether these are reached depends on how quickly the platform is: the act may have ended at the first look.
TIMED = ("running", "ended", "seen")
PLAN = crash_plan()
END = {
    "value": "ready",
    "items": 3,
    "hidden": 1,
    "foreign": False,
    "effects": {one.id: 1 for one in PLAN.steps},
}


class Case:
    """One run of the plan on a platform of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        folder.mkdir()
        self.folder = folder
        self.port = port
        self.journal = Journal(Store(folder))
        self.run = self.journal.create(order(PLAN))
        self._answered: set[tuple[str, int]] = set()

    def history(self) -> History:
        return folded(self.journal.records(self.run))

    def perform(self, **named: str) -> int | None:
        """Start a run process and answer what it asks, as somebody who looks at the platform."""
        process = processes.start(self.folder, self.run, self.port, **named)
        while process.is_alive():
            self._answer()
            process.join(0.05)
        return process.exitcode

    def _answer(self) -> None:
        history = self.history()
        for step in history.asking:
            if (step, history.seq) not in self._answered:
                self._answered.add((step, history.seq))
                effects = call(self.port, op="dump")["objects"].get("hv:one", {}).get("effects", {})
                say = "done" if effects.get(step) else "again"
                self.journal.ask(self.run, "answer", "ada", step, say)

    def check(self) -> None:
        """It ended well, every effect came once, and the journal is whole."""
        assert call(self.port, op="dump")["objects"]["hv:one"] == END
        row = self.journal.run(self.run)
        history = self.history()
        assert row.state == ENDED
        assert history.result is Result.DONE
        assert {one.outcome for one in history.steps.values()} == {Outcome.DONE}
        assert self.journal.first_broken(row) is None
        assert self.journal.holders() == {}


@pytest.fixture(scope="module")
def points(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """All points of an undisturbed run, each once."""
    folder = tmp_path_factory.mktemp("reference")
    with processes.platform() as port:
        case = Case(folder / "state", port)
        assert case.perform(TRACE=str(folder / "trace")) == 0
        case.check()
    return list(dict.fromkeys((folder / "trace").read_text().splitlines()))


def _chosen(points: list[str], part: int) -> list[str]:
    """All points of one part, or a sample of all: by their names, as each worker enumerates for itself."""
    if ALL:
        return [point for point in points if zlib.crc32(point.encode()) % PARTS == part]
    return random.Random(SEED).sample(points, SAMPLE)


def test_points_are_borders_of_every_step(points: list[str]) -> None:
    for step in PLAN.steps:
        places = {name.partition(":")[2] for name in points if name.partition(":")[0] == step.id}
        assert places >= {
            *("before first look", "after first look", "before intent", "commit of intent", "after intent"),
            *("before act", "leaving", "before look", "commit of outcome", "after outcome"),
        }


@pytest.mark.parametrize("part", range(PARTS) if ALL else [0])
@pytest.mark.parametrize("times", [1, 2])
def test_a_killed_run_is_continued_to_the_same_end(
    points: list[str], times: int, part: int, tmp_path: Path
) -> None:
    chosen, missed = _chosen(points, part), 0
    for number, point in enumerate(chosen):
        with processes.platform() as port:
            case = Case(tmp_path / f"case-{number}", port)
            killed = [case.perform(KILL=point) for _ in range(times)]
            # On the way back a step that is done is not reached again: then the run simply ends.
            if killed[-1] != 0:
                assert case.perform() == 0, f"{point} (seed {SEED})"
            if killed[0] == 0 and point.rpartition(" ")[2] in TIMED:
                missed += 1
            else:
                assert killed[0] == -9, f"{point} was not reached (seed {SEED})"
            try:
                case.check()
            except AssertionError as error:
                raise AssertionError(f"killed {times} times at {point!r} (seed {SEED}): {error}") from error
    counted = f"{len(chosen)} of {len(points)} points, {missed} not reached, killed {times} times each"
    sys.stdout.write(f"{counted}; seed {SEED}; no divergence\n")
