"""``drconsole runs``: what was run and what runs; follow it, answer it, take it up again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from drconsole.cli.choices import Choices, prepared
from drconsole.cli.reading import text_width
from drconsole.errors import Refused, UsageError

if TYPE_CHECKING:
    from drconsole.config.model import Config
    from drconsole.runs.journal import Journal
    from drconsole.runs.view import RunView

_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON (schema 1) instead of text.")
_ALLOW = click.option("--allow-changes", is_flag=True, help="Let it change something; else it is refused.")


@click.group("runs", invoke_without_command=True)
@_JSON
@click.pass_context
def runs_command(ctx: click.Context, as_json: bool) -> int:
    """List all runs, the newest first; or show, follow, answer and take up one of them."""
    if ctx.invoked_subcommand is not None:
        return 0
    from drconsole.cli import answers, run_answers
    from drconsole.cli.run_text import headline
    from drconsole.runs.view import all_runs

    with opened(ctx.obj) as (_, journal):
        views = all_runs(journal)
    if as_json:
        click.echo(answers.encoded(run_answers.runs_answer(views)), nl=False)
        return 0
    for view in views:
        click.echo(headline(view))
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
    from drconsole.runs.view import RunState

    check_allowed(allow_changes)
    with opened(choices) as (config, journal):
        view = readable(named(journal, run))
        if view.state is not RunState.INTERRUPTED:
            raise Refused(f"Run {view.id} is {view.state.value}; only an interrupted one is continued.")
        return _started(config, journal, view, as_json)


@runs_command.command("retry")
@click.argument("run")
@_ALLOW
@_JSON
@click.pass_obj
def retry(choices: Choices, run: str, allow_changes: bool, as_json: bool) -> int:
    """Do again what did not end well in RUN, and only that."""
    check_allowed(allow_changes)
    with opened(choices) as (config, journal):
        view = readable(named(journal, run))
        if not view.retryable:
            hint = "Answer or abandon it." if view.state.is_open else ""
            raise Refused(f"Run {view.id} is {view.state.value}; there is nothing to retry.", hint=hint)
        return _reopened(config, journal, view, as_json, "retry")


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
    from drconsole.cli.following import follow_on_terminal

    check_allowed(allow_changes)
    with opened(choices) as (config, journal):
        view = readable(named(journal, run))
        if words == ("back",) and not view.history.asking:
            if not view.offers:
                raise Refused(f"Run {view.id} has nothing to lead back.", hint="See: drconsole runs show")
            return _reopened(config, journal, view, as_json, "back", view.offers)
        step, say = _answered(view, words)
        request = _ask(journal, view, "answer", step, say)
        if view.state.value == "interrupted":
            return _started(config, journal, view, as_json)
        return follow_on_terminal(journal, view.id, as_json=as_json, request=request)


@runs_command.command("cancel")
@click.argument("run")
@click.pass_obj
def cancel(choices: Choices, run: str) -> int:
    """Let RUN begin nothing more; what it is doing now comes to its end. Nothing is undone."""
    return _asked(choices, run, "cancel")


@runs_command.command("stop-waiting")
@click.argument("run")
@click.argument("step")
@click.pass_obj
def stop_waiting(choices: Choices, run: str, step: str) -> int:
    """Let RUN wait for STEP no longer; its act goes on, and its outcome is unknown until you say it."""
    return _asked(choices, run, "stop-waiting", step)


@runs_command.command("abandon")
@click.argument("run")
@click.pass_obj
def abandon(choices: Choices, run: str) -> int:
    """Give RUN up, on record: its workloads are free, what it began is finished by hand."""
    from drconsole.runs import execute
    from drconsole.runs.view import RunState

    with opened(choices) as (_, journal):
        view = named(journal, run)
        if view.state is RunState.INTERRUPTED:
            execute.abandon(journal, view.id, execute.login())
            return 0
        return _ask_living(journal, view, "abandon")


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


def readable(view: RunView) -> RunView:
    """The run, if this version wrote it.

    Raises:
        Refused: another version did.
    """
    if view.plan is None:
        raise Refused(
            f"Run {view.id} was written by another version of drconsole; it is shown, never continued.",
            hint=f"Finish it by hand, then: drconsole runs abandon {view.id}",
        )
    return view


def check_allowed(allow_changes: bool) -> None:
    """Nothing is changed unless that was allowed.

    Raises:
        Refused: it was not.
    """
    if not allow_changes:
        raise Refused(
            "This console is read-only, which is the default.",
            hint="Allow this one command: --allow-changes",
        )


def _answered(view: RunView, words: tuple[str, ...]) -> tuple[str, str]:
    """The step and the answer that words mean.

    Raises:
        Refused: nothing is asked there.
        UsageError: it is no answer to what is asked.
    """
    asking = view.history.asking
    if len(words) > 2:
        raise UsageError("An answer is one word, after the step that asks.")
    if len(words) == 1 and len(asking) > 1:
        raise UsageError(f"{len(asking)} steps ask: {', '.join(asking)}.", hint="Name the step.")
    step = words[0] if len(words) == 2 else next(iter(asking), "")
    if step not in asking:
        raise Refused(f"Run {view.id} asks nothing{f' about step {step}' if step else ''}.")
    if words[-1] not in asking[step].choices:
        raise UsageError(f"It can be answered: {', '.join(asking[step].choices)}.")
    return step, words[-1]


def _ask(journal: Journal, view: RunView, kind: str, step: str = "", body: str = "") -> int:
    from drconsole.runs.execute import login

    return journal.ask(view.id, kind, login(), step, body)


def _asked(choices: Choices, run: str, kind: str, step: str = "") -> int:
    with opened(choices) as (_, journal):
        return _ask_living(journal, named(journal, run), kind, step)


def _ask_living(journal: Journal, view: RunView, kind: str, step: str = "") -> int:
    """Ask a run that goes on.

    Raises:
        Refused: it does not.
    """
    if not view.state.is_open or view.state.value == "interrupted":
        hint = f"Its process is gone: drconsole runs abandon {view.id}" if view.state.is_open else ""
        raise Refused(f"Run {view.id} is {view.state.value}.", hint=hint)
    _ask(journal, view, kind, step)
    return 0


def _reopened(
    config: Config, journal: Journal, view: RunView, as_json: bool, kind: str, steps: list[str] | None = None
) -> int:
    """Claim the workloads again, ask, and start the run's process anew."""
    assert view.plan is not None
    journal.reopen(view.id, (subject.key for subject in view.plan.subjects))
    for step in steps or [""]:
        _ask(journal, view, kind, step)
    return _started(config, journal, view, as_json)


def _started(config: Config, journal: Journal, view: RunView, as_json: bool) -> int:
    from drconsole.cli.following import follow_on_terminal
    from drconsole.cli.starting import starter
    from drconsole.config.secrets import ask_people

    assert view.plan is not None
    ask_people(config.secrets)
    process = starter(config, view.plan)(view.id)
    before = view.history.seq
    return follow_on_terminal(journal, view.id, as_json=as_json, process=process, before=before)
