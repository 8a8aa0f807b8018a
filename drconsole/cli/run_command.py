"""``drconsole run``: order an operation, start its process, and follow it to its end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from drconsole.cli.choices import Choices, prepared
from drconsole.cli.planning import operation_argument, operation_named, options_from, planned

if TYPE_CHECKING:
    from drconsole.domain.confirmation import Planned
    from drconsole.domain.endpoint import Estate
    from drconsole.runs.codec import Order
    from drconsole.runs.ordering import Permission


@click.command("run")
@operation_argument
@click.option("--confirm", default="", metavar="NAME", help="The workload's name; for several their number.")
@click.option("--allow-changes", is_flag=True, help="Let this command change something; else it is refused.")
@click.option("--attest-how", default="", metavar="TEXT", help="How you saw that a silent original is off.")
@click.option("--attest-at", default="", metavar="TIME", help="When you saw it.")
@click.option("--attest-by", default="", metavar="NAME", help="Your name; it is kept in the record.")
@click.pass_obj
def run_command(
    choices: Choices,
    operation: str,
    workloads: tuple[str, ...],
    options: tuple[str, ...],
    leave_out_blocked: bool,
    wait_s: float,
    as_json: bool,
    confirm: str,
    allow_changes: bool,
    attest_how: str,
    attest_at: str,
    attest_by: str,
) -> int:
    """Do an OPERATION on WORKLOADs, and follow it until it ends or asks.

    The run goes on by itself when this command, its terminal or its connection ends. Exit codes: 0 done,
    1 failed, 3 not known or it asks, 4 blocked or refused: nothing was done. What --leave-out-blocked left
    out changes none of them.
    """
    from drconsole.cli.following import follow_on_terminal
    from drconsole.cli.starting import started
    from drconsole.domain.confirmation import Attestation
    from drconsole.errors import Refused
    from drconsole.runs.journal import Journal
    from drconsole.runs.ordering import Permission
    from drconsole.runs.store import Store
    from drconsole.wording.runs import left_out

    wanted = operation_named(operation)
    chosen = options_from(options)
    config = prepared(choices)
    given = Attestation(attest_how, attest_at, attest_by)
    permission = Permission("--allow-changes" if allow_changes else "", confirm, attestation=given)
    made = planned(config, wanted, workloads, chosen, wait_s, leave_out=leave_out_blocked)
    store = Store(config.state)
    try:
        journal = Journal(store)
        try:
            process = started(config, journal, made, permission)
        except Refused:
            # It may be refused for a number that somebody expected with them.
            for line in left_out(made.plan):
                click.echo(line, err=True)
            raise
        return follow_on_terminal(journal, made.run, as_json=as_json, process=process)
    finally:
        store.close()


def order_of(made: Planned, permission: Permission, estate: Estate) -> Order:
    """The order of a plan, if it may be run.

    Raises:
        Refused: it may not.
    """
    from drconsole.cli.permitted import armed_by, frozen_endpoints
    from drconsole.runs.execute import login
    from drconsole.runs.ordering import ordered

    given = replace(permission, allowed_by=permission.allowed_by or armed_by(made.plan, estate))
    return ordered(made.plan, made.asked, given, login(), datetime.now(UTC), frozen_endpoints(estate))
