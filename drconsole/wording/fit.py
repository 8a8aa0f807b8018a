"""Fitting text into terminal cells: wide letters count two."""

from __future__ import annotations

from rich.cells import cell_len, chop_cells


def width(text: str) -> int:
    """How many cells a text takes."""
    return cell_len(text)


def fit(text: str, cells: int) -> str:
    """The text in exactly ``cells`` cells: padded on the right, or cut in the middle with ``…``."""
    cut = cut_middle(text, cells)
    return cut + " " * (cells - cell_len(cut))


def cut_middle(text: str, cells: int) -> str:
    """The text in at most ``cells`` cells; the middle makes room, because names differ at their ends."""
    if cell_len(text) <= cells:
        return text
    if cells <= 1:
        return "…"[:cells]
    head = (cells - 1) // 2
    return _start(text, head) + "…" + _end(text, cells - 1 - head)


def _start(text: str, cells: int) -> str:
    return (
        chop_cells(text, cells)[0] if cells > 1 else (text[:1] if cells and cell_len(text[:1]) == 1 else "")
    )


def _end(text: str, cells: int) -> str:
    kept = ""
    for char in reversed(text):
        if cell_len(char + kept) > cells:
            break
        kept = char + kept
    return kept
