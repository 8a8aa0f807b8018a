"""The orders of the inventory's lines, each shown in the head of the column that it follows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from drconsole.domain.roles import ArrowKind, Role
from drconsole.domain.snapshot import CopyState, Workload
from drconsole.tui.views import Row, View, ends_of

SIGN = "▾"
_PLACES = {role: place for place, role in enumerate(Role)}


class Order(StrEnum):
    """What the lines are ordered by; ``alarms``, the worst first and then names, is the snapshot's own."""

    ALARMS = "alarms"
    NAME = "name"
    RPO = "rpo"
    LEFT = "left"
    RIGHT = "right"


def orders_of(view: View) -> tuple[Order, ...]:
    """The orders that a view has."""
    return tuple(order for order in Order if view.right or order is not Order.RIGHT)


def order_words(order: Order, view: View) -> str:
    """An order in words."""
    return {
        Order.ALARMS: "the worst first",
        Order.NAME: "by name",
        Order.RPO: "the oldest last sync first",
        Order.LEFT: f"by role at {view.left}",
        Order.RIGHT: f"by role at {view.right}",
    }[order]


def ordered(rows: Sequence[Row], view: View, order: Order) -> Sequence[int]:
    """Indices of the rows in an order; equal ones stay as they were, and a workload's lines together."""
    if order is Order.ALARMS:
        return range(len(rows))
    rank = _RANKS[order]
    keys = [rank(row.workload, view) for row in rows]
    return sorted(range(len(rows)), key=keys.__getitem__)


def best_sync(workload: Workload) -> CopyState | None:
    """The copy with the freshest last sync among those whose facts are current."""
    known = [copy for copy in workload.copies if copy.fresh and copy.rpo_s is not None]
    return min(known, key=lambda copy: copy.rpo_s or 0, default=None)


def _name(workload: Workload, _view: View) -> tuple[object, ...]:
    return (workload.name.casefold(),)


def _rpo(workload: Workload, _view: View) -> tuple[object, ...]:
    """What nothing protects first, then the oldest sync; what is not known or has none comes last."""
    if workload.arrow.kind is ArrowKind.FAILED_OVER:
        return (0, 0)
    best = best_sync(workload)
    if best is not None and workload.arrow.kind not in (ArrowKind.NONE, ArrowKind.CONTRADICTION):
        return (1, -(best.rpo_s or 0))
    return (2, 0)


def _left(workload: Workload, view: View) -> tuple[object, ...]:
    return _role(ends_of(workload, view)[0])


def _right(workload: Workload, view: View) -> tuple[object, ...]:
    return _role(ends_of(workload, view)[1])


def _role(copy: CopyState | None) -> tuple[object, ...]:
    return (_PLACES[copy.role] if copy else len(_PLACES),)


_RANKS: dict[Order, Callable[[Workload, View], tuple[object, ...]]] = {
    Order.NAME: _name,
    Order.RPO: _rpo,
    Order.LEFT: _left,
    Order.RIGHT: _right,
}
