"""The inventory: a workload is a line, a site is a column."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from drconsole.tui.actions import FILTER, INVENTORY
from drconsole.tui.columns import Layout, layout
from drconsole.tui.detail import detail
from drconsole.tui.foot import now_lines, status_line
from drconsole.tui.listing import Lister, Listing
from drconsole.tui.picture import Picture
from drconsole.tui.rows import absences, cells
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.screens.detail import DetailScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.views import Row, View
from drconsole.tui.widgets.filter_input import FilterInput
from drconsole.tui.widgets.ink import Line, Span
from drconsole.tui.widgets.lines import Lines
from drconsole.tui.widgets.table import LineTable


class InventoryScreen(ConsoleScreen):
    """All workloads of one pair of sites in one table, with a detail pane where there is room.

    Args:
        show_all: also list machines that nothing protects.
    """

    NAME = INVENTORY

    def __init__(self, state: ConsoleState, *, show_all: bool = False) -> None:
        super().__init__(state)
        self._lister = Lister(show_all)
        self._listing = Listing()
        self._views: tuple[View, ...] = (View(""),)
        self._place = 0
        self._absences: Mapping[str, str] = {}
        self._news: frozenset[str] = frozenset()
        self._looked_at = ""
        self._table: LineTable[Row] = LineTable(lambda row: row.key, self._cells, self._look, id="main")
        self._list()

    def body(self) -> Iterable[Widget]:
        """The table, the pane, what to do now, and the filter."""
        yield self._table
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

    @property
    def mode(self) -> str:
        """The filter takes all keys while it is open."""
        return FILTER if self.has_class("-filtering") else INVENTORY

    def conditions(self) -> frozenset[str]:
        """Whether there are other pairs, and whether a filter is set."""
        found = {"pairs": len(self._views) > 1, "filtered": bool(self._lister.filter)}
        return frozenset(name for name, holds in found.items() if holds)

    def take(self, picture: Picture, *, anew: bool) -> None:
        """List anew if any workload changed; who is silent is looked at every time."""
        self._absences = absences(picture.snapshot.endpoints)
        change = picture.difference
        if anew or change.changed or change.added or change.removed:
            self._news |= frozenset() if anew else picture.news
            view, self._views = self.view, picture.views
            self._place = self._views.index(view) if view in self._views else 0
            self._list()

    def draw(self) -> None:
        """Draw the table and what hangs on the line under the cursor."""
        self._table.set_columns(self._layout.columns(self.view, self._listing.count))
        self._table.redraw()
        self.query_one("#prompt", Lines).show([(Span(" filter: ", "label"),)])
        self._draw_selected()

    def action_filter(self) -> None:
        """Open the filter."""
        field = self.query_one(FilterInput)
        field.value = self._lister.filter
        self.add_class("-filtering")
        field.focus()
        self.draw_all()

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """Show only lines that hold all the words."""
        event.stop()
        self._relist(filter=event.value)

    @on(Input.Submitted)
    def keep_filter(self) -> None:
        """Go back to the table; the filter stays."""
        self._close_filter()

    @on(FilterInput.Left)
    def action_clear_filter(self) -> None:
        """End the filter."""
        self._close_filter()
        self._relist(filter="")

    def action_next_pair(self, step: int) -> None:
        """Show another pair of sites."""
        self._place = (self._place + step) % len(self._views)
        self._relist(filter=self._lister.filter)

    def action_toggle_all(self) -> None:
        """Show or hide machines that nothing protects."""
        self._lister.show_all = not self._lister.show_all
        self._relist(filter=self._lister.filter)

    @on(LineTable.Chosen)
    def action_open(self) -> None:
        """Show all about the workload under the cursor."""
        row = self._table.selected
        if row:
            self.app.push_screen(DetailScreen(self.state, row.workload.key))

    @property
    def _layout(self) -> Layout:
        picture = self.state.picture
        long_cells = picture is not None and self.view in picture.long_cells
        return layout(self.size.width, self.view, long_cells=long_cells)

    def _cells(self, row: Row) -> tuple[Line, ...]:
        news = row.workload.key in self._news
        return cells(row, self.view, self._layout, self._absences, self.state.now, news=news)

    def _close_filter(self) -> None:
        self.remove_class("-filtering")
        self._table.focus()
        self.call_after_refresh(self.draw_all)

    def _relist(self, *, filter: str) -> None:  # noqa: A002
        self._lister.filter = filter
        self._list()
        self.draw_all()

    def _list(self) -> None:
        """Give the table those rows of the pair that are listed and pass the filter."""
        picture = self.state.picture
        self._listing = self._lister.list(picture.rows[self.view] if picture else ())
        why = self._listing.why_empty if picture else "waiting for the first answer"
        self._table.show(self._listing.rows, self._listing.shown, empty=(Span(f"  {why}", "muted"),))

    def _look(self) -> None:
        """The cursor moved: what it left and what it stands on was looked at."""
        row = self._table.selected
        key = row.workload.key if row else ""
        self._news -= {self._looked_at, key}
        self._looked_at = key
        self._draw_selected()

    def _draw_selected(self) -> None:
        """Draw what hangs on the line under the cursor."""
        row, now, width = self._table.selected, self.state.now, self.size.width
        self.query_one("#now", Lines).show(now_lines(row, now, width))
        pane = self.query_one("#pane", Lines)
        if pane.display and pane.size.height:
            pane.show(detail(row.workload, now, width) if row else ())
        status = self.query_one("#status", Lines)
        shown = "" if self.mode == FILTER else self._lister.filter
        pair = (self._place + 1, len(self._views))
        status.show([status_line(shown, pair, self._listing.hidden, self._table.window, status.size.width)])
