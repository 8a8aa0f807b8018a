"""A desk for the screens' tests: plans and runs written by hand, and what was asked of it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from drconsole.domain.acknowledged import Acknowledgement
from drconsole.domain.confirmation import Attestation, Planned, confirmation
from drconsole.domain.open_run import OpenRun, RunStanding
from drconsole.domain.plan import Check, Operation, Plan, Readiness, Subject
from drconsole.domain.roles import Alarm
from drconsole.domain.step import Effect, Fact, Outcome, Step
from drconsole.errors import Refused, UsageError
from drconsole.runs.codec import Order
from drconsole.runs.history import History, Question, Result, StepHistory
from drconsole.runs.view import RunState, RunView
from tests.tui.pictures import NEW_JERSEY, NEW_YORK, NOW

RUN = "7f3c0a11"
TITLES = (
    "make the test copy",
    "write the failover record, read it back",
    "connect it to isolated, read every adapter",
    "start the test copy",
)


def step(number: int, workload: str, prefix: str = "", title: str = "") -> Step:
    """One step on the replica's host."""
    return Step(
        id=f"{prefix}{number}",
        workload=workload,
        endpoint="goldr2-n1",
        action="start-test",
        params={},
        title=title or TITLES[number - 1],
        manual=f"Start-VMFailover -VM (Get-VM -Id {workload}) -AsTest # {number}",
        limit_s=180.0,
        effect=Effect.POWER,
    )


def plan(
    operation: Operation = Operation.TEST_FAILOVER,
    names: Mapping[str, str] | None = None,
    *,
    checks: tuple[Check, ...] = (Check(Readiness.READY, "the replica is off", "goldr2-n1"),),
    turn: int = 0,
    titles: Sequence[str] = TITLES,
) -> Plan:
    """A plan of these steps for each workload, of four where nothing is said.

    Args:
        names: names by key.
        turn: the step before which the point of no return stands.
    """
    found = names or {"hv:w": "web-01"}
    prefixes = {key: f"{n}." if len(found) > 1 else "" for n, key in enumerate(found, 1)}
    subjects = tuple(
        Subject(
            key=key,
            name=name,
            platform="hyperv",
            source=NEW_YORK,
            target=NEW_JERSEY,
            facts=(),
            checks=checks,
            point_of_no_return=f"{prefixes[key]}{turn}" if turn else "",
            way_back="cancel" if turn else "",
            costs=("Nothing is lost and nothing stops.",),
            after=("The test copy runs until stop-test.",),
        )
        for key, name in found.items()
    )
    steps = tuple(step(n, key, prefixes[key], title) for key in found for n, title in enumerate(titles, 1))
    return Plan(operation, "LAB steady", subjects, steps)


def history(
    outcomes: Mapping[str, Outcome | None],
    *,
    asks: Mapping[str, Question] | None = None,
    result: Result | None = None,
) -> History:
    """A run that began ninety seconds ago; None: the step is being done."""
    began = NOW - timedelta(seconds=90)
    steps = {
        ident: StepHistory(
            began=began,
            ended=began + timedelta(seconds=31) if outcome else None,
            outcome=outcome,
            facts=(Fact("state", "Replicating", "goldr2-n1", NOW),),
            reason="the host said no" if outcome is Outcome.FAILED else "",
        )
        for ident, outcome in outcomes.items()
    }
    for ident, question in (asks or {}).items():
        steps[ident] = StepHistory(began=began, question=question, reason=question.why)
    return History(steps, compared=True, result=result, began=began, ended=NOW if result else None)


def view(
    of: Plan | None = None, past: History | None = None, state: RunState = RunState.RUNNING, run: str = RUN
) -> RunView:
    """A run as the journal tells it."""
    order = Order(of or plan(), "operator@jump", NOW - timedelta(seconds=91), "y", "y", "!")
    return RunView(run, "operator", order, past or History(), state)


class Read:
    """A run that is read: what the test put there."""

    trouble = ""

    def __init__(self, desk: FakeDesk, run: str) -> None:
        self._desk = desk
        self._run = run
        self.closed = False

    def newest(self) -> RunView | None:
        """What was put there last."""
        return next((one for one in self._desk.views if one.id == self._run), None)

    def close(self) -> None:
        """Remember that nobody looks any more."""
        self.closed = True


