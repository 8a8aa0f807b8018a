"""The one table of actions: key bindings, the line of keys and the help are made from it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

from drconsole.tui.widgets.ink import Line, Span

INVENTORY, DETAIL, ALARMS, ENDPOINTS, HELP = "inventory", "detail", "alarms", "endpoints", "help"
FILTER = "filter"
LISTS = frozenset({INVENTORY, ALARMS, ENDPOINTS})
PAGES = frozenset({DETAIL, HELP})
EVERYWHERE = LISTS | PAGES
KEY_NAMES = {"question_mark": "?", "slash": "/", "escape": "esc", "f1": "F1", "f5": "F5"}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a key does.

    Args:
        keys: Textual's key names, the shown one first.
        call: Textual's action string.
        label: what the line of keys says; empty when only the help names it.
        help: one clause for the help.
        screens: where it works.
        rank: what is left out first on the line of keys when it gets narrow: the largest.
        shown: how many of the keys the line of keys names; leaving is never by Esc alone, because GNU screen
            may hold a lone Esc back.
        when: the condition that has to hold for it to be shown and to work, empty for always.
    """

    id: str
    keys: tuple[str, ...]
    call: str
    label: str
    help: str
    screens: frozenset[str]
    rank: int = 5
    when: str = ""
    shown: int = 1

    @property
    def key(self) -> str:
        """The shown keys as people write them."""
        return "/".join(map(shown_key, self.keys[: self.shown]))


ACTIONS = (
    Action("help", ("question_mark", "f1"), "app.help", "help", "all keys", EVERYWHERE - {HELP}, 1),
    Action(
        "filter",
        ("slash",),
        "filter",
        "filter",
        "show only lines that hold these words",
        frozenset({INVENTORY}),
        2,
    ),
    Action(
        "open",
        ("enter", "l", "right"),
        "open",
        "open",
        "all about the line under the cursor",
        frozenset({INVENTORY, ALARMS}),
        2,
    ),
    Action(
        "back",
        ("escape", "b", "h", "left"),
        "back",
        "back",
        "back to where you came from",
        EVERYWHERE - {INVENTORY},
        1,
        shown=2,
    ),
    Action(
        "clear",
        ("escape", "c"),
        "clear_filter",
        "all lines",
        "end the filter",
        frozenset({INVENTORY}),
        2,
        "filtered",
        shown=2,
    ),
    Action(
        "pair",
        ("tab",),
        "next_pair(1)",
        "next pair",
        "the next pair of sites",
        frozenset({INVENTORY}),
        2,
        "pairs",
    ),
    Action(
        "pair-back",
        ("shift+tab",),
        "next_pair(-1)",
        "",
        "the pair of sites before",
        frozenset({INVENTORY}),
        9,
        "pairs",
    ),
    Action(
        "alarms",
        ("a",),
        "app.alarms",
        "alarms",
        "all alarms, the worst first",
        frozenset({INVENTORY, DETAIL, ENDPOINTS}),
        3,
    ),
    Action(
        "endpoints",
        ("e",),
        "app.endpoints",
        "endpoints",
        "who answers, and what the others said",
        frozenset({INVENTORY, DETAIL, ALARMS}),
        3,
    ),
    Action(
        "read",
        ("r", "f5"),
        "read_now",
        "read now",
        "read all endpoints at once",
        EVERYWHERE - {HELP, ENDPOINTS},
        4,
    ),
    Action(
        "read-one",
        ("r", "f5"),
        "read_now",
        "read it now",
        "read this endpoint at once",
        frozenset({ENDPOINTS}),
        4,
    ),
    Action(
        "all",
        ("u",),
        "toggle_all",
        "unprotected",
        "show or hide machines that nothing protects",
        frozenset({INVENTORY}),
        4,
    ),
    Action(
        "keep", ("enter", "down"), "submit", "keep the filter", "back to the lines", frozenset({FILTER}), 1
    ),
    Action("give-up", ("escape",), "leave", "all lines", "end the filter", frozenset({FILTER}), 1),
    Action("theme", ("T",), "app.next_theme", "", "the next theme", EVERYWHERE, 9),
    Action(
        "quit",
        ("q", "ctrl+c", "ctrl+q"),
        "app.quit",
        "quit",
        "leave the console; nothing that runs is ended by it",
        EVERYWHERE,
        1,
    ),
)

MOVING: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("up down, k j", "one line", EVERYWHERE),
    ("page up, page down", "one window", EVERYWHERE),
    ("g G, home end", "first and last line", EVERYWHERE),
)


def shown_key(name: str) -> str:
    """A key as people write it."""
    return KEY_NAMES.get(name, name.replace("+", "-"))


def actions_of(screen: str) -> tuple[Action, ...]:
    """What can be done on a screen."""
    return tuple(action for action in ACTIONS if screen in action.screens)


def bindings_of(screen: str) -> list[Binding]:
    """The key bindings of a screen."""
    return [
        Binding(",".join(action.keys), action.call, action.help, show=False, id=f"dr.{action.id}")
        for action in actions_of(screen)
    ]


def key_line(screen: str, width: int, conditions: frozenset[str] = frozenset()) -> Line:
    """The line of keys: what works here, in the table's order; the least important leave first."""
    shown = [a for a in actions_of(screen) if a.label and (not a.when or a.when in conditions)]
    while len(shown) > 1 and sum(len(a.key) + len(a.label) + 3 for a in shown) > width + 1:
        shown.remove(max(shown, key=lambda action: (action.rank, ACTIONS.index(action))))
    spans: list[Span] = []
    for action in shown:
        spans += [Span("  " if spans else " "), Span(action.key, "key"), Span(f" {action.label}")]
    return tuple(spans)
