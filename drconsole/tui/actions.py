"""The one table of actions: key bindings, the line of keys, the help and the palette are made from it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

from drconsole.tui.widgets.ink import Line, Span
from drconsole.wording.by_hand import OPERATIONS

INVENTORY, DETAIL, ALARMS, ENDPOINTS = "inventory", "detail", "alarms", "endpoints"
ENDPOINT, COMPARISON, COMMANDS = "endpoint", "comparison", "commands"
HELP, WHY = "help", "why"
FILTER, PALETTE, COPY, REPLACE = "filter", "palette", "copy", "replace"
LISTS = frozenset({INVENTORY, ALARMS, ENDPOINTS})
PAGES = frozenset({DETAIL, ENDPOINT, COMPARISON, COMMANDS, HELP, WHY})
EVERYWHERE = LISTS | PAGES
HERE = frozenset({INVENTORY})
ON_WORKLOADS = frozenset({INVENTORY, DETAIL, COMPARISON})
DIALOGS = frozenset({PALETTE, COPY, REPLACE})
KEY_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "exclamation_mark": "!",
    "escape": "esc",
    "f1": "F1",
    "f5": "F5",
}
OPERATION_KEYS = {
    "test-failover": "t",
    "stop-test": "s",
    "planned-failover": "p",
    "unplanned-failover": "u",
    "complete": "C",
    "cancel": "X",
    "reverse": "r",
    "pause": "P",
    "resume": "U",
    "resync": "F",
    "sync-now": "S",
    "enable": "E",
    "disable": "D",
    "remove-leftovers": "L",
}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a key does.

    Args:
        keys: Textual's key names, the shown one first.
        call: Textual's action string.
        label: what the line of keys says; empty when only help and palette name it.
        help: one clause for help and palette.
        screens: where it works.
        rank: what is left out first on the line of keys when it gets narrow: the largest.
        shown: how many of the keys the line of keys names; leaving is never by Esc alone, because GNU screen
            may hold a lone Esc back.
        when: the condition that has to hold for it to be shown and to work, empty for always.
        group: the title it stands under in the help; empty for the screen's own.
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
    group: str = ""

    @property
    def key(self) -> str:
        """The shown keys as people write them."""
        return "/".join(map(shown_key, self.keys[: self.shown]))


UNBUILT = "operations: this version only reads; a key tells how it is done by hand"
_OPERATIONS = tuple(
    Action(
        operation.id,
        (OPERATION_KEYS[operation.id],),
        f"operation('{operation.id}')",
        "",
        operation.title,
        ON_WORKLOADS | {WHY},
        9,
        group=UNBUILT,
    )
    for operation in OPERATIONS
)

ACTIONS = (
    Action("help", ("question_mark", "f1"), "app.help", "help", "all keys", EVERYWHERE - {HELP}, 1),
    Action("filter", ("slash",), "filter", "filter", "show only what holds these words and terms", HERE, 2),
    Action(
        "open",
        ("enter", "l", "right"),
        "open",
        "open",
        "all about the line under the cursor",
        LISTS,
        2,
    ),
    Action(
        "evidence",
        ("e", "enter"),
        "evidence",
        "evidence",
        "what the roles of these copies rest on",
        frozenset({COMPARISON}),
        2,
    ),
    Action(
        "commands",
        ("c",),
        "commands",
        "commands as text",
        "what a person would type to look, to cut one off or to stop it",
        frozenset({COMPARISON}),
        2,
    ),
    Action(
        "back",
        ("escape", "b", "h", "left"),
        "back",
        "back",
        "back to where you came from",
        EVERYWHERE - HERE,
        1,
        shown=2,
    ),
    Action("clear", ("escape", "x"), "clear_filter", "all lines", "end the filter", HERE, 2, "filtered", 2),
    Action("pair", ("tab",), "next_pair(1)", "next pair", "the next pair of sites", HERE, 2, "pairs"),
    Action("pair-back", ("shift+tab",), "next_pair(-1)", "", "the pair of sites before", HERE, 9, "pairs"),
    Action(
        "why", ("w",), "why", "why", "why these roles, and what can be done by hand", ON_WORKLOADS | {WHY}, 3
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
    Action("order", ("o",), "next_order", "order", "the next order of the lines", HERE, 4),
    Action("mark", ("space",), "mark", "mark", "mark this workload, or take its mark away", HERE, 5),
    Action("mark-all", ("m",), "mark_shown", "", "mark all that is shown, or none of it", HERE, 6),
    Action(
        "read",
        ("n", "f5"),
        "read_now",
        "read now",
        "read all endpoints at once",
        EVERYWHERE - {HELP, WHY, ENDPOINT, ENDPOINTS, COMMANDS},
        4,
    ),
    Action(
        "read-one",
        ("n", "r", "f5"),
        "read_now",
        "read it now",
        "read this endpoint at once",
        frozenset({ENDPOINT, ENDPOINTS}),
        4,
    ),
    Action("all", ("A",), "toggle_all", "", "show or hide machines that nothing protects", HERE, 5),
    Action("copy", ("y",), "app.copy", "copy", "copy what this screen tells into a file", EVERYWHERE, 6),
    Action(
        "clipboard",
        ("Y",),
        "app.clipboard",
        "",
        "send it to the terminal's clipboard (OSC 52)",
        EVERYWHERE,
        9,
    ),
    Action("theme", ("T",), "app.next_theme", "", "the next theme", EVERYWHERE, 9),
    *_OPERATIONS,
    Action("runs", ("R",), "runs", "", "all runs", ON_WORKLOADS, 9, group=UNBUILT),
    Action("arm", ("exclamation_mark",), "arm", "", "allow changes", ON_WORKLOADS, 9, group=UNBUILT),
    Action(
        "keep",
        ("enter", "down"),
        "screen.keep_filter",
        "keep the filter",
        "back to the lines",
        frozenset({FILTER}),
        1,
    ),
    Action(
        "give-up", ("escape",), "screen.give_filter_up", "all lines", "end the filter", frozenset({FILTER}), 1
    ),
    Action("choose", ("enter",), "choose", "do it", "do what the cursor is on", frozenset({PALETTE}), 1),
    Action("next", ("down", "ctrl+n"), "step(1)", "next", "the next line", frozenset({PALETTE}), 2),
    Action("previous", ("up", "ctrl+p"), "step(-1)", "previous", "the line before", frozenset({PALETTE}), 2),
    Action("write", ("enter",), "write", "write", "write the file", frozenset({COPY}), 1),
    Action("replace", ("y",), "replace", "replace it", "write over the file", frozenset({REPLACE}), 1),
    Action("keep-file", ("n",), "keep", "keep it", "name another file", frozenset({REPLACE}), 1),
    Action("close", ("escape", "tab"), "back", "back", "leave everything as it is", DIALOGS, 1, shown=2),
    Action("leave", ("ctrl+c", "ctrl+q"), "app.quit", "", "leave the console", DIALOGS, 9),
    Action("more", ("colon",), "app.palette", "more", "find an action by its words", EVERYWHERE, 1),
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


def entries_of(screen: str, conditions: frozenset[str]) -> list[Entry]:
    """The palette of a screen: what works there now."""
    return [
        Entry(action.call, action.help, action.key, "not in this version" if action.group == UNBUILT else "")
        for action in actions_of(screen)
        if action.id != "more" and (not action.when or action.when in conditions)
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
