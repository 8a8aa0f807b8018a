"""The page of one workload."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual.widget import Widget

from drconsole.domain.snapshot import Workload
from drconsole.errors import DrConsoleError
from drconsole.tui.detail import full_detail
from drconsole.tui.foot import now_lines
from drconsole.tui.keys.action import DETAIL
from drconsole.tui.run_lines import last_runs
from drconsole.tui.screens.subjects import WorkloadScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.views import Row
from drconsole.tui.widgets.ink import Line, Span
from drconsole.tui.widgets.lines import Lines
from drconsole.tui.widgets.pager import Pager

if TYPE_CHECKING:
    from drconsole.runs.view import RunView

# So many of its last runs are told; R shows them all.
RUNS = 3


class DetailScreen(WorkloadScreen):
    """All copies of one workload side by side, its alarms, reasons and evidence.

    Args:
        key: the workload's key; the page follows it through refreshes.
    """

    NAME = DETAIL

    def __init__(self, state: ConsoleState, key: str) -> None:
        super().__init__(state)
        self.key = key
        self._runs: Sequence[RunView] = ()

    def body(self) -> Iterable[Widget]:
        """One page of text, and what now."""
        yield Pager(id="main")
        yield Lines(id="now")

    def on_screen_resume(self) -> None:
        """Read what was run of it lately: at the beginning, and after each screen in front of it."""
        super().on_screen_resume()
        self.run_worker(self._take_runs(), group="runs", exclusive=True)

    async def _take_runs(self) -> None:
        found = await self.at_desk(self.state.desk.runs)
        # That the journal cannot be read is told where runs are asked for: this page is about the workload.
        if not isinstance(found, DrConsoleError):
            self._runs = [one for one in found if one.concerns(self.key)][:RUNS]
            self.draw_all()

    def draw(self) -> None:
        """Draw the page; a workload that is gone says so."""
        self.query_one(Pager).page(self._lines())
        workload = self._workload()
        row = Row(workload) if workload else None
        self.query_one("#now", Lines).show(now_lines(row, self.state.now, self.size.width, compares=False))

    def subjects(self) -> tuple[Workload, ...]:
        """The workload of the page."""
        workload = self._workload()
        return (workload,) if workload else ()

    def _lines(self) -> tuple[Line, ...]:
        workload, snapshot = self._workload(), self.state.snapshot
        if workload is None or snapshot is None:
            return ((Span(" This workload is no longer seen anywhere.", "warning"),),)
        days = snapshot.estate.proven_days_of(workload.key)
        runs = last_runs(self._runs, self.size.width)
        return full_detail(workload, self.state.now, self.size.width, proven_days=days, runs=runs)

    def _workload(self) -> Workload | None:
        workloads = self.state.snapshot.workloads if self.state.snapshot else ()
        return next((workload for workload in workloads if workload.key == self.key), None)
