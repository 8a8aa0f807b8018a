"""The state of every endpoint: its last answers, errors and times. Owned by the collecting thread."""

from __future__ import annotations

import time
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType

from drconsole.domain.endpoint import Endpoint, Estate
from drconsole.domain.place import Place
from drconsole.domain.reading import Reading
from drconsole.domain.record import believed
from drconsole.domain.roles import Alarm, AlarmCode, Severity
from drconsole.domain.snapshot import EndpointState, EndpointStatus
from drconsole.errors import EndpointError
from drconsole.inventory.reader import Finished


@dataclass(slots=True)
class Entry:
    """One endpoint: ``latest`` answer, the last ``complete`` one, and its status.

    ``recorded`` are the places at which it showed a failover record. A read that goes on was ``begun``, and
    its time counts from ``started`` (monotonic): what it waits for elsewhere does not count.
    """

    endpoint: Endpoint
    status: EndpointStatus
    latest: Reading | None = None
    complete: Reading | None = None
    begun: float = 0.0
    started: float | None = None
    answered: bool = False
    recorded: frozenset[Place] = frozenset()


class Board:
    """Takes reports of readers and keeps what they say; starts from what was kept on disk.

    Args:
        kept: the last readings by endpoint.
        recorded: the places that each endpoint is known to have shown with a failover record.
    """

    def __init__(
        self,
        estate: Estate,
        kept: Mapping[str, Reading],
        recorded: Mapping[str, Set[Place]] = MappingProxyType({}),
    ) -> None:
        self.entries = {e.name: _entry(e, kept.get(e.name)) for e in estate.endpoints}
        for name, places in recorded.items():
            self.entries[name].recorded = frozenset(places)
        for reading in kept.values():
            self.entries[reading.endpoint].recorded |= _records_in(reading)

    @property
    def recorded(self) -> frozenset[Place]:
        """All places that are known to have carried a failover record."""
        return frozenset().union(*(entry.recorded for entry in self.entries.values()))

    def started(self, name: str, at: float) -> None:
        """A read of the endpoint has begun."""
        entry = self.entries[name]
        entry.begun = entry.started = at
        entry.status = replace(entry.status, reading=True)

    def finished(self, report: Finished) -> None:
        """A read has ended."""
        entry = self.entries[report.endpoint]
        entry.started, entry.answered = None, True
        status = replace(entry.status, reading=False, next_try=report.next_try)
        if isinstance(report.result, EndpointError):
            entry.status = _failed(status, report.result)
            return
        entry.latest = reading = report.result
        self._remember(reading)
        if reading.complete:
            entry.complete = reading
        entry.status = _answered(status, reading)

    def _remember(self, reading: Reading) -> None:
        """Keep the places that carried a failover record, so that one that vanishes is missed.

        Where the copy itself is gone nothing is to be missed.
        """
        entry = self.entries[reading.endpoint]
        entry.recorded |= _records_in(reading)
        if reading.complete:
            entry.recorded &= {s.place for s in reading.sightings}

    def kept_on_disk(self, name: str, why_not: str) -> None:
        """What was read of an endpoint is kept for the next console, or why it is not."""
        entry = self.entries[name]
        lost = Alarm(AlarmCode.NOT_KEPT, Severity.WARNING, None, (("why", why_not),))
        entry.status = replace(entry.status, alarms=(lost,) if why_not else ())

    def hangs(self, name: str, error: EndpointError) -> None:
        """A read that has begun does not end: tell so, although its thread still waits."""
        entry = self.entries[name]
        entry.started, entry.answered = None, True
        entry.status = _failed(replace(entry.status, reading=True), error)

    def waits(self, name: str, error: EndpointError, *, slow_s: float) -> bool:
        """A read waits for something else than the endpoint, which is told after ``slow_s``; True if new."""
        entry = self.entries[name]
        entry.started = time.monotonic()
        before = entry.status
        if entry.started - entry.begun > slow_s:
            entry.status = _failed(before, error)
        return entry.status != before

    def answers(self, name: str) -> bool:
        """Whether the endpoint gave a reading at its last try."""
        return self.entries[name].status.state in (EndpointState.OK, EndpointState.PARTIAL)

    def all_answered(self) -> bool:
        """Whether every endpoint has answered or failed at least once."""
        return all(entry.answered for entry in self.entries.values())

    def statuses(self) -> tuple[EndpointStatus, ...]:
        """The status of every endpoint, in the config's order."""
        return tuple(entry.status for entry in self.entries.values())

    def readings(self) -> dict[str, Reading]:
        """The latest answer of each endpoint that ever answered."""
        return {name: e.latest for name, e in self.entries.items() if e.latest is not None}

    def kept(self) -> dict[str, Reading]:
        """Last complete answers of endpoints whose latest could not see everything."""
        return {
            name: e.complete
            for name, e in self.entries.items()
            if e.complete is not None and e.complete is not e.latest
        }


def _entry(endpoint: Endpoint, kept: Reading | None) -> Entry:
    status = EndpointStatus(
        name=endpoint.name,
        site=endpoint.site,
        kind=endpoint.kind.value,
        address=endpoint.address,
        state=EndpointState.SILENT if kept else EndpointState.NEVER,
        last_read=kept.taken_at if kept else None,
        version=kept.version if kept else "",
        user=kept.user if kept else "",
        transport=kept.transport if kept else "",
        certificate_end=kept.certificate_end if kept else None,
    )
    return Entry(endpoint, status, kept, kept if kept and kept.complete else None)


def _records_in(reading: Reading) -> frozenset[Place]:
    return frozenset(s.place for s in reading.sightings if believed(s.notes, s.place))


def _failed(status: EndpointStatus, error: EndpointError) -> EndpointStatus:
    return replace(
        status,
        state=EndpointState.SILENT if status.last_read else EndpointState.NEVER,
        silent_since=status.silent_since or datetime.now(UTC),
        error=f"{error.message} {error.hint}".strip(),
        error_code=error.code,
    )


def _answered(status: EndpointStatus, reading: Reading) -> EndpointStatus:
    return replace(
        status,
        state=EndpointState.OK if reading.complete else EndpointState.PARTIAL,
        last_read=reading.taken_at,
        silent_since=None,
        error="",
        error_code="",
        skew_s=reading.skew_s,
        version=reading.version,
        user=reading.user,
        transport=reading.transport,
        limits=reading.limits,
        certificate_end=reading.certificate_end,
        broker=reading.broker,
        nodes=reading.nodes,
    )
