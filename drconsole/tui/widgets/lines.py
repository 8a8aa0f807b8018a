"""A few lines of text that repaint only the cells that changed."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip

from drconsole.tui.widgets.ink import Inked, Line, plain


class Lines(Inked):
    """Lines drawn from their top; what does not fit is left out."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Line, ...] = ()

    def text(self) -> list[str]:
        """The lines as plain text."""
        return [plain(line).rstrip() for line in self._lines]

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines, repainting only the cells that differ."""
        before, self._lines = self._lines, tuple(lines)
        if not self.is_attached or not self.size:
            return
        height = min(self.size.height, max(len(before), len(self._lines)))
        for y in range(height):
            old, new = _at(before, y), _at(self._lines, y)
            if old != new:
                self.refresh(self._changed(y, old, new))

    def render_line(self, y: int) -> Strip:
        """Draw one line."""
        return self.strip(_at(self._lines, y), self.size.width, self.rich_style)

    def _changed(self, y: int, old: Line, new: Line) -> Region:
        """The smallest stretch of the line in which the two differ."""
        width, base = self.size.width, self.rich_style
        cells = [_cells(self.strip(spans, width, base)) for spans in (old, new)]
        start = _equal(*cells)
        end = _equal(cells[0][::-1], cells[1][::-1])
        return Region(start, y, max(width - start - end, 1), 1)


def _at(lines: Sequence[Line], y: int) -> Line:
    return lines[y] if y < len(lines) else ()


def _cells(strip: Strip) -> list[Segment]:
    """A strip cell by cell; the second cell of a wide character names its character too."""
    cells: list[Segment] = []
    for text, style, _ in strip:
        for character in text:
            segment = Segment(character, style)
            if segment.cell_length == 0 and cells:
                cells[-1] = Segment(cells[-1].text + character, style)
                continue
            cells.append(segment)
            cells.extend([Segment(f"\0{character}", style)] * (segment.cell_length - 1))
    return cells


def _equal(old: Sequence[Segment], new: Sequence[Segment]) -> int:
    """How many cells are equal from the beginning."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(old, new, strict=False)))
