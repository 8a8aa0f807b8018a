"""The keys of operations, and of the three steps from one of them to a run."""

from __future__ import annotations

from drconsole.tui.keys.action import (
    ACTING,
    CONFIRMATION,
    ON_WORKLOADS,
    OPTIONS,
    PLAN,
    WHY,
    Action,
)
from drconsole.wording.by_hand import OPERATIONS

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

SHOWN = tuple(one for one in _OPERATIONS if one.label)
OTHERS = (
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
)
WIZARD = (
    Action(
        "leave-options", ("escape", "b"), "back", "back", "nothing was done", frozenset({OPTIONS}), 1, shown=2
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
        "leave-out",
        ("x",),
        "leave_out",
        "leave blocked out",
        "go on without the workloads that cannot be done",
        frozenset({PLAN}),
        1,
        "mixed",
    ),
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
        "confirm-scroll",
        ("pagedown", "ctrl+f"),
        "scroll(1)",
        "more of it",
        "what stands below",
        frozenset({CONFIRMATION}),
        2,
        "long",
    ),
    Action(
        "confirm-scroll-back",
        ("pageup", "ctrl+b"),
        "scroll(-1)",
        "",
        "what stands above",
        frozenset({CONFIRMATION}),
        9,
        "long",
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
        "choose",
        "from the field to the word for it; on a word, do that",
        frozenset({CONFIRMATION}),
        1,
    ),
    Action("yes", ("y",), "yes", "yes", "do it", frozenset({CONFIRMATION}), 1, "letter"),
)
