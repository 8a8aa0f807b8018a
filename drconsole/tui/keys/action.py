"""One row of the action table: a key, what it does, and on which screens."""

from __future__ import annotations

from dataclasses import dataclass

INVENTORY, DETAIL, ALARMS, ENDPOINTS = "inventory", "detail", "alarms", "endpoints"
ENDPOINT, COMPARISON, COMMANDS = "endpoint", "comparison", "commands"
HELP, WHY = "help", "why"
OPTIONS, PLAN, RUN, RUNS = "options", "plan", "run", "runs"
FILTER, PALETTE, COPY, REPLACE = "filter", "palette", "copy", "replace"
CONFIRMATION, QUESTION, PASSWORD = "confirmation", "question", "password"
ACKNOWLEDGE = "acknowledge"
LISTS = frozenset({INVENTORY, ALARMS, ENDPOINTS, RUNS})
PAGES = frozenset({DETAIL, ENDPOINT, COMPARISON, COMMANDS, HELP, WHY, PLAN, RUN})
EVERYWHERE = LISTS | PAGES | {OPTIONS}
HERE = frozenset({INVENTORY})
ON_WORKLOADS = frozenset({INVENTORY, DETAIL, COMPARISON})
ACTING = frozenset({OPTIONS, PLAN, RUN, RUNS})
DIALOGS = frozenset({PALETTE, COPY, REPLACE, QUESTION, PASSWORD, ACKNOWLEDGE})
KEY_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "exclamation_mark": "!",
    "escape": "esc",
    "pagedown": "page down",
    "pageup": "page up",
    "f1": "F1",
    "f5": "F5",
}


def shown_key(name: str) -> str:
    """A key as people write it."""
    return KEY_NAMES.get(name, name.replace("+", "-"))


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
