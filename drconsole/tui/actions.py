"""The one table of actions: key bindings, the line of keys, the help and the palette are made from it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

from drconsole.tui.keys.action import EVERYWHERE, WHY, Action
from drconsole.tui.keys.dialogs import ASKING
from drconsole.tui.keys.looking import FIRST, LAST, LOOKING
from drconsole.tui.keys.operating import OPERATING, OTHERS, SHOWN, WIZARD
from drconsole.tui.keys.running import RUNNING
from drconsole.tui.widgets.ink import Line, Span

# In the order of the line of keys and of the help.
ACTIONS = (*FIRST, *SHOWN, *LOOKING, *OTHERS, *WIZARD, *RUNNING, *ASKING, *LAST)

MOVING: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("up down, k j", "one line", EVERYWHERE),
    ("page up, page down", "one window", EVERYWHERE),
    ("g G, home end", "first and last line", EVERYWHERE),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the palette: what it does, its key if it has one, and Textual's action string."""

    call: str
    words: str
    key: str = ""
    note: str = ""

    @property
    def sought(self) -> str:
        """What the palette's words are looked for in."""
        return f"{self.words} {self.note}".casefold()


def actions_of(screen: str) -> tuple[Action, ...]:
    """What can be done on a screen."""
    return tuple(action for action in ACTIONS if screen in action.screens)


def bindings_of(screen: str) -> list[Binding]:
    """The key bindings of a screen."""
    return [
        Binding(",".join(action.keys), action.call, action.help, show=False, id=f"dr.{action.id}")
        for action in actions_of(screen)
    ]


def entries_of(screen: str, conditions: frozenset[str]) -> list[Entry]:
    """The palette of a screen: what works there now."""
    return [
        Entry(action.call, action.help, action.key)
        for action in actions_of(screen)
        if action.id != "more" and (not action.when or action.when in conditions)
    ]


def key_line(screen: str, width: int, conditions: frozenset[str] = frozenset()) -> Line:
    """The line of keys: what works here, in the table's order; the least important leave first."""
    shown = [a for a in actions_of(screen) if a.label and (not a.when or a.when in conditions)]
    if screen == WHY:
        # Their keys only tell of an operation there.
        shown = [action for action in shown if action.group != OPERATING]
    while len(shown) > 1 and sum(len(a.key) + len(a.label) + 3 for a in shown) > width + 1:
        shown.remove(max(shown, key=lambda action: (action.rank, ACTIONS.index(action))))
    spans: list[Span] = []
    for action in shown:
        spans += [Span("  " if spans else " "), Span(action.key, "key"), Span(f" {action.label}")]
    return tuple(spans)
