"""What the app tells its screens; messages are facts."""

from __future__ import annotations

from textual.message import Message

from drconsole.tui.picture import Picture


class SnapshotTaken(Message):
    """There is a newer picture, and this is what changed in it."""

    def __init__(self, picture: Picture) -> None:
        super().__init__()
        self.picture = picture

    def can_replace(self, message: Message) -> bool:
        """Never: a difference that is dropped would be lost."""
        return False


class TimePassed(Message):
    """Ages are to be drawn anew."""

    def can_replace(self, message: Message) -> bool:
        """A newer tick replaces one that was not handled yet."""
        return isinstance(message, TimePassed)
