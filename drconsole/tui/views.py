"""The tables of the inventory: one for each pair of sites, and one for each site without a pair."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drconsole.domain.endpoint import Estate
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import CopyState, Workload


@dataclass(frozen=True, slots=True)
class View:
    """Two site columns; ``right`` is empty for a site without a pair."""

    left: str
    right: str = ""

    @property
    def sites(self) -> frozenset[str]:
        """The sites that have a column."""
        return frozenset({self.left, self.right} - {""})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: a workload with its two ends, or one further copy of it.

    Args:
        left: the copy in the left column; right likewise.
        third: set on a line of its own for a copy that is neither end.
    """

    workload: Workload
    left: CopyState | None = None
    right: CopyState | None = None
    third: CopyState | None = None

    @property
    def key(self) -> str:
        """What the line is called while everything around it changes."""
        return f"{self.workload.key}\0{self.third.place.id}" if self.third else self.workload.key

    @property
    def ends(self) -> tuple[CopyState, ...]:
        """The copies that stand on this line."""
        return tuple(copy for copy in (self.left, self.right) if copy)


def views_of(estate: Estate) -> tuple[View, ...]:
    """The tables of an estate, in the config's order; never none."""
    pairs = [View(pair.left, pair.right) for pair in estate.pairs]
    paired = {site for view in pairs for site in view.sites}
    alone = [View(site.name) for site in estate.sites if site.name not in paired]
    return tuple(pairs + alone) or (View(""),)


def distribute(workloads: Iterable[Workload], views: tuple[View, ...]) -> dict[View, list[Workload]]:
    """Give every workload to one view: the first that holds most of the sites of its copies."""
    known: dict[frozenset[str], View] = {}
    shares: dict[View, list[Workload]] = {view: [] for view in views}
    for workload in workloads:
        sites = frozenset(copy.place.site for copy in workload.copies)
        view = known.get(sites)
        if view is None:
            view = known[sites] = max(views, key=lambda v: len(v.sites & sites))
        shares[view].append(workload)
    return shares


def rows_of(workload: Workload, view: View) -> tuple[Row, ...]:
    """The lines of one workload: its two ends, then every further copy on a line of its own."""
    left = _end(workload.copies, view.left)
    right = _end(workload.copies, view.right)
    main = Row(workload, left, right)
    if len(workload.copies) == len(main.ends):
        return (main,)
    further = [copy for copy in workload.copies if copy is not left and copy is not right]
    return (
        main,
        *(
            Row(
                workload,
                left=copy if copy.place.site == view.left else None,
                right=copy if copy.place.site == view.right else None,
                third=copy,
            )
            for copy in further
        ),
    )


def _end(copies: tuple[CopyState, ...], site: str) -> CopyState | None:
    """The copy that stands for a site; a test copy only where the site has no other."""
    here = [copy for copy in copies if copy.place.site == site]
    return next((copy for copy in here if copy.role is not Role.TEST_COPY), here[0] if here else None)
