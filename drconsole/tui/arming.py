"""Whether this console may change anything: read-only until a person allows it, and again after a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

IDLE_S = 15 * 60.0
KEY = "! on the screen"


@dataclass
class Arming:
    """Armed until the console ends, or nobody pressed a key for fifteen minutes.

    Args:
        clock: seconds that only go forward.
    """

    clock: Callable[[], float] = time.monotonic
    _touched: float | None = None

    @property
    def armed(self) -> bool:
        """Whether changes are allowed now."""
        return self._touched is not None and self.clock() - self._touched < IDLE_S

    @property
    def by(self) -> str:
        """What allowed changes; empty while it is read-only."""
        return KEY if self.armed else ""

    def arm(self) -> None:
        """Allow changes."""
        self._touched = self.clock()

    def disarm(self) -> None:
        """Be read-only again."""
        self._touched = None

    def touch(self) -> None:
        """A key was pressed: somebody is there. After too long it is too late for that."""
        if self.armed:
            self._touched = self.clock()
        else:
            self._touched = None
