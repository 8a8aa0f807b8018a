"""What ``list`` prints: which workloads, and the words of the screen in its order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime

from drconsole.domain.acknowledged import Acknowledgement
from drconsole.domain.endpoint import Estate
from drconsole.domain.snapshot import Snapshot, Workload
from drconsole.errors import UsageError
from drconsole.tui import plain_list
from drconsole.tui.picture import study
from drconsole.tui.sorting import Order, ordered
from drconsole.tui.views import distribute
from drconsole.wording.filtering import Filter, parse
from drconsole.wording.haystack import Haystacks


def read_filter(text: str, estate: Estate) -> Filter:
    """The filter that a text means.

    Raises:
        UsageError: something in it means nothing; all of it is told.
    """
    wanted = parse(text, [site.name for site in estate.sites])
    if wanted.problems:
        told = "\n".join(f"  {problem}" for problem in wanted.problems)
        raise UsageError(f"The filter is wrong:\n{told}", hint='A word in quotes is only a word: "a:b"')
    return wanted


def listed(snapshot: Snapshot, *, everything: bool, wanted: Filter | None = None) -> list[Workload]:
    """The workloads to show: all, or those that somebody protects, as far as they pass the filter."""
    wanted, haystacks = wanted or Filter(), Haystacks()
    return [
        workload
        for workload in snapshot.workloads
        if (everything or workload.listed or wanted.looks_at_all) and wanted.passes(workload, haystacks)
    ]


def lines(
    snapshot: Snapshot,
    workloads: Sequence[Workload],
    width: int,
    wanted: Filter | None = None,
    order: Order = Order.ALARMS,
    known: Collection[Acknowledgement] = (),
) -> Iterator[str]:
    """The list, line by line; what was acknowledged stands last among the alarms."""
    picture = study(None, snapshot, known, datetime.now(UTC))
    possible = listed(snapshot, everything=True, wanted=wanted)
    hidden = len(possible) - len(workloads)
    are = "is" if hidden == 1 else "are"
    note = f"{hidden} without protection {are} not shown: --all shows all" if hidden else ""
    tables = {
        view: [rows[i] for i in ordered(rows, view, order)]
        for view, rows in distribute(workloads, picture.views).items()
    }
    return plain_list.lines(picture, tables, snapshot.taken_at, width, order=order, note=note)
