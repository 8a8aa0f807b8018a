"""The collecting thread: takes what readers report, and keeps the newest snapshot in one slot."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum

from drconsole.domain.assemble import assemble
from drconsole.domain.endpoint import Estate
from drconsole.domain.place import Place
from drconsole.domain.reading import Reading
from drconsole.domain.record import Record
from drconsole.domain.snapshot import Snapshot, as_last_known, inspected
from drconsole.errors import EndpointError, StateError, TimedOut
from drconsole.inventory.attention import Attention
from drconsole.inventory.board import Board
from drconsole.inventory.keeper import Keeper, Kept, ToKeep
from drconsole.inventory.measuring import Answered
from drconsole.inventory.reader import EndpointReader, Finished, Looked, LookStarted, ReaderReport, Started

log = logging.getLogger(__name__)

_BEAT_S = 0.25
_GATHER_S = 0.05
_GRACE_S = 2.0
_SLOW_S = 3.0
# A disk that takes longer is told of, and nobody waits for it any more.
_DISK_S = 5.0
NO_DISK = "the disk does not answer"


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looks at this workload from now on."""

    key: str


class Again(Enum):
    """Somebody asks for a read of what there is, however new it is."""

    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Nobody waits any longer for these endpoints, each with what is to be told of it."""

    late: Mapping[str, EndpointError]


Report = ReaderReport | Answered | Look | Again | Kept | GivenUp


class Collector(threading.Thread):
    """The only thread that touches board and attention; ``newest`` may be read by any.

    Args:
        reports: what everybody else tells it; None ends it.
        awaited: by endpoint, what to say while a read waits for its password and not for the endpoint.
        taken_away: places at which a run took the failover record away: there it is not missed.
    """

    def __init__(
        self,
        estate: Estate,
        board: Board,
        readers: Mapping[str, EndpointReader],
        reports: queue.SimpleQueue[Report | None],
        keeper: Keeper,
        awaited: Mapping[str, Callable[[], EndpointError | None]],
        taken_away: Callable[[], frozenset[Place]],
    ) -> None:
        super().__init__(name="inventory", daemon=True)
        self.all_answered = threading.Event()
        self.stopping = False
        self._estate = estate
        self._board = board
        self._readers = readers
        self._reports = reports
        self._keeper = keeper
        self._awaited = awaited
        self._taken_away = taken_away
        self._attention = Attention(readers, reports.put)
        self._looks: dict[str, float] = {}
        self._serial = 0
        self._cost_s = 0.0
        self._fresh: frozenset[str] = frozenset()
        self.newest = self._assembled(None)

    def measuring(self) -> list[threading.Thread]:
        """The threads that still wait for statistics."""
        return [*self._attention.threads()]

    def run(self) -> None:
        """Collect until told to end; a defect of ours may cost a round, never the truth of what is shown."""
        while True:
            try:
                if self._round():
                    return
            except Exception:
                log.exception("collecting failed in an unforeseen way; all is shown as last known")
                self.newest = as_last_known(self.newest)

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
            if isinstance(report, Started | Finished | Kept | GivenUp):
                changed = self._take(report) or changed
            else:
                news = self._take_look(report) or news
        changed = self._watch_hanging() or changed
        if changed or self._board.fresh(datetime.now(UTC)) != self._fresh:
            self._publish()
        if came and not self.stopping:
            news = self._attention.attend(self.newest) or news
        if news:
            self._publish_looks()
        if self._board.all_answered() and not self._board.writes():
            self.all_answered.set()
        return ended

    def _take(self, report: Started | Finished | Kept | GivenUp) -> bool:
        """What concerns an endpoint; whether that is to be shown."""
        match report:
            case Started():
                self._board.started(report.endpoint, report.at)
            case Finished():
                self._board.finished(report)
                latest = self._board.entries[report.endpoint].latest
                if isinstance(report.result, Reading) and latest:
                    self._keep(latest)
                else:
                    log.info("%s", report.result)
            case Kept():
                return self._board.kept_on_disk(report.endpoint, report.why_not)
            case GivenUp():
                for name, error in report.late.items():
                    # What a broken-off read says now is our doing, not the endpoint's.
                    if not self._board.answers(name):
                        self._board.hangs(name, error)
        return True

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
        """Have it kept; a reading that could not see everything never replaces one that could."""
        entry = self._board.entries[reading.endpoint]
        better: Reading | None = reading
        if not reading.complete and entry.complete is not None:
            better = entry.complete if entry.unkept else None
        self._board.writing(reading.endpoint)
        self._keeper.keep(ToKeep(entry.endpoint, better, dict(entry.recorded), entry.protected))

    def _watch_hanging(self) -> bool:
        """Tell of reads beyond their budget, and break them off; their thread may go on waiting alone."""
        found, now = False, time.monotonic()
        for name, entry in self._board.entries.items():
            limit = entry.endpoint.budget_s + _GRACE_S
            if entry.started is not None and (error := self.password_awaited(name)):
                found = self._board.waits(name, error, slow_s=_SLOW_S) or found
            if entry.started is not None and time.monotonic() - entry.started > limit:
                self._board.hangs(name, no_answer(name, limit))
                self._readers[name].break_off()
                found = True
            if name in self._looks and time.monotonic() - self._looks[name] > limit:
                del self._looks[name]
                self._readers[name].break_off()
            if entry.writes is not None and now - entry.writes > _DISK_S:
                found = self._board.kept_on_disk(name, NO_DISK) or found
        return found

    def password_awaited(self, name: str) -> EndpointError | None:
        """What to say of an endpoint whose password is waited for; None where that is not so."""
        awaited = self._awaited.get(name)
        return awaited() if awaited else None

    def _publish(self) -> None:
        began = time.monotonic()
        self.newest = self._assembled(self.newest)
        self._attention.keep_only(self.newest.workloads)
        self._cost_s = time.monotonic() - began

    def _publish_looks(self) -> None:
        """Show what looking closely gave without judging everything anew: no verdict rests on it."""
        self._serial += 1
        attention = self._attention
        self.newest = inspected(self.newest, attention.key, attention.inspections, self._serial)

    def _expected(self) -> Mapping[Place, Record | None]:
        """The places at which a failover record is missed when it is not there."""
        recorded = self._board.recorded
        if not recorded or not any(entry.answered for entry in self._board.entries.values()):
            # What is only last-known misses nothing, and at the start nobody waits for a journal.
            return recorded
        try:
            taken = self._taken_away()
        except StateError as error:
            log.warning("which records runs took away is not known: %s", error)
            return recorded
        return {place: record for place, record in recorded.items() if place not in taken}

    def _assembled(self, before: Snapshot | None) -> Snapshot:
        self._serial += 1
        board, now = self._board, datetime.now(UTC)
        self._fresh = board.fresh(now)
        return assemble(
            self._estate,
            board.statuses(),
            board.readings(),
            now,
            self._serial,
            board.kept(),
            self._expected(),
            self._attention.inspections,
            before,
            board.protected,
        )


def no_answer(name: str, seconds: float, otherwise: str = "it is asked again by itself") -> TimedOut:
    """What is told of an endpoint that gave no whole answer in so many seconds, and what may help."""
    return TimedOut(
        f"It has not answered completely within {seconds:g} s.",
        subject=name,
        hint=f"Check that the host is up and not overloaded; {otherwise}.",
    )
