"""Where a copy of what a screen tells is to be written."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from textual.binding import BindingsMap
from textual.widget import Widget

from drconsole.tui import copies
from drconsole.tui.actions import bindings_of
from drconsole.tui.keys.action import COPY, REPLACE
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.widgets.field import Field
from drconsole.tui.widgets.fitting import wrap
from drconsole.tui.widgets.ink import Span
from drconsole.tui.widgets.lines import Lines
from drconsole.wording.names import visible

LONGEST_PATH = 4096
ASKED = ("write", "replace", "keep")


class CopyScreen(ConsoleScreen):
    """Asks for a path and writes; then tells on the screen that asked what was done.

    Args:
        what: one word for what is copied.
        make: makes the text, in another thread, because a long list takes a while.
    """

    NAME = COPY
    AUTO_FOCUS = "#field"

    def __init__(self, state: ConsoleState, what: str, make: Callable[[], Sequence[str]]) -> None:
        super().__init__(state)
        self._bindings = BindingsMap.merge([self._bindings, BindingsMap(bindings_of(REPLACE))])
        self._what = what
        self._make = make
        self._now = state.now
        self._problem = ""
        self._exists = ""

    @property
    def mode(self) -> str:
        """Whether a path is asked for, or whether an existing file is to be replaced."""
        return REPLACE if self._exists else COPY

    def body(self) -> Iterable[Widget]:
        """A line of what is asked, the path, and what went wrong."""
        yield Lines(id="asked")
        yield Field(copies.proposed(self._what, self._now), id="field", max_length=LONGEST_PATH)
        yield Lines(id="problem")

    def draw(self) -> None:
        """Draw what is asked, and what went wrong."""
        text = f" copy what this screen tells ({self._what}) into a file that only you can read:"
        self.query_one("#asked", Lines).show([(Span(text, "label"),)])
        pieces = wrap(self._problem, max(self.size.width - 2, 1))
        self.query_one("#problem", Lines).show([(Span(f" {piece}", "warning"),) for piece in pieces])

    def action_write(self) -> None:
        """Write, unless there is such a file already: then ask."""
        if named := self.query_one(Field).value.strip():
            self._begin(named, replace=False)
        else:
            self.action_back()

    def action_replace(self) -> None:
        """Write over the file that is there."""
        self._begin(self._exists, replace=True)

    def action_keep(self) -> None:
        """Leave the file that is there, and ask for another path."""
        self._ask("", "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Replacing and keeping are answers to the question; while it stands nothing else is written."""
        return bool(self._exists) != (action == "write") if action in ASKED else True

    def _begin(self, named: str, *, replace: bool) -> None:
        """Write while keys are still answered: a file may be on a server that hangs."""
        self._problem = "writing ..."
        self.draw()
        self.run_worker(self._write(named, replace=replace), exclusive=True)

    async def _write(self, named: str, *, replace: bool) -> None:
        try:
            told = await to_thread(self._written, named, replace=replace)
        except FileExistsError:
            self._ask("This file exists already. Replace it?", named)
        except (OSError, RuntimeError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            self._ask(f"It cannot be written: {visible(why)}.", "")
        else:
            asking = self.app.screen_stack[-2]
            self.app.pop_screen()
            if isinstance(asking, ConsoleScreen):
                asking.say(told, "good")

    def _written(self, named: str, *, replace: bool) -> str:
        lines, path = copies.dated(self._make(), self._now), Path(named).expanduser()
        copies.write(path, lines, replace=replace)
        return f"{len(lines)} lines are in {visible(str(path.absolute()))}"

    def _ask(self, problem: str, exists: str) -> None:
        self._problem, self._exists = problem, exists
        field = self.query_one(Field)
        field.disabled = bool(exists)
        if not exists:
            field.focus()
        self.draw_all()
