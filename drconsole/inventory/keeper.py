"""Keeping what was read, in a thread of its own: a disk that hangs must hold up no picture and no end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from drconsole.domain.endpoint import Endpoint
from drconsole.domain.place import Place
from drconsole.domain.reading import Reading
from drconsole.domain.record import Record
from drconsole.inventory.protected import ProtectedPlaces
from drconsole.inventory.recorded import RecordedPlaces
from drconsole.inventory.store import ReadingStore

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ToKeep:
    """What the next console should know of an endpoint; without a ``reading`` the one on disk stays."""

    endpoint: Endpoint
    reading: Reading | None
    recorded: Mapping[Place, Record | None]
    protected: frozenset[Place]


@dataclass(frozen=True, slots=True)
class Kept:
    """What was asked last for an endpoint is on disk, or ``why_not`` says why it is not."""

    endpoint: str
    why_not: str


class Keeper(threading.Thread):
    """Writes one endpoint after the other; of what waits only the newest of each is written.

    Args:
        report: takes what became of it, in this thread.
    """

    def __init__(
        self,
        store: ReadingStore,
        recorded: RecordedPlaces,
        protected: ProtectedPlaces,
        report: Callable[[Kept], None],
    ) -> None:
        super().__init__(name="keep", daemon=True)
        self._store = store
        self._recorded = recorded
        self._protected = protected
        self._report = report
        self._turn = threading.Condition()
        self._waiting: dict[str, ToKeep] = {}
        self._ending = False

    def keep(self, what: ToKeep) -> None:
        """Write this as soon as the disk lets us; returns at once."""
        name = what.endpoint.name
        with self._turn:
            before = self._waiting.pop(name, None)
            reading = what.reading or (before.reading if before else None)
            self._waiting[name] = replace(what, reading=reading)
            self._turn.notify()

    def end(self) -> None:
        """End as soon as everything is written that waits."""
        with self._turn:
            self._ending = True
            self._turn.notify()

    def run(self) -> None:
        """Write what comes, and report."""
        while (what := self._next()) is not None:
            try:
                why_not = self._written(what)
            except Exception as error:
                log.exception("keeping what was read failed in an unforeseen way")
                why_not = f"a defect of drconsole, {type(error).__name__}"
            self._report(Kept(what.endpoint.name, why_not))

    def _next(self) -> ToKeep | None:
        with self._turn:
            while not self._waiting:
                if self._ending:
                    return None
                self._turn.wait()
            return self._waiting.pop(next(iter(self._waiting)))

    def _written(self, what: ToKeep) -> str:
        why_not = self._recorded.keep(what.endpoint, what.recorded)
        why_not = self._protected.keep(what.endpoint, what.protected) or why_not
        if what.reading is not None:
            why_not = self._store.save(what.endpoint, what.reading) or why_not
        return why_not
