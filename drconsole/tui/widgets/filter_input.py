"""The field of the filter."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Input

from drconsole.tui.actions import FILTER, bindings_of

SAFE = r"[^\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*"


class FilterInput(Input):
    """An input that never blinks and takes no control character, typed or pasted."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_of(FILTER)]

    class Left(Message):
        """The filter was given up."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, restrict=SAFE, select_on_focus=False, max_length=60)
        self.cursor_blink = False

    def action_leave(self) -> None:
        """Give up the filter."""
        self.post_message(self.Left())
