"""The table of endpoints: who answers, in one line each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from rich.cells import cell_len

from drconsole.domain.roles import AlarmCode
from drconsole.domain.snapshot import EndpointState, EndpointStatus
from drconsole.tui.widgets.fitting import cut_end
from drconsole.tui.widgets.ink import Line, Span, line, plain
from drconsole.tui.widgets.table import MARK, Column
from drconsole.wording.ages import ago
from drconsole.wording.distinct import LEAST, distinct
from drconsole.wording.endpoints import is_asked, state_words
from drconsole.wording.names import visible

INKS = {
    EndpointState.OK: "good",
    EndpointState.PARTIAL: "warning",
    EndpointState.SILENT: "critical",
    EndpointState.NEVER: "muted",
}
TITLES = ("ENDPOINT", "SITE", "STATE", "READ", "KIND", "ADDRESS")
NAME, SITE = 0, 1
GAP = 2
SITE_LEAST = 12
# These leave in this order before a name is cut; the pane below tells them in full.
LEAVING = (5, 4)


class Layout(NamedTuple):
    """Which columns have room, how wide they are, and how each name is shown.

    Args:
        shown: places in ``TITLES``.
    """

    shown: tuple[int, ...]
    widths: tuple[int, ...]
    names: Mapping[str, str]

    def columns(self) -> tuple[Column, ...]:
        """The columns of the table."""
        return tuple(Column(TITLES[p], w, gap=GAP) for p, w in zip(self.shown, self.widths, strict=True))

    def cells(self, status: EndpointStatus, now: datetime) -> tuple[Line, ...]:
        """One line of the table."""
        whole = _cells(status, now)
        name = self.names.get(status.name, "")
        site = cut_end(plain(whole[SITE]), self.widths[SITE])
        short = (line(name), line(site), *whole[SITE + 1 :])
        return tuple(short[place] for place in self.shown)


def layout(endpoints: Sequence[EndpointStatus], now: datetime, width: int) -> Layout:
    """Columns as wide as what they hold; two different names never look alike."""
    rows = [_cells(status, now) for status in endpoints]
    wanted = [
        max(cell_len(text) for text in (title, *(plain(row[place]) for row in rows)))
        for place, title in enumerate(TITLES)
    ]
    shown = list(range(len(TITLES)))
    for leaving in LEAVING:
        if _total(wanted, shown) > width:
            shown.remove(leaving)
    over = max(_total(wanted, shown) - width, 0)
    at_site = min(over, max(wanted[SITE] - SITE_LEAST, 0))
    wanted[SITE] -= at_site
    wanted[NAME] = max(wanted[NAME] - (over - at_site), LEAST)
    names = distinct([visible(status.name) for status in endpoints], wanted[NAME])
    return Layout(
        tuple(shown),
        tuple(wanted[place] for place in shown),
        {status.name: names[visible(status.name)] for status in endpoints},
    )


def _is_insecure(status: EndpointStatus) -> bool:
    return any(alarm.code is AlarmCode.INSECURE for alarm in status.alarms)


def _total(widths: Sequence[int], shown: Sequence[int]) -> int:
    return MARK + sum(widths[place] + GAP for place in shown)


def _cells(status: EndpointStatus, now: datetime) -> tuple[Line, ...]:
    words = state_words(status, now)
    ink = "critical" if words.startswith("silent") else "muted" if is_asked(status) else INKS[status.state]
    return (
        line(visible(status.name)),
        line(visible(status.site)),
        (Span(words, ink), *((Span(" INSECURE", "warning"),) if _is_insecure(status) else ())),
        line(ago((now - status.last_read).total_seconds()) if status.last_read else "never"),
        line(status.kind),
        line(visible(status.address)),
    )
