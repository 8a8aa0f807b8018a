"""Looking closely at the copies of one workload: a deep read and statistics of each, all at once."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from drconsole.domain.deep import Inspection
from drconsole.domain.replication import relation_of
from drconsole.errors import EndpointError

if TYPE_CHECKING:
    from pathlib import Path

    from drconsole.config.model import Config, Connection
    from drconsole.domain.snapshot import CopyState, Workload

# Statistics get as long again as the deep reads took, and this at least.
SHORTEST_GRACE_S = 1.0
# For ending on the host what was broken off here.
FAREWELL_S = 1.0
SILENT = "It does not answer now."
LATE = "It was not read in time."


def look_closely(config: Config, workload: Workload, wait_s: float) -> Workload:
    """The workload with what looking closely at its copies gave, as a console's snapshot has it.

    Deep reads are waited for until ``wait_s`` are over. Statistics are hardly waited for, because a host with
    a dead partner takes ten minutes for them: what has not come then is told as not answered yet.
    """
    connections = {one.endpoint.name: one for one in config.connections}
    closely = [c for c in workload.copies if c.place.platform == "hyperv" and c.endpoint in connections]
    looking = {c.place: _Looking(connections[c.endpoint], c, config.state) for c in closely if c.fresh}
    began = time.monotonic()
    for one in looking.values():
        one.start()
    for one in looking.values():
        one.read.wait(max(0.0, began + wait_s - time.monotonic()))
    grace = max(time.monotonic() - began, SHORTEST_GRACE_S)
    end = min(began + wait_s, time.monotonic() + grace)
    for one in looking.values():
        one.join(max(0.0, end - time.monotonic()))
    found = {place: one.outcome() for place, one in looking.items()}
    _end(list(looking.values()))
    silent = {c.place: Inspection(failed=SILENT) for c in closely if not c.fresh}
    copies = (replace(c, inspection=(found | silent).get(c.place)) for c in workload.copies)
    return replace(workload, copies=tuple(copies))


def _end(looking: list[_Looking]) -> None:
    for one in looking:
        one.close()
    until = time.monotonic() + FAREWELL_S
    for one in looking:
        one.join(max(0.0, until - time.monotonic()))


class _Looking(threading.Thread):
    """One copy: ``read`` is set when its deep read has ended; then it is asked for statistics."""

    def __init__(self, connection: Connection, copy: CopyState, state: Path) -> None:
        from drconsole.cli.wiring import platform_of

        super().__init__(name=f"look {connection.endpoint.name}", daemon=True)
        self.read = threading.Event()
        # For one read a loop is not worth its start.
        self._platform = platform_of(replace(connection, way="per-call"), state)
        self._copy = copy
        self._seen = Inspection(failed=LATE)

    def run(self) -> None:
        """Read, and ask."""
        from drconsole.inventory.measuring import measured
        from drconsole.platforms.base import DeepPlatform
        from drconsole.platforms.guarded import guarded

        platform, handle = self._platform, self._copy.sighting.handle
        assert isinstance(platform, DeepPlatform)
        deep = guarded(lambda: platform.deep(handle), self._copy.endpoint)
        if isinstance(deep, EndpointError):
            self._seen = Inspection(failed=str(deep))
        else:
            self._seen = Inspection(deep=deep)
        counts = self._seen.deep is not None and relation_of(self._copy.sighting) is not None
        if counts:
            self._seen = replace(self._seen, measuring=datetime.now(UTC))
        self.read.set()
        if not counts:
            return
        found = measured(platform, handle)
        if isinstance(found, EndpointError):
            self._seen = replace(self._seen, measuring=None, unmeasured=str(found))
        else:
            self._seen = replace(self._seen, measuring=None, measured=found)

    def outcome(self) -> Inspection:
        """What has come so far."""
        return self._seen

    def close(self) -> None:
        """Break off what has not come."""
        self._platform.close()
