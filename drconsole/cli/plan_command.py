"""``drconsole plan``: what an operation would do, and what holds it up; nothing is changed."""

from __future__ import annotations

import click

from drconsole.cli.choices import Choices, prepared
from drconsole.cli.planning import operation_argument, operation_named, options_from, planned
from drconsole.cli.reading import text_width
from drconsole.domain.plan import Readiness

CODES = {Readiness.READY: 0, Readiness.BLOCKED: 4, Readiness.UNKNOWN: 3}


@click.command("plan")
@operation_argument
@click.option("--commands", "commands", is_flag=True, help="Print too how a person would do each step.")
@click.pass_obj
def plan_command(
    choices: Choices,
    operation: str,
    workloads: tuple[str, ...],
    options: tuple[str, ...],
    leave_out_blocked: bool,
    wait_s: float,
    as_json: bool,
    commands: bool,
) -> int:
    """Plan an OPERATION on WORKLOADs: preflight, steps, and what will be asked. Changes nothing.

    The exit code is 0 if it could run, 4 if it is blocked, 3 if something that matters could not be read.
    """
    from drconsole.cli import answers, run_answers, run_text
    from drconsole.domain.bulk import readiness

    wanted = operation_named(operation)
    chosen = options_from(options)
    made = planned(prepared(choices), wanted, workloads, chosen, wait_s, leave_out=leave_out_blocked)
    state = readiness(made.plan)
    if as_json:
        click.echo(answers.encoded(run_answers.plan_answer(made, state.value)), nl=False)
        return CODES[state]
    for line in run_text.plan_lines(made, text_width()):
        click.echo(line)
    if commands:
        for line in run_text.command_lines(made.plan):
            click.echo(line)
    return CODES[state]
