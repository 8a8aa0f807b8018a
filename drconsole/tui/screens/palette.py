"""The palette: every action of the screen that asked, found by its words.

It is a screen of its own and no panel over another one, because Textual paints the whole screen below a panel
anew whenever an age in it moves.
"""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from drconsole.tui.actions import Entry
from drconsole.tui.keys.action import PALETTE
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.widgets.field import Field
from drconsole.tui.widgets.ink import Line, Span
from drconsole.tui.widgets.lines import Lines
from drconsole.tui.widgets.table import MARK, Column, LineTable

KEYS = 12


class PaletteScreen(ConsoleScreen):
    """Does what was chosen on the screen that asked.

    Args:
        entries: what can be chosen.
    """

    NAME = PALETTE
    AUTO_FOCUS = "#field"

    def __init__(self, state: ConsoleState, entries: Iterable[Entry]) -> None:
        super().__init__(state)
        self._entries = tuple(entries)
        self._table: LineTable[Entry] = LineTable(
            lambda entry: entry.call, self._cells, lambda: None, id="main"
        )

    def body(self) -> Iterable[Widget]:
        """A field for words, and what holds them."""
        yield Lines(id="asked")
        yield Field(id="field")
        yield self._table

    def draw(self) -> None:
        """Draw what was found."""
        self.query_one("#asked", Lines).show([(Span(" words of what you want to do:", "label"),)])
        self.find()

    @on(Input.Changed)
    def find(self) -> None:
        """Show what holds all the words."""
        words = self.query_one(Field).value.casefold().split()
        found = [i for i, entry in enumerate(self._entries) if all(w in entry.sought for w in words)]
        # Some of it may be below the window.
        title, width = (
            f"WHAT IT DOES  {len(found)} of {len(self._entries)}",
            self.size.width - MARK - KEYS - 1,
        )
        self._table.set_columns((Column("KEY", KEYS), Column(title, width, gap=0)))
        self._table.show(self._entries, found, empty=(Span("  nothing is called so", "muted"),))

    @on(LineTable.Chosen)
    def choose(self) -> None:
        """Do what was opened with the mouse, but not from within this screen, which ends by that."""
        self.app.call_later(self.action_choose)

    async def action_choose(self) -> None:
        """Do what the cursor is on, on the screen that asked."""
        self.find()
        entry = self._table.selected
        asking = self.app.screen_stack[-2]
        self.app.pop_screen()
        if entry:
            await asking.run_action(entry.call)

    def action_step(self, distance: int) -> None:
        """Move the cursor in what holds the words typed so far."""
        self.find()
        self._table.action_step(distance)

    def _cells(self, entry: Entry) -> tuple[Line, ...]:
        note = (Span(f"  ({entry.note})", "muted"),) if entry.note else ()
        return (Span(entry.key, "key"),), (Span(entry.words), *note)
