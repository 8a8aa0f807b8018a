"""A run as it stands now, kept up to date by a thread of its own for whoever only looks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from drconsole.errors import DrConsoleError
from drconsole.runs.follow import records_of
from drconsole.runs.history import History
from drconsole.runs.journal import Journal
from drconsole.runs.view import RunView, updated

log = logging.getLogger(__name__)

_BEAT_S = 0.25


class Following(threading.Thread):
    """Reads one run until it is closed; a run that ended can be reopened, so it is read on then.

    Args:
        journal: gives the journal, in this thread.
    """

    def __init__(self, journal: Callable[[], Journal], run: str) -> None:
        super().__init__(name=f"follow {run}", daemon=True)
        self._journal = journal
        self._run = run
        self._closed = threading.Event()
        self._newest: RunView | None = None
        self._trouble = ""

    def run(self) -> None:
        """Read until closed; a journal that cannot be read is told, and tried again."""
        while not self._closed.is_set():
            try:
                self._read()
            except DrConsoleError as error:
                self._trouble = str(error)
                self._closed.wait(_BEAT_S * 4)

    def newest(self) -> RunView | None:
        """The run as last read; None before that."""
        return self._newest

    @property
    def trouble(self) -> str:
        """Why it cannot be read just now; empty while it can."""
        return self._trouble

    def close(self) -> None:
        """End reading; returns at once."""
        self._closed.set()

    def _read(self) -> None:
        journal = self._journal()
        run = journal.run(self._run).id
        news = records_of(journal, run)
        history = History()
        try:
            while not self._closed.is_set():
                view = updated(journal, run, history, news)
                history = view.history
                self._newest, self._trouble = view, ""
                self._closed.wait(_BEAT_S)
        finally:
            news.close()
