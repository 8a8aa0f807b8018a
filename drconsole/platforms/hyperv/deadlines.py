"""One thread that keeps all deadlines of this process: one for each read would be a third of its cost."""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

log = logging.getLogger(__name__)


@dataclass(order=True, slots=True)
class Due:
    """What is to be called at a moment of the monotonic clock; nothing once it was cancelled."""

    when: float
    turn: int
    call: Callable[[], object] | None = field(compare=False)

    def cancel(self) -> None:
        """Let the moment pass."""
        self.call = None


class Deadlines:
    """Calls back when deadlines pass, from a thread of its own that begins with the first of them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: list[Due] = []
        self._turns = itertools.count()
        self._thread: threading.Thread | None = None

    def at(self, when: float, call: Callable[[], object]) -> Due:
        """Have something quick called at a moment."""
        due = Due(when, next(self._turns), call)
        with self._changed:
            heapq.heappush(self._due, due)
            if self._due[0] is due:
                self._changed.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="hyperv-deadlines", daemon=True)
                self._thread.start()
        return due

    def _run(self) -> None:
        while True:
            call = self._next().call
            if call is None:
                continue
            try:
                call()
            except Exception:
                # One deadline's mistake must not cost the others theirs.
                log.exception("a deadline could not be kept")

    def _next(self) -> Due:
        """Wait for the next one that is due."""
        with self._changed:
            while not self._due or self._due[0].when > time.monotonic():
                self._changed.wait(max(self._due[0].when - time.monotonic(), 0) if self._due else None)
            return heapq.heappop(self._due)


DEADLINES = Deadlines()
