"""The step contract: what is done, recorded and said for every way in which an act can go."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from drconsole.domain.step import Outcome
from drconsole.runs.history import Result
from tests.runs.engine import Engine
from tests.runs.plans import plan, step


def test_a_step_is_looked_at_intended_acted_and_read_back(engine: Engine) -> None:
    run = engine.order(plan([step("1", "add")]))
    assert engine.perform(run) is Result.DONE
    assert engine.kinds(run, "1") == ["intent", "handle", "reply", "outcome"]
    done = engine.history(run).step("1")
    assert done.outcome is Outcome.DONE
    assert [(f.what, f.value) for f in done.facts] == [("value", "None"), ("items", "1")]
    assert engine.effects() == {"1": 1}
    assert engine.actor.settled


def test_what_is_there_already_is_not_done(engine: Engine) -> None:
    engine.tell(op="change", object="hv:one", fields={"value": "on"})
    run = engine.order(plan([step("1")]))
    assert engine.perform(run) is Result.DONE
    assert engine.kinds(run, "1") == ["outcome"]
    assert engine.history(run).step("1").acted is False
    assert engine.acts() == {}


def test_what_somebody_else_changed_is_not_touched(engine: Engine) -> None:
    engine.tell(op="change", object="hv:one", fields={"foreign": True})
    run = engine.order(plan([step("1"), step("2", after=("1",))]))
    assert engine.perform(run) is Result.FAILED
    failed = engine.history(run).step("1")
    assert (failed.outcome, failed.acted) == (Outcome.FAILED, False)
    assert "changed elsewhere: somebody else was here" in failed.reason
    assert engine.outcome(run, "2") is Outcome.SKIPPED
    assert engine.acts() == {}


@pytest.mark.parametrize("action", ["set", "add"])
def test_success_without_effect_is_failed(engine: Engine, action: str) -> None:
    run = engine.order(plan([step("1", action, fault="no-effect")]))
    assert engine.perform(run) is Result.FAILED
    assert "no effect" in engine.history(run).step("1").reason
    assert engine.acts() == {"1": 1}


def test_what_is_not_there_at_the_limit_is_named_where_a_look_names_it(engine: Engine) -> None:
    run = engine.order(plan([step("1", fault="no-effect", lacks="no address told")]))
    assert engine.perform(run) is Result.FAILED
    limit = f"{step('1').limit_s:g} s"
    assert engine.history(run).step("1").reason == f"after {limit}: no address told"


@pytest.mark.parametrize("action", ["set", "add"])
def test_effect_without_answer_is_done(engine: Engine, action: str) -> None:
    run = engine.order(plan([step("1", action, fault="lose-answer")]))
    assert engine.perform(run) is Result.DONE
    assert engine.history(run).step("1").reason == "its answer was lost"
    assert engine.acts() == {"1": 1}


def test_a_refusal_is_failed_with_the_platforms_words(engine: Engine) -> None:
    run = engine.order(plan([step("1", fault="refuse", limit_s=60)]))
    assert engine.perform(run) is Result.FAILED
    assert engine.history(run).step("1").reason == "it was refused"


@pytest.mark.parametrize("action", ["set", "add", "rest"])
def test_a_late_effect_is_asked_about_and_never_repeated(engine: Engine, action: str) -> None:
    with engine.performing(plan([step("1", action, fault="late", late_s=None)])) as run:
        engine.await_record(run, "1", "asked")
        assert "wait" in engine.history(run).asking["1"].choices
        engine.tell(op="let")
        engine.await_effect("1")
        engine.journal.ask(run, "answer", "ada", "1", "wait")
    assert engine.outcome(run, "1") is Outcome.DONE
    assert engine.acts() == {"1": 1}


def test_a_late_effect_comes_before_it_is_done_again(engine: Engine) -> None:
    with engine.performing(plan([step("1", "add", fault="late", late_s=None)])) as run:
        engine.await_record(run, "1", "asked")
        engine.tell(op="let")
        engine.await_effect("1")
        engine.journal.ask(run, "answer", "ada", "1", "again")
    assert engine.outcome(run, "1") is Outcome.DONE
    assert engine.acts() == {"1": 1}


def test_only_what_may_be_repeated_is_repeated(engine: Engine) -> None:
    run = engine.order(plan([step("1", "repeat", fault="once late", late_s=60)]))
    assert engine.perform(run) is Result.DONE
    assert engine.acts() == {"1": 2}


@pytest.mark.parametrize(
    ("say", "outcome", "result"),
    [
        ("done", Outcome.DONE, Result.DONE),
        ("failed", Outcome.FAILED, Result.FAILED),
        ("leave", Outcome.UNKNOWN, Result.UNKNOWN),
    ],
)
def test_what_cannot_be_read_back_is_asked(
    engine: Engine, say: str, outcome: Outcome, result: Result
) -> None:
    with engine.performing(plan([step("1", "blind")])) as run:
        engine.await_record(run, "1", "asked")
        engine.journal.ask(run, "answer", "ada", "1", say)
    assert engine.outcome(run, "1") is outcome
    assert engine.history(run).result is result
    said = engine.history(run).step("1").said
    assert said is not None
    assert (said.what, said.by) == (say, "ada")


def test_another_who_changes_it_meanwhile_is_a_conflict(engine: Engine) -> None:
    run = engine.order(plan([step("1", fault="foreign")]))
    assert engine.perform(run) is Result.FAILED
    assert "changed elsewhere" in engine.history(run).step("1").reason


def test_a_silent_endpoint_is_not_begun(engine: Engine) -> None:
    engine.tell(op="silent", silent=True)
    run = engine.order(plan([step("1")]))
    assert engine.perform(run) is Result.FAILED
    assert engine.history(run).step("1").reason.startswith("not begun")
    assert "intent" not in engine.kinds(run, "1")


def test_an_endpoint_that_falls_silent_is_waited_for_and_asked_about(engine: Engine) -> None:
    with engine.performing(plan([step("1", takes_s=None)])) as run:
        engine.await_act("1")
        engine.tell(op="silent", silent=True)
        engine.await_record(run, "1", "asked")
        assert "did not answer" in engine.history(run).asking["1"].why
        engine.tell(op="let")
        engine.await_effect("1")
        engine.tell(op="silent", silent=False)
        engine.journal.ask(run, "answer", "ada", "1", "wait")
    assert engine.outcome(run, "1") is Outcome.DONE
    assert engine.acts() == {"1": 1}


def test_nobody_waits_longer_than_a_person_wants(engine: Engine) -> None:
    with engine.performing(plan([step("1", takes_s=None, limit_s=600)])) as run:
        engine.await_record(run, "1", "handle")
        engine.journal.ask(run, "stop-waiting", "ada", "1")
        engine.await_record(run, "1", "asked")
        assert "ada waits for it no longer" in engine.history(run).asking["1"].why
        engine.journal.ask(run, "answer", "ada", "1", "leave")
    assert engine.outcome(run, "1") is Outcome.UNKNOWN


def test_limits_run_on_the_endpoints_own_clock(engine: Engine) -> None:
    """Hours there pass at once when its clock says so."""
    with engine.performing(plan([step("1", fault="no-effect", limit_s=3600)])) as run:
        # One jump uses up a part of the limit alone.
        while engine.outcome(run, "1") is None:
            engine.tell(op="advance", seconds=3700)
            threading.Event().wait(0.05)
    assert engine.outcome(run, "1") is Outcome.FAILED


def test_a_clock_that_is_set_back_ends_no_wait(engine: Engine) -> None:
    with engine.performing(plan([step("1", takes_s=None, limit_s=600)])) as run:
        engine.await_act("1")
        engine.tell(op="advance", seconds=-7200)
        engine.await_looks(2)
        engine.tell(op="let")
    assert engine.outcome(run, "1") is Outcome.DONE


@pytest.mark.parametrize("name", ["a'b\"; $(x)", "\x1b[31m", "nul\x00", "half \ud83d", "‮evil", "日本"])
def test_hostile_names_pass_through_the_journal(engine: Engine, name: str) -> None:
    fields: dict[str, Any] = {"value": name}
    if "\ud83d" in name:
        # The platform's JSON cannot carry half a surrogate pair; as a title it comes to the journal alone.
        fields = {"endpoint": "host\ufffd"}
    run = engine.order(plan([step("1", **fields)]))
    assert engine.perform(run) is Result.DONE
    assert engine.journal.first_broken(engine.journal.run(run)) is None


@pytest.mark.parametrize("fault", ["no-effect", "refuse"])
def test_a_failure_that_was_reckoned_with_is_another_thing_than_one_that_was_not(
    engine: Engine, fault: str
) -> None:
    steps = [
        step("1", fault=fault, value="off", expected="step 2 does it then"),
        step("2", after=("1",), fallback_of="1"),
    ]
    run = engine.order(plan(steps))
    assert engine.perform(run) is Result.DONE
    expected = engine.history(run).step("1")
    assert (expected.outcome, expected.reason[-19:]) == (Outcome.EXPECTED_FAILURE, "step 2 does it then")
    assert engine.outcome(run, "2") is Outcome.DONE


def test_what_somebody_else_changed_was_not_reckoned_with(engine: Engine) -> None:
    run = engine.order(plan([step("1", fault="foreign", expected="step 2 does it then")]))
    assert engine.perform(run) is Result.FAILED
    assert engine.outcome(run, "1") is Outcome.FAILED


def test_a_site_that_is_known_to_be_silent_fails_as_expected(engine: Engine) -> None:
    engine.tell(op="silent", silent=True)
    run = engine.order(plan([step("1", expected="New York does not answer")]))
    assert engine.perform(run) is Result.DONE
    assert engine.outcome(run, "1") is Outcome.EXPECTED_FAILURE
    assert "intent" not in engine.kinds(run, "1")
