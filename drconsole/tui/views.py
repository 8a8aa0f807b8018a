"""The tables of the inventory: one for each pair of sites, and one for each site without a pair."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

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


class Row(NamedTuple):
    """One line of the table: a workload with its two ends, or one further copy of it."""

    workload: Workload
    third: CopyState | None = None

    @property
    def key(self) -> str:
        """What the line is called while everything around it changes."""
        return f"{self.workload.key}\0{self.third.place.id}" if self.third else self.workload.key


def views_of(estate: Estate) -> tuple[View, ...]:
    """The tables of an estate, in the config's order; never none."""
    pairs = [View(pair.left, pair.right) for pair in estate.pairs]
    paired = {site for view in pairs for site in view.sites}
    alone = [View(site.name) for site in estate.sites if site.name not in paired]
    return tuple(pairs + alone) or (View(""),)


def distribute(workloads: Iterable[Workload], views: tuple[View, ...]) -> dict[View, list[Row]]:
    """Give every workload to one view, the first that holds most of the sites of its copies, as rows."""
    known: dict[frozenset[str], View] = {}
    rows: dict[View, list[Row]] = {view: [] for view in views}
    for workload in workloads:
        sites = frozenset(copy.place.site for copy in workload.copies)
        view = known.get(sites)
        if view is None:
            view = known[sites] = max(views, key=lambda v: len(v.sites & sites))
        rows[view].extend(rows_of(workload, view))
    return rows


def rows_of(workload: Workload, view: View) -> tuple[Row, ...]:
    """The lines of one workload: its two ends, then every further copy on a line of its own."""
    main, copies = Row(workload), workload.copies
    shown = [copy for copy in ends_of(workload, view) if copy]
    if len(shown) == len(copies):
        return (main,)
    return (main, *(Row(workload, copy) for copy in copies if copy not in shown))


def ends_of(workload: Workload, view: View) -> tuple[CopyState | None, CopyState | None]:
    """The copies that stand in the left and in the right column of a workload's first line."""
    return _end(workload.copies, view.left), _end(workload.copies, view.right)


def _end(copies: tuple[CopyState, ...], site: str) -> CopyState | None:
    """The copy that stands for a site; a test copy only where the site has no other."""
    found = None
    for copy in copies:
        if copy.place.site == site:
            if copy.role is not Role.TEST_COPY:
                return copy
            found = found or copy
    return found
