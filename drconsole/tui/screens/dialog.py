"""What all dialogs share: a panel at the bottom of the screen that asked, and a line of its keys."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingsMap
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widget import Widget

from drconsole.tui.actions import bindings_of, key_line
from drconsole.tui.widgets.lines import Lines

AnswerT = TypeVar("AnswerT")


class Dialog(ModalScreen[AnswerT], inherit_bindings=False):
    """A question over a screen, which stays visible above it and goes on.

    A subclass names itself in ``NAME`` (the action table's word for it) and gives its widgets by ``body``.
    """

    NAME: ClassVar[str] = ""
    AUTO_FOCUS = "#field"

    def __init__(self) -> None:
        super().__init__()
        self._bindings = BindingsMap.merge([self._bindings, BindingsMap(bindings_of(self.NAME))])

    def compose(self) -> ComposeResult:
        """The panel."""
        with Vertical(id="panel"):
            yield from self.body()
            yield Lines(id="keys")

    def body(self) -> Iterable[Widget]:
        """The dialog's own widgets, top to bottom; the one with the id ``field`` takes the focus."""
        raise NotImplementedError

    @property
    def mode(self) -> str:
        """The action table's word for where keys go now."""
        return self.NAME

    def draw(self) -> None:
        """Draw the dialog's own widgets."""
        raise NotImplementedError

    def draw_all(self) -> None:
        """Draw everything that would look different now."""
        self.query_one("#keys", Lines).show([key_line(self.mode, self.size.width)])
        self.draw()

    def on_mount(self) -> None:
        """Draw it the first time."""
        self.call_after_refresh(self.draw_all)

    def on_resize(self) -> None:
        """Lay the lines out anew."""
        self.call_after_refresh(self.draw_all)

    def action_close(self) -> None:
        """Leave everything as it is."""
        self.dismiss(None)
