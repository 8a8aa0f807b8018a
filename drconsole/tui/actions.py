"""The one table of actions: key bindings, the line of keys, the help and the palette are made from it."""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding

from drconsole.tui.widgets.ink import Line, Span
from drconsole.wording.by_hand import OPERATIONS

INVENTORY, DETAIL, ALARMS, ENDPOINTS = "inventory", "detail", "alarms", "endpoints"
ENDPOINT, COMPARISON, COMMANDS = "endpoint", "comparison", "commands"
HELP, WHY = "help", "why"
OPTIONS, PLAN, RUN, RUNS = "options", "plan", "run", "runs"
FILTER, PALETTE, COPY, REPLACE = "filter", "palette", "copy", "replace"
CONFIRMATION, QUESTION = "confirmation", "question"
LISTS = frozenset({INVENTORY, ALARMS, ENDPOINTS, RUNS})
PAGES = frozenset({DETAIL, ENDPOINT, COMPARISON, COMMANDS, HELP, WHY, PLAN, RUN})
EVERYWHERE = LISTS | PAGES | {OPTIONS}
HERE = frozenset({INVENTORY})
ON_WORKLOADS = frozenset({INVENTORY, DETAIL, COMPARISON})
ACTING = frozenset({OPTIONS, PLAN, RUN, RUNS})
DIALOGS = frozenset({PALETTE, COPY, REPLACE, QUESTION})
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


OPERATING = "operations: a key plans it, or tells why not and how it is done by hand"
# Those on the line of keys, with what leaves first when it gets narrow.
SHORT_OPERATIONS = {"test-failover": "test", "planned-failover": "planned", "reverse": "reverse"}
SHOWN_OPERATIONS = {"test-failover": 3, "planned-failover": 4, "reverse": 5}
_OPERATIONS = tuple(
    Action(
        operation.id,
        (OPERATION_KEYS[operation.id],),
        f"operation('{operation.id}')",
        SHORT_OPERATIONS.get(operation.id, ""),
        operation.title,
        ON_WORKLOADS | {WHY},
        SHOWN_OPERATIONS.get(operation.id, 9),
        group=OPERATING,
    )
    for operation in OPERATIONS
)

