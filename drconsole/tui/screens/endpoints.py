"""Who answers, and what the others said."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.widget import Widget

from drconsole.domain.snapshot import EndpointStatus
from drconsole.tui import endpoint_list
from drconsole.tui.endpoint_facts import fact_lines
from drconsole.tui.keys.action import ENDPOINTS
from drconsole.tui.picture import Picture
from drconsole.tui.screens.endpoint import EndpointScreen
from drconsole.tui.screens.prompted import PromptedScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.widgets.ink import Line, Span, line
from drconsole.tui.widgets.lines import Lines
from drconsole.tui.widgets.table import LineTable

# The share of the screen that the facts get however many endpoints there are, and the least.
FACTS, FACTS_LEAST = 0.45, 9
# Head, keys and the blank lines between the parts.
AROUND = 5


class EndpointsScreen(PromptedScreen):
    """Each endpoint in one line, and what is known about the selected one below; enter opens all of it.

    Args:
        selected: the endpoint that the cursor starts on.
    """

    NAME = ENDPOINTS

    def __init__(self, state: ConsoleState, selected: str = "") -> None:
        super().__init__(state)
        self._wanted = selected
        self._room = FACTS_LEAST
        self._layout = endpoint_list.layout((), state.now, 0)
        self._table: LineTable[EndpointStatus] = LineTable(
            lambda status: status.name, self._cells, self.show_selected, id="main"
        )

    def body(self) -> Iterable[Widget]:
        """The table, and the selected endpoint's facts."""
        yield self._table
        yield Lines(id="pane")

    def take(self, picture: Picture, *, anew: bool) -> None:
        """Show the endpoints of this picture."""
        endpoints = picture.snapshot.endpoints
        self._table.show(endpoints, range(len(endpoints)), empty=line("  the config names no endpoints"))
        if self._wanted:
            self._table.select(self._wanted)
            self._wanted = ""

    def draw(self) -> None:
        """Draw the table and the facts."""
        endpoints = self.state.snapshot.endpoints if self.state.snapshot else ()
        self._layout = endpoint_list.layout(endpoints, self.state.now, self.size.width)
        self._table.set_columns(self._layout.columns())
        room = self.size.height - AROUND
        wanted = max(room - len(endpoints) - 1, int(room * FACTS), FACTS_LEAST)
        pane = self.query_one("#pane", Lines)
        if pane.styles.height is None or pane.styles.height.value != wanted:
            pane.styles.height = wanted
        self._room = wanted - pane.gutter.height
        self._table.redraw()
        self.show_selected()

    def show_selected(self) -> None:
        """Show what is known about the selected endpoint, as far as it has room; and the keys that it has."""
        self.draw_keys()
        status = self._table.selected
        pane = self.query_one("#pane", Lines)
        lines = self._facts(status) if status else ()
        if len(lines) > self._room:
            lines = (*lines[: self._room - 1], (Span(" enter ", "key"), Span("shows the rest", "muted")))
        pane.show(lines)

    @on(LineTable.Chosen)
    async def action_open(self) -> None:
        """Show all about the selected endpoint."""
        if self._table.selected_key:
            await self.app.push_screen(EndpointScreen(self.state, self._table.selected_key))

    def chosen(self) -> str:
        """The endpoint under the cursor."""
        return self._table.selected_key

    def _facts(self, status: EndpointStatus) -> tuple[Line, ...]:
        snapshot = self.state.snapshot
        named = [host for host in (snapshot.unlisted if snapshot else ()) if host.named_by == status.name]
        return fact_lines(status, self.state.now, self.size.width, named)

    def _cells(self, status: EndpointStatus) -> tuple[Line, ...]:
        return self._layout.cells(status, self.state.now)
