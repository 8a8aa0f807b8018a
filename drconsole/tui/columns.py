"""How the inventory's columns share the width of the terminal; roles are never cut."""

from __future__ import annotations

from dataclasses import dataclass

from drconsole.domain.roles import Role
from drconsole.tui.views import View
from drconsole.tui.widgets.table import MARK, Column
from drconsole.wording.fit import width as cells_of
from drconsole.wording.names import visible

ROLE = max(len(role) for role in Role)
SITE_MIN, SITE_MAX = ROLE, len("FORMER ORIGINAL seen 90m ")
NAME_MIN, NAME_MAX = 12, 32
ARROW, RPO, ON = 3, 9, 2
NEXT_MIN = 24
ONE_SITE_MIN = 40


@dataclass(frozen=True, slots=True)
class Layout:
    """Which columns there are and how wide; a width of 0 means that the column has left."""

    name: int
    site: int
    rpo: int
    on: int
    next: int

    def columns(self, view: View, count: str) -> tuple[Column, ...]:
        """The columns for the table, in the order in which ``cells_of`` draws them."""
        shown = [
            Column(f"WORKLOAD {count}", self.name, middle=True, gap=2),
            Column(visible(view.left).upper(), self.site),
        ]
        if view.right:
            shown += [Column("", ARROW), Column(visible(view.right).upper(), self.site)]
        shown += [Column("RPO", self.rpo, right=True, gap=2)] if self.rpo else []
        shown += [Column("ON", self.on, gap=2)] if self.on else []
        shown += [Column("NEXT", self.next, gap=0)] if self.next else []
        return tuple(shown)


def layout(width: int, view: View) -> Layout:
    """Share ``width`` cells: NEXT leaves first, then ON, then RPO, then names are cut shorter."""
    sites = 2 if view.right else 1
    fixed = MARK + 2 + (ARROW + 1 if view.right else 0) + sites
    site_min = SITE_MIN + 4 if view.right else ONE_SITE_MIN
    free = width - fixed - NAME_MIN - sites * site_min
    rpo = RPO if free >= RPO + 2 else 0
    free -= RPO + 2 if rpo else 0
    on = ON if rpo and free >= ON + 2 else 0
    free -= ON + 2 if on else 0
    if free < 0:
        site_min = max(site_min + (free - 1) // sites, ROLE)
        free = 0
    name = NAME_MIN + min(free, 6)
    free -= name - NAME_MIN
    site = site_min + min(free // sites, SITE_MAX - SITE_MIN - 4)
    free -= (site - site_min) * sites
    following = NEXT_MIN if on and free >= NEXT_MIN else 0
    free -= following
    wider = min(free, NAME_MAX - name)
    return Layout(name + wider, site, rpo, on, following + free - wider if following else 0)


def title_width(view: View) -> int:
    """The width that the longer of the two site names wants."""
    return max(cells_of(visible(site)) for site in (view.left, view.right))
