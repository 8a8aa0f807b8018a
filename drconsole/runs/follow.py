"""Following a run through the journal, in any number of processes, without writing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from drconsole.runs.chain import Record
from drconsole.runs.journal import Journal, Request

T = TypeVar("T")


class News(Generic[T]):
    """What came into the journal since last asked, each once and in order.

    Costs one pragma while nothing was written. Belongs to one thread at a time.
    """

    def __init__(
        self, journal: Journal, after: int, fetch: Callable[[int], list[T]], number: Callable[[T], int]
    ) -> None:
        self._watcher = journal.store.watcher()
        self._version: int | None = None
        self._last = after
        self._fetch = fetch
        self._number = number

    def __call__(self) -> list[T]:
        """What came since the last call.

        Raises:
            StateError: the journal cannot be read.
        """
        version = self._watcher()
        if version == self._version:
            return []
        found = self._fetch(self._last)
        self._version = version
        if found:
            self._last = self._number(found[-1])
        return found

    def close(self) -> None:
        """Give up the connection."""
        self._watcher.close()


def records_of(journal: Journal, run: str, after: int = 0) -> News[Record]:
    """The new records of one run."""
    return News(journal, after, lambda last: journal.records(run, last), lambda record: record.seq)


def requests_to(journal: Journal, run: str, after: int) -> News[Request]:
    """What others ask of a run; for its own process."""
    return News(journal, after, lambda last: journal.requests(run, last), lambda request: request.id)
