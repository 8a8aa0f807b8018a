"""The inventory: readers in parallel, and the newest picture of what they read."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from drconsole.domain.endpoint import Estate
from drconsole.domain.place import Place
from drconsole.domain.snapshot import Snapshot
from drconsole.errors import EndpointError
from drconsole.inventory.board import Board
from drconsole.inventory.collector import Again, Collector, GivenUp, Look, Report, no_answer
from drconsole.inventory.keeper import Keeper
from drconsole.inventory.protected import ProtectedPlaces
from drconsole.inventory.reader import EndpointReader
from drconsole.inventory.recorded import RecordedPlaces
from drconsole.inventory.store import ReadingStore
from drconsole.platforms.base import Platform

_MOMENT_S = 0.25
# For what is still to be written; a disk that is dead may take for ever.
_FAREWELL_S = 5.0


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
        store, recorded, protected = ReadingStore(state), RecordedPlaces(state), ProtectedPlaces(state)
        kept = {e.name: r for e in estate.endpoints if (r := store.load(e))}
        records = {e.name: recorded.load(e) for e in estate.endpoints}
        self._board = Board(estate, kept, records, {e.name: protected.load(e) for e in estate.endpoints})
        self._reports: queue.SimpleQueue[Report | None] = queue.SimpleQueue()
        self._readers = {n: EndpointReader(p, self._reports.put) for n, p in platforms.items()}
        self._keeper = Keeper(store, recorded, protected, self._reports.put)
        self._collector = Collector(
            estate, self._board, self._readers, self._reports, self._keeper, awaited, taken_away
        )

    def start(self) -> None:
        """Start reading; returns at once."""
        self._keeper.start()
        self._collector.start()
        for reader in self._readers.values():
            reader.start()

    def newest(self) -> Snapshot:
        """The newest snapshot; before the first answer it shows what was last known."""
        return self._collector.newest

    def wait(self, timeout_s: float) -> Snapshot:
        """The snapshot when every endpoint has answered or failed, or when ``timeout_s`` are over.

        Endpoints that are still being read then are told as silent.
        """
        if self._readers and not self._collector.all_answered.wait(timeout_s):
            late = [name for name, entry in self._board.entries.items() if not entry.answered]
            told = {
                name: self._collector.password_awaited(name)
                or no_answer(name, timeout_s, "wait longer for it")
                for name in late
            }
            self._end_reading()
            self._reports.put(GivenUp(told))
            self.stop()
        return self._collector.newest

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
        """End all reading, and write what is to be kept; waits a moment, never for a dead host or disk."""
        self._end_reading()
        self._reports.put(None)
        _join([self._collector], _FAREWELL_S)
        # The collector may have had something to keep until now.
        self._keeper.end()
        _join([self._keeper], _FAREWELL_S)

    def _end_reading(self) -> None:
        self._collector.stopping = True
        for reader in self._readers.values():
            reader.end()
        _join([*self._readers.values(), *self._collector.measuring()], _MOMENT_S)
        for reader in self._readers.values():
            if reader.is_alive():
                reader.platform.close()
        _join([*self._readers.values(), *self._collector.measuring()], _MOMENT_S)


def _join(threads: Iterable[threading.Thread], seconds: float) -> None:
    """Wait for their end, for all together no longer than this."""
    until = time.monotonic() + seconds
    for thread in threads:
        if thread.is_alive():
            thread.join(max(0.0, until - time.monotonic()))
