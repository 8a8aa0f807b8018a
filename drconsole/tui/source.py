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

    def look(self, key: str) -> None:
        """Somebody looks at this workload from now on, and wants it read deep; an empty key: at none."""
        ...

    def start(self) -> None:
        """Begin to connect and read."""
        ...

    def stop(self) -> None:
        """End all reading."""
        ...