class FakeDesk:
    """Gives what it was given, and remembers what it was asked."""

    def __init__(self) -> None:
        self.forbidden: dict[str, str] = {}
        self.checks: tuple[Check, ...] = (Check(Readiness.READY, "the replica is off", "goldr2-n1"),)
        self.views: list[RunView] = []
        self.tested: dict[str, datetime] = {}
        self.planned: list[tuple[Operation, tuple[str, ...], dict[str, str]]] = []
        self.started: list[tuple[str, str]] = []
        self.asked: list[tuple[str, ...]] = []
        self.reads: list[Read] = []
        self.answers = threading.Event()
        self.answers.set()
        self.names: dict[str, str] = {}
        self.turn = 0
        self.by_config = ""
        self.prompted: dict[str, str] = {}
        self.entered: list[tuple[str, str]] = []
        self.known: list[Acknowledgement] = []

    @property
    def never(self) -> Mapping[str, str]:
        """Sites on which nothing may be changed."""
        return self.forbidden

    def allowed_by(self, plan: Plan) -> str:
        """What the test says."""
        return self.by_config

    def plan(self, operation: Operation, keys: Sequence[str], options: Mapping[str, str]) -> Planned:
        """A plan of four steps for each key, once ``answers`` is set."""
        self.planned.append((operation, tuple(keys), dict(options)))
        assert self.answers.wait(30)
        names = {key: self.names.get(key, f"name of {key}") for key in keys}
        made = plan(operation, names, checks=self.checks, turn=self.turn)
        return Planned(RUN, made, confirmation(made, list(names.values())))

    def start(
        self, planned: Planned, said: str, allowed_by: str, attestation: Attestation | None = None
    ) -> str:
        """Remember it, and show a run of it; refused in read-only as the engine does."""
        if not allowed_by:
            raise Refused("This console is read-only, which is the default.")
        self.started.append((planned.run, said))
        self.views.append(view(planned.plan, run=planned.run))
        return planned.run

    def follow(self, run: str) -> Read:
        """The run that was put there."""
        self.reads.append(Read(self, run))
        return self.reads[-1]

    def runs(self) -> list[RunView]:
        """All that was put there."""
        return list(self.views)

    def ask(self, run: str, kind: str, step: str = "", body: str = "", *, allowed_by: str = "") -> None:
        """Remember it."""
        self.asked.append((run, kind, step, body))

    def asks_for(self, endpoint: str) -> str:
        """What the test says."""
        return self.prompted.get(endpoint, "")

    def enter_password(self, endpoint: str, password: str) -> None:
        """Remember it."""
        self.entered.append((endpoint, password))

    def acknowledged(self) -> Sequence[Acknowledgement]:
        """What was acknowledged here, or put there."""
        return list(self.known)

    def acknowledge(self, subject: str, alarm: Alarm, until: str, reason: str) -> Acknowledgement:
        """Keep it, or refuse what is no date as the real one does."""
        try:
            end = datetime.fromisoformat(until).replace(tzinfo=UTC)
        except ValueError:
            raise UsageError(f"{until!r} is no date.", hint="Write it so: 2030-01-31") from None
        one = Acknowledgement(subject, alarm.code, alarm.severity, "operator@jump", NOW, end, reason)
        self.known.append(one)
        return one

    def withdraw(self, subject: str, alarm: Alarm) -> None:
        """Forget it."""
        self.known = [one for one in self.known if (one.subject, one.code) != (subject, alarm.code)]

    def proven(self) -> Mapping[str, datetime]:
        """What was put there."""
        return self.tested

    def open_runs(self) -> Mapping[str, OpenRun]:
        """The open ones of those that were put there, as far as their workloads go."""
        found: dict[str, OpenRun] = {}
        for one in self.views:
            if one.state.is_open and one.plan is not None:
                told = OpenRun(one.id, one.plan.operation, RunStanding(one.state.value), NOW)
                for step, question in one.history.asking.items():
                    told = replace(told, step=step, asks=question.why)
                found |= {subject.key: told for subject in one.plan.subjects}
        return found
