"""Spans cut and padded to a number of terminal cells, wide characters included."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, chop_cells, set_cell_size

from drconsole.tui.widgets.ink import Line, Span, plain
from drconsole.wording.fit import cut_middle

CUT = "…"


def cut_end(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells; a sign marks what was cut off at its end."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1) + CUT if width > 0 else ""


def fit(spans: Sequence[Span], width: int, *, right: bool = False, middle: bool = False) -> Line:
    """Spans in exactly ``width`` cells, cut or padded.

    Args:
        right: pad on the left.
        middle: cut the first span in its middle and keep the others, because names differ at both ends.
    """
    used = cell_len(plain(spans))
    if used > width:
        spans = _cut(spans, width, middle=middle)
        used = cell_len(plain(spans))
    if used == width:
        return tuple(spans)
    pad = Span(" " * (width - used))
    return (pad, *spans) if right else (*spans, pad)


def _cut(spans: Sequence[Span], width: int, *, middle: bool) -> Line:
    rest = width - cell_len(plain(spans[1:]))
    if middle and rest >= 3:
        return (Span(cut_middle(spans[0].text, rest), spans[0].ink), *spans[1:])
    kept: list[Span] = []
    room = width
    for span in spans:
        size = cell_len(span.text)
        if size > room or (size == room and span is not spans[-1]):
            kept.append(Span(cut_end(span.text + " ", room), span.ink))
            break
        kept.append(span)
        room -= size
    return tuple(kept)


def wrap(text: str, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` cells, broken at blanks where that is possible."""
    lines = [""]
    for word in text.split(" "):
        candidate = f"{lines[-1]} {word}" if lines[-1] else word
        if cell_len(candidate) <= width:
            lines[-1] = candidate
            continue
        pieces = chop_cells(word, max(width, 2))
        lines = [*lines, *pieces] if lines[-1] else pieces if len(lines) == 1 else [*lines[:-1], *pieces]
    return lines


def wrapped(text: str, width: int, lead: str, rest: str | None = None, *, ink: str = "") -> Iterator[Line]:
    """``text`` in lines of at most ``width`` cells behind ``lead``, the later ones behind ``rest``."""
    rest = lead if rest is None else rest
    for number, piece in enumerate(wrap(text, max(width - max(len(lead), len(rest)) - 1, 10))):
        yield (Span(rest if number else lead), Span(piece, ink))
