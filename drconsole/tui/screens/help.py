"""All keys of the screen that asked, made from the action table."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from drconsole.tui.actions import HELP, MOVING, actions_of, shown_key
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.widgets.fitting import wrap
from drconsole.tui.widgets.ink import Line, Span, line
from drconsole.tui.widgets.pager import Pager

ARROWS = (
    ("==>", "replication flows, towards the replica"),
    ("=||", "paused or stopped"),
    ("~~>", "first copy, or resynchronising"),
    ("-x-", "failed over and not reversed: nothing protects it"),
    ("=/=", "contradiction: the two ends do not agree"),
    ("?", "not known"),
)
SIGNS = (
    ("!", "beyond its target, or silent"),
    ("seen 9h, (9h)", "last known; nothing about it is current"),
)
KEYS = 20


class HelpScreen(ConsoleScreen):
    """Keys and signs in words.

    Args:
        about: the screen that asked.
    """

    NAME = HELP

    def __init__(self, state: ConsoleState, about: str) -> None:
        super().__init__(state)
        self.about = about

    def body(self) -> Iterable[Widget]:
        """One page of text."""
        yield Pager(id="main")

    def draw(self) -> None:
        """Draw the page."""
        self.query_one(Pager).page(self._lines())

    def _lines(self) -> list[Line]:
        keys = [(" ".join(map(shown_key, a.keys)), a.help) for a in actions_of(self.about)]
        moving = [(names, what) for names, what, screens in MOVING if self.about in screens]
        lines: list[Line] = []
        for title, pairs in (
            (f"keys of this screen ({self.about})", keys),
            ("moving", moving),
            ("arrows", ARROWS),
            ("signs", SIGNS),
        ):
            lines += [(Span(f" {title}", "label"),), *self._pairs(pairs), ()]
        return lines

    def _pairs(self, pairs: Iterable[tuple[str, str]]) -> Iterable[Line]:
        for name, text in pairs:
            pieces = wrap(text, self.size.width - KEYS - 4)
            yield (Span(f"   {name:<{KEYS}}", "key"), Span(pieces[0]))
            yield from (line(" " * (KEYS + 3) + piece) for piece in pieces[1:])
