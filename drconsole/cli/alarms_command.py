"""``drconsole alarms``: every alarm with what it is called by, acknowledged until a date, or open again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from drconsole.cli import read_options
from drconsole.cli.acknowledgements import journal_of, subject_of, time_of, with_acknowledgements
from drconsole.cli.choices import Choices, prepared
from drconsole.cli.reading import snapshot_once
from drconsole.domain.roles import AlarmCode
from drconsole.errors import UsageError
from drconsole.wording.names import visible

if TYPE_CHECKING:
    from drconsole.config.model import Config
    from drconsole.domain.snapshot import Snapshot
    from drconsole.tui.alarm_list import Entry

_SUBJECT = click.argument("subject", metavar="WORKLOAD|ENDPOINT")
_CODE = click.argument("code", metavar="CODE")


@click.group("alarms", invoke_without_command=True)
@read_options.wait()
@click.pass_context
def alarms_command(ctx: click.Context, wait_s: float) -> int:
    """List all alarms, the worst first: code, what it concerns, its text, and who acknowledged it."""
    if ctx.invoked_subcommand is not None:
        return 0
    from drconsole.wording.acknowledged import acknowledged

    config, snapshot = _looked(ctx.obj, wait_s)
    for entry, told in with_acknowledgements(config, _entries(snapshot)):
        click.echo(f"{entry.alarm.code}  {visible(subject_of(entry))}  {entry.text(snapshot.taken_at)}")
        if told is not None:
            click.echo(f"   {acknowledged(told)}")
    return 0


@alarms_command.command("acknowledge")
@_SUBJECT
@_CODE
@click.option("--until", required=True, metavar="DATE", help="A date, or a date and time: 2030-01-31T18:00.")
@click.option("--reason", required=True, metavar="TEXT", help="Why it is known; kept with your name.")
@read_options.wait()
@click.pass_obj
def acknowledge_command(
    choices: Choices, subject: str, code: str, until: str, reason: str, wait_s: float
) -> int:
    """Set an alarm aside until a date: it is shown and counted, and 'health' warns of what is new alone."""
    from drconsole.domain.acknowledged import Acknowledgement
    from drconsole.runs.acknowledging import acknowledge
    from drconsole.runs.execute import login
    from drconsole.wording.acknowledged import acknowledged

    config, snapshot = _looked(choices, wait_s)
    named, wanted = _named(snapshot, subject), _code(code)
    raised = [e.alarm for e in _entries(snapshot) if (subject_of(e), e.alarm.code) == (named, wanted)]
    if not raised:
        raise UsageError(f"{subject} has no alarm {wanted} now.", hint="Its alarms: drconsole alarms")
    worst = max(alarm.severity for alarm in raised)
    now = datetime.now(UTC)
    one = Acknowledgement(named, wanted, worst, login(), now, time_of(until), reason)
    with journal_of(config) as journal:
        acknowledge(journal, one)
    click.echo(f"{wanted} of {subject}: {acknowledged(one)}")
    return 0


@alarms_command.command("withdraw")
@_SUBJECT
@_CODE
@read_options.wait()
@click.pass_obj
def withdraw_command(choices: Choices, subject: str, code: str, wait_s: float) -> int:
    """Let an alarm count again before the date until which it was set aside."""
    from drconsole.runs.acknowledging import withdraw
    from drconsole.runs.execute import login

    config, snapshot = _looked(choices, wait_s)
    with journal_of(config) as journal:
        withdraw(journal, _named(snapshot, subject), _code(code), login(), datetime.now(UTC))
    click.echo(f"{code} of {subject} counts again.")
    return 0


def _looked(choices: Choices, wait_s: float) -> tuple[Config, Snapshot]:
    from drconsole.cli.journaled import with_journal

    config = prepared(choices)
    return config, with_journal(config, snapshot_once(config, wait_s))


def _entries(snapshot: Snapshot) -> tuple[Entry, ...]:
    from drconsole.tui.alarm_list import entries_of

    return entries_of(snapshot)


def _named(snapshot: Snapshot, word: str) -> str:
    """The key of a workload, or the name of an endpoint.

    Raises:
        UsageError: it names none, or several.
    """
    from drconsole.cli.reading import workload_named

    if any(one.name == word for one in snapshot.endpoints):
        return word
    return workload_named(snapshot, word).key


def _code(word: str) -> AlarmCode:
    try:
        return AlarmCode(word)
    except ValueError:
        raise UsageError(f"There is no alarm {word!r}.", hint="Their codes: drconsole alarms") from None
