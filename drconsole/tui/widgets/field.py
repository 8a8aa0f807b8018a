"""A line that a person types into."""

from __future__ import annotations

from textual.events import Key
from textual.widgets import Input

SAFE = r"[^\x00-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]*"


class Field(Input):
    """An input that never blinks and takes no control character, typed or pasted."""

    def __init__(self, value: str = "", *, id: str | None = None, max_length: int = 60) -> None:  # noqa: A002
        super().__init__(value, id=id, restrict=SAFE, select_on_focus=False, max_length=max_length)
        self.cursor_blink = False

    def write(self, key: Key) -> bool:
        """Take a key that writes a character, before any other key is looked at; whether it was one."""
        if self.disabled or not key.is_printable or key.character is None:
            return False
        if self.selection.is_empty:
            self.insert_text_at_cursor(key.character)
        else:
            self.replace(key.character, *self.selection)
        return True
