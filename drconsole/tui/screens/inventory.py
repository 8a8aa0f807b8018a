"""The inventory: a workload is a line, a site is a column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input

from drconsole.domain.snapshot import Workload
from drconsole.tui import plain_list
from drconsole.tui.actions import Entry
from drconsole.tui.columns import Layout, corner, layout
from drconsole.tui.detail import detail
from drconsole.tui.foot import Status, now_lines, status_line
from drconsole.tui.keys.action import FILTER, INVENTORY
from drconsole.tui.listing import Lister, Listing
from drconsole.tui.marks import Marks
from drconsole.tui.picture import Picture
from drconsole.tui.rows import absences, cells
from drconsole.tui.screens.opening import screen_of
from drconsole.tui.screens.subjects import WorkloadScreen
from drconsole.tui.sorting import Order, order_words, orders_of
from drconsole.tui.state import ConsoleState
from drconsole.tui.views import Row, View
from drconsole.tui.widgets.filter_input import FilterInput
from drconsole.tui.widgets.ink import Line, Span
from drconsole.tui.widgets.lines import Lines
from drconsole.tui.widgets.table import LineTable
from drconsole.wording.names import visible

TEXT_WIDTH = 120
FILTER_WIDTH = 37


class InventoryScreen(WorkloadScreen):
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
        self._looked_at = ""
        self._marks = Marks()
        self._unseen = 0
        self._table: LineTable[Row] = LineTable(
            lambda row: row.key, self._cells, self._look, marks=self._marks, id="main"
        )
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

    def choices(self) -> Iterable[Entry]:
        """Orders and themes, each by its name."""
        for order in orders_of(self.view):
            yield Entry(f"order('{order}')", f"order: {order_words(order, self.view)}")
        yield from super().choices()

    def subjects(self) -> tuple[Workload, ...]:
        """The marked workloads, or the one under the cursor."""
        picture = self.state.picture
        if self._marks and picture:
            return tuple(w for w in picture.snapshot.workloads if w.key in self._marks)
        selected = self.selected()
        return (selected,) if selected else ()

    def selected(self) -> Workload | None:
        """The workload under the cursor."""
        row = self._table.selected
        return row.workload if row else None

    def text(self) -> tuple[str, Callable[[], list[str]]]:
        """The shown list as ``drconsole list`` prints it."""
        picture, listing, view, now = self.state.picture, self._listing, self.view, self.state.now
        if picture is None:
            return super().text()
        order = self._lister.order
        note = f"filter: {visible(self._lister.filter)}" if listing.filtered else ""

        def make() -> list[str]:
            tables = {view: [listing.rows[i] for i in listing.shown]}
            return list(plain_list.lines(picture, tables, now, TEXT_WIDTH, order=order, note=note))

        return "list", make

    def take(self, picture: Picture, *, anew: bool) -> None:
        """List anew if any workload changed; who is silent is looked at every time."""
        self._absences = absences(picture.snapshot.endpoints)
        change = picture.difference
        looked = self.state.subject in change.inspected
        waits = not self._listing.shown and bool(change.endpoints)
        if anew or looked or waits or change.changed or change.added or change.removed:
            view, self._views = self.view, picture.views
            self._place = self._views.index(view) if view in self._views else 0
            self._list()
        if self._marks and (anew or change.removed):
            dropped = self._marks.keep({workload.key for workload in picture.snapshot.workloads})
            if dropped:
                self._count_marks()
                self.say(dropped, "warning")

    def draw(self) -> None:
        """Draw the table and what hangs on the line under the cursor."""
        order = self._lister.order
        columns = self._layout.columns(self.view, self._listing.count, order)
        self._table.set_columns(columns, corner(order))
        self._table.redraw()
        self.query_one("#prompt", Lines).show([(Span(" filter: ", "label"),)])
        self._draw_selected()

    def action_next_order(self) -> None:
        """Order the lines by the next column."""
        orders = orders_of(self.view)
        place = orders.index(self._lister.order) + 1 if self._lister.order in orders else 0
        self.action_order(orders[place % len(orders)])

    def action_order(self, order: str) -> None:
        """Order the lines."""
        self._lister.order = Order(order)
        self._relist()

    def action_mark(self) -> None:
        """Mark the workload under the cursor, or take its mark away."""
        if workload := self.selected():
            self._marks.toggle(workload)
            self._count_marks()
            self.draw()

    def action_mark_shown(self) -> None:
        """Mark all workloads that are shown; if they are, none of them."""
        self._marks.toggle_all(self._listing.workloads())
        self._count_marks()
        self.draw()

    def action_filter(self) -> None:
        """Open the filter."""
        field = self.query_one(FilterInput)
        field.value = self._lister.filter
        self.add_class("-filtering")
        self.set_focus(field)
        self.draw_all()

    @on(Input.Changed)
    def narrow(self, event: Input.Changed) -> None:
        """Show only what passes the filter; what was typed before the filter was left has been taken then."""
        event.stop()
        if self.mode == FILTER:
            self._take_filter()

    def action_keep_filter(self) -> None:
        """Go back to the table; the filter stays."""
        self._take_filter()
        self._close_filter()

    def action_give_filter_up(self) -> None:
        """Go back to the table, and end the filter."""
        self.action_clear_filter()

    def action_clear_filter(self) -> None:
        """End the filter."""
        self._close_filter()
        self._lister.filter = ""
        self._relist()

    def action_next_pair(self, step: int) -> None:
        """Show another pair of sites."""
        self._place = (self._place + step) % len(self._views)
        self._relist()

    def action_toggle_all(self) -> None:
        """Show or hide machines that nothing protects."""
        self._lister.show_all = not self._lister.show_all
        self._relist()

    @on(LineTable.Chosen)
    async def action_open(self) -> None:
        """Show all about the workload under the cursor."""
        row = self._table.selected
        if row:
            await self.app.push_screen(screen_of(self.state, row.workload))

    @property
    def _layout(self) -> Layout:
        picture = self.state.picture
        long_cells = picture is not None and self.view in picture.long_cells
        return layout(self.size.width, self.view, long_cells=long_cells)

    def _cells(self, row: Row) -> tuple[Line, ...]:
        news = row.workload.key in self.state.news
        twins = self.state.picture.twins if self.state.picture else frozenset()
        return cells(row, self.view, self._layout, self._absences, self.state.now, news=news, twins=twins)

    def _take_filter(self) -> None:
        typed = self.query_one(FilterInput).value
        if typed != self._lister.filter:
            self._lister.filter = typed
            self._relist()

    def _close_filter(self) -> None:
        self.remove_class("-filtering")
        self.set_focus(self._table)
        self.call_after_refresh(self.draw_all)

    def _relist(self) -> None:
        self._list()
        self.draw_all()

    def _list(self) -> None:
        """Give the table those rows of the pair that are listed and pass the filter."""
        picture = self.state.picture
        rows = picture.rows[self.view] if picture else ()
        sites = [site.name for site in picture.snapshot.estate.sites] if picture else ()
        self._listing = self._lister.list(rows, self.view, sites)
        self._count_marks()
        statuses = picture.snapshot.endpoints if picture else ()
        around = [status for status in statuses if status.site in self.view.sites]
        why = self._listing.why_empty(around) if picture else "waiting for the first answer"
        self._table.show(self._listing.rows, self._listing.shown, empty=(Span(f"  {why}", "muted"),))

    def _count_marks(self) -> None:
        """Count what is marked and not shown: once for each change, not for each move of the cursor."""
        marks = self._marks
        self._unseen = marks.unseen(w.key for w in self._listing.workloads()) if marks else 0

    def _look(self) -> None:
        """The cursor moved: what it left and what it stands on was looked at."""
        row = self._table.selected
        key = row.workload.key if row else ""
        self.state.news -= {self._looked_at, key}
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
        # Its own width is still the former one while the filter opens or closes.
        taken = FILTER_WIDTH if self.mode == FILTER else 0
        status.show([status_line(self._status(), self.size.width - taken)])

    def _status(self) -> Status:
        order, listing = self._lister.order, self._listing
        return Status(
            filter="" if self.mode == FILTER else self._lister.filter,
            problems=listing.problems,
            marked=len(self._marks),
            unseen=self._unseen,
            order="" if order is Order.ALARMS else order_words(order, self.view),
            pair=(self._place + 1, len(self._views)),
            hidden=listing.hidden,
            window=self._table.window,
            armed=self.state.arming.armed,
        )
