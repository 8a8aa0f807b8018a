"""Lines that may be longer than the screen, moved through by keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from drconsole.tui.widgets.ink import Line, Span, plain
from drconsole.tui.widgets.lines import Lines


class Pager(Lines, can_focus=True):
    """A text with a window; it never moves by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll(-1)", show=False),
        Binding("down,j", "scroll(1)", show=False),
        Binding("pageup,ctrl+b", "page(-1)", show=False),
        Binding("pagedown,ctrl+f,space", "page(1)", show=False),
        Binding("home,g", "scroll(-1000000)", show=False),
        Binding("end,G", "scroll(1000000)", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._text: tuple[Line, ...] = ()
        self._first = 0

    @property
    def hidden_below(self) -> int:
        """How many lines stand below the window."""
        return max(len(self._text) - self._first - self.size.height, 0)

    @property
    def is_long(self) -> bool:
        """Whether the text is longer than the window."""
        return len(self._text) > self.size.height

    def text(self) -> list[str]:
        """The whole text, whatever the window shows."""
        return [plain(line).rstrip() for line in self._text]

    def page(self, lines: Sequence[Line]) -> None:
        """Show this text; the window stays where it is."""
        self._text = tuple(lines)
        self._draw()

    def action_scroll(self, distance: int) -> None:
        """Move the window by some lines."""
        self._first += distance
        self._draw()

    def action_page(self, direction: int) -> None:
        """Move the window by almost its height."""
        self.action_scroll(direction * max(self.size.height - 2, 1))

    def on_resize(self) -> None:
        """Keep the window inside the text."""
        self._draw()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move with the wheel."""
        event.stop()
        self.action_scroll(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move with the wheel."""
        event.stop()
        self.action_scroll(-3)

    def _draw(self) -> None:
        self._first = max(min(self._first, len(self._text) - self.size.height), 0)
        window = self._text[self._first : self._first + max(self.size.height, 1)]
        if self.hidden_below:
            window = (*window[:-1], (Span(" more below: page down", "muted"),))
        self.show(window)
