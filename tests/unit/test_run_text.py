"""How plans and runs read as lines of text: what can be typed, what was said, what is to be known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from drconsole.cli import asking
from drconsole.cli.run_answers import plan_answer, run_answer
from drconsole.cli.run_text import abandoned_lines, plan_lines, run_lines
from drconsole.domain.confirmation import Planned, confirmation
from drconsole.domain.plan import Check, Plan, Readiness
from drconsole.errors import LoginRefused, Refused, UsageError
from drconsole.runs.execute import abandon
from drconsole.runs.journal import Journal
from drconsole.runs.locks import RunLock
from drconsole.runs.store import Store
from drconsole.runs.view import RunView, seen
from drconsole.runs.writer import Writer
from tests.runs.plans import order, plan, step, subject

WIDTH = 200
NAMES = ("web-01", "sql one", "-f", "twin", "twin")
BLOCKED = Check(Readiness.BLOCKED, "it is on fire", "nj", "Put it out.")


def told(of: Plan, names: tuple[str, ...] = NAMES) -> str:
    """A plan as it is printed."""
    return "\n".join(plan_lines(Planned("7f3c0a11", of, confirmation(of, names), names), WIDTH))


def named(name: str) -> Plan:
    """A plan of a test of one workload of this name."""
    of = (replace(subject("hv:12345678-aaaa"), name=name),)
    return plan([step("1", workload="hv:12345678-aaaa")], subjects=of, options={"point": "a b"})


@pytest.mark.parametrize(
    ("name", "called", "confirmed"),
    [
        ("web-01", "web-01", "web-01"),
        ("sql one", "'sql one'", "'sql one'"),
        ("twin", "hv:12345678-aaaa", "12345678"),
        ("-f", "hv:12345678-aaaa", "-f"),
        ("a\x1b[2J", "hv:12345678-aaaa", "12345678"),
    ],
)
def test_a_plan_ends_with_the_command_that_runs_it(name: str, called: str, confirmed: str) -> None:
    last = told(named(name)).splitlines()[-1]
    options = "--option 'point=a b' --allow-changes"
    assert last == f" to run it: drconsole run test-failover {called} {options} --confirm {confirmed}"


def test_a_plan_that_cannot_run_prints_no_command_that_would() -> None:
    alone = plan([step("1")], subjects=(subject(checks=(BLOCKED,)),))
    assert told(alone).splitlines()[-1] == " It cannot run as it is."
    assert "drconsole run" not in told(alone)
    whole = replace(plan([step("1")]), checks=(replace(BLOCKED, text="no place for a journal"),))
    assert "BLOCKED no place for a journal" in told(whole).splitlines()[0]
    assert "drconsole run" not in told(whole)


@pytest.mark.parametrize(
    ("ask", "said"),
    [("Turn it off?", "if it fails, step 2 asks what then"), ("", "if it fails, step 2 does it")],
)
def test_what_comes_of_the_failure_of_a_step_is_told_truly(ask: str, said: str) -> None:
    steps = [step("1", optional=True), step("2", ask=ask, fallback_of="1"), step("3", optional=True)]
    lines = told(plan(steps)).splitlines()
    assert any(f"set 1   0.6 s at most  ({said})" in line for line in lines)
    assert ("asks first, if that is not so already" in told(plan(steps))) is bool(ask)
    assert sum("holds nothing up" in line for line in lines) == 1


def test_a_question_that_rests_on_a_lost_answer_is_told_as_such() -> None:
    made = plan([step("1"), step("2", ask="Is it the right one?", doubts="1")])
    lines = told(made).splitlines()
    assert any("(asks first, if the answer of step 1 is lost)" in line for line in lines)
    answer = plan_answer(Planned("7f3c0a11", made, confirmation(made, NAMES), NAMES), "ready")
    assert [(one.asks, one.doubts) for one in answer.steps] == [(None, None), ("Is it the right one?", "1")]


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(Store(tmp_path))


class Told:
    """A run that is written by hand, and how it reads."""

    def __init__(self, journal: Journal, made: Plan) -> None:
        self.journal = journal
        self.run = journal.create(order(made))
        self.writer = Writer(journal.store, self.run, "me")

    def view(self) -> RunView:
        return seen(self.journal, self.run)

    def text(self) -> str:
        return "\n".join(run_lines(self.view(), WIDTH))


def test_what_is_read_back_is_not_said_by_whom_somebody_asked_to_wait(journal: Journal) -> None:
    """Only what a person said in place of the platform is told to be said by them."""
    made = Told(journal, plan([step("1"), step("2")]))
    for ident, say, by in (("1", "wait", ""), ("2", "done", "ada@here")):
        made.writer.append(ident, "asked", {"why": "?", "choices": ["wait", "done"]})
        made.writer.append(ident, "answered", {"say": say, "by": "ada@here"})
        made.writer.append(ident, "outcome", {"outcome": "done", "acted": True, "said_by": by})
    made.writer.end({"result": "done"})
    assert made.text().count("said by ada@here") == 1
    assert [one.said_by for one in run_answer(made.view()).steps] == [None, "ada@here"]


def test_many_that_were_skipped_for_one_cause_are_one_line(journal: Journal) -> None:
    made = Told(journal, plan([step(f"{n}") for n in range(1, 7)]))
    made.writer.append("1", "outcome", {"outcome": "skipped", "said_by": "ada", "reason": "ada said no"})
    for n in range(2, 7):
        made.writer.append(f"{n}", "outcome", {"outcome": "skipped", "reason": "because of step 1"})
    made.writer.end({"result": "cancelled"})
    assert "     2  skipped           5 steps, to 6   because of step 1" in made.text()
    assert "ended: ada said no at step 1; what comes after that was not done" in made.text()
    assert made.text().count("because of step 1") == 1


def test_every_way_out_can_be_typed_as_it_is_printed(journal: Journal, tmp_path: Path) -> None:
    made = Told(journal, plan([step("1")]))
    made.writer.append("", "taken", {})
    lock = RunLock(tmp_path, made.run)
    made.writer.append("1", "asked", {"why": "?", "choices": ["yes", "no"]})
    made.writer.append("", "going-on", {})
    made.writer.append("1", "asked", {"why": "?", "choices": ["yes", "no"]})
    asks = [line for line in made.text().splitlines() if "runs answer" in line]
    lock.release()
    interrupted = [line for line in made.text().splitlines() if "runs continue" in line]
    made.writer.end({"result": "failed"})
    for line in (*asks, *interrupted):
        assert "--allow-changes" in line
    assert (len(asks), len(interrupted)) == (2, 1)


def test_who_gives_a_run_up_learns_which_calls_go_on(journal: Journal) -> None:
    made = Told(journal, plan([step("1"), step("2"), step("3")]))
    for ident in "12":
        made.writer.append(ident, "intent", {"baseline": {}})
        made.writer.append(ident, "handle", {"handle": {"shell": "s"}})
    made.writer.append("1", "reply", {"answer": "ok"})
    made.writer.append("1", "outcome", {"outcome": "done", "acted": True})
    made.writer.close()
    before = made.view()
    abandon(journal, made.run, "ada")
    for text in ("\n".join(abandoned_lines(before, WIDTH)), made.text()):
        assert "The call of step 2 on host may still run; nobody ends it." in text
        assert "step 1 on host" not in text
        assert "step 3 on host" not in text


def test_only_what_goes_on_can_be_waited_for_no_longer(journal: Journal, tmp_path: Path) -> None:
    made = Told(journal, plan([step("1"), step("2")]))
    lock = RunLock(tmp_path, made.run)
    made.writer.append("1", "intent", {"baseline": {}})
    with pytest.raises(UsageError, match="Nothing is waited for at step '2'"):
        asking.ask_living(journal, made.view(), asking.Wish(asking.STOP_WAITING, "2"))
    assert journal.requests(made.run) == []
    asking.ask_living(journal, made.view(), asking.Wish(asking.STOP_WAITING, "1"))
    assert [one.step for one in journal.requests(made.run)] == ["1"]
    lock.release()
    made.writer.end({"result": "failed"})
    with pytest.raises(Refused):
        asking.ask_living(journal, made.view(), asking.Wish(asking.STOP_WAITING, "1"))


def test_a_retry_claims_only_the_workloads_that_it_is_about(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of many failed; what a later run does with the others is nothing to it."""
    both = plan([step("1", workload="hv:a"), step("2", workload="hv:b")])
    made = Told(journal, both)
    made.writer.append("1", "outcome", {"outcome": "done", "acted": True})
    made.writer.append("2", "outcome", {"outcome": "failed", "acted": True})
    made.writer.end({"result": "failed"})
    later = journal.create(order(plan([step("1", workload="hv:a")]), datetime.now(UTC)))
    monkeypatch.setattr(asking, "check_config", lambda config, view: None)
    monkeypatch.setattr(asking, "_starter", lambda config, view: lambda run: None)
    asking.retry(None, journal, made.view())  # type: ignore[arg-type]
    assert journal.holders() == {"hv:a": later, "hv:b": made.run}


def test_nothing_is_claimed_again_before_the_passwords_are_there(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Told(journal, plan([step("1")]))
    made.writer.append("1", "outcome", {"outcome": "failed", "acted": True})
    made.writer.end({"result": "failed"})

    def no_password(config: object, view: object) -> None:
        raise LoginRefused("no password")

    monkeypatch.setattr(asking, "check_config", lambda config, view: None)
    monkeypatch.setattr(asking, "_starter", no_password, raising=False)
    with pytest.raises(LoginRefused):
        asking.retry(None, journal, made.view())  # type: ignore[arg-type]
    assert (journal.holders(), journal.requests(made.run)) == ({}, [])
    assert made.view().state.value == "failed"
