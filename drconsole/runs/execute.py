"""One run from taking it to its end, in the process that holds its lock."""

from __future__ import annotations

import getpass
import logging
import os
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from drconsole.domain.plan import Plan
from drconsole.domain.step import Outcome
from drconsole.errors import EndpointError, Refused
from drconsole.platforms.acting import Actor
from drconsole.runs.clocks import Clocks
from drconsole.runs.codec import ForeignOrder, Order, decoded
from drconsole.runs.follow import requests_to
from drconsole.runs.history import History, Result, folded
from drconsole.runs.journal import ENDED, Journal
from drconsole.runs.locks import RunLock
from drconsole.runs.ordering import sound, too_late
from drconsole.runs.results import offers, steps_of
from drconsole.runs.runner import Runner
from drconsole.runs.writer import Writer

log = logging.getLogger(__name__)

Line = tuple[str, str, str]
Basis = Callable[[Plan], Mapping[str, str]]
"""What of the config a plan rests on as it is now, by name."""
Reread = Callable[[Plan], Mapping[str, Iterable[Line]]]
"""The facts of a plan's subjects as they are now, by workload key.

Raises:
    EndpointError: they cannot be read.
"""


def owner() -> str:
    """Who this process is: login, host and number."""
    return f"{login()} pid {os.getpid()}"


def login() -> str:
    """The login and the host; behind sudo the person, not root."""
    name = os.environ.get("SUDO_USER") or getpass.getuser()
    return f"{name}@{socket.gethostname()}"


def execute(
    journal: Journal,
    run: str,
    actors: Callable[[Plan], Mapping[str, Actor]],
    reread: Reread,
    clocks: Clocks | None = None,
    never: Mapping[str, str] = MappingProxyType({}),
    environment: str | None = None,
    basis: Basis | None = None,
) -> Result:
    """Take a run and bring it to its end; questions are waited for.

    Args:
        never: endpoints on which nothing may be changed, each with what says so.
        environment: the one that this is; None: whichever it was planned in.
        basis: what the config says now of what a plan rests on; None: whatever it did then.

    Raises:
        Refused: the run is alive, has another plan version, was taken over meanwhile, would change what is
            never to be changed, or was planned in another environment.
        StateError: the journal cannot be written.
    """
    clocks = clocks or Clocks()
    lock = RunLock(journal.store.folder, run)
    try:
        order = _order(journal, run)
        sound(order, never, environment)
        writer = Writer(journal.store, run, owner(), clocks.wall)
        try:
            checks = Checks(reread, basis or (lambda plan: dict(plan.basis)), clocks)
            return _performed(journal, order, writer, actors, checks)
        finally:
            writer.close()
    finally:
        lock.release()


def abandon(journal: Journal, run: str, by: str) -> None:
    """Give up a run whose process is gone: its open steps end as unknown, its workloads are free.

    Raises:
        Refused: the run is alive (ask it), or has ended.
        StateError: the journal cannot be written.
    """
    lock = RunLock(journal.store.folder, run)
    try:
        row = journal.run(run)
        if row.state == ENDED:
            raise Refused(f"Run {run} has ended; there is nothing to abandon.", subject=run)
        order = decoded(row.order)
        writer = Writer(journal.store, run, owner())
        try:
            writer.append("", "abandoned", {"by": by})
            history = folded(journal.records(run))
            for step in steps_of(order.plan, history) if isinstance(order, Order) else ():
                past = history.step(step.id)
                if past.outcome is None:
                    begun = past.baseline is not None
                    outcome = Outcome.UNKNOWN if begun else Outcome.SKIPPED
                    body = {"outcome": outcome.value, "acted": begun, "reason": f"abandoned by {by}"}
                    writer.append(step.id, "outcome", body)
            writer.end({"result": Result.ABANDONED.value})
        finally:
            writer.close()
    finally:
        lock.release()


