"""``drconsole list``: the inventory once, as text or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from drconsole.cli import read_options
from drconsole.cli.choices import Choices, prepared
from drconsole.cli.reading import WAIT_S, snapshot_once, text_width

if TYPE_CHECKING:
    from drconsole.config.model import Config

ORDERS = ("alarms", "name", "rpo", "left", "right")


@click.command("list")
@click.option("--all", "everything", is_flag=True, help="Show VMs without any protection too.")
@read_options.wait()
@read_options.filter_text
@click.option(
    "--order",
    type=click.Choice(ORDERS),
    default=ORDERS[0],
    show_default=True,
    help="Order of the text: left and right are by role at a pair's left or right site.",
)
@read_options.as_json
@read_options.width
@click.pass_obj
def list_command(
    choices: Choices,
    everything: bool,
    wait_s: float,
    filter_text: str,
    order: str,
    as_json: bool,
    width: int | None,
) -> int:
    """List all protected VMs with the role of each copy.

    It ends when every endpoint has answered, or after --wait. The exit code is 0 even if some are silent:
    they stand at the end of the list.
    """
    return print_list(
        prepared(choices),
        everything=everything,
        wait_s=wait_s,
        filter_text=filter_text,
        order=order,
        as_json=as_json,
        width=width,
    )


def print_list(
    config: Config,
    *,
    everything: bool = False,
    wait_s: float = WAIT_S,
    filter_text: str = "",
    order: str = ORDERS[0],
    as_json: bool = False,
    width: int | None = None,
) -> int:
    """Read all endpoints once and print what is known.

    Raises:
        UsageError: the filter is wrong; nothing was read then.
    """
    from drconsole.cli import answers, listing
    from drconsole.cli.acknowledgements import standing_of
    from drconsole.cli.journaled import with_journal
    from drconsole.tui.sorting import Order

    wanted = listing.read_filter(filter_text, config.estate)
    snapshot = with_journal(config, snapshot_once(config, wait_s))
    workloads = listing.listed(snapshot, everything=everything, wanted=wanted)
    if as_json:
        click.echo(answers.encoded(answers.list_answer(snapshot, workloads)), nl=False)
        return 0
    known = standing_of(config)
    for line in listing.lines(snapshot, workloads, width or text_width(), wanted, Order(order), known):
        click.echo(line)
    return 0
