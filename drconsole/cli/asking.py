"""What a person asks of a run: answer, cancel, stop waiting, abandon, continue, retry, lead back.

Commands and screens ask by these same functions. Whatever lets a run act again needs changes to be allowed;
what only ends something does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from drconsole.errors import Refused, UsageError

if TYPE_CHECKING:
    from drconsole.config.model import Config
    from drconsole.runs.journal import Journal
    from drconsole.runs.process import RunProcess
    from drconsole.runs.view import RunView

ANSWER, CANCEL, STOP_WAITING, ABANDON = "answer", "cancel", "stop-waiting", "abandon"
CONTINUE, RETRY, BACK = "continue", "retry", "back"
ACTING = frozenset({ANSWER, CONTINUE, RETRY, BACK})


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing that is asked; ``step`` and ``body`` as far as it needs them."""

    kind: str
    step: str = ""
    body: str = ""


def ask(config: Config, journal: Journal, run: str, wish: Wish, allowed_by: str) -> None:
    """Ask something of a run; returns when it was asked, not when it was done.

    Raises:
        Refused: read-only, or the run is not where this could be asked.
        UsageError: there is no such run, or it is no answer to what is asked.
    """
    from drconsole.runs.view import seen

    if wish.kind in ACTING:
        check_allowed(allowed_by)
    view = seen(journal, journal.run(run).id)
    match wish.kind:
        case "answer":
            answer(config, journal, readable(view), wish.step, wish.body)
        case "continue":
            take_up(config, journal, readable(view))
        case "retry":
            retry(config, journal, readable(view))
        case "back":
            lead_back(config, journal, readable(view))
        case "abandon":
            abandon(journal, view)
        case _:
            ask_living(journal, view, wish)


def check_allowed(allowed_by: str) -> None:
    """Nothing is changed unless that was allowed.

    Raises:
        Refused: it was not.
    """
    from drconsole.runs import ordering

    ordering.check_allowed(allowed_by)


def check_config(config: Config, view: RunView) -> None:
    """A run that acts again is of this environment, and changes nothing where the config forbids it by now.

    Raises:
        Refused: it is not, or would.
    """
    from drconsole.cli.permitted import frozen_endpoints
    from drconsole.runs import ordering

    if view.plan is not None:
        ordering.check_environment(view.plan, config.estate.environment)
        ordering.check_untouched(view.plan, frozen_endpoints(config.estate))


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


def answer(
    config: Config, journal: Journal, view: RunView, step: str, say: str
) -> tuple[int, RunProcess | None]:
    """Answer what a run asks; one whose process is gone is taken up. The request, and the process if any."""
    asking = view.history.asking
    if step not in asking:
        raise Refused(f"Run {view.id} asks nothing{f' about step {step}' if step else ''}.")
    if say not in asking[step].choices:
        raise UsageError(f"It can be answered: {', '.join(asking[step].choices)}.")
    check_config(config, view)
    start = _starter(config, view) if view.state.value == "interrupted" else None
    request = _ask(journal, view, Wish(ANSWER, step, say))
    return request, start(view.id) if start else None


def take_up(config: Config, journal: Journal, view: RunView) -> RunProcess:
    """Continue a run whose process is gone: it looks first."""
    if view.state.value != "interrupted":
        raise Refused(f"Run {view.id} is {view.state.value}; only an interrupted one is continued.")
    check_config(config, view)
    return _starter(config, view)(view.id)


def retry(config: Config, journal: Journal, view: RunView) -> RunProcess:
    """Do again what did not end well, and only that."""
    if not view.retryable:
        hint = "Answer or abandon it." if view.state.is_open else ""
        raise Refused(f"Run {view.id} is {view.state.value}; there is nothing to retry.", hint=hint)
    return _reopened(config, journal, view, RETRY, [""], {step.workload for step in view.retryable})


def lead_back(config: Config, journal: Journal, view: RunView) -> RunProcess:
    """Lead back what a failed run began."""
    if not view.offers:
        raise Refused(f"Run {view.id} has nothing to lead back.", hint="See: drconsole runs show")
    return _reopened(config, journal, view, BACK, view.offers, view.offers)


def abandon(journal: Journal, view: RunView) -> None:
    """Give a run up, on record: its workloads are free, what it began is finished by hand."""
    from drconsole.runs import execute

    if view.state.value == "interrupted":
        execute.abandon(journal, view.id, execute.login())
        return
    ask_living(journal, view, Wish(ABANDON))


def ask_living(journal: Journal, view: RunView, wish: Wish) -> int:
    """Ask something of a run that goes on.

    Raises:
        Refused: it does not.
    """
    if wish.kind == STOP_WAITING:
        _check_waits(view, wish.step)
    if not view.state.is_open or view.state.value == "interrupted":
        hint = f"Its process is gone: drconsole runs abandon {view.id}" if view.state.is_open else ""
        raise Refused(f"Run {view.id} is {view.state.value}.", hint=hint)
    return _ask(journal, view, wish)


def _check_waits(view: RunView, step: str) -> None:
    """Only what is being waited for can be waited for no longer.

    Raises:
        UsageError: the step is none that goes on.
    """
    past = view.history.step
    going_on = [
        s.id for s in view.steps if past(s.id).began and not past(s.id).outcome and not past(s.id).question
    ]
    if view.state.is_open and step not in going_on:
        told = f"Being done now: {', '.join(going_on)}." if going_on else "No step is being done now."
        raise UsageError(f"Nothing is waited for at step {step!r} of run {view.id}.", hint=told)


def _ask(journal: Journal, view: RunView, wish: Wish) -> int:
    from drconsole.runs.execute import login

    return journal.ask(view.id, wish.kind, login(), wish.step, wish.body)


def _reopened(
    config: Config, journal: Journal, view: RunView, kind: str, steps: list[str], keys: Iterable[str]
) -> RunProcess:
    """Claim the workloads again of which something is left, ask, and start the run's process anew."""
    check_config(config, view)
    start = _starter(config, view)
    journal.reopen(view.id, keys)
    for step in steps:
        _ask(journal, view, Wish(kind, step))
    return start(view.id)


def _starter(config: Config, view: RunView) -> Callable[[str], RunProcess]:
    """What starts the run's process; its passwords are had before anything is asked of the run."""
    from drconsole.cli.starting import starter
    from drconsole.config.secrets import ask_people

    assert view.plan is not None
    ask_people(config.secrets)
    return starter(config, view.plan)
