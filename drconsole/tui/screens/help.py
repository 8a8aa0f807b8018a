"""All keys of the screen that asked, made from the action table."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from drconsole.tui.actions import MOVING, actions_of
from drconsole.tui.keys.action import HELP, INVENTORY, shown_key
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
    ("*", "marked"),
    ("▾", "the lines are in the order of this column; !▾ the worst alarms first"),
)
FILTERS = (
    ("web ny", "lines that hold both words, in whatever place and case"),
    ('"new york"', "quotes keep blanks and colons together"),
    ("!", "only with alarms"),
    ("role:former", "some copy has this role; role:unprotected shows what is hidden otherwise"),
    ("site:jersey", "some copy is there; with role: it is the same copy"),
    ("health:warning", "ok, warning, critical, unknown (nothing of it is current), ! (with alarms)"),
    ("platform:hv", "hyperv (hv) or vsphere (vs)"),
    ("name:web", "the name alone"),
    ("alarm:rpo", "has this alarm"),
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
        groups: dict[str, list[tuple[str, str]]] = {}
        for action in actions_of(self.about):
            title = action.group or f"keys of this screen ({self.about})"
            groups.setdefault(title, []).append((" ".join(map(shown_key, action.keys)), action.help))
        moving = [(names, what) for names, what, screens in MOVING if self.about in screens]
        filters = FILTERS if self.about == INVENTORY else ()
        sections = (
            *groups.items(),
            ("moving", moving),
            ("filter", filters),
            ("arrows", ARROWS),
            ("signs", SIGNS),
        )
        lines: list[Line] = []
        for title, pairs in sections:
            if pairs:
                lines += [(Span(f" {title}", "label"),), *self._pairs(pairs), ()]
        return lines

    def _pairs(self, pairs: Iterable[tuple[str, str]]) -> Iterable[Line]:
        for name, text in pairs:
            pieces = wrap(text, self.size.width - KEYS - 4)
            yield (Span(f"   {name:<{KEYS}}", "key"), Span(pieces[0]))
            yield from (line(" " * (KEYS + 3) + piece) for piece in pieces[1:])
