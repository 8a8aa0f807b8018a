"""``drconsole runs``: what was run and what runs; follow it, answer it, take it up again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from drconsole.cli import asking
from drconsole.cli.choices import Choices, prepared
from drconsole.cli.reading import text_width
from drconsole.errors import UsageError

if TYPE_CHECKING:
    from drconsole.config.model import Config
    from drconsole.runs.journal import Journal
    from drconsole.runs.process import RunProcess
    from drconsole.runs.view import RunView

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON (schema 1) instead of text.")
_ALLOW = click.option("--allow-changes", is_flag=True, help="Let it change something; else it is refused.")


@click.group("runs", invoke_without_command=True)
@click.option("--workload", default="", metavar="NAME", help="Only those of this workload: its name or key.")
@click.option("--site", default="", metavar="SITE", help="Only those from or to this site.")
@click.option("--open", "only_open", is_flag=True, help="Only those that have not ended.")
@_JSON
@click.pass_context
def runs_command(ctx: click.Context, workload: str, site: str, only_open: bool, as_json: bool) -> int:
    """List all runs, the newest first; or show, follow, answer and take up one of them."""
    if ctx.invoked_subcommand is not None:
        return 0
    from drconsole.cli import answers, run_answers
    from drconsole.cli.run_text import headline
    from drconsole.runs.view import all_runs

    with opened(ctx.obj) as (_, journal):
        found = [view for view in all_runs(journal) if view.concerns(workload, site)]
    views = [view for view in found if view.state.is_open or not only_open]
    if as_json:
        click.echo(answers.encoded(run_answers.runs_answer(views)), nl=False)
        return 0
    for view in views:
        click.echo(headline(view))
    if not views:
        click.echo("There is no such run in this journal.", err=True)
    return 0


@runs_command.command("show")
@click.argument("run")
@_JSON
@click.option("--commands", "commands", is_flag=True, help="Print too how a person would do each step.")
@click.pass_obj
def show(choices: Choices, run: str, as_json: bool, commands: bool) -> int:
    """Show RUN: every step with what was read back."""
    from drconsole.cli import answers, run_answers
    from drconsole.cli.run_text import command_lines, run_lines

    with opened(choices) as (_, journal):
        view = named(journal, run)
    if as_json:
        click.echo(answers.encoded(run_answers.run_answer(view)), nl=False)
        return 0
    for line in run_lines(view, text_width()):
        click.echo(line)
    if commands and view.plan is not None:
        for line in command_lines(view.plan):
            click.echo(line)
    return 0


@runs_command.command("follow")
@click.argument("run")
@_JSON
@click.pass_obj
def follow(choices: Choices, run: str, as_json: bool) -> int:
    """Follow RUN until it ends or asks; the exit code is that of ``run``."""
    from drconsole.cli.following import follow_on_terminal

    with opened(choices) as (_, journal):
        return follow_on_terminal(journal, journal.run(run).id, as_json=as_json)


@runs_command.command("continue")
@click.argument("run")
@_ALLOW
@_JSON
@click.pass_obj
def continue_run(choices: Choices, run: str, allow_changes: bool, as_json: bool) -> int:
    """Take up RUN, whose process is gone: it looks first, and repeats nothing that may have happened."""
    asking.check_allowed(_allowed(allow_changes))
    with opened(choices) as (config, journal):
        view = asking.readable(named(journal, run))
        return _followed(journal, view, as_json, process=asking.take_up(config, journal, view))


@runs_command.command("retry")
@click.argument("run")
@_ALLOW
@_JSON
@click.pass_obj
def retry(choices: Choices, run: str, allow_changes: bool, as_json: bool) -> int:
    """Do again what did not end well in RUN, and only that."""
    asking.check_allowed(_allowed(allow_changes))
    with opened(choices) as (config, journal):
        view = asking.readable(named(journal, run))
        return _followed(journal, view, as_json, process=asking.retry(config, journal, view))


@runs_command.command("answer")
@click.argument("run")
@click.argument("words", nargs=-1, required=True, metavar="[STEP] ANSWER")
@_ALLOW
@_JSON
@click.pass_obj
def answer(choices: Choices, run: str, words: tuple[str, ...], allow_changes: bool, as_json: bool) -> int:
    """Answer what RUN asks; ``back`` leads back what a failed run began. Then it is followed.

    STEP may be left out where one step asks.
    """
    asking.check_allowed(_allowed(allow_changes))
    with opened(choices) as (config, journal):
        view = asking.readable(named(journal, run))
        if words == ("back",) and not view.history.asking:
            return _followed(journal, view, as_json, process=asking.lead_back(config, journal, view))
        request, process = asking.answer(config, journal, view, *_answered(view, words))
        return _followed(journal, view, as_json, process=process, request=0 if process else request)


@runs_command.command("cancel")
@click.argument("run")
@click.pass_obj
def cancel(choices: Choices, run: str) -> int:
    """Let RUN begin nothing more; what it is doing now comes to its end. Nothing is undone."""
    with opened(choices) as (_, journal):
        view = named(journal, run)
        asking.ask_living(journal, view, asking.Wish(asking.CANCEL))
    click.echo(f"Asked; it begins nothing more. See what it still does: drconsole runs follow {view.id}")
    return 0


@runs_command.command("stop-waiting")
@click.argument("run")
@click.argument("step")
@click.pass_obj
def stop_waiting(choices: Choices, run: str, step: str) -> int:
    """Let RUN wait for STEP no longer; its act goes on, and its outcome is unknown until you say it."""
    with opened(choices) as (_, journal):
        view = named(journal, run)
        asking.ask_living(journal, view, asking.Wish(asking.STOP_WAITING, step))
    click.echo(f"Asked; it asks then what is to be said of step {step}: drconsole runs follow {view.id}")
    return 0


@runs_command.command("abandon")
@click.argument("run")
@click.pass_obj
def abandon(choices: Choices, run: str) -> int:
    """Give RUN up, on record: its workloads are free, what it began is finished by hand.

    Nothing is undone, and no call on an endpoint is ended: what still runs there is named.
    """
    from drconsole.cli.run_text import abandoned_lines

    with opened(choices) as (_, journal):
        view = named(journal, run)
        asking.abandon(journal, view)
    for line in abandoned_lines(view, text_width()):
        click.echo(line)
    return 0


@runs_command.command("verify")
@click.argument("run", required=False)
@click.pass_obj
def verify(choices: Choices, run: str | None) -> int:
    """Check the hash chains of all runs, or of RUN: whether any record was changed. Exit code 1 if so."""
    broken = 0
    with opened(choices) as (_, journal):
        rows = [journal.run(run)] if run else sorted(journal.runs(), key=lambda row: row.id)
        for row in rows:
            where = journal.first_broken(row)
            broken += where is not None
            click.echo(f"{row.id}  {'whole' if where is None else f'broken at record {where}'}")
    return 1 if broken else 0


@contextmanager
def opened(choices: Choices) -> Iterator[tuple[Config, Journal]]:
    """The configuration and its journal."""
    from drconsole.runs.journal import Journal
    from drconsole.runs.store import Store

    config = prepared(choices)
    store = Store(config.state)
    try:
        yield config, Journal(store)
    finally:
        store.close()


def named(journal: Journal, word: str) -> RunView:
    """The run that an id, or the unique beginning of one, names.

    Raises:
        UsageError: there is none, or several.
    """
    from drconsole.runs.view import seen

    return seen(journal, journal.run(word).id)


def _allowed(allow_changes: bool) -> str:
    return "--allow-changes" if allow_changes else ""


def _answered(view: RunView, words: tuple[str, ...]) -> tuple[str, str]:
    """The step and the answer that words mean.

    Raises:
        UsageError: they do not say which step, or are too many.
    """
    steps = view.history.asking
    if len(words) > 2:
        raise UsageError("An answer is one word, after the step that asks.")
    if len(words) == 1 and len(steps) > 1:
        raise UsageError(f"{len(steps)} steps ask: {', '.join(steps)}.", hint="Name the step.")
    return (words[0] if len(words) == 2 else next(iter(steps), "")), words[-1]


def _followed(
    journal: Journal, view: RunView, as_json: bool, *, process: RunProcess | None, request: int = 0
) -> int:
    """Follow a run of which something was asked, from where it stood before."""
    from drconsole.cli.following import follow_on_terminal

    before = view.history.seq if process else 0
    return follow_on_terminal(
        journal, view.id, as_json=as_json, process=process, before=before, request=request
    )