def _order(journal: Journal, run: str) -> Order:
    row = journal.run(run)
    if row.state == ENDED:
        # Its workloads are free, and may be in another run by now.
        raise Refused(f"Run {run} has ended.", subject=run, hint=f"See it: drconsole runs show {run}")
    order = decoded(row.order)
    if isinstance(order, ForeignOrder):
        raise Refused(
            f"Run {run} was written by another version of drconsole; it is shown, never continued.",
            subject=run,
            hint=f"Finish it by hand: drconsole runs show {run}; then: drconsole runs abandon {run}",
        )
    return order


@dataclass(frozen=True, slots=True)
class Checks:
    """What is looked at before a run begins."""

    reread: Reread
    basis: Basis
    clocks: Clocks

    def differences(self, order: Order) -> list[str]:
        """What is not as it was when the plan was made, a sentence each."""
        plan = order.plan
        if (late := too_late(order.at, self.clocks.wall())) or (late := "; ".join(self.config(plan))):
            return [late]
        try:
            now = self.reread(plan)
        except EndpointError as error:
            return [f"the workloads could not be read again: {error}"]
        return [line for s in plan.subjects for line in _differences(s.name, s.facts, now.get(s.key))]

    def config(self, plan: Plan) -> list[str]:
        """What of the config the plan was made with is another thing by now."""
        then = dict(plan.basis)
        changed = [name for name, value in sorted(self.basis(plan).items()) if then.get(name) != value]
        return [f"the config says something else of the {name} than when it was planned" for name in changed]


def _performed(
    journal: Journal,
    order: Order,
    writer: Writer,
    actors: Callable[[Plan], Mapping[str, Actor]],
    checks: Checks,
) -> Result:
    run, plan = writer.run, order.plan
    writer.append("", "taken", {"owner": owner()})

    def load() -> History:
        return folded(journal.records(run))

    history = load()
    # What was begun has changed its subjects; before that they must be what they were, however late it is.
    if history.compared and any(step.acts for step in history.steps.values()):
        _tell_config(writer, checks.config(plan), history)
    elif not _compared(order, writer, checks):
        return _ended(writer, plan, load(), Result.DIFFERS)
    acting = actors(plan)
    inbox = requests_to(journal, run, history.last_request)
    try:
        runner = Runner(plan, load, writer, acting, inbox, checks.clocks)
        result = runner.run()
        runner.settle()
        return _ended(writer, plan, load(), result)
    finally:
        inbox.close()
        for actor in acting.values():
            actor.close()


def _tell_config(writer: Writer, changed: list[str], history: History) -> None:
    """Record that the config changed after it was begun: a person who goes on should know."""
    if tuple(changed) != history.basis:
        writer.append("", "basis", {"differences": changed})


def _compared(order: Order, writer: Writer, checks: Checks) -> bool:
    """Whether all is as it was when the plan was made; what differs is recorded."""
    differences = checks.differences(order)
    writer.append("", "subjects", {"differences": differences})
    for step in order.plan.steps if differences else ():
        body = {"outcome": Outcome.SKIPPED.value, "acted": False, "reason": "not what the preview showed"}
        writer.append(step.id, "outcome", body)
    return not differences


def _differences(name: str, then: Iterable[Line], now: Iterable[Line] | None) -> list[str]:
    if now is None:
        return [f"{name} is not there any more"]
    before = {(copy, fact): value for copy, fact, value in then}
    after = {(copy, fact): value for copy, fact, value in now}
    return [
        f"{name}, {copy}: {fact} was {before.get((copy, fact), 'not there')}, "
        f"is {after.get((copy, fact), 'not there')}"
        for copy, fact in sorted(before.keys() | after.keys())
        if before.get((copy, fact)) != after.get((copy, fact))
    ]


def _ended(writer: Writer, plan: Plan, history: History, result: Result) -> Result:
    body = {"result": result.value, "offers": offers(plan, history)}
    writer.end(body)
    log.info("run %s ended: %s", writer.run, result.value)
    return result
