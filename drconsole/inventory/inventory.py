"""The inventory: readers in parallel, one collecting thread, the newest snapshot in one slot."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from types import MappingProxyType

from drconsole.domain.assemble import assemble
from drconsole.domain.endpoint import Estate
from drconsole.domain.place import Place
from drconsole.domain.reading import Reading
from drconsole.domain.snapshot import Snapshot, as_last_known, inspected
from drconsole.errors import EndpointError, StateError, TimedOut
from drconsole.inventory.attention import Attention
from drconsole.inventory.board import Board
from drconsole.inventory.measuring import Answered
from drconsole.inventory.reader import EndpointReader, Finished, Looked, LookStarted, ReaderReport, Started
from drconsole.inventory.recorded import RecordedPlaces
from drconsole.inventory.store import ReadingStore
from drconsole.platforms.base import Platform

log = logging.getLogger(__name__)

_BEAT_S = 0.25
_GATHER_S = 0.05
_GRACE_S = 2.0
_SLOW_S = 3.0


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looks at this workload from now on."""

    key: str


class Again(Enum):
    """Somebody asks for a read of what there is, however new it is."""

    AGAIN = "again"


Report = ReaderReport | Answered | Look | Again


class Inventory:
    """Reads all endpoints of an estate until stopped.

    Args:
        estate: sites, pairs and endpoints.
        platforms: the vendor side of each endpoint, by its name.
        state: the state folder, where readings are kept.
        awaited: by endpoint, what to say while a read waits for its password and not for the endpoint.
        taken_away: places at which a run took the failover record away: there it is not missed.

    Raises:
        StateError: the state folder cannot be used.
    """

    def __init__(
        self,
        estate: Estate,
        platforms: Mapping[str, Platform],
        state: Path,
        awaited: Mapping[str, Callable[[], EndpointError | None]] = MappingProxyType({}),
        taken_away: Callable[[], frozenset[Place]] = frozenset,
    ) -> None:
        self.estate = estate
        self._taken_away = taken_away
        self._awaited = awaited
        self._store = ReadingStore(state)
        self._recorded = RecordedPlaces(state)
        kept = {e.name: r for e in estate.endpoints if (r := self._store.load(e))}
        self._board = Board(estate, kept, {e.name: self._recorded.load(e) for e in estate.endpoints})
        self._reports: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
        self._readers = {n: EndpointReader(p, self._reports.put) for n, p in platforms.items()}
        self._attention = Attention(self._readers, self._reports.put)
        self._looks: dict[str, float] = {}
        self._collector = threading.Thread(target=self._collect, name="inventory", daemon=True)
        self._all_answered = threading.Event()
        self._stopping = False
        self._serial = 0
        self._cost_s = 0.0
        self._newest = self._assembled()

    def start(self) -> None:
        """Start reading; returns at once."""
        self._collector.start()
        for reader in self._readers.values():
            reader.start()

    def newest(self) -> Snapshot:
        """The newest snapshot; before the first answer it shows what was last known."""
        return self._newest

    def wait(self, timeout_s: float) -> Snapshot:
        """The snapshot when every endpoint has answered or failed, or when ``timeout_s`` are over.

        Endpoints that are still being read then are told as silent.
        """
        if not self._readers or self._all_answered.wait(timeout_s):
            return self._newest
        late = [name for name, entry in self._board.entries.items() if not entry.answered]
        waiting = {name: error for name in late if (error := self._password_awaited(name))}
        self.stop()
        for name in late:
            # What a broken-off read says now is our doing, not the endpoint's.
            if not self._board.answers(name):
                self._board.hangs(name, waiting.get(name) or _no_answer(name, timeout_s))
        self._publish()
        return self._newest

    def read_now(self, endpoint: str | None = None) -> None:
        """Read one endpoint, or all of them, as soon as possible."""
        for name, reader in self._readers.items():
            if endpoint in (None, name):
                reader.read_now()
        self._reports.put(Again.AGAIN)

    def look(self, key: str) -> None:
        """Somebody looks at this workload: its copies are read deep, and again while they look.

        An empty key: nobody looks at anything.
        """
        self._reports.put(Look(key))

    def stop(self) -> None:
        """End all reading; waits a moment for reads that can end by themselves, never for a dead endpoint."""
        self._stopping = True
        for reader in self._readers.values():
            reader.end()
        self._join(_BEAT_S)
        for reader in self._readers.values():
            if reader.is_alive():
                reader.platform.close()
        self._join(_BEAT_S)
        self._reports.put(None)
        if self._collector.is_alive():
            self._collector.join()

    def _join(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        for thread in (*self._readers.values(), *self._attention.threads()):
            if thread.is_alive():
                thread.join(max(0.0, until - time.monotonic()))

    def _collect(self) -> None:
        """Collect until told to end; a defect of ours may cost a round, never the truth of what is shown."""
        while True:
            try:
                if self._round():
                    return
            except Exception:
                log.exception("collecting failed in an unforeseen way; all is shown as last known")
                self._newest = as_last_known(self._newest)

    def _round(self) -> bool:
        """Take reports as they come, several that come close together as one snapshot; True at the end."""
        changed = news = came = ended = False
        deadline = time.monotonic() + _BEAT_S
        while not ended and (left := deadline - time.monotonic()) > 0:
            try:
                report = self._reports.get(timeout=left)
            except queue.Empty:
                break
            if report is None:
                ended = True
                break
            if not came:
                came = True
                deadline = time.monotonic() + max(_GATHER_S, 5 * self._cost_s)
            if isinstance(report, Started | Finished):
                changed = True
                self._take(report)
            else:
                news = self._take_look(report) or news
        changed = self._watch_hanging() or changed
        if changed or self._went_stale():
            self._publish()
        if came and not self._stopping:
            news = self._attention.attend(self._newest) or news
        if news:
            self._publish_looks()
        return ended

    def _take(self, report: Started | Finished) -> None:
        if isinstance(report, Started):
            self._board.started(report.endpoint, report.at)
            return
        self._board.finished(report)
        if isinstance(report.result, Reading):
            self._keep(report.result)
        else:
            log.info("%s", report.result)

    def _take_look(self, report: LookStarted | Looked | Answered | Look | Again) -> bool:
        """What concerns looking closely; whether somebody sees something new."""
        match report:
            case Look():
                self._attention.select(report.key)
            case Again():
                self._attention.again()
            case LookStarted():
                self._looks[report.endpoint] = report.at
            case Looked() | Answered():
                if isinstance(report, Looked):
                    self._looks.pop(report.endpoint, None)
                if isinstance(report.result, EndpointError):
                    log.info("looking closely: %s", report.result)
                return self._attention.take(report)
        return False

    def _keep(self, reading: Reading) -> None:
        """A reading that could not see everything never replaces one that could."""
        entry = self._board.entries[reading.endpoint]
        why_not = self._recorded.keep(entry.endpoint, entry.recorded)
        better = reading.complete or entry.complete is None
        if better:
            why_not = self._store.save(entry.endpoint, reading) or why_not
        if better or why_not:
            self._board.kept_on_disk(reading.endpoint, why_not)

    def _watch_hanging(self) -> bool:
        """Tell of reads beyond their budget, and break them off; their thread may go on waiting alone."""
        found = False
        for name, entry in self._board.entries.items():
            limit = entry.endpoint.budget_s + _GRACE_S
            if entry.started is not None and (error := self._password_awaited(name)):
                found = self._board.waits(name, error, slow_s=_SLOW_S) or found
            if entry.started is not None and time.monotonic() - entry.started > limit:
                self._board.hangs(name, _no_answer(name, limit))
                self._readers[name].platform.close()
                found = True
            if name in self._looks and time.monotonic() - self._looks[name] > limit:
                del self._looks[name]
                self._readers[name].platform.close()
        return found

    def _password_awaited(self, name: str) -> EndpointError | None:
        awaited = self._awaited.get(name)
        return awaited() if awaited else None

    def _went_stale(self) -> bool:
        now = datetime.now(UTC)
        limits = {e.name: e.fresh_for_s for e in self.estate.endpoints}
        return any(
            copy.fresh and (now - copy.taken_at).total_seconds() > limits[copy.endpoint]
            for workload in self._newest.workloads
            for copy in workload.copies
        )

    def _publish(self) -> None:
        began = time.monotonic()
        self._newest = self._assembled()
        self._attention.keep_only(self._newest.workloads)
        self._cost_s = time.monotonic() - began
        if self._board.all_answered():
            self._all_answered.set()

    def _publish_looks(self) -> None:
        """Show what looking closely gave without judging everything anew: no verdict rests on it."""
        self._serial += 1
        attention = self._attention
        self._newest = inspected(self._newest, attention.key, attention.inspections, self._serial)

    def _expected(self) -> frozenset[Place]:
        """The places at which a failover record is missed when it is not there."""
        recorded = self._board.recorded
        if not recorded or not any(entry.answered for entry in self._board.entries.values()):
            # What is only last-known misses nothing, and at the start nobody waits for a journal.
            return recorded
        try:
            return recorded - self._taken_away()
        except StateError as error:
            log.warning("which records runs took away is not known: %s", error)
            return recorded

    def _assembled(self) -> Snapshot:
        self._serial += 1
        board = self._board
        return assemble(
            self.estate,
            board.statuses(),
            board.readings(),
            datetime.now(UTC),
            self._serial,
            board.kept(),
            self._expected(),
            self._attention.inspections,
        )


def _no_answer(name: str, seconds: float) -> TimedOut:
    return TimedOut(
        f"It has not answered completely within {seconds:g} s.",
        subject=name,
        hint="Check that the host is up and not overloaded; it is asked again by itself.",
    )
