"""All alarms, the worst first."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.widget import Widget

from drconsole.domain.roles import Severity
from drconsole.domain.snapshot import Workload
from drconsole.tui.actions import ALARMS
from drconsole.tui.alarm_list import Entry
from drconsole.tui.picture import Picture
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.screens.detail import DetailScreen
from drconsole.tui.screens.endpoints import EndpointsScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.widgets.fitting import wrap
from drconsole.tui.widgets.ink import Line, Span, line
from drconsole.tui.widgets.lines import Lines
from drconsole.tui.widgets.table import MARK, Column, LineTable

SEVERITIES = {Severity.CRITICAL: ("CRITICAL", "critical"), Severity.WARNING: ("warning", "warning")}
SEVERITY = 9


class AlarmsScreen(ConsoleScreen):
    """Each alarm in one line; enter opens what it concerns."""

    NAME = ALARMS

    def __init__(self, state: ConsoleState) -> None:
        super().__init__(state)
        self._table: LineTable[Entry] = LineTable(
            lambda entry: entry.key, self._cells, self.show_selected, id="main"
        )

    def body(self) -> Iterable[Widget]:
        """The table, and the selected alarm in full."""
        yield self._table
        yield Lines(id="now")

    def take(self, picture: Picture, *, anew: bool) -> None:
        """Show the alarms of this picture."""
        entries = picture.summary.entries
        self._table.show(entries, range(len(entries)), empty=line("  no alarms"))

    def draw(self) -> None:
        """Draw the table and the selected alarm."""
        width = self.size.width - MARK - SEVERITY - 1
        self._table.set_columns((Column("SEVERITY", SEVERITY), Column("ALARM", width, gap=0)))
        self._table.redraw()
        self.show_selected()

    def show_selected(self) -> None:
        """Show the selected alarm in full."""
        entry = self._table.selected
        text = entry.text(self.state.now) if entry else ""
        self.query_one("#now", Lines).show([line(f" {piece}") for piece in wrap(text, self.size.width - 2)])

    @on(LineTable.Chosen)
    def action_open(self) -> None:
        """Open what the selected alarm concerns."""
        entry = self._table.selected
        if entry is None:
            return
        if isinstance(entry.subject, Workload):
            self.app.push_screen(DetailScreen(self.state, entry.subject.key))
        else:
            self.app.push_screen(EndpointsScreen(self.state, entry.subject.name))

    def _cells(self, entry: Entry) -> tuple[Line, ...]:
        word, ink = SEVERITIES[entry.alarm.severity]
        return (Span(word, ink),), line(entry.text(self.state.now))
