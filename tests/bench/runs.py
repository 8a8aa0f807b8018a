"""What a run adds to the calls it makes: steps whose platform answers at once."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from drconsole.domain.step import Fact, Followed, Json, Observation, Progress, Step, Verdict
from drconsole.platforms.acting import Keep
from drconsole.runs.execute import execute
from drconsole.runs.journal import Journal
from drconsole.runs.store import Store
from tests.bench.figures import Report
from tests.runs.plans import as_previewed, order, plan, step

STEPS = 40
WORKLOADS = 8
ROUNDS = 7
BUDGET_MS = 50


class Instant:
    """A platform that answers at once."""

    actions = frozenset({"set"})
    repeatable: frozenset[str] = frozenset()

    def __init__(self) -> None:
        self._done: set[str] = set()

    def observe(self, step: Step, baseline: Json | None) -> Observation:
        at = datetime.now(UTC)
        verdict = Verdict.DONE if step.id in self._done else Verdict.READY
        return Observation(verdict, at, (Fact("state", verdict.value, step.endpoint, at),), {"items": 1})

    def act(self, step: Step, baseline: Json, keep: Keep) -> Json:
        handle = {"task": step.id}
        keep(handle)
        self._done.add(step.id)
        return handle

    def follow(self, handle: Json) -> Followed:
        return Followed(Progress.ENDED)

    def settle(self, handle: Json) -> None:
        """Nothing is kept open."""

    def close(self) -> None:
        """Nothing is kept open."""


def measure(report: Report) -> None:
    """Milliseconds per step, for one workload alone and for several beside each other."""
    for workloads in (1, WORKLOADS):
        values = [_round(workloads) for _ in range(ROUNDS)]
        report.time(f"a run's own time per step, {workloads} at once", values, BUDGET_MS, "median")


def _round(workloads: int) -> float:
    keys = [f"hv:{number}" for number in range(workloads)]
    steps = [
        step(f"{key}.{n}", workload=key, limit_s=60, after=(f"{key}.{n - 1}",) * (n > 0))
        for key in keys
        for n in range(STEPS // workloads)
    ]
    made = plan(steps, limits={"host": workloads})
    with tempfile.TemporaryDirectory(prefix="drconsole-bench-") as folder:
        journal = Journal(Store(Path(folder)))
        run = journal.create(order(made))
        actor: Any = Instant()
        began = time.perf_counter()
        execute(journal, run, lambda p: dict.fromkeys(p.endpoints, actor), as_previewed)
        took = time.perf_counter() - began
        journal.store.close()
    return took * 1000 / len(steps)
