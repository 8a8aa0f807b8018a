"""Looking closely at the copies of one workload: a deep read of each, all at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from drconsole.errors import EndpointError, TimedOut

if TYPE_CHECKING:
    from drconsole.config.model import Config, Connection
    from drconsole.domain.deep import Deep
    from drconsole.domain.snapshot import CopyState, Workload


@dataclass(frozen=True, slots=True)
class Look:
    """What a deep read of one copy gave; ``copy`` is its id for machines."""

    copy: str
    role: str
    site: str
    result: Deep | EndpointError


def look_closely(config: Config, workload: Workload, wait_s: float) -> list[Look]:
    """Read all copies deep that are seen now and can be; what lasts longer than ``wait_s`` is broken off."""
    connections = {one.endpoint.name: one for one in config.connections}
    copies = [c for c in workload.copies if c.fresh and c.place.platform == "hyperv"]
    looking = [_Looking(config, connections[c.endpoint], c) for c in copies if c.endpoint in connections]
    for one in looking:
        one.start()
    end = time.monotonic() + wait_s
    return [one.outcome(end) for one in looking]


def inspected(workload: Workload, looks: Iterable[Look]) -> Workload:
    """The workload with what these looks gave, as the console's own looks leave it in a snapshot."""
    from drconsole.domain.deep import Deep, Inspection

    found = {one.copy: Inspection(deep=one.result) for one in looks if isinstance(one.result, Deep)}
    copies = (replace(c, inspection=found.get(c.place.id, c.inspection)) for c in workload.copies)
    return replace(workload, copies=tuple(copies))


def looked_at(look: Look, width: int) -> Iterator[str]:
    """What a deep read gave, as lines of text."""
    from drconsole.tui.widgets.fitting import wrap
    from drconsole.wording.deep import deep_texts

    heading, *texts = deep_texts(look.role, look.site, look.result)
    yield ""
    yield from (f" {piece}" for piece in wrap(heading, width - 1))
    for text in texts:
        yield from (f"   {piece}" for piece in wrap(text, width - 3))


class _Looking(threading.Thread):
    """One deep read."""

    def __init__(self, config: Config, connection: Connection, copy: CopyState) -> None:
        from drconsole.cli.wiring import platform_of

        super().__init__(name=f"look {connection.endpoint.name}", daemon=True)
        # For one read a loop is not worth its start.
        self._platform = platform_of(replace(connection, way="per-call"), config.state)
        self._copy = copy
        self._result: Deep | EndpointError | None = None

    def run(self) -> None:
        """Read."""
        from drconsole.platforms.base import DeepPlatform

        assert isinstance(self._platform, DeepPlatform)
        try:
            self._result = self._platform.deep(self._copy.sighting.handle)
        except EndpointError as error:
            self._result = error

    def outcome(self, end: float) -> Look:
        """What came until then."""
        self.join(max(0.0, end - time.monotonic()))
        late = TimedOut("It was not read in time.", subject=self._copy.endpoint)
        result = self._result or late
        self._platform.close()
        return Look(self._copy.place.id, self._copy.role.value, self._copy.place.site, result)
