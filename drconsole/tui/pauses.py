"""When Python may stop everything to look for garbage: only while nobody types.

A full collection visits every object; with ten thousand workloads that is a third of a second in which no key
is answered. Snapshots hold no cycles and go by themselves, so full collections can wait for a rest.
"""

from __future__ import annotations

import gc

YOUNG, MIDDLE, NEVER = 2_000, 10, 1_000_000
SHORTEST_WAIT, LONGEST_WAIT = 6, 30


def prepare() -> None:
    """Leave what was imported out of all later collections, and do none of the full ones by itself."""
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, NEVER)


class Pauses:
    """Collects every ``SHORTEST_WAIT`` ticks if nobody types, every ``LONGEST_WAIT`` ticks in any case."""

    def __init__(self) -> None:
        self._typed = False
        self._waited = 0

    def key(self) -> None:
        """Somebody types."""
        self._typed = True

    def tick(self) -> bool:
        """A tick is over; returns whether garbage was collected."""
        self._waited += 1
        at_rest = self._waited >= (LONGEST_WAIT if self._typed else SHORTEST_WAIT)
        self._typed = False
        if at_rest:
            self._waited = 0
            gc.collect()
        return at_rest
