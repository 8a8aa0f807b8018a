"""The state of every endpoint: its last answers, errors and times. Owned by the collecting thread."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType

from drconsole.domain.assemble import is_fresh
from drconsole.domain.down_nodes import with_what_went_down
from drconsole.domain.endpoint import Endpoint, Estate
from drconsole.domain.place import Place
from drconsole.domain.reading import Reading
from drconsole.domain.record import Record, believed, newer
from drconsole.domain.roles import Alarm, AlarmCode, Severity
from drconsole.domain.snapshot import EndpointState, EndpointStatus
from drconsole.domain.unprotected import protected_in
from drconsole.errors import EndpointError
from drconsole.inventory.reader import Finished


@dataclass(slots=True)
class Entry:
    """One endpoint: ``latest`` answer, the last ``complete`` one, and its status.

    ``recorded`` are the places at which it showed a failover record, with the last one where that is known;
    ``protected`` are those at which it showed replication. A read that goes on was ``begun``, and its time
    counts from ``started`` (monotonic): what it waits for elsewhere does not count. ``writes``: since when
    something of it is being kept (monotonic); ``unkept``: the last attempt failed.
    """

    endpoint: Endpoint
    status: EndpointStatus
    latest: Reading | None = None
    complete: Reading | None = None
    begun: float = 0.0
    started: float | None = None
    answered: bool = False
    recorded: dict[Place, Record | None] = field(default_factory=dict)
    protected: frozenset[Place] = frozenset()
    writes: float | None = None
    unkept: bool = False


class Board:
    """Takes reports of readers and keeps what they say; starts from what was kept on disk.

    Args:
        kept: the last readings by endpoint.
        recorded: the places that each endpoint is known to have shown with a failover record, and the record.
        protected: those at which each has shown replication.
    """

    def __init__(
        self,
        estate: Estate,
        kept: Mapping[str, Reading],
        recorded: Mapping[str, Mapping[Place, Record | None]] = MappingProxyType({}),
        protected: Mapping[str, frozenset[Place]] = MappingProxyType({}),
    ) -> None:
        self.entries = {e.name: _entry(e, kept.get(e.name)) for e in estate.endpoints}
        for name, places in recorded.items():
            self.entries[name].recorded = dict(places)
        for name, seen in protected.items():
            self.entries[name].protected = seen
        for reading in kept.values():
            entry = self.entries[reading.endpoint]
            entry.recorded |= _records_in(reading)
            entry.protected |= protected_in(reading)
        self._protected: frozenset[Place] | None = None

    @property
    def recorded(self) -> dict[Place, Record | None]:
        """All places that are known to have carried a failover record, with the last one that was read."""
        found: dict[Place, Record | None] = {}
        for entry in self.entries.values():
            for place, record in entry.recorded.items():
                found[place] = newer(found.get(place), record)
        return found

    @property
    def protected(self) -> frozenset[Place]:
        """All places at which replication was seen once; the same object while nothing was learned."""
        if self._protected is None:
            self._protected = frozenset().union(*(entry.protected for entry in self.entries.values()))
        return self._protected

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
        entry.latest = reading = with_what_went_down(report.result, entry.complete)
        self._remember(reading)
        if reading.complete:
            entry.complete = reading
        entry.status = _answered(status, reading)

    def _remember(self, reading: Reading) -> None:
        """Keep where failover records and replication were seen, so that what vanishes is missed.

        Where the copy itself is gone nothing is to be missed.
        """
        entry = self.entries[reading.endpoint]
        entry.recorded |= _records_in(reading)
        protected = entry.protected | protected_in(reading)
        if reading.complete:
            present = {s.place for s in reading.sightings}
            protected &= present
            entry.recorded = {p: record for p, record in entry.recorded.items() if p in present}
        if protected != entry.protected:
            entry.protected, self._protected = protected, None

    def writing(self, name: str) -> None:
        """What was read of an endpoint is being written for the next console."""
        entry = self.entries[name]
        entry.writes = entry.writes or time.monotonic()

    def writes(self) -> bool:
        """Whether something is still being written that is waited for."""
        return any(entry.writes is not None for entry in self.entries.values())

    def kept_on_disk(self, name: str, why_not: str) -> bool:
        """What was read of an endpoint is kept for the next console, or why not; True if that is new."""
        entry = self.entries[name]
        entry.writes, entry.unkept = None, bool(why_not)
        lost = Alarm(AlarmCode.NOT_KEPT, Severity.WARNING, None, (("why", why_not),))
        before, entry.status = entry.status, replace(entry.status, alarms=(lost,) if why_not else ())
        return entry.status != before

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

    def fresh(self, now: datetime) -> frozenset[str]:
        """The endpoints whose latest answer counts as current at a moment of the console's clock."""
        return frozenset(
            name
            for name, e in self.entries.items()
            if e.latest is not None and is_fresh(e.status, e.latest, now, e.endpoint.fresh_for_s)
        )

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
        # As whom and how it is asked now, which an earlier console may have done otherwise.
        user=endpoint.user or (kept.user if kept else ""),
        transport=endpoint.transport or (kept.transport if kept else ""),
        certificate_end=kept.certificate_end if kept else None,
        asking=True,
    )
    return Entry(endpoint, status, kept, kept if kept and kept.complete else None)


def _records_in(reading: Reading) -> dict[Place, Record | None]:
    found = ((s.place, believed(s.notes, s.place)) for s in reading.sightings if s.notes)
    return {place: record for place, record in found if record is not None}


def _failed(status: EndpointStatus, error: EndpointError) -> EndpointStatus:
    return replace(
        status,
        state=EndpointState.SILENT if status.last_read else EndpointState.NEVER,
        silent_since=status.silent_since or datetime.now(UTC),
        error=f"{error.message} {error.hint}".strip(),
        error_code=error.code,
        asking=False,
    )


def _answered(status: EndpointStatus, reading: Reading) -> EndpointStatus:
    return replace(
        status,
        state=EndpointState.OK if reading.complete else EndpointState.PARTIAL,
        last_read=reading.taken_at,
        silent_since=None,
        error="",
        error_code="",
        asking=False,
        skew_s=reading.skew_s,
        version=reading.version,
        user=reading.user,
        transport=reading.transport,
        limits=reading.limits,
        certificate_end=reading.certificate_end,
        broker=reading.broker,
        nodes=reading.nodes,
    )
