"""Options that the commands which read have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from drconsole.cli.choices import Number
from drconsole.cli.reading import NARROWEST, WAIT_S, WIDTH_WITHOUT_TERMINAL

Command = TypeVar("Command", bound=Callable[..., Any])

LONGEST_S = 3600

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON (schema 1) instead of text.")

filter_text = click.option(
    "--filter",
    "filter_text",
    default="",
    metavar="TEXT",
    help="Only what passes this filter, as / takes it in the console: words, ! (with alarms), role: site:"
    " health: platform: name: alarm:",
)

width = click.option(
    "--width",
    type=click.IntRange(NARROWEST, 1000),
    metavar="N",
    help=f"Columns of text; otherwise the terminal's, or {WIDTH_WITHOUT_TERMINAL}.",
)


def wait(
    default: float = WAIT_S,
    told: str = "Seconds to wait for endpoints; the silent ones are shown as last known.",
) -> Callable[[Command], Command]:
    """``--wait S``: how long endpoints are waited for."""
    return click.option(
        "--wait",
        "wait_s",
        type=Number(0, LONGEST_S),
        default=default,
        show_default=True,
        metavar="S",
        help=told,
    )
