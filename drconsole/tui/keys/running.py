"""The keys of runs: what is shown of one, and what is asked of it."""

from __future__ import annotations

from drconsole.tui.keys.action import RUN, RUNS, Action

RUNNING = (
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
        "filter-steps",
        ("f",),
        "filter_steps",
        "filter steps",
        "all steps, those not done, or those that failed, are unknown or ask",
        frozenset({RUN}),
        3,
    ),
    Action(
        "narrow-runs",
        ("f",),
        "narrow",
        "only this workload",
        "only the runs of the workload that was looked at, or all",
        frozenset({RUNS}),
        3,
        "about",
    ),
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
        6,
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
)
