"""Running copies side by side, as lines: the card, and the commands that a person would type."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.cells import cell_len

from drconsole.domain.comparison import Comparison, Side, Stand, compare
from drconsole.domain.snapshot import Workload
from drconsole.tui.rows import role_ink
from drconsole.tui.widgets.fitting import fit, wrap
from drconsole.tui.widgets.ink import Line, Span
from drconsole.wording.comparison import (
    Cell,
    Row,
    apart,
    further,
    possible,
    promises,
    rows,
    title,
    together,
)
from drconsole.wording.copy_commands import Command, commands_of
from drconsole.wording.names import visible

LABEL = 17
COLUMN_MIN = 20
STANDS = {
    Stand.NOW: "SPLIT-BRAIN",
    Stand.LAST_KNOWN: "SPLIT-BRAIN when last seen",
    Stand.OVER: "no SPLIT-BRAIN now",
}
READ_ONLY = "Commands for a person to type; this version runs none of them."


def comparison_lines(workload: Workload, now: datetime, width: int) -> tuple[Line, ...]:
    """The whole card; nothing in it is cut, so it may be longer than a screen."""
    comparison = compare(workload)
    lines: list[Line] = [_title(comparison, width)]
    answers = rows(comparison, now)
    for first, last in _shares(len(comparison.sides), width):
        column = (width - LABEL - 1) // (last - first)
        lines += [*([()] if first else []), _heads(comparison.sides[first:last], column)]
        for label, cells in answers:
            lines += _row(Row(label, cells[first:last]), comparison.sides[first:last], column)
    lines += _texts(comparison, now, width)
    return tuple(lines)


def command_lines(workload: Workload, width: int) -> tuple[Line, ...]:
    """What a person would type, copy by copy; a command that does not fit goes on in the next line."""
    comparison = compare(workload)
    lines: list[Line] = [_title(comparison, width), *_wrapped(READ_ONLY, width, "label")]
    for side in comparison.sides:
        copy, found = side.copy, commands_of(side)
        head = Span(f" {copy.role} at {visible(copy.place.site)}", f"strong {role_ink(copy.role)}")
        lines += [(), fit((head,), width), *_wrapped(found.where, width, "label")]
        for command in found.commands:
            lines += _command(command, width)
    return tuple(lines)


def _title(comparison: Comparison, width: int) -> Line:
    name = Span(f" {visible(comparison.workload.name)}", "strong")
    what = Span(f"   {STANDS[comparison.stand]}", "critical" if comparison.stand is Stand.NOW else "warning")
    return fit((name, what), width, middle=True)


def _shares(count: int, width: int) -> Iterator[tuple[int, int]]:
    """Which sides stand beside each other: as many as have room, then the next ones below."""
    most = max((width - LABEL - 1) // COLUMN_MIN, 1)
    for first in range(0, count, most):
        yield first, min(first + most, count)


def _heads(sides: Sequence[Side], column: int) -> Line:
    spans = [Span(" " * (LABEL + 1))]
    for side in sides:
        spans += [*fit((Span(title(side), "label"),), column - 1), Span(" ")]
    return tuple(spans)


def _row(row: Row, sides: Sequence[Side], column: int) -> list[Line]:
    """One question; its answers are wrapped in their columns."""
    pieces = [wrap(cell.text, column - 1) for cell in row.cells]
    lines: list[Line] = []
    for place in range(max(map(len, pieces))):
        spans = list(fit((Span(f" {row.label if place == 0 else ''}", "label"),), LABEL + 1))
        for cell, side, texts in zip(row.cells, sides, pieces, strict=True):
            text = texts[place] if place < len(texts) else ""
            inked = _inked(cell, side, text, first=row.label == "now" and place == 0)
            spans += [*fit(inked, column - 1), Span(" ")]
        lines.append(tuple(spans))
    return lines


def _inked(cell: Cell, side: Side, text: str, *, first: bool) -> Line:
    role = str(side.copy.role)
    if first and text.startswith(role):
        return (Span(role, role_ink(side.copy.role)), Span(text[len(role) :], "warning" if cell.bad else ""))
    return (Span(text, "warning" if cell.bad else ""),)


def _texts(comparison: Comparison, now: datetime, width: int) -> list[Line]:
    """What the rows mean together, and what can be done."""
    ink = "critical" if comparison.stand is Stand.NOW else "warning"
    lines: list[Line] = [(), *_wrapped(together(comparison, now), width, ink)]
    lines += _wrapped(apart(comparison, now), width, "")
    for what, cost in possible(comparison):
        lines += _beside(what, f"({cost})", width)
    for text in promises(comparison):
        lines += _wrapped(text, width, "label")
    for copy in comparison.others:
        lines += _wrapped(further(copy), width, "muted")
    return lines


def _beside(left: str, right: str, width: int) -> list[Line]:
    """Two texts in one line, or below each other where they have no room."""
    if cell_len(left) + cell_len(right) + 5 <= width:
        return [(Span(f"  {left}  "), Span(right, "label"))]
    pieces = [
        *((piece, "") for piece in wrap(left, width - 3)),
        *((p, "label") for p in wrap(right, width - 6)),
    ]
    return [(Span(f"  {'   ' if ink else ''}{piece}", ink),) for piece, ink in pieces]


def _command(command: Command, width: int) -> list[Line]:
    lines: list[Line] = [(Span(f"   {piece}", "label"),) for piece in wrap(command.does, width - 4) if piece]
    if command.text:
        lines += [(Span(f"     {piece}", "strong"),) for piece in _broken(command.text, width - 6)]
    return lines


def _broken(command: str, width: int) -> list[str]:
    """A command in lines that PowerShell reads as one: it goes on after a pipe and after a comma."""
    lines: list[str] = []
    for part in re.split(r"(?<=[|,]) ", command):
        if lines and cell_len(lines[-1]) + 1 + cell_len(part) <= width:
            lines[-1] += f" {part}"
        else:
            lines.append(part)
    return lines


def _wrapped(text: str, width: int, ink: str) -> list[Line]:
    return [(Span(f" {piece}", ink),) for piece in wrap(text, width - 2)] if text else []
