"""Runs that have ended, each read once: what later plans and screens learn from them."""

from __future__ import annotations

from collections.abc import Iterator

from drconsole.runs.codec import ForeignOrder, Order, decoded
from drconsole.runs.history import History, folded
from drconsole.runs.journal import ENDED, Journal

Ran = tuple[Order, History]


class Past:
    """What is known of runs; kept, it reads only those again that went on. For one thread at a time."""

    def __init__(self) -> None:
        self._ended: dict[str, tuple[int, Order | ForeignOrder, History]] = {}

    def runs(self, journal: Journal) -> Iterator[Ran]:
        """Every run that this version can read, also open ones as they stand.

        Raises:
            StateError: the journal cannot be read.
        """
        for run, state, token in journal.standings():
            known = self._ended.get(run)
            if known is None or known[0] != token:
                known = token, decoded(journal.run(run).order), folded(journal.records(run))
                if state == ENDED:
                    # Whoever takes it up again raises its token.
                    self._ended[run] = known
            _, order, history = known
            if isinstance(order, Order):
                yield order, history
