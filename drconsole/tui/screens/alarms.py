"""All alarms, the worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual import on
from textual.widget import Widget

from drconsole.domain.acknowledged import NEVER
from drconsole.domain.snapshot import Workload
from drconsole.errors import DrConsoleError
from drconsole.tui.alarm_list import Entry, entry_lines
from drconsole.tui.keys.action import ALARMS
from drconsole.tui.picture import Picture
from drconsole.tui.screens.acknowledging import AcknowledgeScreen
from drconsole.tui.screens.arming import told_error
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.screens.endpoints import EndpointsScreen
from drconsole.tui.screens.opening import screen_of
from drconsole.tui.screens.question import QuestionScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.waiting import in_thread
from drconsole.tui.widgets.blocks import Blocks
from drconsole.tui.widgets.ink import Line, Span, line
from drconsole.tui.widgets.lines import Lines
from drconsole.wording.acknowledged import acknowledged


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

    async def action_acknowledge(self) -> None:
        """Ask until when the selected alarm is known; one that is set aside, whether it is to count again."""
        entry = self._alarms.selected
        if entry is None:
            return
        if entry.alarm.code in NEVER:
            self.say(f"{entry.alarm.code} is never set aside: each minute makes it worse.", "warning")
        elif entry.known is None:
            await self.app.push_screen(AcknowledgeScreen(self.state, entry))
        else:
            told = (entry.text(self.state.now), acknowledged(entry.known))
            asked = "Let this alarm count again?"
            self.app.push_screen(QuestionScreen(self.state, asked, told, lambda: self._begin(entry)))

    def _begin(self, entry: Entry) -> None:
        self.run_worker(self._withdraw(entry))

    async def _withdraw(self, entry: Entry) -> None:
        desk = self.state.desk
        try:
            await in_thread(lambda: desk.withdraw(entry.about, entry.alarm))
        except DrConsoleError as error:
            self.say(told_error(error), "critical")
        else:
            await self.app.run_action("app.read_journal")
            self.say("It counts again.")

    def _lines(self, entry: Entry, width: int) -> Sequence[Line]:
        return entry_lines(entry, self.state.now, width)

    def _tell_place(self) -> None:
        if self.is_attached:
            at, count = self._alarms.place
            known = count - self.state.picture.summary.open if self.state.picture else 0
            last = f"; {known} acknowledged, last" if known else ""
            text = f" alarm {at} of {count}, the worst first{last}" if count else ""
            self.query_one("#place", Lines).show([(Span(text, "muted"),)])
