"""Where the console gets its pictures from."""

from __future__ import annotations

from typing import Protocol

from drconsole.domain.snapshot import Snapshot


class SnapshotSource(Protocol):
    """Makes snapshots in threads of its own; every method returns at once."""

    def newest(self) -> Snapshot | None:
        """The newest picture; None before the first."""
        ...

    def read_now(self, endpoint: str | None) -> None:
        """Ask for an immediate read of one endpoint, or of all."""
        ...

    def start(self) -> None:
        """Begin to connect and read."""
        ...

    def stop(self) -> None:
        """End all reading."""
        ...
