"""All alarms, the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import on
from textual.widget import Widget

from drconsole.domain.snapshot import Workload
from drconsole.tui.alarm_list import Entry, entry_lines
from drconsole.tui.keys.action import ALARMS
from drconsole.tui.picture import Picture
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.screens.endpoints import EndpointsScreen
from drconsole.tui.screens.opening import screen_of
from drconsole.tui.state import ConsoleState
from drconsole.tui.widgets.blocks import Blocks
from drconsole.tui.widgets.ink import Line, Span, line
from drconsole.tui.widgets.lines import Lines


class AlarmsScreen(ConsoleScreen):
    """Each alarm in full, with what to do next; enter opens what it concerns."""

    NAME = ALARMS

    def __init__(self, state: ConsoleState) -> None:
        super().__init__(state)
        self._alarms: Blocks[Entry] = Blocks(
            lambda entry: entry.key, self._lines, self._tell_place, id="main"
        )

    def body(self) -> Iterable[Widget]:
        """The alarms, and which of how many the cursor is on."""
        yield self._alarms
        yield Lines(id="place")

    def take(self, picture: Picture, *, anew: bool) -> None:
        """Show the alarms of this picture."""
        self._alarms.fill(picture.summary.entries, empty=line("  no alarms"))

    def draw(self) -> None:
        """Draw the alarms."""
        self._alarms.redraw()
        self._tell_place()

    @on(Blocks.Chosen)
    async def action_open(self) -> None:
        """Open what the selected alarm concerns."""
        entry = self._alarms.selected
        if entry is None:
            return
        if isinstance(entry.subject, Workload):
            await self.app.push_screen(screen_of(self.state, entry.subject))
        else:
            await self.app.push_screen(EndpointsScreen(self.state, entry.subject.name))

    def _lines(self, entry: Entry, width: int) -> Sequence[Line]:
        return entry_lines(entry, self.state.now, width)

    def _tell_place(self) -> None:
        if self.is_attached:
            at, count = self._alarms.place
            text = f" alarm {at} of {count}, the worst first" if count else ""
            self.query_one("#place", Lines).show([(Span(text, "muted"),)])
