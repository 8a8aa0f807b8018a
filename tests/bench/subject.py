"""The console on an injected picture of many workloads: ``python -m tests.bench.subject COUNT [STEPS]``.

With STEPS a run of so many steps goes on, one of them being done.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

from drconsole.domain.acknowledged import Acknowledgement
from drconsole.domain.confirmation import Attestation, Planned
from drconsole.domain.open_run import OpenRun
from drconsole.domain.plan import Operation, Plan
from drconsole.domain.roles import Alarm
from drconsole.domain.snapshot import Snapshot
from drconsole.errors import Refused
from drconsole.tui.console import run_console
from drconsole.tui.desk import Followed

if TYPE_CHECKING:
    from drconsole.runs.view import RunView


class Injected:
    """A source of two pictures that change places at every read."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.pictures: list[Snapshot] = []

    def newest(self) -> Snapshot | None:
        """The picture of now; none before the start."""
        return self.pictures[0] if self.pictures else None

    def start(self) -> None:
        """Make the pictures."""
        if self.count:
            from tests.bench.many import pictures

            self.pictures = pictures(self.count, datetime.now(UTC))

    def read_now(self, endpoint: str | None) -> None:
        """Change the picture."""
        self.pictures.reverse()

    def look(self, key: str) -> None:
        """What is looked at closely has no figures here."""

    def stop(self) -> None:
        """Nothing runs."""


class NoRuns:
    """A desk in a console where nothing is ever run: its figures are those of looking."""

    never: ClassVar[Mapping[str, str]] = {}

    def allowed_by(self, plan: Plan) -> str:
        """Nothing is."""
        return ""

    def proven(self) -> Mapping[str, datetime]:
        """No test was ever run."""
        return {}

    def acknowledged(self) -> Sequence[Acknowledgement]:
        """Nothing was said of any alarm."""
        return []

    def acknowledge(self, subject: str, alarm: Alarm, until: str, reason: str) -> Acknowledgement:
        """Refuse it."""
        raise Refused("Nothing is kept here.")

    def withdraw(self, subject: str, alarm: Alarm) -> None:
        """Refuse it."""
        raise Refused("Nothing is kept here.")

    def open_runs(self) -> Mapping[str, OpenRun]:
        """No run is open."""
        return {}

    def runs(self) -> list[RunView]:
        """There are none."""
        return []

    def asks_for(self, endpoint: str) -> str:
        """Nobody is asked."""
        return ""

    def enter_password(self, endpoint: str, password: str) -> None:
        """Refuse it."""
        raise Refused("Nobody is asked here.")

    def plan(self, operation: Operation, keys: Sequence[str], options: Mapping[str, str]) -> Planned:
        """Refuse it."""
        raise Refused("Nothing is planned here.")

    def start(
        self, planned: Planned, said: str, allowed_by: str, attestation: Attestation | None = None
    ) -> str:
        """Refuse it."""
        raise Refused("Nothing is run here.")

    def follow(self, run: str) -> Followed:
        """Refuse it."""
        raise Refused("Nothing is run here.")

    def ask(self, run: str, kind: str, step: str = "", body: str = "", *, allowed_by: str = "") -> None:
        """Refuse it."""
        raise Refused("Nothing is run here.")


class OneRun(NoRuns):
    """A desk with one run of so many steps, half of them done."""

    def __init__(self, steps: int) -> None:
        from tests.bench.one_run import view

        self._view = view(steps, datetime.now(UTC))

    def runs(self) -> list[RunView]:
        """The one."""
        return [self._view]

    def follow(self, run: str) -> Followed:
        """It stands still, but for how long its step has been going on."""
        return _Still(self._view)


class _Still:
    trouble = ""

    def __init__(self, view: RunView) -> None:
        self._view = view

    def newest(self) -> RunView:
        """The run."""
        return self._view

    def close(self) -> None:
        """Nothing is kept open."""


if __name__ == "__main__":
    count, steps = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    run_console(Injected(count), OneRun(steps) if steps else NoRuns(), "dark")
