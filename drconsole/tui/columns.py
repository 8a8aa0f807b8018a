"""How the inventory's columns share the width of the terminal; roles are never cut."""

from __future__ import annotations

from dataclasses import dataclass

from drconsole.domain.roles import Role
from drconsole.domain.snapshot import CopyState
from drconsole.tui.sorting import SIGN, Order
from drconsole.tui.views import View
from drconsole.tui.widgets.fitting import cut_end
from drconsole.tui.widgets.table import MARK, Column
from drconsole.wording.names import visible

ROLE = max(len(role) for role in Role)
SITE_GOOD, SITE_LONG, SITE_MAX = ROLE + len(" off"), ROLE + len(" seen 9h"), ROLE + len(" seen 90m ")
ONE_SITE = 40
NAME_MIN, NAME_GOOD, NAME_MAX = 11, 18, 40
ARROW, RPO, PROVEN, ON = 3, 9, 6, 2
EDGE = 1
NEXT_MIN, NEXT_GOOD = 20, 30


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns there are and how wide; a width of 0 means that the column has left."""

    name: int
    site: int
    rpo: int
    proven: int
    on: int
    next: int

    def columns(self, view: View, count: str, order: Order = Order.ALARMS) -> tuple[Column, ...]:
        """The columns for the table, in the order in which ``cells`` draws them.

        Args:
            order: its sign stands in the title of the column that it follows.
        """
        left, right = (visible(site).upper() for site in (view.left, view.right))
        shown = [
            Column(f"WORKLOAD {count}", self.name, middle=True),
            Column(_signed(left, self.site, order is Order.LEFT), self.site),
        ]
        if view.right:
            shown += [Column("", ARROW), Column(_signed(right, self.site, order is Order.RIGHT), self.site)]
        rpo = _signed("RPO", self.rpo, order is Order.RPO)
        shown += [Column(rpo, self.rpo, right=True, gap=2)] if self.rpo else []
        shown += [Column("PROVEN", self.proven, right=True, gap=2)] if self.proven else []
        shown += [Column("ON", self.on, gap=2)] if self.on else []
        shown += [Column("NEXT", self.next)] if self.next else []
        return (*shown[:-1], shown[-1]._replace(gap=0))


def corner(order: Order) -> str:
    """The sign before the title of the names: they are in order, or their alarms are."""
    return {Order.ALARMS: f"!{SIGN}", Order.NAME: f" {SIGN}"}.get(order, "")


def _signed(title: str, width: int, is_order: bool) -> str:
    """A title with the sign of the order, which is never cut off."""
    return f"{cut_end(title, width - 2)} {SIGN}" if is_order else title


def needs_room(copy: CopyState) -> bool:
    """Whether a copy's cell is longer than its column usually is: the longest role with an age."""
    return copy.role is Role.FORMER_ORIGINAL and not copy.fresh


def layout(width: int, view: View, *, long_cells: bool = False) -> Layout:
    """Share ``width`` cells: NEXT leaves first, then PROVEN, ON, RPO, then names are cut shorter.

    Args:
        long_cells: some copy in this view ``needs_room``.
    """
    sites = 2 if view.right else 1
    site = SITE_LONG if long_cells else SITE_GOOD
    fixed = MARK + sites + (ARROW + 1 if view.right else 0) + EDGE
    free = width - fixed - NAME_MIN - sites * site
    rpo = proven = on = following = 0
    if free >= RPO + 1:
        rpo, free = RPO, free - RPO - 1
    if rpo and free >= ON + 2:
        on, free = ON, free - ON - 2
    name, free = _grow(NAME_MIN, NAME_GOOD, free)
    if on and free >= PROVEN + 2:
        proven, free = PROVEN, free - PROVEN - 2
    if proven and free >= NEXT_MIN + 2:
        following, free = _grow(NEXT_MIN, NEXT_GOOD, free - NEXT_MIN - 2)
    widest = SITE_MAX if view.right else ONE_SITE
    wider = max(min(free // sites, widest - site), ROLE - site)
    site, free = site + wider, free - sites * wider
    more = min(free, NAME_MAX - name)
    return Layout(max(name + more, 1), site, rpo, proven, on, following + free - more if following else 0)


def _grow(start: int, good: int, free: int) -> tuple[int, int]:
    """Widen from ``start`` up to ``good`` by what is free; returns the width and what is left."""
    more = max(min(free, good - start), 0)
    return start + more, free - more
