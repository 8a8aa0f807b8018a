"""Following a run on the command line until it ends, asks, or its process is gone; and its exit code."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from drconsole.cli import failures

if TYPE_CHECKING:
    from drconsole.runs.journal import Journal
    from drconsole.runs.process import RunProcess
    from drconsole.runs.view import RunView

# Followers look at the journal this often; the look costs one pragma.
_BEAT_S = 0.2

CODES = {"done": 0, "failed": 1, "cancelled": 1, "differs": failures.REFUSED}


def exit_code(view: RunView) -> int:
    """0 done, 1 failed or cancelled, 4 not as previewed, 3 everything that is not known or asks."""
    return CODES.get(view.state.value, failures.UNKNOWN)


def followed(
    journal: Journal,
    run: str,
    show: Callable[[RunView], None],
    *,
    process: RunProcess | None = None,
    before: int = 0,
    request: int = 0,
) -> RunView:
    """Follow a run until it needs nobody, or needs somebody; ``show`` is called after every change.

    Args:
        process: the run's process where this command started it; ``before``: the last record before that.
        request: the number of what was asked of it just before: that is waited for.
    """
    from drconsole.runs.follow import records_of
    from drconsole.runs.history import History
    from drconsole.runs.view import RunState, updated

    news = records_of(journal, run)
    history = History()
    try:
        while True:
            gone = process is not None and process.ended is not None
            view = updated(journal, run, history, news)
            if view.history.seq > history.seq:
                show(view)
            history = view.history
            starting = process is not None and not gone and history.seq <= before
            if not view.state.is_open:
                return view
            if not starting and view.state is RunState.INTERRUPTED:
                return view
            if gone and view.state is RunState.STARTING:
                return view
            if not starting and history.last_request >= request and _needs_somebody(view):
                return view
            time.sleep(_BEAT_S)
    finally:
        news.close()


def _needs_somebody(view: RunView) -> bool:
    """Whether nothing goes on before somebody answers."""
    from drconsole.runs.schedule import Schedule

    history = view.history
    asking = view.plan is not None and history.asking and not history.taken_up
    return bool(asking and view.plan and not Schedule(view.plan, history).startable())


class Printer:
    """Prints what is new of a run: each step when it ends or asks; for people also when it begins."""

    def __init__(self, width: int, *, begins: bool) -> None:
        self._width = width
        self._begins = begins
        self._told: set[tuple[str, str]] = set()

    def head(self, view: RunView) -> None:
        """The first lines."""
        from drconsole.cli.run_text import head_lines

        for line in head_lines(view, self._width):
            click.echo(line)

    def __call__(self, view: RunView) -> None:
        """Print steps that have ended or ask since the last call."""
        from drconsole.cli.run_text import steps_lines

        news = []
        for step in () if view.history.differences else view.steps:
            past = view.history.step(step.id)
            begun = "begun" if self._begins and past.began else ""
            state = past.outcome.value if past.outcome else "asks" if past.question else begun
            told = (step.id, f"{state} {past.acts} {past.ended or ''}")
            if state and told not in self._told:
                self._told.add(told)
                news.append(step)
        for line in steps_lines(view, news, self._width):
            click.echo(line)

    def end(self, view: RunView) -> None:
        """What it came to."""
        from drconsole.cli.run_text import ending_lines

        for line in ending_lines(view, self._width):
            click.echo(line)


def _tell_early_end(journal: Journal, run: str, code: int) -> None:
    """Say why a run that was ordered did not begin."""
    from drconsole.runs.process import LOG

    file = journal.store.folder / "log" / LOG
    click.echo(f"Its process ended with code {code} before it took the run; why stands in {file}", err=True)
    click.echo(f"Nothing was done. Then: drconsole runs continue {run}, or abandon it.", err=True)


def follow_on_terminal(
    journal: Journal,
    run: str,
    *,
    as_json: bool,
    process: RunProcess | None = None,
    before: int = 0,
    request: int = 0,
) -> int:
    """Follow a run, print it, and give its exit code; Ctrl+C ends the looking, never the run."""
    from drconsole.cli import answers, run_answers
    from drconsole.cli.reading import text_width
    from drconsole.runs.view import seen

    printer = Printer(text_width(), begins=sys.stdout.isatty())

    def follow(show: Callable[[RunView], None]) -> RunView:
        return followed(journal, run, show, process=process, before=before, request=request)

    try:
        if as_json:
            view = follow(lambda _: None)
            click.echo(answers.encoded(run_answers.run_answer(view)), nl=False)
            return exit_code(view)
        printer.head(seen(journal, run))
        view = follow(printer)
        printer.end(view)
        if process is not None and process.ended and view.history.seq <= before:
            _tell_early_end(journal, run, process.ended)
    except (KeyboardInterrupt, click.exceptions.Abort):
        click.echo(f"\nThe run goes on without this. See it again: drconsole runs follow {run}", err=True)
        return failures.INTERRUPTED
    return exit_code(view)