ACTIONS = (
    Action("help", ("question_mark", "f1"), "app.help", "help", "all keys", EVERYWHERE - {HELP}, 1),
    Action("filter", ("slash",), "filter", "filter", "show only what holds these words and terms", HERE, 2),
    *(one for one in _OPERATIONS if one.label),
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
        EVERYWHERE - HERE - {OPTIONS},
        1,
        shown=2,
    ),
    Action(
        "leave-options", ("escape", "b"), "back", "back", "nothing was done", frozenset({OPTIONS}), 1, shown=2
    ),
    Action("clear", ("escape", "x"), "clear_filter", "all lines", "end the filter", HERE, 2, "filtered", 2),
    Action("pair", ("tab",), "next_pair(1)", "next pair", "the next pair of sites", HERE, 2, "pairs"),
    Action("pair-back", ("shift+tab",), "next_pair(-1)", "", "the pair of sites before", HERE, 9, "pairs"),
    Action(
        "why", ("w",), "why", "why", "why these roles, and why not each operation", ON_WORKLOADS | {WHY}, 3
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
        EVERYWHERE - {HELP, WHY, ENDPOINT, ENDPOINTS, COMMANDS} - ACTING,
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
    *(one for one in _OPERATIONS if not one.label),
    Action(
        "runs",
        ("R",),
        "runs",
        "runs",
        "all runs: follow, answer, continue, retry, abandon",
        ON_WORKLOADS | {WHY},
        5,
        group=OPERATING,
    ),
    Action(
        "arm",
        ("exclamation_mark",),
        "arm",
        "",
        "allow changes from this console, or be read-only again",
        ON_WORKLOADS | {WHY} | ACTING,
        9,
        group=OPERATING,
    ),
    Action(
        "turn", ("right", "space", "l"), "turn(1)", "next value", "the next value", frozenset({OPTIONS}), 2
    ),
    Action("turn-back", ("left", "h"), "turn(-1)", "", "the value before", frozenset({OPTIONS}), 3),
    Action(
        "to-plan", ("enter",), "go_on", "plan it", "read afresh and make the plan", frozenset({OPTIONS}), 1
    ),
    Action("go-on", ("enter",), "go_on", "next", "to the confirmation", frozenset({PLAN}), 1, "ready"),
    Action(
        "plan-commands",
        ("c",),
        "commands",
        "commands as text",
        "how a person would do each step, or the plan again",
        frozenset({PLAN}),
        2,
    ),
    Action("plan-why", ("w",), "why", "why", "what clears what holds it up", frozenset({PLAN}), 3),
    Action("plan-again", ("n", "f5"), "plan_again", "plan again", "read and plan anew", frozenset({PLAN}), 4),
    Action(
        "cancel-run",
        ("x",),
        "cancel_run",
        "cancel",
        "begin nothing more; what is being done now comes to its end",
        frozenset({RUN}),
        2,
        "living",
    ),
    Action("run-evidence", ("e",), "evidence", "evidence", "what was read back", frozenset({RUN}), 3),
    Action(
        "run-commands",
        ("c",),
        "commands",
        "commands",
        "how a person would do each step",
        frozenset({RUN}),
        4,
    ),
    Action(
        "continue",
        ("C",),
        "ask_run('continue')",
        "continue",
        "look, then go on with a run whose process is gone",
        frozenset({RUN, RUNS}),
        2,
        "interrupted",
    ),
    Action(
        "retry",
        ("t",),
        "ask_run('retry')",
        "retry",
        "do again what did not end well, and only that",
        frozenset({RUN, RUNS}),
        2,
        "retryable",
    ),
    Action(
        "lead-back",
        ("L",),
        "ask_run('back')",
        "lead back",
        "lead back what was begun",
        frozenset({RUN, RUNS}),
        2,
        "offers",
    ),
    Action(
        "stop-waiting",
        ("W",),
        "stop_waiting",
        "",
        "wait for the running step no longer; its act goes on, its outcome is unknown",
        frozenset({RUN}),
        6,
        "living",
    ),
    Action(
        "abandon",
        ("D",),
        "ask_run('abandon')",
        "abandon",
        "give the run up, on record; nothing is undone",
        frozenset({RUN, RUNS}),
        5,
        "open",
    ),
    *(
        Action(
            f"answer-{number}",
            (str(number),),
            f"answer({number})",
            "",
            f"answer {number} of what the run asks",
            frozenset({RUN}),
            9,
            "asking",
        )
        for number in range(1, 8)
    ),
    Action(
        "next-question", ("tab",), "next_question", "", "the next question", frozenset({RUN}), 6, "asking"
    ),
    Action(
        "next-field",
        ("tab", "down"),
        "app.focus_next",
        "move",
        "the next field",
        frozenset({CONFIRMATION}),
        2,
    ),
    Action(
        "field-back",
        ("shift+tab", "up"),
        "app.focus_previous",
        "",
        "the one before",
        frozenset({CONFIRMATION}),
        9,
    ),
    Action(
        "give-up-plan",
        ("escape",),
        "back",
        "cancel",
        "leave everything as it is",
        frozenset({CONFIRMATION}),
        1,
    ),
    Action(
        "move-on",
        ("enter",),
        "move_on",
        "",
        "from the field to the word for it; on a word, do that",
        frozenset({CONFIRMATION}),
        9,
    ),
    Action("yes", ("y",), "yes", "yes", "do it", frozenset({CONFIRMATION}), 1, "letter"),
    Action("say-yes", ("y",), "yes", "yes", "do it", frozenset({QUESTION}), 1),
    Action("say-no", ("n", "enter"), "back", "no", "leave everything as it is", frozenset({QUESTION}), 1),
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
    Action("leave", ("ctrl+c", "ctrl+q"), "app.quit", "", "leave the console", DIALOGS | {CONFIRMATION}, 9),
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
