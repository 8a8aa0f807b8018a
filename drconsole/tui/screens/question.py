"""A question that ``y`` answers with yes, and everything else with no."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from textual.widget import Widget

from drconsole.tui.keys.action import QUESTION
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.widgets.fitting import wrap
from drconsole.tui.widgets.ink import Line, Span
from drconsole.tui.widgets.pager import Pager


class QuestionScreen(ConsoleScreen):
    """Says what would be done, and does it only for ``y``: Enter leaves everything as it is.

    Args:
        asked: the question in a line.
        told: what is to be known before, a sentence each.
        then: what is done; called after this screen has gone.
    """

    NAME = QUESTION

    def __init__(
        self, state: ConsoleState, asked: str, told: Sequence[str], then: Callable[[], None]
    ) -> None:
        super().__init__(state)
        self._asked = asked
        self._told = told
        self._then = then

    def body(self) -> Iterable[Widget]:
        """One page of text."""
        yield Pager(id="main")

    def draw(self) -> None:
        """Draw the question."""
        room = max(self.size.width - 5, 10)
        lines: list[Line] = [(Span(f"   {piece}", "strong"),) for piece in wrap(self._asked, room)]
        for text in self._told:
            lines += [(), *((Span(f"   {piece}"),) for piece in wrap(text, room))]
        lines += [(), (Span("   y", "key"), Span(" yes    "), Span("enter", "key"), Span(" no"))]
        self.query_one(Pager).page(lines)

    def action_yes(self) -> None:
        """Do it, on the screen that asked."""
        self.app.pop_screen()
        self.app.call_later(self._then)
