"""Who answers, and what the others said."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from drconsole.domain.snapshot import EndpointStatus
from drconsole.tui import endpoint_list
from drconsole.tui.actions import ENDPOINTS
from drconsole.tui.picture import Picture
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.widgets.ink import Line, line
from drconsole.tui.widgets.lines import Lines
from drconsole.tui.widgets.table import LineTable


class EndpointsScreen(ConsoleScreen):
    """Each endpoint in one line, and everything known about the selected one below.

    Args:
        selected: the endpoint that the cursor starts on.
    """

    NAME = ENDPOINTS

    def __init__(self, state: ConsoleState, selected: str = "") -> None:
        super().__init__(state)
        self._wanted = selected
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
        drawn = [
            self._cells(status) for status in (self.state.snapshot.endpoints if self.state.snapshot else ())
        ]
        self._table.set_columns(endpoint_list.columns(drawn, self.size.width))
        self._table.redraw()
        self.show_selected()

    def show_selected(self) -> None:
        """Show all about the selected endpoint."""
        status = self._table.selected
        lines = endpoint_list.facts(status, self.state.now, self.size.width) if status else ()
        self.query_one("#pane", Lines).show(lines)

    def action_read_now(self) -> None:
        """Ask for a read of the selected endpoint."""
        self.ask(self._table.selected_key or None)

    def _cells(self, status: EndpointStatus) -> tuple[Line, ...]:
        return endpoint_list.cells(status, self.state.now)
