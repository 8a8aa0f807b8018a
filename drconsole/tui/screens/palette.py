"""The palette: every action of the screen that asked, found by its words."""

from __future__ import annotations

from collections.abc import Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input

from drconsole.tui.actions import PALETTE, Entry
from drconsole.tui.screens.dialog import Dialog
from drconsole.tui.widgets.field import Field
from drconsole.tui.widgets.ink import Line, Span
from drconsole.tui.widgets.table import MARK, Column, LineTable

KEYS = 12


class PaletteDialog(Dialog[str]):
    """Answers with the action string of what was chosen.

    Args:
        entries: what can be chosen.
    """

    NAME = PALETTE

    def __init__(self, entries: Iterable[Entry]) -> None:
        super().__init__()
        self._entries = tuple(entries)
        self._table: LineTable[Entry] = LineTable(
            lambda entry: entry.call, self._cells, lambda: None, id="found"
        )

    def body(self) -> Iterable[Widget]:
        """A field for words, and what holds them."""
        yield Field(id="field")
        yield self._table

    def draw(self) -> None:
        """Draw what was found."""
        width = self.size.width - MARK - KEYS - 1
        self._table.set_columns((Column("KEY", KEYS), Column("WHAT IT DOES", width, gap=0)))
        self.find()

    @on(Input.Changed)
    def find(self) -> None:
        """Show what holds all the words."""
        words = self.query_one(Field).value.casefold().split()
        found = [i for i, entry in enumerate(self._entries) if all(w in entry.sought for w in words)]
        self._table.show(self._entries, found, empty=(Span("  nothing is called so", "muted"),))

    @on(Input.Submitted)
    @on(LineTable.Chosen)
    def action_choose(self) -> None:
        """Do what the cursor is on."""
        entry = self._table.selected
        self.dismiss(entry.call if entry else None)

    def action_step(self, distance: int) -> None:
        """Move the cursor."""
        self._table.action_step(distance)

    def _cells(self, entry: Entry) -> tuple[Line, ...]:
        group = (Span(f"  ({entry.note})", "muted"),) if entry.note else ()
        return (Span(entry.key, "key"),), (Span(entry.words), *group)
