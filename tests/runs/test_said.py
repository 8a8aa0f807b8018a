"""What people say to a run holds for what they were asked, and never reaches further."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from drconsole.domain.step import Json, Observation, Outcome, Step, Verdict
from drconsole.runs.contract import BEFORE_ACT, ONCE_OVER, Contract
from drconsole.runs.history import Result, folded
from drconsole.runs.journal import Journal
from drconsole.runs.writer import Writer
from tests.runs.actor import FakeActor
from tests.runs.engine import Engine
from tests.runs.plans import plan, step


class SlowLook(FakeActor):
    """Its first look is held until it is let go."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.looking = threading.Event()
        self.go = threading.Event()

    def observe(self, step: Step, baseline: Json | None) -> Observation:
        seen = super().observe(step, baseline)
        self.looking.set()
        self.go.wait()
        return seen


def test_what_is_abandoned_during_the_first_look_is_not_begun(engine: Engine) -> None:
    slow = SlowLook(engine.port)
    engine.actor = slow
    with engine.performing(plan([step("1", "add", limit_s=600)])) as run:
        slow.looking.wait()
        engine.journal.ask(run, "abandon", "ada")
        engine.await_record(run, "", "abandoned")
        slow.go.set()
    assert engine.acts() == {}
    assert engine.outcome(run, "1") is Outcome.SKIPPED
    assert engine.history(run).result is Result.ABANDONED


def refused(engine: Engine) -> str:
    """A run whose question was answered with no."""
    steps = [step("1", ask="Turn it off?"), step("2", "add", after=("1",))]
    with engine.performing(plan(steps)) as run:
        engine.await_record(run, "1", "asked")
        engine.journal.ask(run, "answer", "ada", "1", "no")
    return run


def test_a_run_whose_question_was_answered_with_no_is_not_done(engine: Engine) -> None:
    run = refused(engine)
    assert engine.outcome(run, "2") is Outcome.SKIPPED
    assert engine.history(run).result is Result.CANCELLED


def test_a_retry_is_no_yes_to_a_question(engine: Engine) -> None:
    run = refused(engine)
    engine.journal.reopen(run, ["hv:one"])
    engine.journal.ask(run, "retry", "ben")
    asked = len(engine.journal.records(run))
    with engine.taking_up(run):
        while not any(r.kind == "asked" for r in engine.journal.records(run, asked)):
            assert engine.history(run).result is not Result.DONE
        assert engine.acts() == {}
        engine.journal.ask(run, "answer", "ben", "1", "no")
    assert engine.acts() == {}


def test_again_said_before_anything_was_done_is_no_yes_to_a_question(engine: Engine) -> None:
    """Nothing could be read, so it was asked whether to look again; what it would do was never told."""
    engine.actor = Undecided(engine.port)
    with engine.performing(plan([step("1", ask="Turn it off?")])) as run:
        engine.await_record(run, "1", "asked")
        engine.journal.ask(run, "answer", "ada", "1", "again")
        while "Turn it off?" not in [q.why for q in engine.history(run).asking.values()]:
            assert engine.outcome(run, "1") is None
        engine.journal.ask(run, "answer", "ada", "1", "no")
    assert engine.acts() == {}


