"""The page of one workload."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from drconsole.domain.snapshot import Workload
from drconsole.tui.detail import full_detail
from drconsole.tui.keys.action import DETAIL
from drconsole.tui.screens.subjects import WorkloadScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.widgets.ink import Line, Span
from drconsole.tui.widgets.pager import Pager


class DetailScreen(WorkloadScreen):
    """All copies of one workload side by side, its alarms, reasons and evidence.

    Args:
        key: the workload's key; the page follows it through refreshes.
    """

    NAME = DETAIL

    def __init__(self, state: ConsoleState, key: str) -> None:
        super().__init__(state)
        self.key = key

    def body(self) -> Iterable[Widget]:
        """One page of text."""
        yield Pager(id="main")

    def draw(self) -> None:
        """Draw the page; a workload that is gone says so."""
        self.query_one(Pager).page(self._lines())

    def subjects(self) -> tuple[Workload, ...]:
        """The workload of the page."""
        workload = self._workload()
        return (workload,) if workload else ()

    def _lines(self) -> tuple[Line, ...]:
        workload, snapshot = self._workload(), self.state.snapshot
        if workload is None or snapshot is None:
            return ((Span(" This workload is no longer seen anywhere.", "warning"),),)
        days = snapshot.estate.proven_days_of(workload.key)
        return full_detail(workload, self.state.now, self.size.width, proven_days=days)

    def _workload(self) -> Workload | None:
        workloads = self.state.snapshot.workloads if self.state.snapshot else ()
        return next((workload for workload in workloads if workload.key == self.key), None)
