"""A word that does something when Enter is pressed on it."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from drconsole.tui.widgets.ink import Span
from drconsole.tui.widgets.lines import Lines


class Knob(Lines, can_focus=True):
    """A button of one line, without colour seen by its brackets and the cursor's sign.

    Args:
        label: what it does.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "turn", show=False)]

    class Turned(Message):
        """Enter was pressed on it, or it was clicked."""

        def __init__(self, knob: Knob) -> None:
            super().__init__()
            self.knob = knob

    def __init__(self, label: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._label = label

    def on_focus(self) -> None:
        """Draw that it has the focus."""
        self._draw(focused=True)

    def on_blur(self) -> None:
        """Draw that it has not: ``has_focus`` is set only after this."""
        self._draw(focused=False)

    def on_resize(self) -> None:
        """Draw it anew."""
        self._draw(focused=self.has_focus)

    def _draw(self, *, focused: bool) -> None:
        mark = "▸" if focused else " "
        self.show([(Span(f"{mark} ( {self._label} )", "strong" if focused else ""),)])

    def on_click(self) -> None:
        """As Enter."""
        self.action_turn()

    def action_turn(self) -> None:
        """Tell that it was turned."""
        self.post_message(self.Turned(self))
