"""Names cut so that two different ones never look alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from rich.cells import cell_len, chop_cells

from drconsole.wording.fit import cut_middle

CUT = "…"
# Less shows nothing of a name.
LEAST = 6


def distinct(names: Iterable[str], cells: int) -> dict[str, str]:
    """Each name in at most so many cells: its two ends, or where these are alike what tells it from others.

    With fewer than ``LEAST`` cells names may look alike.
    """
    shown = {name: cut_middle(name, cells) for name in names}
    if cells < LEAST:
        return shown
    alike: dict[str, list[str]] = defaultdict(list)
    for name, cut in shown.items():
        alike[cut].append(name)
    for group in alike.values():
        shown |= _apart(group, cells)
    return shown


def _apart(group: list[str], cells: int) -> dict[str, str]:
    """Names that look alike: their beginning, then the text from where they differ."""
    if len(group) < 2:
        return {}
    letters = enumerate(zip(*group, strict=False))
    differ = next((at for at, here in letters if len(set(here)) > 1), min(map(len, group)))
    head = chop_cells(group[0], max(cells // 3, 2))[0]
    room = cells - cell_len(head) - 1
    first = _word(group[0], differ, room // 2)
    shown = {name: head + CUT + _start(name[first:], room) for name in group}
    alike: dict[str, list[str]] = defaultdict(list)
    for name in group:
        alike[name[differ : differ + 1]].append(name)
    for smaller in alike.values():
        # They have a longer beginning in common than the whole group.
        shown |= _apart(smaller, cells)
    return shown


def _word(name: str, at: int, most: int) -> int:
    """Where the word begins that holds a place, not too far before it."""
    first = at
    while first > max(at - most, 0) and name[first - 1].isalnum():
        first -= 1
    return first


def _start(text: str, cells: int) -> str:
    if cell_len(text) <= cells:
        return text
    return chop_cells(text, max(cells - 1, 1))[0] + CUT
