"""The keys of dialogs: the filter, the palette, files, and questions."""

from __future__ import annotations

from drconsole.tui.keys.action import (
    ACKNOWLEDGE,
    CONFIRMATION,
    COPY,
    DIALOGS,
    FILTER,
    PALETTE,
    PASSWORD,
    QUESTION,
    REPLACE,
    Action,
)

ASKING = (
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
    Action(
        "take-password",
        ("enter",),
        "take",
        "use it",
        "use it from the next login on; nothing keeps it",
        frozenset({PASSWORD}),
        1,
    ),
    Action(
        "set-aside",
        ("enter",),
        "take",
        "set it aside",
        "keep the date and the reason",
        frozenset({ACKNOWLEDGE}),
        1,
    ),
    Action("write", ("enter",), "write", "write", "write the file", frozenset({COPY}), 1),
    Action("replace", ("y",), "replace", "replace it", "write over the file", frozenset({REPLACE}), 1),
    Action("keep-file", ("n",), "keep", "keep it", "name another file", frozenset({REPLACE}), 1),
    Action("close", ("escape", "tab"), "back", "back", "leave everything as it is", DIALOGS, 1, shown=2),
    Action("leave", ("ctrl+c", "ctrl+q"), "app.quit", "", "leave the console", DIALOGS | {CONFIRMATION}, 9),
)