class Undecided(FakeActor):
    """Sees nothing decisive for some time."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self._began: datetime | None = None

    def observe(self, step: Step, baseline: Json | None) -> Observation:
        seen = super().observe(step, baseline)
        self._began = self._began or seen.at
        if (seen.at - self._began).total_seconds() < step.limit_s * 2:
            return replace(seen, verdict=Verdict.UNKNOWN, reason="nothing can be read yet")
        return seen


def test_what_was_abandoned_can_be_led_back(engine: Engine) -> None:
    """It is offered, so it is done."""
    steps = [step("1", value="off"), step("2", "blind", after=("1",))]
    made = plan(steps, compensation=(step("b1", value="on"),))
    with engine.performing(made) as run:
        engine.await_record(run, "2", "asked")
        engine.journal.ask(run, "abandon", "ada")
    assert engine.history(run).result is Result.ABANDONED
    assert '"offers":["hv:one"]' in engine.journal.records(run)[-1].body
    engine.journal.reopen(run, ["hv:one"])
    engine.journal.ask(run, "back", "ada", "hv:one")
    assert engine.perform(run) is Result.UNKNOWN
    assert engine.outcome(run, "b1") is Outcome.DONE


def test_an_answer_that_is_none_of_the_choices_is_passed_over(engine: Engine) -> None:
    with engine.performing(plan([step("1", "blind")])) as run:
        engine.await_record(run, "1", "asked")
        engine.journal.ask(run, "answer", "ada", "1", "yes")
        engine.await_record(run, "", "passed-over")
        engine.journal.ask(run, "answer", "ada", "1", "failed")
    assert engine.outcome(run, "1") is Outcome.FAILED


def test_an_answer_to_one_question_is_none_to_the_next(engine: Engine) -> None:
    """It was said while the run was taken up: by then the step was begun, and asks something else."""
    run = engine.order(plan([step("1", "add", fault="late", late_s=60, limit_s=5)]))
    writer = Writer(engine.store, run, "ada@here")
    writer.append("", "subjects", {"differences": []})
    writer.append("1", "asked", {"why": "nothing decisive can be read", "choices": list(BEFORE_ACT)})
    writer.close()
    slow = SlowLook(engine.port)
    engine.actor = slow
    with engine.taking_up(run):
        slow.looking.wait()
        engine.journal.ask(run, "answer", "ada", "1", "again")
        slow.go.set()
        engine.await_record(run, "", "passed-over")
        engine.journal.ask(run, "answer", "ada", "1", "leave")
    assert engine.acts() == {"1": 1}


def says(engine: Engine, run: str, step: str, *, without: int = 0) -> tuple[str, ...]:
    """What may be answered to the question that comes after so many records."""
    while not any(r.kind == "asked" and r.step == step for r in engine.journal.records(run, without)):
        threading.Event().wait(0.01)
    return engine.history(run).step(step).question.choices  # type: ignore[union-attr]


def wait_it_out(engine: Engine, run: str, step: str) -> None:
    """Answer every question about a step with ``wait`` until it has ended."""
    answered = 0
    while engine.outcome(run, step) is None:
        history = engine.history(run)
        if history.asking and not history.taken_up and history.seq > answered:
            engine.journal.ask(run, "answer", "ada", step, "wait")
            answered = history.seq
            while engine.history(run).last_request == history.last_request:
                threading.Event().wait(0.01)
        threading.Event().wait(0.01)


def test_nothing_is_done_again_while_its_call_still_runs(engine: Engine) -> None:
    """Neither offered, nor done for somebody who says it; once the call has ended it is looked."""
    with engine.performing(plan([step("1", "add", takes_s=None)])) as run:
        assert "again" not in says(engine, run, "1")
        assert "still runs" in engine.history(run).asking["1"].why
        engine.journal.ask(run, "answer", "ada", "1", "again")
        engine.await_record(run, "", "passed-over")
        engine.tell(op="let")
        wait_it_out(engine, run, "1")
    assert engine.outcome(run, "1") is Outcome.DONE
    assert engine.acts() == engine.effects() == {"1": 1}


def test_nothing_is_done_again_that_was_not_watched_long_enough(engine: Engine) -> None:
    """Its answer was lost, somebody waits no longer, and its effect comes a little later."""
    made = plan([step("1", "add", fault="once late", late_s=None, limit_s=600)])
    with engine.performing(made) as run:
        engine.await_record(run, "1", "reply")
        engine.journal.ask(run, "stop-waiting", "ada", "1")
        assert "again" not in says(engine, run, "1")
        engine.journal.ask(run, "answer", "ada", "1", "wait")
        engine.tell(op="let")
    assert engine.outcome(run, "1") is Outcome.DONE
    assert engine.acts() == engine.effects() == {"1": 1}


@pytest.mark.parametrize("said", ["leave", "failed"])
def test_a_retry_begins_nothing_beside_a_call_that_still_runs(engine: Engine, said: str) -> None:
    """What a person said of it ended the step, not its call."""
    run = engine.order(plan([step("1", "add", takes_s=None)]))
    with engine.taking_up(run):
        says(engine, run, "1")
        engine.journal.ask(run, "answer", "ada", "1", said)
    engine.journal.reopen(run, ["hv:one"])
    engine.journal.ask(run, "retry", "ada")
    before = len(engine.journal.records(run))
    with engine.taking_up(run):
        while not any(r.kind == "retried" for r in engine.journal.records(run, before)):
            threading.Event().wait(0.01)
        engine.tell(op="let")
        wait_it_out(engine, run, "1")
    assert engine.outcome(run, "1") is Outcome.DONE
    assert engine.acts() == engine.effects() == {"1": 1}


def test_who_waits_no_longer_is_heard_by_a_step_whose_thread_begins_late(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go, perform = threading.Event(), threading.Event(), Contract.perform

    def late(*given: Any) -> Outcome | None:
        begun.set()
        go.wait()
        return perform(*given)

    monkeypatch.setattr(Contract, "perform", late)
    with engine.performing(plan([step("1", "add", takes_s=None, limit_s=600)])) as run:
        begun.wait()
        engine.journal.ask(run, "stop-waiting", "ada", "1")
        engine.await_record(run, "", "stop-waiting")
        go.set()
        assert "again" not in says(engine, run, "1")
        engine.journal.ask(run, "answer", "ada", "1", "leave")
    assert engine.outcome(run, "1") is Outcome.UNKNOWN
    assert engine.acts() == {"1": 1}


def test_what_was_watched_long_enough_is_done_again(engine: Engine) -> None:
    with engine.performing(plan([step("1", "add", fault="once late", late_s=60)])) as run:
        assert "again" in says(engine, run, "1")
        engine.journal.ask(run, "answer", "ada", "1", "again")
    assert engine.outcome(run, "1") is Outcome.DONE
    assert engine.acts() == {"1": 2}


def test_what_is_cancelled_before_it_is_done_again_stays_unknown(engine: Engine) -> None:
    """Nothing of its first act can be read back, so nobody may call it skipped."""
    slow = SlowLook(engine.port)
    slow.go.set()
    engine.actor = slow
    with engine.performing(plan([step("1", "blind")])) as run:
        says(engine, run, "1")
        slow.go.clear()
        slow.looking.clear()
        engine.journal.ask(run, "answer", "ada", "1", "again")
        slow.looking.wait()
        engine.journal.ask(run, "cancel", "ada")
        engine.await_record(run, "", "cancel")
        slow.go.set()
    assert engine.outcome(run, "1") is Outcome.UNKNOWN
    assert engine.acts() == {"1": 1}


def test_what_was_begun_and_is_abandoned_before_it_is_looked_at_again_is_unknown(engine: Engine) -> None:
    """Its process was killed in the middle; who continues it finds that it was abandoned meanwhile."""
    run = engine.order(plan([step("1", "add"), step("2", "add", after=("1",))]))
    writer = Writer(engine.store, run, "ada@here")
    writer.append("", "subjects", {"differences": []})
    writer.append("1", "intent", {"baseline": {"items": 0}})
    writer.append("1", "handle", {"handle": {"task": "task-1"}})
    writer.close()
    engine.journal.ask(run, "abandon", "ada")
    assert engine.perform(run) is Result.ABANDONED
    assert engine.outcome(run, "1") is Outcome.UNKNOWN
    assert engine.outcome(run, "2") is Outcome.SKIPPED


def asked_before(engine: Engine, limit_s: float) -> tuple[str, SlowLook]:
    """A run whose act was lost long ago and asked about; who continues it looks slowly."""
    run = engine.order(plan([step("1", "blind", limit_s=limit_s)]))
    writer = Writer(engine.store, run, "ada@here")
    writer.append("", "subjects", {"differences": []})
    writer.append("1", "intent", {"baseline": {"items": 0}})
    writer.append("1", "reply", {"answer": "lost", "error": "cut"})
    writer.append("1", "asked", {"why": "?", "choices": list(ONCE_OVER), "over": True})
    writer.close()
    slow = SlowLook(engine.port)
    engine.actor = slow
    return run, slow


def test_an_answer_holds_that_comes_while_it_is_looked_at_again(engine: Engine) -> None:
    """It was asked whether it was done; that is asked still, although fewer answers fit by now."""
    run, slow = asked_before(engine, 600)
    with engine.taking_up(run):
        slow.looking.wait()
        engine.journal.ask(run, "answer", "ada", "1", "failed")
        slow.go.set()
    assert engine.outcome(run, "1") is Outcome.FAILED
    assert engine.acts() == {}


def test_what_is_to_be_done_again_is_watched_to_its_end_first(engine: Engine) -> None:
    run, slow = asked_before(engine, 0.6)
    with engine.taking_up(run):
        slow.looking.wait()
        engine.journal.ask(run, "answer", "ada", "1", "again")
        slow.go.set()
        # Its own act cannot be read back either: that one is asked about.
        engine.await_record(run, "1", "handle")
        (begun,) = (r.seq for r in engine.journal.records(run) if r.kind == "handle")
        says(engine, run, "1", without=begun)
        engine.journal.ask(run, "answer", "ada", "1", "done")
    assert engine.acts() == {"1": 1}


class HalfGone(FakeActor):
    """Its effect is there in half: who knows what was before sees that something is left of it."""

    def observe(self, step: Step, baseline: Json | None) -> Observation:
        seen = super().observe(step, baseline)
        if baseline is None or seen.verdict is not Verdict.DONE:
            return seen
        return replace(seen, verdict=Verdict.UNKNOWN, reason="a disk is left")


def test_again_makes_nothing_done_that_was_seen_to_be_half_done(engine: Engine) -> None:
    engine.actor = HalfGone(engine.port)
    with engine.performing(plan([step("1")])) as run:
        says(engine, run, "1")
        engine.journal.ask(run, "answer", "ada", "1", "again")
        engine.await_record(run, "1", "answered")
        (said,) = (r.seq for r in engine.journal.records(run) if r.kind == "answered")
        while engine.history(run).seq == said or not engine.history(run).asking:
            assert engine.outcome(run, "1") is None, "it was called done"
            threading.Event().wait(0.01)
        assert "a disk is left" in engine.history(run).asking["1"].why
        engine.journal.ask(run, "answer", "ada", "1", "leave")
    assert engine.outcome(run, "1") is Outcome.UNKNOWN
    assert engine.acts() == {"1": 1}


def test_what_waits_for_an_answer_before_it_begins_is_ended_by_cancel(engine: Engine) -> None:
    """Nothing of it was done, so nothing is to be asked any more."""
    steps = [step("1", ask="Turn it off?"), step("2", "add", after=("1",))]
    with engine.performing(plan(steps)) as run:
        engine.await_record(run, "1", "asked")
        engine.journal.ask(run, "cancel", "ada")
        engine.await_record(run, "1", "outcome")
    assert (engine.outcome(run, "1"), engine.outcome(run, "2")) == (Outcome.SKIPPED, Outcome.SKIPPED)
    assert engine.history(run).step("1").reason == "cancelled by ada"
    assert engine.history(run).result is Result.CANCELLED
    assert engine.acts() == {}


def test_what_was_begun_is_still_asked_about_when_it_is_cancelled(engine: Engine) -> None:
    with engine.performing(plan([step("1", "blind"), step("2", after=("1",))])) as run:
        engine.await_record(run, "1", "asked")
        engine.journal.ask(run, "cancel", "ada")
        engine.await_record(run, "2", "outcome")
        assert engine.history(run).asking
        engine.journal.ask(run, "answer", "ada", "1", "done")
    assert (engine.outcome(run, "1"), engine.outcome(run, "2")) == (Outcome.DONE, Outcome.SKIPPED)


def test_an_answer_to_what_is_not_asked_any_more_ends_no_wait(engine: Engine) -> None:
    """Two consoles answer one question: by the second answer the step goes on as the first one wanted."""
    with engine.performing(plan([step("1", "add", takes_s=None, limit_s=600)])) as run:
        engine.await_record(run, "1", "handle")
        engine.journal.ask(run, "answer", "ben", "1", "wait")
        engine.await_record(run, "", "passed-over")
        engine.tell(op="let")
    assert engine.outcome(run, "1") is Outcome.DONE
    assert not engine.history(run).step("1").asked


def test_an_answer_that_came_too_late_is_recorded_all_the_same(engine: Engine) -> None:
    """It was seen to be done while somebody said so: who waits for the answer to be taken up hears of it."""
    run, slow = asked_before(engine, 600)
    engine.actor = DoneAtLast(engine.port, slow)
    with engine.taking_up(run):
        slow.looking.wait()
        said = engine.journal.ask(run, "answer", "ada", "1", "done")
        engine.journal.ask(run, "answer", "ben", "2", "done")
        engine.await_record(run, "", "passed-over")
        slow.go.set()
    assert engine.outcome(run, "1") is Outcome.DONE
    assert engine.history(run).step("1").said_by == ""
    assert said in [json.loads(r.body)["request"] for r in engine.journal.records(run) if "request" in r.body]


class DoneAtLast(FakeActor):
    """Looks slowly, and sees that it is done."""

    def __init__(self, port: int, slow: SlowLook) -> None:
        super().__init__(port)
        self._slow = slow

    def observe(self, step: Step, baseline: Json | None) -> Observation:
        return replace(self._slow.observe(step, baseline), verdict=Verdict.DONE)


class AnsweredAtOnce(Writer):
    """As soon as a question is on disk it is answered, and the run sees that before it knows that it asks."""

    def append(self, step: str, kind: str, body: Mapping[str, Any] | None = None) -> None:
        super().append(step, kind, body)
        if kind == "asked":
            journal = Journal(self._store)
            journal.ask(self.run, "answer", "ada", step, "failed")
            after = journal.ask(self.run, "answer", "ada", "no such step", "failed")
            while folded(journal.records(self.run)).last_request < after:
                threading.Event().wait(0.01)


def test_an_answer_holds_that_comes_as_soon_as_it_is_asked(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drconsole.runs.execute.Writer", AnsweredAtOnce)
    with engine.performing(plan([step("1", "blind")])) as run:
        while engine.outcome(run, "1") is None:
            passed_over = [r.body for r in engine.journal.records(run) if r.kind == "passed-over"]
            assert not any('"of":"1"' in body for body in passed_over)
            threading.Event().wait(0.01)
    assert engine.outcome(run, "1") is Outcome.FAILED


class SlowIntent(Writer):
    """Its first intent is on disk, and then it is held until it is let go."""

    written = threading.Event()
    go = threading.Event()

    def append(self, step: str, kind: str, body: Mapping[str, Any] | None = None) -> None:
        super().append(step, kind, body)
        if kind == "intent":
            self.written.set()
            self.go.wait()


@pytest.mark.parametrize(("wish", "kind"), [("cancel", "cancel"), ("abandon", "abandoned")])
def test_what_is_called_off_between_intent_and_call_is_not_called(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, wish: str, kind: str
) -> None:
    SlowIntent.written, SlowIntent.go = threading.Event(), threading.Event()
    monkeypatch.setattr("drconsole.runs.execute.Writer", SlowIntent)
    with engine.performing(plan([step("1", "add", limit_s=600)])) as run:
        SlowIntent.written.wait()
        engine.journal.ask(run, wish, "ada")
        engine.await_record(run, "", kind)
        SlowIntent.go.set()
    assert engine.begun() == []
    assert engine.outcome(run, "1") is Outcome.SKIPPED
    assert engine.history(run).step("1").acted is False
