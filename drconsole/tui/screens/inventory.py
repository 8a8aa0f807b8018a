"""The inventory: a workload is a line, a site is a column."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from drconsole.domain.snapshot import Difference, EndpointState, Snapshot, Workload
from drconsole.tui import rows
from drconsole.tui.actions import FILTER, INVENTORY
from drconsole.tui.columns import Layout, layout
from drconsole.tui.detail import detail
from drconsole.tui.filtering import Haystacks, words_of
from drconsole.tui.now_lines import now_lines
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.screens.detail import DetailScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.views import Row, View, distribute, rows_of, views_of
from drconsole.tui.widgets.filter_input import FilterInput
from drconsole.tui.widgets.fitting import fit
from drconsole.tui.widgets.ink import Line, Span
from drconsole.tui.widgets.lines import Lines
from drconsole.tui.widgets.table import LineTable
from drconsole.wording.names import visible


class InventoryScreen(ConsoleScreen):
    """All workloads of one pair of sites in one table, with a detail pane where there is room.

    Args:
        show_all: also list machines that nothing protects.
    """

    NAME = INVENTORY

    def __init__(self, state: ConsoleState, *, show_all: bool = False) -> None:
        super().__init__(state)
        self.show_all = show_all
        self.filter = ""
        self._views: tuple[View, ...] = (View(""),)
        self._shares: dict[View, list[Workload]] = {}
        self._place = 0
        self._rows: list[Row] = []
        self._hidden = 0
        self._count = "0"
        self._silent: frozenset[str] = frozenset()
        self._haystacks = Haystacks()
        self._table: LineTable[Row] = LineTable(
            lambda row: row.key, self._cells, self._draw_selected, id="main"
        )

    def body(self) -> Iterable[Widget]:
        """The table, the pane, what to do now, and the filter."""
        yield self._table
        yield Lines(id="rule")
        yield Lines(id="pane")
        yield Lines(id="now")
        with Horizontal(id="status-line"):
            yield Lines(id="prompt")
            yield FilterInput(id="filter")
            yield Lines(id="status")

    @property
    def view(self) -> View:
        """The pair of sites that is shown."""
        return self._views[self._place]

    def take(self, snapshot: Snapshot, difference: Difference | None) -> None:
        """Rebuild the rows if any workload changed; who is silent is looked at every time."""
        super().take(snapshot, difference)
        answering = (EndpointState.OK, EndpointState.PARTIAL)
        self._silent = frozenset(e.site for e in snapshot.endpoints if e.state not in answering)
        if difference is None or difference.changed or difference.added or difference.removed:
            view = self.view
            self._views = views_of(snapshot.estate)
            self._place = self._views.index(view) if view in self._views else 0
            self._shares = distribute(snapshot.workloads, self._views)
            self._make_rows()

    def draw(self) -> None:
        """Draw the table and what hangs on the line under the cursor."""
        self._table.set_columns(self._layout.columns(self.view, self._count))
        self._table.redraw()
        self._draw_selected()

    @property
    def mode(self) -> str:
        """The filter takes all keys while it is open."""
        return FILTER if self.has_class("-filtering") else INVENTORY

    def conditions(self) -> frozenset[str]:
        """Whether there are other pairs, and whether a filter is set."""
        found = {"pairs"} if len(self._views) > 1 else set()
        return frozenset(found | ({"filtered"} if self.filter else set()))

    def action_filter(self) -> None:
        """Open the filter."""
        field = self.query_one(FilterInput)
        field.value = self.filter
        self.add_class("-filtering")
        field.focus()
        self.draw_all()

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """Show only lines that hold all the words."""
        event.stop()
        self.filter = event.value
        self._show()
        self.draw_all()

    @on(Input.Submitted)
    def keep_filter(self) -> None:
        """Go back to the table; the filter stays."""
        self.remove_class("-filtering")
        self._table.focus()
        self.draw_all()

    @on(FilterInput.Left)
    def action_clear_filter(self) -> None:
        """End the filter."""
        self._end_filter()
        self.draw_all()

    def action_next_pair(self, step: int) -> None:
        """Show another pair of sites."""
        self._place = (self._place + step) % len(self._views)
        self._make_rows()
        self.draw_all()

    def action_toggle_all(self) -> None:
        """Show or hide machines that nothing protects."""
        self.show_all = not self.show_all
        self._make_rows()
        self.draw_all()

    @on(LineTable.Chosen)
    def action_open(self) -> None:
        """Show all about the workload under the cursor."""
        row = self._table.selected
        if row:
            self.app.push_screen(self._page(row.workload.key))

    @property
    def _layout(self) -> Layout:
        return layout(self.size.width, self.view)

    def _cells(self, row: Row) -> tuple[Line, ...]:
        return rows.cells(row, self.view, self._layout, self._silent, self.state.now)

    def _make_rows(self) -> None:
        """Rebuild the lines of the shown pair from the newest picture."""
        share = self._shares.get(self.view, [])
        listed = [workload for workload in share if workload.listed or self.show_all]
        self._hidden = len(share) - len(listed)
        self._rows = [row for workload in listed for row in rows_of(workload, self.view)]
        self._show()

    def _show(self) -> None:
        """Give the table the rows that pass the filter."""
        words, text = words_of(self.filter), self._haystacks.text
        shown: Sequence[int] = range(len(self._rows))
        if words:
            shown = [i for i in shown if all(word in text(self._rows[i].workload) for word in words)]
        listed = sum(1 for row in self._rows if not row.third)
        passing = sum(1 for i in shown if not self._rows[i].third) if words else listed
        self._count = f"{passing}/{listed}" if words else str(listed)
        self._table.show(self._rows, shown, empty=self._empty())

    def _empty(self) -> Line:
        """Why the table has no lines."""
        if self.filter and self._rows:
            text = "no line holds these words; esc ends the filter"
        elif self._hidden:
            text = f"nothing is protected here; u shows {self._hidden} unprotected"
        elif self.state.snapshot and self.state.snapshot.workloads:
            text = "no workload at these sites"
        else:
            text = "waiting for the first answer"
        return (Span(f"  {text}", "muted"),)

    def _end_filter(self) -> None:
        self.filter = ""
        self.remove_class("-filtering")
        self._table.focus()
        self._show()

    def _page(self, key: str) -> DetailScreen:
        return DetailScreen(self.state, key)

    def _draw_selected(self) -> None:
        """Draw what hangs on the line under the cursor."""
        row, now, width = self._table.selected, self.state.now, self.size.width
        self.query_one("#now", Lines).show(now_lines(row, now, width))
        pane = self.query_one("#pane", Lines)
        if pane.display and pane.size.height:
            pane.show(detail(row.workload, now, width) if row else ())
        self.query_one("#prompt", Lines).show([(Span(" filter: ", "label"),)])
        self.query_one("#status", Lines).show([self._status()])

    def _status(self) -> Line:
        """The filter, the pair, what is hidden, and where the window stands."""
        parts = []
        if self.filter and not self.has_class("-filtering"):
            parts += [Span(" filter: ", "label"), Span(visible(self.filter), "strong"), Span("  ")]
        if len(self._views) > 1:
            parts.append(Span(f" pair {self._place + 1} of {len(self._views)}  ", "muted"))
        if self._hidden:
            parts.append(Span(f" {self._hidden} unprotected hidden, u shows  ", "muted"))
        first, last, count = self._table.window
        where = f"{first} to {last} of {count} " if last - first + 1 < count else ""
        width = self.query_one("#status", Lines).size.width
        return (*fit(parts, max(width - len(where), 0)), Span(where, "muted"))
