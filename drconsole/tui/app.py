"""The console: one picture at a time, taken from its source and told to the screen in front."""

from __future__ import annotations

import logging
import os
import signal
import sys
from asyncio import get_running_loop, to_thread
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from textual.binding import BindingType
from textual.events import Event, Key
from textual.theme import Theme

from drconsole.domain.acknowledged import Acknowledgement
from drconsole.domain.open_run import OpenRun
from drconsole.domain.open_runs import with_open_runs
from drconsole.domain.proven import with_proven
from drconsole.domain.snapshot import Snapshot, was_inspected
from drconsole.errors import DrConsoleError
from drconsole.tui.desk import Desk
from drconsole.tui.everywhere import EverywhereApp, themes_of
from drconsole.tui.messages import SnapshotTaken, TimePassed
from drconsole.tui.pauses import Pauses
from drconsole.tui.picture import Picture, study
from drconsole.tui.screens.inventory import InventoryScreen
from drconsole.tui.screens.subjects import WorkloadScreen
from drconsole.tui.source import SnapshotSource
from drconsole.tui.state import ConsoleState
from drconsole.tui.terminal import is_gone, wants_no_colour
from drconsole.tui.waiting import in_thread
from drconsole.tui.widgets.field import Field
from drconsole.wording.names import visible

TAKE_S = 0.1
TICK_S = 10.0
REST_S = 0.5
JOURNAL_S = 2.0
OPEN_S = 1.0
# What the journal knows: passed tests, open runs, and what was said of alarms.
Known = tuple[Mapping[str, datetime], Mapping[str, OpenRun], Sequence[Acknowledgement]]
log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The console's wall clock."""
    return datetime.now(UTC)


