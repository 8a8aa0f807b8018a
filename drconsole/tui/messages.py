"""What the app tells its screens; messages are facts."""

from __future__ import annotations

from textual.message import Message

from drconsole.tui.picture import Picture


class SnapshotTaken(Message):
    """There is a newer picture.

    Args:
        anew: more may have changed than its difference says, because pictures before it were not told.
    """

    def __init__(self, picture: Picture, *, anew: bool = False) -> None:
        super().__init__()
        self.picture = picture
        self.anew = anew

    def can_replace(self, message: Message) -> bool:
        """Never: a difference that is dropped would be lost."""
        return False


class TimePassed(Message):
    """Ages are to be drawn anew."""

    def can_replace(self, message: Message) -> bool:
        """A newer tick replaces one that was not handled yet."""
        return isinstance(message, TimePassed)
