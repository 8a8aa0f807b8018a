"""Setting one alarm aside: until when, and why."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta

from textual.widget import Widget

from drconsole.errors import DrConsoleError
from drconsole.tui.alarm_list import Entry
from drconsole.tui.keys.action import ACKNOWLEDGE
from drconsole.tui.screens.arming import told_error
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.waiting import in_thread
from drconsole.tui.widgets.field import Field
from drconsole.tui.widgets.fitting import wrapped
from drconsole.tui.widgets.ink import Line, Span, line
from drconsole.tui.widgets.lines import Lines
from drconsole.wording.acknowledged import acknowledged
from drconsole.wording.ages import local

LONGEST = 200
# So many lines are left for all but the alarm itself.
OTHERS = 17
# What is proposed; a person writes another date over it.
PROPOSED = timedelta(days=7)
TIME = re.compile(r"\d\d?:\d\d(:\d\d)?")
ASKED = "Until when it is known, and why: a date, or a date and a time, then the reason."
TOLD = (
    "It stays in the list, last and with your name and reason, on record. Others of this kind on the same "
    "workload or endpoint go with it. It counts again when that time has come, or when it becomes worse; the "
    "key that led here lets it count before. Nothing else is changed."
)
NO_REASON = "Nothing was kept: a date and a reason are wanted, such as: {date} the disk is ordered"


class AcknowledgeScreen(ConsoleScreen):
    """Asks for a date and a reason in one line.

    Args:
        entry: the alarm.
    """

    NAME = ACKNOWLEDGE
    AUTO_FOCUS = "#field"

    def __init__(self, state: ConsoleState, entry: Entry) -> None:
        super().__init__(state)
        self._entry = entry
        self._date = f"{local(state.clock() + PROPOSED):%Y-%m-%d}"
        self._problem = ""

    def body(self) -> Iterable[Widget]:
        """Which alarm, and what is asked; then the field."""
        yield Lines(id="asked")
        yield Field(f"{self._date} ", id="field", max_length=LONGEST)
        yield Lines(id="problem")

    def draw(self) -> None:
        """Draw which alarm, what is asked, and what was wrong with the answer."""
        width = self.size.width
        alarm = [*wrapped(self._entry.text(self.state.now), width, " ", ink="strong")]
        # The list behind this tells it whole; the field stays in sight.
        most = max(self.size.height - OTHERS, 1)
        alarm[most:] = [line(Span(" ...", "strong"))] if len(alarm) > most else []
        asked: list[Line] = [*alarm, (), *wrapped(ASKED, width, " ", ink="label")]
        lines = self.query_one("#asked", Lines)
        lines.styles.height = len(asked)
        lines.show(asked)
        told: list[Line] = []
        if self._problem:
            told += [*wrapped(self._problem, width, " ", ink="warning"), ()]
        self.query_one("#problem", Lines).show([*told, *wrapped(TOLD, width, " ", ink="label")])

    def action_take(self) -> None:
        """Keep it where both were given."""
        until, reason = _parted(self.query_one(Field).value)
        if reason:
            self.run_worker(self._take(until, reason), exclusive=True)
        else:
            self._problem = NO_REASON.format(date=self._date)
            self.draw_all()

    async def _take(self, until: str, reason: str) -> None:
        desk, entry = self.state.desk, self._entry
        try:
            one = await in_thread(lambda: desk.acknowledge(entry.about, entry.alarm, until, reason))
        except DrConsoleError as error:
            self._problem = f"Nothing was kept: {told_error(error)}"
            self.draw_all()
            return
        asking = self.app.screen_stack[-2]
        self.app.pop_screen()
        await self.app.run_action("app.read_journal")
        if isinstance(asking, ConsoleScreen):
            asking.say(acknowledged(one), "good")


def _parted(text: str) -> tuple[str, str]:
    """Until when, with the time of day where one follows the date, and why."""
    until, _, reason = text.strip().partition(" ")
    time, _, rest = reason.strip().partition(" ")
    return (f"{until}T{time}", rest.strip()) if TIME.fullmatch(time) else (until, reason.strip())
