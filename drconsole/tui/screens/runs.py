"""All runs: what goes on, what asks, what was done."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual import on
from textual.widget import Widget

from drconsole.domain.snapshot import Workload
from drconsole.errors import DrConsoleError
from drconsole.tui.keys.action import RUNS
from drconsole.tui.screens.arming import told_error
from drconsole.tui.screens.asking_runs import AskingScreen
from drconsole.tui.screens.run import RunScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.step_lines import INKS
from drconsole.tui.widgets.ink import Line, Span
from drconsole.tui.widgets.lines import Lines
from drconsole.tui.widgets.table import MARK, Column, LineTable
from drconsole.wording import runs as words
from drconsole.wording.ages import exact
from drconsole.wording.names import visible

if TYPE_CHECKING:
    from drconsole.runs.view import RunView

READ_S = 2.0
ID, WHEN, STATE = 8, 23, 11


class RunsScreen(AskingScreen):
    """The newest first; enter follows one.

    Args:
        about: the workload that was looked at: the list can be narrowed to its runs.
    """

    NAME = RUNS

    def __init__(self, state: ConsoleState, about: Workload | None = None) -> None:
        super().__init__(state)
        self._about = about
        self._narrow = False
        self._runs: tuple[RunView, ...] = ()
        self._told = "reading the journal ..."
        self._reading = False
        self._table: LineTable[RunView] = LineTable(lambda view: view.id, self._cells, self._moved, id="main")

    def body(self) -> Iterable[Widget]:
        """A line for each run, and by whom it was ordered."""
        yield self._table
        yield Lines(id="now")

    def on_mount(self) -> None:
        """Read the journal, and again from time to time."""
        self._read()
        self.set_interval(READ_S, self._read)

    def view(self) -> RunView | None:
        """The run under the cursor."""
        return self._table.selected

    def conditions(self) -> frozenset[str]:
        """Where the selected run stands, and whether the list can be narrowed."""
        return super().conditions() | frozenset({"about"} if self._about else ())

    def action_narrow(self) -> None:
        """Show only the runs of the workload that was looked at, or all."""
        self._narrow = not self._narrow
        self.draw_all()

    def draw(self) -> None:
        """Draw the runs."""
        width = max(self.size.width - MARK - ID - WHEN - STATE - 4, 10)
        columns = (
            Column("RUN", ID),
            Column("ORDERED", WHEN),
            Column("STATE", STATE),
            Column(self._title(), width, gap=0),
        )
        self._table.set_columns(columns)
        key = self._about.key if self._about and self._narrow else ""
        shown = [at for at, one in enumerate(self._runs) if one.concerns(key)]
        told = "no run was about it; f shows all" if key and self._runs else self._told
        self._table.show(self._runs, shown, empty=(Span(f"  {told}", "muted"),))
        self._moved()

    @on(LineTable.Chosen)
    def action_open(self) -> None:
        """Follow the run under the cursor."""
        if view := self.view():
            self.app.push_screen(RunScreen(self.state, view.id))

    def asked(self) -> None:
        """Show what became of it."""
        if view := self.view():
            self.app.push_screen(RunScreen(self.state, view.id))

    def _title(self) -> str:
        if not self._about:
            return "WHAT"
        return f"WHAT (only of {visible(self._about.name)}; f all)" if self._narrow else "WHAT"

    def _read(self) -> None:
        if not self._reading and self.app.screen is self:
            self._reading = True
            self.run_worker(self._take(), group="runs")

    async def _take(self) -> None:
        found = await self.at_desk(self.state.desk.runs)
        self._reading = False
        if isinstance(found, DrConsoleError):
            self._told = told_error(found)
        else:
            self._told = "nothing was ever run from this state folder"
            self._runs = tuple(found)
        self.draw_all()

    def _moved(self) -> None:
        view = self.view()
        text = (
            f"{words.RESULTS[view.state.value]}; ordered by {visible(getattr(view.order, 'by', '?'))}"
            if view
            else ""
        )
        self.query_one("#now", Lines).show([(Span(f" {text}"),)])

    def _cells(self, view: RunView) -> tuple[Line, ...]:
        state = view.state.value
        plan = view.plan
        what = (
            f"{words.operation(plan.operation)} {words.names(plan.subjects)}"
            if plan
            else "of another version"
        )
        when = exact(view.ordered_at) if plan else ""
        return (Span(view.id),), (Span(when, "muted"),), (Span(state, INKS.get(state, "")),), (Span(what),)
