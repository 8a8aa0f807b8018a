"""A run in this process, on a fake platform, with every record read back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from drconsole.domain.plan import Plan
from drconsole.domain.step import Outcome
from drconsole.runs.execute import execute
from drconsole.runs.follow import records_of
from drconsole.runs.history import History, Result, folded
from drconsole.runs.journal import Journal
from drconsole.runs.store import Store
from tests.runs.actor import FakeActor, call
from tests.runs.plans import as_previewed, order


class Engine:
    """One journal and one platform."""

    def __init__(self, folder: Path, port: int) -> None:
        folder.mkdir(exist_ok=True)
        self.port = port
        self.actor = FakeActor(port)
        self.store = Store(folder)
        self.journal = Journal(self.store)

    def order(self, plan: Plan) -> str:
        """Order a run of the plan; its id."""
        return self.journal.create(order(plan))

    def perform(self, run: str) -> Result:
        """Bring a run to its end, in this thread."""
        return execute(self.journal, run, lambda p: dict.fromkeys(p.endpoints, self.actor), as_previewed)

    @contextmanager
    def performing(self, plan: Plan) -> Iterator[str]:
        """A run that goes on in a thread while the block asks things of it; it must end with the block."""
        run = self.order(plan)
        with self.taking_up(run):
            yield run

    @contextmanager
    def taking_up(self, run: str) -> Iterator[None]:
        """The same for a run that was ordered before."""
        thread = threading.Thread(target=self.perform, args=(run,), daemon=True)
        thread.start()
        yield
        thread.join()

    def history(self, run: str) -> History:
        """Where the run stands."""
        return folded(self.journal.records(run))

    def kinds(self, run: str, step: str) -> list[str]:
        """The kinds of a step's records, without those that only show."""
        return [r.kind for r in self.journal.records(run) if r.step == step and r.kind != "seen"]

    def await_record(self, run: str, step: str, kind: str) -> None:
        """Return when a record of that kind is there."""
        news = records_of(self.journal, run)
        while not any((r.step, r.kind) == (step, kind) for r in news()):
            threading.Event().wait(0.01)
        news.close()

    def await_act(self, step: str) -> None:
        """Return when a step's act is at work on the platform: its handle is known a moment earlier."""
        while not self.acts().get(step):
            threading.Event().wait(0.01)

    def await_looks(self, number: int) -> None:
        """Return when the platform was looked at so often again."""
        before = call(self.port, op="dump")["looks"]
        while call(self.port, op="dump")["looks"] < before + number:
            threading.Event().wait(0.01)

    def await_effect(self, step: str) -> None:
        """Return when the first workload shows a step's effect."""
        while not self.effects().get(step):
            threading.Event().wait(0.01)

    def outcome(self, run: str, step: str) -> Outcome | None:
        """How a step ended."""
        return self.history(run).step(step).outcome

    def effects(self, workload: str = "hv:one") -> dict[str, int]:
        """How often each step took effect on a workload, as the platform counts."""
        seen = call(self.port, op="dump")["objects"].get(workload, {}).get("effects", {})
        return dict(seen)

    def acts(self) -> dict[str, int]:
        """How often each step was called."""
        return dict(call(self.port, op="dump")["acts"])

    def begun(self) -> list[str]:
        """The steps that asked the platform to begin, each as often as it did."""
        return list(call(self.port, op="dump")["begun"])

    def tell(self, **asked: object) -> None:
        """One request to the platform."""
        call(self.port, **asked)