class ConsoleApp(EverywhereApp):
    """The full-screen console.

    Args:
        source: where pictures come from; it is started after the first paint.
        desk: what has plans made and runs started.
        theme: a loaded theme.
        show_all: also list machines that nothing protects.
        clock: the console's wall clock, UTC.
    """

    CSS_PATH = Path(__file__).with_name("console.tcss")
    TITLE = "drconsole"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        source: SnapshotSource,
        desk: Desk,
        theme: Theme,
        *,
        show_all: bool = False,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        without_colour = wants_no_colour(os.environ) and theme.ansi
        state = ConsoleState(source, desk, clock, clock(), themes=themes_of(theme))
        super().__init__(state, theme, ansi_color=True if without_colour else None)
        self._show_all = show_all
        self.taken: Snapshot | None = None
        self._known: Known | None = None
        self._reading_journal = False
        self._written = False
        self._journal_error = ""
        self.studying = False
        self._untold = False
        self._passing = ""
        self._pauses = Pauses()

    def on_mount(self) -> None:
        """Show what is known already."""
        if not self.is_headless:
            # Told to end, or without a terminal, it closes by itself: the caller has things to clean up.
            for number in (signal.SIGTERM, signal.SIGHUP):
                get_running_loop().add_signal_handler(number, self.exit, None, 128 + number)
        self.push_screen(InventoryScreen(self.state, show_all=self._show_all))
        self.take_newest()

    def on_ready(self) -> None:
        """Start the source once the first frame was painted, and look for its pictures from now on.

        What is put off until a screen's next refresh never comes when a key puts another one before it.
        """
        self.state.source.start()
        self.set_interval(TAKE_S, self.take_newest)
        self.set_interval(TICK_S, self.tick)
        self.set_interval(REST_S, self.look)
        # The journal's libraries are loaded for it: not while the first answers come.
        self.set_timer(JOURNAL_S, self.read_journal)
        self.set_interval(TICK_S, self.read_journal)
        self.set_interval(OPEN_S, self.watch_open_runs)
        if not self.is_headless:
            self.set_interval(TAKE_S, self.leave_lost_terminal)

    def leave_lost_terminal(self) -> None:
        """Close as for SIGHUP when the terminal is gone and no signal came."""
        if is_gone(sys.__stdin__.fileno() if sys.__stdin__ else 0):
            self.exit(None, 128 + signal.SIGHUP)

    def take_newest(self) -> None:
        """Take the newest picture and tell the screen in front what changed."""
        newest = self.state.source.newest()
        if newest is None or newest is self.taken or self.studying:
            return
        self.studying = True
        self.taken = newest
        self.run_worker(self._study(newest), group="study")

    async def _study(self, newest: Snapshot) -> None:
        """Study a snapshot in another thread: with many workloads it takes longer than a frame may."""
        before, known, now = self.state.snapshot, self._known, self.state.clock()
        told = known[2] if known else ()
        picture = await to_thread(lambda: study(before, _with_journal(newest, known), told, now))
        self.studying = False
        said_anew = _said_of(self.state.picture) != _said_of(picture)
        self.state.picture = picture
        self.state.news |= picture.news
        watched = self.state.asked or self.state.subject in picture.difference.inspected
        self._untold = picture.quiet and not watched and not said_anew
        if self.state.asked and not _is_reading(newest):
            self.state.asked = False
        if not self._untold:
            self.tell(SnapshotTaken(picture))

    def read_journal(self) -> None:
        """Read from the journal when tests were passed, which runs are open, and what was said of alarms."""
        if not self._reading_journal:
            self._reading_journal = True
            self.run_worker(self._read_journal(), group="journal")

    def action_read_journal(self) -> None:
        """Read it once more: something of this console's was written, maybe behind a reading of now."""
        self._written = True
        self.read_journal()

    def watch_open_runs(self) -> None:
        """While runs are open somebody waits for their end: the journal is looked at more often."""
        if self._known is not None and self._known[1]:
            self.read_journal()

    async def _read_journal(self) -> None:
        desk = self.state.desk
        self._written = False
        try:
            known = await in_thread(lambda: (desk.proven(), desk.open_runs(), desk.acknowledged()))
        except DrConsoleError as error:
            what = "when tests were passed, which runs are open, and what was acknowledged, is not known"
            self._tell_once(f"{what}: {error}")
            return
        finally:
            self._reading_journal = False
        self._journal_error = ""
        if known != self._known:
            self._known, self.taken = known, None
        if self._written:
            self.read_journal()

    def _tell_once(self, text: str) -> None:
        """Say what the journal does not tell, and not again while it is the same."""
        if text != self._journal_error:
            self._journal_error = text
            log.warning("%s", text)
            if (front := self.front) is not None:
                front.say(visible(text), "warning")

    def look(self) -> None:
        """Tell the source at which workload somebody looks: where the cursor rests, not what it passes."""
        front, state = self.front, self.state
        selected = front.selected() if isinstance(front, WorkloadScreen) else None
        key = selected.key if selected else ""
        if key == self._passing and key != state.subject:
            state.subject = key
            state.source.look(key)
            if self._untold and state.picture and was_inspected(state.picture.snapshot, key):
                self._untold = False
                self.tell(SnapshotTaken(state.picture, anew=True))
        self._passing = key

    def tick(self) -> None:
        """Count ages to the present."""
        self.state.now = self.state.clock()
        if self._untold and self.state.picture:
            self._untold = False
            self.tell(SnapshotTaken(self.state.picture, anew=True))
        else:
            self.tell(TimePassed())
        self._pauses.tick()

    async def on_event(self, event: Event) -> None:
        """Remember that somebody types, and take away what was said before."""
        if isinstance(event, Key):
            self._pauses.key()
            self.state.arming.touch()
            if (front := self.front) is not None:
                front.hush()
            if not event.is_forwarded and await self._answer(event):
                return
        await super().on_event(event)

    async def _answer(self, key: Key) -> bool:
        """Do what a key means before the next one is looked at; whether it means something.

        On a slow line keys come in bursts. Textual hands a key on through queues and would give those behind
        it to the widget that had the focus before: the letters behind ``/`` would be commands.
        """
        self.app_focus = True
        if await self._check_bindings(key.key, priority=True):
            return True
        if isinstance(self.focused, Field) and self.focused.write(key):
            return True
        return await self._check_bindings(key.key)

    def _fatal_error(self) -> None:
        """Close without Textual's own report: it prints local variables, which may hold secrets."""
        self._close_messages_no_wait()


def _is_reading(snapshot: Snapshot) -> bool:
    return any(status.reading for status in snapshot.endpoints)


def _said_of(picture: Picture | None) -> list[Acknowledgement | None]:
    """What was said of each alarm of a picture."""
    return [entry.known for entry in picture.summary.entries] if picture else []


def _with_journal(snapshot: Snapshot, known: Known | None) -> Snapshot:
    """The picture with what the journal knows of its workloads, once that was read."""
    if known is None:
        return snapshot
    proven, runs, _ = known
    return with_open_runs(with_proven(snapshot, proven), runs)
