"""Which rows of a view are shown, and in which order: listed or everything, and what passes the filter."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from drconsole.domain.snapshot import EndpointState, EndpointStatus, Workload
from drconsole.tui.sorting import Order, ordered
from drconsole.tui.views import Row, View
from drconsole.wording.endpoints import is_asked
from drconsole.wording.filtering import Filter, parse
from drconsole.wording.haystack import Haystacks
from drconsole.wording.names import visible

FORGOTTEN = 1000
NAMED = 2


@dataclass(frozen=True, slots=True)
class Listing:
    """The shown rows of one view.

    Args:
        shown: indices into ``rows``.
        listed: workloads that are listed; ``passing``: those of them that pass the filter.
        hidden: workloads that are left out because nothing protects them.
        problems: what the filter holds that means nothing.
    """

    rows: Sequence[Row] = ()
    shown: Sequence[int] = ()
    listed: int = 0
    passing: int = 0
    hidden: int = 0
    filtered: bool = False
    problems: tuple[str, ...] = ()

    @property
    def count(self) -> str:
        """How many workloads, for the title of their column."""
        return f"{self.passing}/{self.listed}" if self.filtered else str(self.listed)

    def why_empty(self, around: Iterable[EndpointStatus]) -> str:
        """What to say where no row is shown: that there is nothing only where all of it was seen.

        Args:
            around: the endpoints of the view's sites.
        """
        unseen = [one for one in around if one.state is not EndpointState.OK]
        if self.filtered and self.listed:
            return "nothing here passes the filter; x ends it"
        if asked := [one for one in unseen if is_asked(one)]:
            return f"waiting for the first answer of {_named(asked)}"
        if unseen:
            protected = "protected " if self.hidden else ""
            return f"nothing {protected}is known, and not all was seen: e tells why"
        if self.hidden:
            return f"nothing is protected here; A shows {self.hidden} unprotected"
        return "no workload at these sites"

    def workloads(self) -> list[Workload]:
        """The workloads of the shown rows, each once."""
        return list({self.rows[i].workload.key: self.rows[i].workload for i in self.shown}.values())


@dataclass
class Lister:
    """Makes listings; remembers what the filter looks into, and the order of the rows."""

    show_all: bool = False
    filter: str = ""
    order: Order = Order.ALARMS
    _haystacks: Haystacks = field(default_factory=Haystacks)
    _parsed: tuple[str, tuple[str, ...], Filter] = ("", (), Filter())
    _ordered: tuple[Sequence[Row], View, Order, Sequence[int]] | None = None

    def list(self, rows: Sequence[Row], view: View, sites: Iterable[str]) -> Listing:
        """Choose from the rows of a view.

        Args:
            sites: the names that a filter may use.
        """
        wanted = self._filter(tuple(sites))
        everything = self.show_all or wanted.looks_at_all
        listed = [i for i in self._order(rows, view) if everything or rows[i].workload.listed]
        shown = listed
        if wanted:
            shown = [i for i in listed if wanted.passes(rows[i].workload, self._haystacks)]
        workloads = _workloads(rows, listed)
        return Listing(
            rows,
            shown,
            listed=workloads,
            passing=_workloads(rows, shown) if wanted else workloads,
            hidden=_workloads(rows, range(len(rows))) - workloads,
            filtered=bool(wanted),
            problems=wanted.problems,
        )

    def _filter(self, sites: tuple[str, ...]) -> Filter:
        if self._parsed[:2] != (self.filter, sites):
            self._parsed = (self.filter, sites, parse(self.filter, sites))
        return self._parsed[2]

    def _order(self, rows: Sequence[Row], view: View) -> Sequence[int]:
        known = self._ordered
        if known is None or known[0] is not rows or known[1:3] != (view, self.order):
            if len(self._haystacks) > 2 * len(rows) + FORGOTTEN:
                self._haystacks = Haystacks()
            known = self._ordered = (rows, view, self.order, ordered(rows, view, self.order))
        return known[3]


def _named(endpoints: Sequence[EndpointStatus]) -> str:
    more = f" and {len(endpoints) - NAMED} more" if len(endpoints) > NAMED else ""
    return ", ".join(visible(one.name) for one in endpoints[:NAMED]) + more


def _workloads(rows: Sequence[Row], indices: Sequence[int]) -> int:
    """How many workloads these rows are; further copies have lines but are no workloads."""
    return sum(1 for i in indices if rows[i].third is None)
