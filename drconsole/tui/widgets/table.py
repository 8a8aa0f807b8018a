"""The table of the console: drawn line by line, so that a frame costs what changed and no more.

Textual's DataTable repaints all that is visible whenever one cell changes, and rebuilds itself for a filter.
This table keeps the model's own objects, a view of them as indices, and draws only the lines it is asked for.
It scrolls by itself: without a scrollbar a filter changes no layout.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from typing import ClassVar, Generic, NamedTuple, TypeVar

from textual import events
from textual.binding import Binding, BindingType
from textual.cache import LRUCache
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from drconsole.tui.widgets.fitting import fit
from drconsole.tui.widgets.ink import Inked, Line, Span, plain

RowT = TypeVar("RowT")
MARK = 2
CURSOR, MARKED = "▸", "*"


class Column(NamedTuple):
    """One column: its title, its width in cells, and how cells are placed and cut in it.

    Args:
        gap: blank cells after it.
    """

    title: str
    width: int
    right: bool = False
    middle: bool = False
    gap: int = 1


class _Drawn(NamedTuple):
    """All that one line's picture depends on."""

    cells: tuple[Line, ...]
    cursor: bool
    marked: bool
    width: int
    columns: tuple[Column, ...]


class LineTable(Inked, Generic[RowT], can_focus=True):
    """Rows of model objects with a cursor that stays on its key, whatever happens around it.

    Args:
        key: names a row; the cursor follows it through refreshes, sorting and filters.
        cells: draws a row, one line of safe text for each column.
        moved: told at once when the cursor stands on another row, so that what hangs on it is painted in
            the same frame; a message would come one frame later.
        marks: keys of rows that carry a mark; whoever changes them calls ``redraw``.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"line-table--cursor", "line-table--header"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "step(-1)", show=False),
        Binding("down,j", "step(1)", show=False),
        Binding("pageup,ctrl+b", "page(-1)", show=False),
        Binding("pagedown,ctrl+f", "page(1)", show=False),
        Binding("home,g", "step(-1000000000)", show=False),
        Binding("end,G", "step(1000000000)", show=False),
    ]

    class Chosen(Message):
        """A row was opened with the mouse."""

        def __init__(self, key: str) -> None:
            super().__init__()
            self.key = key

    def __init__(
        self,
        key: Callable[[RowT], str],
        cells: Callable[[RowT], tuple[Line, ...]],
        moved: Callable[[], None],
        *,
        marks: Container[str] = (),
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._key = key
        self._cells = cells
        self._moved = moved
        self._marks = marks
        self._corner = ""
        self._columns: tuple[Column, ...] = ()
        self._rows: Sequence[RowT] = ()
        self._view: Sequence[int] = ()
        self._cursor = 0
        self._top = 0
        self._empty: Line = ()
        self._strips: LRUCache[_Drawn, Strip] = LRUCache(512)
        self._painted: dict[int, _Drawn | Line] = {}

    @property
    def selected(self) -> RowT | None:
        """The row under the cursor."""
        return self._rows[self._view[self._cursor]] if self._view else None

    @property
    def selected_key(self) -> str:
        """The key of the row under the cursor, empty when there is none."""
        row = self.selected
        return "" if row is None else self._key(row)

    @property
    def window(self) -> tuple[int, int, int]:
        """First and last visible position, counted from one, and how many rows the view has."""
        return (
            min(self._top + 1, len(self._view)),
            min(self._top + self._height, len(self._view)),
            len(self._view),
        )

    @property
    def _height(self) -> int:
        return max(self.size.height - 1, 1)

    def set_columns(self, columns: Sequence[Column], corner: str = "") -> None:
        """Change titles or widths of the columns.

        Args:
            corner: at most two cells before the first title.
        """
        if (tuple(columns), corner) != (self._columns, self._corner):
            self._columns, self._corner = tuple(columns), corner
            self.redraw()

    def text(self) -> list[str]:
        """Titles and all rows of the view as plain text, whatever the window shows."""
        drawn = [self._cells(self._rows[index]) for index in self._view]
        lines = [self._titles(), *(self._row(self._columns, cells) for cells in drawn)]
        return [plain(line)[MARK:].rstrip() if line else "" for line in lines]

    def show(self, rows: Sequence[RowT], view: Sequence[int], *, empty: Line = ()) -> None:
        """Take a new model and view; the cursor stays on its key where the view still has it.

        Args:
            empty: what to say when the view has no rows.
        """
        key = self.selected_key
        self._rows, self._view, self._empty = rows, view, empty
        offset = self._cursor - self._top
        self._cursor = self._find(key)
        if self._cursor - self._top != offset:
            self._top = self._cursor - offset
        self._clamp()
        self.redraw()
        if self.selected_key != key:
            self._moved()

    def select(self, key: str) -> None:
        """Put the cursor on a key, if the view has it."""
        self._move(self._find(key))

    def redraw(self) -> None:
        """Repaint those visible lines that would look different now."""
        if not self.is_attached:
            return
        for y in range(self.size.height):
            if self._painted.get(y) != self._picture(y):
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        """Draw one line: the titles first, then the rows in the window."""
        picture = self._picture(y)
        self._painted[y] = picture
        width = self.size.width
        if not isinstance(picture, _Drawn):
            style = self.get_component_rich_style("line-table--header") if y == 0 else self.rich_style
            return self.strip(picture, width, style)
        strip = self._strips.get(picture)
        if strip is None:
            style = self.get_component_rich_style("line-table--cursor") if picture.cursor else self.rich_style
            strip = self.strip(self._spans(picture), width, style)
            self._strips[picture] = strip
        return strip

    def notify_style_update(self) -> None:
        """Forget strips drawn in the styles of the former theme."""
        self._strips.clear()
        super().notify_style_update()

    def action_step(self, distance: int) -> None:
        """Move the cursor by some rows."""
        self._move(self._cursor + distance)

    def action_page(self, direction: int) -> None:
        """Move the cursor by what fits in the window."""
        self._move(self._cursor + direction * max(self._height - 1, 1))

    def on_resize(self) -> None:
        """Keep the cursor in the window."""
        self._painted.clear()
        self._clamp()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Move with the wheel."""
        event.stop()
        self.action_step(3)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Move with the wheel."""
        event.stop()
        self.action_step(-3)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where the mouse is; a second click opens."""
        target = self._top + event.y - 1
        if event.y < 1 or target >= len(self._view):
            return
        self._move(target)
        if event.chain == 2:
            self.post_message(self.Chosen(self.selected_key))

    def _picture(self, y: int) -> _Drawn | Line:
        if y == 0:
            return self._titles()
        position = self._top + y - 1
        if position < len(self._view):
            row = self._rows[self._view[position]]
            marked = self._key(row) in self._marks
            return _Drawn(self._cells(row), position == self._cursor, marked, self.size.width, self._columns)
        return self._empty if y == 2 and not self._view else ()

    def _titles(self) -> Line:
        parts = list(fit((Span(self._corner),), MARK))
        for column in self._columns:
            parts.extend(fit((Span(column.title),), column.width, right=column.right))
            parts.append(Span(" " * column.gap))
        return tuple(parts)

    def _spans(self, drawn: _Drawn) -> Line:
        mark = (CURSOR if drawn.cursor else " ") + (MARKED if drawn.marked else " ")
        return (Span(mark, "key"), *self._row(drawn.columns, drawn.cells)[1:])

    def _row(self, columns: Sequence[Column], cells: Sequence[Line]) -> Line:
        parts = [Span(" " * MARK)]
        for column, cell in zip(columns, cells, strict=False):
            parts.extend(fit(cell, column.width, right=column.right, middle=column.middle))
            parts.append(Span(" " * column.gap))
        return tuple(parts)

    def _find(self, key: str) -> int:
        """Where the view has a key; without it the cursor stays at its height."""
        if key:
            for position, index in enumerate(self._view):
                if self._key(self._rows[index]) == key:
                    return position
        return max(min(self._cursor, len(self._view) - 1), 0)

    def _move(self, target: int) -> None:
        target = max(min(target, len(self._view) - 1), 0)
        if target == self._cursor:
            return
        self._cursor = target
        if not self._top <= target < self._top + self._height:
            self._jump(target)
        self.redraw()
        self._moved()

    def _jump(self, target: int) -> None:
        """Scroll by half a window at least: on a slow line one big step is cheaper than many small ones."""
        half = self._height // 2
        self._top = target - half if target >= self._top + self._height else target - self._height + 1 + half
        self._clamp()

    def _clamp(self) -> None:
        """Keep the window inside the view and the cursor inside the window."""
        last = max(len(self._view) - self._height, 0)
        low, high = self._cursor - self._height + 1, self._cursor
        self._top = max(min(max(min(self._top, high), low), last), 0)
