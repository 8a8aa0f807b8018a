"""Failover records that runs of ours took away: nobody has to miss them."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from drconsole.domain.place import Place
from drconsole.domain.step import Outcome, Step

if TYPE_CHECKING:
    from drconsole.runs.history import History
    from drconsole.runs.journal import Journal

_FILES = ("journal.db", "journal.db-wal")
_NOT_THERE = (0, 0)
_WRITES, _REMOVES = "write-record", "remove-record"


class TakenAway:
    """The places at which the last thing that a run did to the record was to take it away.

    The journal is opened only when somebody wrote into it since the last call.
    """

    def __init__(self, state: Path) -> None:
        self._state = state
        self._lock = threading.Lock()
        self._version: tuple[tuple[int, int], ...] = ()
        self._places: frozenset[Place] = frozenset()

    def __call__(self) -> frozenset[Place]:
        """The places as of now; none while no run was ever ordered here.

        Raises:
            StateError: the journal cannot be read.
        """
        with self._lock:
            version = tuple(_version(self._state / name) for name in _FILES)
            if version[0] != _NOT_THERE and version != self._version:
                self._places = self._read()
                self._version = version
            return self._places

    def _read(self) -> frozenset[Place]:
        from drconsole.runs.journal import Journal
        from drconsole.runs.store import Store

        store = Store(self._state)
        try:
            return taken_away(Journal(store))
        finally:
            store.close()


def taken_away(journal: Journal) -> frozenset[Place]:
    """The places at which a run took the record away, and none wrote one afterwards."""
    from drconsole.runs.view import all_runs

    last: dict[Place, str] = {}
    events = [
        (ended, step)
        for view in all_runs(journal)
        for step in view.steps
        if (ended := _ended(view.history, step)) is not None
    ]
    for _, step in sorted(events, key=lambda event: event[0]):
        last |= dict.fromkeys(_places(step), step.action)
    return frozenset(place for place, action in last.items() if action == _REMOVES)


def _version(file: Path) -> tuple[int, int]:
    """What changes when a file is written; the file is not opened, which would disturb SQLite's locks."""
    try:
        told = file.stat()
    except OSError:
        return _NOT_THERE
    return told.st_mtime_ns, told.st_size


def _ended(history: History, step: Step) -> str | None:
    """When a step about a record was done, as text that can be compared; None where it was not."""
    past = history.step(step.id)
    if step.action not in (_WRITES, _REMOVES) or past.outcome is not Outcome.DONE or past.ended is None:
        return None
    return past.ended.isoformat()


def _places(step: Step) -> Iterable[Place]:
    place, vm = step.params.get("place"), step.params.get("vm")
    if isinstance(place, dict) and isinstance(vm, str):
        yield Place("hyperv", place["site"], place["where"], vm)
