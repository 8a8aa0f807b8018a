"""Which rows of a view are shown: listed or everything, and what passes the filter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from drconsole.tui.filtering import Haystacks, words_of
from drconsole.tui.views import Row


@dataclass(frozen=True, slots=True)
class Listing:
    """The shown rows of one view.

    Args:
        shown: indices into ``rows``.
        listed: workloads that are listed; ``passing``: those of them that pass the filter.
        hidden: workloads that are left out because nothing protects them.
    """

    rows: Sequence[Row] = ()
    shown: Sequence[int] = ()
    listed: int = 0
    passing: int = 0
    hidden: int = 0
    words: tuple[str, ...] = ()

    @property
    def count(self) -> str:
        """How many workloads, for the title of their column."""
        return f"{self.passing}/{self.listed}" if self.words else str(self.listed)

    @property
    def why_empty(self) -> str:
        """What to say where no row is shown."""
        if self.words and self.listed:
            return "no line holds these words; c ends the filter"
        if self.hidden:
            return f"nothing is protected here; u shows {self.hidden} unprotected"
        return "no workload at these sites"


@dataclass
class Lister:
    """Makes listings; remembers what the filter looks into."""

    show_all: bool = False
    filter: str = ""
    _haystacks: Haystacks = field(default_factory=Haystacks)

    def list(self, rows: Sequence[Row]) -> Listing:
        """Choose from the rows of a view."""
        listed = [i for i, row in enumerate(rows) if row.workload.listed or self.show_all]
        words, text = words_of(self.filter), self._haystacks.text
        shown = listed
        if words:
            shown = [i for i in listed if all(word in text(rows[i].workload) for word in words)]
        workloads = _workloads(rows, listed)
        return Listing(
            rows,
            shown,
            listed=workloads,
            passing=_workloads(rows, shown) if words else workloads,
            hidden=_workloads(rows, range(len(rows))) - workloads,
            words=words,
        )


def _workloads(rows: Sequence[Row], indices: Sequence[int]) -> int:
    """How many workloads these rows are; further copies have lines but are no workloads."""
    return sum(1 for i in indices if rows[i].third is None)
