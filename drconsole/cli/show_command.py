"""``drconsole show``: one workload whole, all copies side by side with the evidence of their roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from drconsole.cli import read_options
from drconsole.cli.choices import Choices, prepared
from drconsole.cli.reading import snapshot_once, text_width, workload_named

if TYPE_CHECKING:
    from datetime import datetime

    from drconsole.domain.snapshot import Workload
    from drconsole.tui.widgets.ink import Line


@click.command("show")
@click.argument("workload")
@read_options.wait()
@click.option(
    "--deep",
    "deep",
    is_flag=True,
    help="Read its recovery points, networks and statistics too (Hyper-V).",
)
@click.option(
    "--commands",
    "commands",
    is_flag=True,
    help="Where copies run at once: what a person would type to look, cut one off or stop it.",
)
@read_options.as_json
@read_options.width
@click.pass_obj
def show_command(
    choices: Choices,
    workload: str,
    wait_s: float,
    deep: bool,
    commands: bool,
    as_json: bool,
    width: int | None,
) -> int:
    """Show one WORKLOAD: each copy's role, why it has it, and what was seen; in SPLIT-BRAIN all compared.

    WORKLOAD is a name that is unique, a key, or a key prefix of at least 6 characters. Exit codes: 0 it was
    shown, 3 nobody who answers knows it while others are silent, 64 there is no such workload.
    """
    from drconsole.cli import answers
    from drconsole.cli.journaled import with_journal
    from drconsole.cli.look import look_closely
    from drconsole.tui.detail import full_detail
    from drconsole.tui.widgets.ink import plain

    config = prepared(choices)
    snapshot = with_journal(config, snapshot_once(config, wait_s))
    found = workload_named(snapshot, workload)
    if deep:
        found = look_closely(config, found, wait_s)
    if as_json:
        click.echo(answers.encoded(answers.show_answer(snapshot, found, deep=deep)), nl=False)
        return 0
    for line in _compared(found, snapshot.taken_at, width or text_width(), commands):
        click.echo(plain(line).rstrip())
    days, now = snapshot.estate.proven_days_of(found.key), snapshot.taken_at
    for line in full_detail(found, now, width or text_width(), awaited=False, proven_days=days):
        click.echo(plain(line).rstrip())
    return 0


def _compared(workload: Workload, now: datetime, width: int, commands: bool) -> tuple[Line, ...]:
    """The card of a workload of which several copies run, then the commands where they are asked for."""
    from drconsole.domain.comparison import is_split
    from drconsole.tui.comparison import command_lines, comparison_lines

    if not is_split(workload):
        return ()
    card = (*comparison_lines(workload, now, width), ())
    return (*card, *command_lines(workload, width), ()) if commands else card
