"""A list whose entries take as many lines as their text needs, moved through by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from drconsole.tui.widgets.ink import Line, Span, plain
from drconsole.tui.widgets.lines import Lines
from drconsole.tui.widgets.table import CURSOR, MARK

ItemT = TypeVar("ItemT")
Drawn = tuple[Line, bool]


class Blocks(Lines, Generic[ItemT], can_focus=True):
    """Entries one below the other, a blank line between them; only those in the window are drawn.

    Nothing is ever cut: an entry that is higher than the window is moved through before the cursor leaves it.

    Args:
        key: names an entry; the cursor follows it through refreshes.
        draw: the lines of an entry in so many cells, at least one.
        moved: told at once when the cursor stands on another entry.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"blocks--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", show=False),
        Binding("down,j", "step(1)", show=False),
        Binding("pageup,ctrl+b", "page(-1)", show=False),
        Binding("pagedown,ctrl+f,space", "page(1)", show=False),
        Binding("home,g", "step(-1000000000)", show=False),
        Binding("end,G", "step(1000000000)", show=False),
    ]

    class Chosen(Message):
        """An entry was opened with the mouse."""

    def __init__(
        self,
        key: Callable[[ItemT], str],
        draw: Callable[[ItemT, int], Sequence[Line]],
        moved: Callable[[], None],
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._key = key
        self._draw = draw
        self._moved = moved
        self._items: Sequence[ItemT] = ()
        self._empty: Line = ()
        self._cursor = self._top = self._skip = 0
        self._window: tuple[Drawn, ...] = ()

    @property
    def selected(self) -> ItemT | None:
        """The entry under the cursor."""
        return self._items[self._cursor] if self._items else None

    @property
    def place(self) -> tuple[int, int]:
        """Which entry the cursor is on, counted from one, and how many there are."""
        return (min(self._cursor + 1, len(self._items)), len(self._items))

    def text(self) -> list[str]:
        """All entries as plain text, whatever the window shows."""
        blocks = [[plain(line).rstrip() for line in self._block(at)] for at in range(len(self._items))]
        return [line for block in blocks for line in block]

    def fill(self, items: Sequence[ItemT], *, empty: Line = ()) -> None:
        """Take new entries; the cursor stays on its key where it still is.

        Args:
            empty: what to say when there are none.
        """
        selected = self.selected
        key = "" if selected is None else self._key(selected)
        before = self._cursor - self._top
        self._items, self._empty = items, empty
        found = next((at for at, item in enumerate(items) if key and self._key(item) == key), None)
        self._cursor = max(min(self._cursor if found is None else found, len(items) - 1), 0)
        self._top = max(self._cursor - before, 0)
        self.redraw()
        if found is None:
            self._moved()

    def redraw(self) -> None:
        """Repaint those lines that look different now."""
        if not self.is_attached or not self.size.height:
            return
        self._settle()
        before, self._window = self._window, self._drawn()
        for y in range(self.size.height):
            if before[y : y + 1] != self._window[y : y + 1]:
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        line, cursor = self._window[y] if y < len(self._window) else ((), False)
        style = self.get_component_rich_style("blocks--cursor") if cursor else self.rich_style
        return self.strip(line, self.size.width, style)

    def on_resize(self) -> None:
        """Wrap anew."""
        self._window = ()
        self.redraw()

    def action_step(self, distance: int) -> None:
        """Move the cursor by some entries, or the window inside one that is higher than it."""
        room = self.size.height
        hidden = len(self._block(self._cursor)) - 1 - room if self._items else 0
        if hidden > 0 and self._top == self._cursor and abs(distance) == 1:
            skip = max(min(self._skip + distance * max(room // 2, 1), hidden), 0)
            if skip != self._skip:
                self._skip = skip
                self.redraw()
                return
        self._move(self._cursor + distance)

    def action_page(self, direction: int) -> None:
        """Move the cursor by what stands in the window."""
        self.action_step(direction * max(len(self._whole()) - 1, 1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move with the wheel."""
        event.stop()
        self.action_step(1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move with the wheel."""
        event.stop()
        self.action_step(-1)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a second click opens."""
        y = -self._skip
        for at in range(self._top, len(self._items)):
            height = len(self._block(at))
            if y <= event.y < y + height:
                self._move(at)
                if event.chain == 2:
                    self.post_message(self.Chosen())
                return
            y += height
            if y > event.y:
                return

    def _block(self, at: int) -> list[Line]:
        """One entry with the blank line below it."""
        return [*self._draw(self._items[at], self.size.width - MARK), ()]

    def _whole(self) -> range:
        """The entries that stand in the window from their first line to their last."""
        first, at = self._top + bool(self._skip), self._top
        height = -self._skip
        while at < len(self._items) and (height := height + len(self._block(at))) - 1 <= self.size.height:
            at += 1
        return range(first, max(first, at))

    def _move(self, target: int) -> None:
        target = max(min(target, len(self._items) - 1), 0)
        if target == self._cursor:
            return
        upwards = target < self._cursor
        self._cursor = target
        hidden = len(self._block(target)) - 1 - self.size.height
        if target not in self._whole():
            # Scroll by half a window: on a slow line one big step is cheaper than many small ones.
            self._top = self._fitting(target, self.size.height // 2)
            self._skip = 0
        if hidden > 0:
            self._top, self._skip = target, hidden if upwards else 0
        self.redraw()
        self._moved()

    def _fitting(self, last: int, room: int) -> int:
        """The first of the entries that end with ``last`` and stand in so many lines; at least that one."""
        first, height = last, len(self._block(last)) - 1
        while first > 0 and (height := height + len(self._block(first - 1))) <= room:
            first -= 1
        return first

    def _settle(self) -> None:
        """Keep the cursor's entry in the window, and the window full."""
        if not self._items:
            self._top = self._skip = 0
            return
        room, last = self.size.height, len(self._items) - 1
        top = min(max(self._top, self._fitting(self._cursor, room)), self._fitting(last, room), self._cursor)
        if top != self._top:
            self._top, self._skip = top, 0
        self._skip = max(min(self._skip, len(self._block(self._top)) - 1 - room), 0)

    def _drawn(self) -> tuple[Drawn, ...]:
        if not self._items:
            return (((), False), (self._empty, False))
        room = self.size.height
        lines: list[Drawn] = []
        for at in range(self._top, len(self._items)):
            here = at == self._cursor
            for place, line in enumerate(self._block(at)):
                mark = CURSOR if here and place == 0 else ""
                # The blank line between two entries belongs to none of them.
                drawn = (Span(f"{mark:<{MARK}}", "key"), *line) if line else ()
                lines.append((drawn, here and bool(line)))
            if len(lines) - self._skip >= room:
                break
        return tuple(lines[self._skip : self._skip + room])
