"""The console on an injected picture of many workloads: ``python -m tests.bench.subject COUNT``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from drconsole.domain.snapshot import Snapshot
from drconsole.tui.app import run_console


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


if __name__ == "__main__":
    run_console(Injected(int(sys.argv[1])), "dark")
