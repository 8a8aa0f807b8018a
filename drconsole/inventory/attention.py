"""What somebody looks at: its copies are read deep and their statistics asked for; what came is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from drconsole.domain.deep import Inspection
from drconsole.domain.place import Place
from drconsole.domain.replication import relation_of
from drconsole.domain.snapshot import CopyState, Snapshot, Workload
from drconsole.errors import EndpointError
from drconsole.inventory.agenda import Target
from drconsole.inventory.measuring import Answered, Measuring
from drconsole.inventory.reader import EndpointReader, Looked
from drconsole.platforms.base import DeepPlatform

# While somebody looks, what is older than this is asked for again, together with a light read.
LOOK_AGAIN_S, MEASURE_AGAIN_S = 120.0, 300.0

Host = tuple[str, str]


class Attention:
    """Belongs to the collecting thread.

    Deep reads go into the queues of the endpoints' own threads. Statistics have a thread of their own for
    each host, one at a time; nothing waits for them, and they arrive when they arrive.

    Args:
        readers: the readers of all endpoints, by name.
        report: takes the answer about statistics, in another thread.
        clock: a monotonic clock, seconds.
    """

    def __init__(
        self,
        readers: Mapping[str, EndpointReader],
        report: Callable[[Answered], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.inspections: dict[Place, Inspection] = {}
        self.key = ""
        self._readers = readers
        self._report = report
        self._clock = clock
        self._copies: frozenset[Place] = frozenset()
        self._looked: dict[Place, float] = {}
        self._measured: dict[Place, float] = {}
        self._asked: set[Place] = set()
        self._again = False
        self._measuring: dict[Host, Measuring] = {}
        self._asking: dict[Place, Host] = {}

    def select(self, key: str) -> None:
        """Somebody looks at this workload now; empty: at none. What was not begun for another is left."""
        self.key = key
        self._asked.clear()
        for reader in self._readers.values():
            reader.agenda.want_nothing()

    def again(self) -> None:
        """A person asks for a read now: what is looked at is read deep again, however new it is."""
        self._again = True

    def take(self, report: Looked | Answered) -> bool:
        """Keep what came; whether somebody looks at it."""
        place = report.place
        known = self.inspections.get(place, Inspection())
        if isinstance(report, Looked):
            self._asked.discard(place)
            self._looked[place] = self._clock()
            if isinstance(report.result, EndpointError):
                known = replace(known, failed=_said(report.result))
            else:
                known = replace(known, deep=report.result, failed="")
        else:
            self._measuring.pop(self._asking.pop(place), None)
            self._measured[place] = self._clock()
            if isinstance(report.result, EndpointError):
                known = replace(known, measuring=None, unmeasured=_said(report.result))
            else:
                known = replace(known, measuring=None, measured=report.result, unmeasured="")
        self.inspections[place] = known
        return place in self._copies

    def attend(self, snapshot: Snapshot) -> bool:
        """Ask for what is due of the workload that somebody looks at; whether that changed what is known."""
        workload = next((w for w in snapshot.workloads if w.key == self.key), None) if self.key else None
        self._copies = frozenset(copy.place for copy in workload.copies) if workload else frozenset()
        if self._again:
            self._again = False
            for place in self._copies:
                self._looked.pop(place, None)
                self._measured.pop(place, None)
        copies = [copy for copy in workload.copies if self._can_look(copy)] if workload else []
        now = self._clock()
        for copy in copies:
            if copy.place not in self._asked and self._is_due(self._looked, copy.place, LOOK_AGAIN_S, now):
                self._asked.add(copy.place)
                self._readers[copy.endpoint].agenda.want([Target(copy.place, copy.sighting.handle)])
        # All of them are asked, whatever the first one says.
        begun = [self._measure(copy, now) for copy in copies]
        return any(begun)

    def keep_only(self, workloads: Iterable[Workload]) -> None:
        """Drop what is known of copies that are gone."""
        present = {copy.place for workload in workloads for copy in workload.copies}
        for place in self.inspections.keys() - present - self._asking.keys():
            del self.inspections[place]
            self._looked.pop(place, None)
            self._measured.pop(place, None)

    def threads(self) -> list[Measuring]:
        """Those that still wait for statistics."""
        return list(self._measuring.values())

    def _can_look(self, copy: CopyState) -> bool:
        reader = self._readers.get(copy.endpoint)
        known = copy.fresh and bool(copy.sighting.handle)
        return known and reader is not None and isinstance(reader.platform, DeepPlatform)

    def _is_due(self, done: Mapping[Place, float], place: Place, again_s: float, now: float) -> bool:
        return place not in done or now - done[place] >= again_s

    def _measure(self, copy: CopyState, now: float) -> bool:
        """Ask for the statistics of one copy if that is due, and its host has answered a deep read."""
        place, known = copy.place, self.inspections.get(copy.place)
        if known is None or known.deep is None or known.failed or relation_of(copy.sighting) is None:
            return False
        if place in self._asking or not self._is_due(self._measured, place, MEASURE_AGAIN_S, now):
            return False
        host = (copy.endpoint, copy.sighting.node)
        if host in self._measuring:
            busy = "Its host is still being asked for the statistics of another VM."
            self.inspections[place] = replace(known, unmeasured=busy)
            return known.unmeasured != busy
        platform = self._readers[copy.endpoint].platform
        assert isinstance(platform, DeepPlatform)
        thread = self._measuring[host] = Measuring(platform, place, copy.sighting.handle, self._report)
        self._asking[place] = host
        self.inspections[place] = replace(known, measuring=datetime.now(UTC), unmeasured="")
        thread.start()
        return True


def _said(error: EndpointError) -> str:
    return f"{error.message} {error.hint}".strip()
