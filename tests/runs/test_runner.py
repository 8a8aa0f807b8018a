"""A whole run: order, limits, tiers, what people ask of it, and taking it up again."""

from __future__ import annotations

import sqlite3
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from drconsole.domain.plan import Plan
from drconsole.domain.step import Outcome
from drconsole.errors import Refused, StateError, Unreachable
from drconsole.runs import store as stores
from drconsole.runs.clocks import Clocks
from drconsole.runs.execute import abandon, execute
from drconsole.runs.history import Result
from drconsole.runs.journal import ENDED
from drconsole.runs.view import seen
from drconsole.runs.writer import Writer
from tests.runs import processes
from tests.runs.actor import FakeActor
from tests.runs.engine import Engine
from tests.runs.plans import as_previewed, order, plan, step, subject


def order_of(engine: Engine, run: str, kind: str) -> list[str]:
    """The steps in the order of their records of one kind."""
    return [record.step for record in engine.journal.records(run) if record.kind == kind]


def test_a_workloads_steps_go_on_in_their_order(engine: Engine) -> None:
    steps = [step(f"{n}", "add", after=(f"{n - 1}",) if n > 1 else ()) for n in range(1, 5)]
    run = engine.order(plan(steps))
    assert engine.perform(run) is Result.DONE
    assert order_of(engine, run, "outcome") == ["1", "2", "3", "4"]


def test_a_failure_ends_its_workload_and_no_other(engine: Engine) -> None:
    steps = [
        step("1.1", fault="no-effect", workload="hv:a"),
        step("1.2", "add", workload="hv:a", after=("1.1",)),
        step("2.1", workload="hv:b"),
        step("2.2", "add", workload="hv:b", after=("2.1",)),
    ]
    run = engine.order(plan(steps))
    assert engine.perform(run) is Result.FAILED
    outcomes = {ident: one.outcome for ident, one in engine.history(run).steps.items()}
    assert outcomes == {
        "1.1": Outcome.FAILED,
        "1.2": Outcome.SKIPPED,
        "2.1": Outcome.DONE,
        "2.2": Outcome.DONE,
    }
    assert engine.history(run).step("1.2").reason == "because of step 1.1"
    assert engine.journal.holders() == {}


def test_one_that_asks_stops_no_other(engine: Engine) -> None:
    steps = [step("1.1", "blind", workload="hv:a"), step("2.1", workload="hv:b")]
    subjects = (subject("hv:a", priority=1), subject("hv:b", priority=2))
    with engine.performing(plan(steps, subjects=subjects)) as run:
        engine.await_record(run, "1.1", "asked")
        engine.await_record(run, "2.1", "outcome")
        engine.journal.ask(run, "answer", "ada", "1.1", "done")
    assert engine.history(run).result is Result.DONE


def test_tiers_begin_one_after_the_other(engine: Engine) -> None:
    keys = {"hv:c": 3, "hv:a": 1, "hv:b": 2}
    steps = [
        step(f"{key}.{n}", "add", workload=key, after=(f"{key}.1",) * (n > 1)) for key in keys for n in (1, 2)
    ]
    subjects = tuple(subject(key, priority=tier) for key, tier in keys.items())
    run = engine.order(plan(steps, subjects=subjects))
    assert engine.perform(run) is Result.DONE
    assert order_of(engine, run, "intent") == [f"hv:{k}.{n}" for k in "abc" for n in (1, 2)]


def test_a_tier_begins_when_those_before_it_serve(engine: Engine) -> None:
    """What is read of them afterwards, or done for their way home, keeps nobody waiting."""
    steps = [
        step("a.1", serves=True, workload="hv:a"),
        step("a.2", "add", takes_s=None, limit_s=600, workload="hv:a", after=("a.1",)),
        step("b.1", "add", workload="hv:b"),
    ]
    subjects = (subject("hv:a", priority=1), subject("hv:b", priority=2))
    with engine.performing(plan(steps, subjects=subjects)) as run:
        engine.await_record(run, "a.2", "handle")
        engine.await_record(run, "b.1", "handle")
        engine.tell(op="let")
    assert engine.history(run).result is Result.DONE
    began = order_of(engine, run, "intent")
    assert began.index("a.1") < began.index("b.1")


class CountingActor(FakeActor):
    """Counts how many acts of one endpoint are under way at once."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self.most = self._now = 0
        self._lock = threading.Lock()
        self.together = threading.Barrier(2)

    def left(self, step: object) -> None:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        # Two are let go together: fewer at once would never come through here.
        self.together.wait(20)
        with self._lock:
            self._now -= 1


def test_workloads_go_on_beside_each_other_within_limits(engine: Engine) -> None:
    engine.actor = CountingActor(engine.port)
    steps = [step(f"{n}.1", "add", workload=f"hv:{n}", limit_s=60) for n in range(6)]
    run = engine.order(plan(steps, limits={"host": 2}))
    assert engine.perform(run) is Result.DONE
    assert engine.actor.most == 2


@pytest.mark.parametrize("fault", ["no-effect", "refuse"])
def test_an_optional_step_that_fails_holds_nothing_up(engine: Engine, fault: str) -> None:
    steps = [step("1", optional=True, fault=fault), step("2", "add", after=("1",))]
    run = engine.order(plan(steps))
    assert engine.perform(run) is Result.DONE
    assert engine.outcome(run, "1") is Outcome.FAILED
    assert engine.outcome(run, "2") is Outcome.DONE


def test_nothing_makes_up_for_what_nobody_has_called_failed(engine: Engine) -> None:
    """Somebody waits for a shutdown no longer: that is no word for turning it off, while it goes on."""
    steps = [
        step("1", optional=True, takes_s=None, limit_s=600),
        step("2", after=("1",), fallback_of="1"),
    ]
    with engine.performing(plan(steps)) as run:
        engine.await_record(run, "1", "handle")
        engine.journal.ask(run, "stop-waiting", "ada", "1")
        engine.await_record(run, "1", "asked")
        engine.journal.ask(run, "answer", "ada", "1", "none of the choices")
        engine.await_record(run, "", "passed-over")
        engine.journal.ask(run, "answer", "ada", "1", "wait")
        engine.tell(op="let")
    assert (engine.outcome(run, "1"), engine.outcome(run, "2")) == (Outcome.DONE, Outcome.DONE)
    assert engine.acts() == {"1": 1}


def test_what_is_left_unknown_is_not_made_up_for(engine: Engine) -> None:
    """Leaving it says that nothing more is done with the workload."""
    steps = [
        step("1", optional=True, takes_s=None, limit_s=600),
        step("2", after=("1",), fallback_of="1"),
        step("3", "add", after=("2",)),
    ]
    with engine.performing(plan(steps)) as run:
        engine.await_record(run, "1", "handle")
        engine.journal.ask(run, "stop-waiting", "ada", "1")
        engine.await_record(run, "1", "asked")
        engine.journal.ask(run, "answer", "ada", "1", "leave")
    outcomes = [engine.outcome(run, ident) for ident in "123"]
    assert outcomes == [Outcome.UNKNOWN, Outcome.SKIPPED, Outcome.SKIPPED]
    assert engine.history(run).step("3").reason == "because of step 1"
    assert engine.history(run).result is Result.UNKNOWN
    assert engine.acts() == {"1": 1}


@pytest.mark.parametrize(("say", "outcome"), [("yes", Outcome.DONE), ("no", Outcome.SKIPPED)])
def test_a_step_that_asks_first_acts_after_yes_alone(engine: Engine, say: str, outcome: Outcome) -> None:
    with engine.performing(plan([step("1", ask="Turn it off?"), step("2", "add", after=("1",))])) as run:
        engine.await_record(run, "1", "asked")
        assert engine.history(run).asking["1"].why == "Turn it off?"
        assert engine.acts() == {}
        engine.journal.ask(run, "answer", "ada", "1", say)
    assert engine.outcome(run, "1") is engine.outcome(run, "2") is outcome


@pytest.mark.parametrize("say", ["yes", "no"])
def test_what_only_an_answer_tells_is_asked_about_where_that_was_lost(engine: Engine, say: str) -> None:
    steps = [
        step("1", "add", fault="lose-answer"),
        step("2", ask="Is it the right one?", doubts="1", after=("1",)),
    ]
    with engine.performing(plan(steps)) as run:
        engine.await_record(run, "2", "asked")
        assert engine.outcome(run, "1") is Outcome.DONE
        assert engine.history(run).asking["2"].why == "Is it the right one?"
        engine.journal.ask(run, "answer", "ada", "2", say)
    assert engine.acts() == ({"1": 1, "2": 1} if say == "yes" else {"1": 1})


def test_what_an_answer_told_is_not_asked_about(engine: Engine) -> None:
    steps = [step("1", "add"), step("2", ask="Is it the right one?", doubts="1", after=("1",))]
    run = engine.order(plan(steps))
    assert engine.perform(run) is Result.DONE
    assert not engine.history(run).step("2").asked


def test_a_step_that_is_done_already_asks_nobody(engine: Engine) -> None:
    engine.tell(op="change", object="hv:one", fields={"value": "on"})
    run = engine.order(plan([step("1", ask="Turn it off?")]))
    assert engine.perform(run) is Result.DONE


def test_cancel_takes_effect_between_acts(engine: Engine) -> None:
    steps = [step("1", "add", takes_s=None, limit_s=600), step("2", "add", after=("1",))]
    with engine.performing(plan(steps)) as run:
        engine.await_record(run, "1", "handle")
        engine.journal.ask(run, "cancel", "ada")
        engine.await_record(run, "", "cancel")
        engine.tell(op="let")
    assert engine.outcome(run, "1") is Outcome.DONE
    assert engine.outcome(run, "2") is Outcome.SKIPPED
    assert engine.history(run).step("2").reason == "cancelled by ada"
    assert engine.history(run).result is Result.CANCELLED
    assert engine.acts() == {"1": 1}


def failed_once(engine: Engine) -> str:
    """A run whose second step failed and would work now."""
    steps = [
        step("1", "add"),
        step("2", after=("1",), value="x", fault="once no-effect"),
        step("3", "add", after=("2",)),
    ]
    run = engine.order(plan(steps))
    assert engine.perform(run) is Result.FAILED
    return run


def test_retry_does_only_what_failed(engine: Engine) -> None:
    run = failed_once(engine)
    engine.journal.reopen(run, ["hv:one"])
    engine.journal.ask(run, "retry", "ada")
    assert engine.perform(run) is Result.DONE
    assert engine.acts() == {"1": 1, "2": 2, "3": 1}
    assert engine.journal.first_broken(engine.journal.run(run)) is None


def test_an_optional_step_that_failed_is_retried_in_a_run_that_is_done(engine: Engine) -> None:
    """As a record that could not be removed: the run is done, and the record is removed later."""
    steps = [step("1", "add"), step("2", value="x", optional=True, fault="once refuse", after=("1",))]
    run = engine.order(plan(steps))
    assert engine.perform(run) is Result.DONE
    view = seen(engine.journal, run)
    assert ([one.id for one in view.retryable], view.offers) == (["2"], [])
    engine.journal.reopen(run, ["hv:one"])
    engine.journal.ask(run, "retry", "ada")
    assert engine.perform(run) is Result.DONE
    assert engine.outcome(run, "2") is Outcome.DONE
    assert engine.acts() == {"1": 1, "2": 2}


def test_what_a_later_run_touched_is_planned_anew_and_not_retried(engine: Engine) -> None:
    """Its plan is of a past that is gone: what it would start again may be alive elsewhere by now."""
    run = failed_once(engine)
    other = engine.order(plan([step("1", "add")]))
    assert engine.perform(other) is Result.DONE
    with pytest.raises(Refused, match=f"Run {other} came after it"):
        engine.journal.reopen(run, ["hv:one"])
    assert engine.journal.holders() == {}


def led(engine: Engine, point_of_no_return: str = "") -> tuple[Plan, str]:
    """A run that failed in its second step, with a way back."""
    steps = [step("1", value="off"), step("2", "add", after=("1",), fault="no-effect")]
    back = (step("back-1", value="on"),)
    subjects = (subject(point_of_no_return=point_of_no_return, way_back="cancel"),)
    made = plan(steps, compensation=back, subjects=subjects)
    run = engine.order(made)
    assert engine.perform(run) is Result.FAILED
    return made, run


def test_before_the_point_of_no_return_the_way_back_is_offered_and_done_when_asked(engine: Engine) -> None:
    _, run = led(engine)
    assert '"offers":["hv:one"]' in engine.journal.records(run)[-1].body
    assert engine.acts() == {"1": 1, "2": 1}
    engine.journal.reopen(run, ["hv:one"])
    engine.journal.ask(run, "back", "ada", "hv:one")
    assert engine.perform(run) is Result.FAILED
    assert engine.outcome(run, "back-1") is Outcome.DONE
    assert engine.acts() == {"1": 1, "2": 1, "back-1": 1}
    assert '"offers":[]' in engine.journal.records(run)[-1].body


def test_beyond_the_point_of_no_return_nothing_is_led_back(engine: Engine) -> None:
    _, run = led(engine, point_of_no_return="2")
    assert '"offers":[]' in engine.journal.records(run)[-1].body
    engine.journal.reopen(run, ["hv:one"])
    engine.journal.ask(run, "back", "ada", "hv:one")
    assert engine.perform(run) is Result.FAILED
    assert engine.acts() == {"1": 1, "2": 1}


def test_a_living_run_is_abandoned_by_asking_it(engine: Engine) -> None:
    steps = [step("1", takes_s=None, limit_s=600), step("2", after=("1",))]
    with engine.performing(plan(steps)) as run:
        engine.await_record(run, "1", "handle")
        engine.journal.ask(run, "abandon", "ada")
    assert engine.history(run).result is Result.ABANDONED
    assert engine.outcome(run, "1") is Outcome.UNKNOWN
    assert engine.outcome(run, "2") is Outcome.SKIPPED
    assert engine.journal.holders() == {}


def test_a_dead_run_is_abandoned_without_a_call(engine: Engine, tmp_path: Path) -> None:
    run = engine.order(plan([step("1"), step("2", "add", after=("1",))]))
    assert _killed(engine, tmp_path, run, "1:after handle")
    abandon(engine.journal, run, "ada")
    assert engine.history(run).result is Result.ABANDONED
    assert engine.outcome(run, "1") is Outcome.UNKNOWN
    assert engine.journal.run(run).state == ENDED
    assert engine.journal.holders() == {}
    assert engine.acts() == {}
    with pytest.raises(Refused, match="has ended"):
        abandon(engine.journal, run, "ada")


def test_an_ended_run_is_not_taken_before_it_is_reopened(engine: Engine) -> None:
    """Its workloads are free: a process that comes too late must not act on them."""
    run = engine.order(plan([step("1")]))
    abandon(engine.journal, run, "ada")
    before = engine.journal.records(run)
    with pytest.raises(Refused, match="has ended"):
        engine.perform(run)
    assert engine.journal.records(run) == before
    assert engine.journal.run(run).state == ENDED


def test_a_way_back_that_is_abandoned_leaves_no_step_open(engine: Engine, tmp_path: Path) -> None:
    _, run = led(engine)
    engine.journal.reopen(run, ["hv:one"])
    engine.journal.ask(run, "back", "ada", "hv:one")
    assert _killed(engine, tmp_path, run, "back-1:after handle")
    abandon(engine.journal, run, "ada")
    assert engine.outcome(run, "back-1") is Outcome.UNKNOWN


def _killed(engine: Engine, tmp_path: Path, run: str, point: str) -> bool:
    process = processes.start(tmp_path / "state", run, engine.port, KILL=point)
    process.join()
    return process.exitcode == -9


def test_subjects_that_are_not_as_previewed_stop_the_run_before_anything(engine: Engine) -> None:
    run = engine.order(plan([step("1")]))
    moved = {"hv:one": [("hv:one at host", "power", "off"), ("hv:one at host", "test", "yes")]}
    result = execute(engine.journal, run, lambda p: {}, lambda p: moved)
    assert result is Result.DIFFERS
    history = engine.history(run)
    assert history.differences == (
        "one, hv:one at host: power was on, is off",
        "one, hv:one at host: test was not there, is yes",
    )
    assert engine.outcome(run, "1") is Outcome.SKIPPED
    assert engine.journal.holders() == {}


def test_a_run_that_did_nothing_yet_is_compared_again_when_it_is_continued(engine: Engine) -> None:
    """Its process was killed after it had compared, and somebody continues it a little later."""
    run = engine.order(plan([step("1")]))
    writer = Writer(engine.store, run, "ada@here")
    writer.append("", "subjects", {"differences": []})
    writer.close()
    moved = {"hv:one": [("hv:one at host", "power", "off")]}
    assert execute(engine.journal, run, lambda p: {}, lambda p: moved) is Result.DIFFERS
    assert engine.acts() == {}


def test_subjects_that_cannot_be_read_stop_the_run(engine: Engine) -> None:
    def dark(_plan: Plan) -> dict[str, list[tuple[str, str, str]]]:
        raise Unreachable("no route", subject="host")

    run = engine.order(plan([step("1")]))
    assert execute(engine.journal, run, lambda p: {}, dark) is Result.DIFFERS
    assert engine.acts() == {}


def test_a_full_disk_stops_a_run_before_it_acts(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = engine.order(plan([step("1")]))
    engine.store.close()
    prepare = stores._prepare

    def small(connection: sqlite3.Connection, record: object) -> None:
        prepare(connection, record)
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    monkeypatch.setattr(stores, "_prepare", small)
    full = Engine(tmp_path / "state", engine.port)
    baseline = "x" * 100_000
    observe = full.actor.observe
    monkeypatch.setattr(full.actor, "observe", lambda s, b: replace(observe(s, b), baseline={"x": baseline}))
    with pytest.raises(StateError, match="full"):
        full.perform(run)
    assert engine.acts() == {}
    monkeypatch.undo()
    full.store.close()
    assert Engine(tmp_path / "state", engine.port).perform(run) is Result.DONE
    assert engine.acts() == {"1": 1}


@pytest.mark.parametrize("kind", ["handle", "reply", "outcome", "end"])
def test_a_disk_that_is_full_at_any_moment_repeats_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Whatever could not be written: who continues looks first, and finds what was done."""
    insert = Writer._insert

    def full(self: Writer, connection: sa.Connection, batch: list[Any]) -> None:
        if any(line.kind == kind for line in batch):
            raise StateError("the disk is full")
        insert(self, connection, batch)

    run = engine.order(plan([step("1", "add")]))
    with monkeypatch.context() as patch:
        patch.setattr(Writer, "_insert", full)
        with pytest.raises(StateError, match="full"):
            engine.perform(run)
    assert seen(engine.journal, run).state.is_open
    assert engine.perform(run) is Result.DONE
    assert engine.acts() == engine.effects() == {"1": 1}
    assert engine.journal.first_broken(engine.journal.run(run)) is None


def test_a_run_of_another_version_is_not_continued(engine: Engine) -> None:
    run = engine.order(plan([step("1")]))
    with engine.store.write() as connection:
        connection.exec_driver_sql("UPDATE run SET plan = replace(plan, '\"version\":2', '\"version\":9')")
    with pytest.raises(Refused, match="another version"):
        engine.perform(run)
    assert engine.journal.records(run) == []


def test_an_open_question_is_looked_at_again_when_the_run_is_continued(
    engine: Engine, tmp_path: Path
) -> None:
    """The effect came while nobody was there: nothing is asked any more."""
    run = engine.order(plan([step("1", "add", fault="late", late_s=None)]))
    assert _killed(engine, tmp_path, run, "1:after asked")
    assert engine.history(run).asking
    engine.tell(op="let")
    engine.await_effect("1")
    assert engine.perform(run) is Result.DONE
    assert engine.acts() == {"1": 1}


def test_an_answer_given_while_nobody_was_there_is_taken(engine: Engine, tmp_path: Path) -> None:
    run = engine.order(plan([step("1", "blind")]))
    assert _killed(engine, tmp_path, run, "1:after asked")
    engine.journal.ask(run, "answer", "ada", "1", "failed")
    assert engine.perform(run) is Result.FAILED


def test_an_order_is_stored_before_its_run_begins(engine: Engine) -> None:
    made = plan([step("1")])
    run = engine.order(made)
    assert engine.journal.run(run).state == "created"
    assert "ada@here" in engine.journal.run(run).order
    assert order(made).plan == made


@pytest.mark.parametrize("ago", [timedelta(days=3), timedelta(hours=-1)])
def test_a_plan_that_is_old_is_not_begun(engine: Engine, ago: timedelta) -> None:
    """Its process was killed before it did anything, and days later somebody continues it.

    Where this machine's clock was set back since, nobody knows how old it is.
    """
    run = engine.journal.create(order(plan([step("1")]), datetime.now(UTC) - ago))
    assert engine.perform(run) is Result.DIFFERS
    (told,) = engine.history(run).differences
    assert "planned anew" in told
    assert engine.acts() == {}
    assert engine.journal.holders() == {}


def test_what_was_begun_in_time_goes_on_however_late(engine: Engine, tmp_path: Path) -> None:
    run = engine.order(plan([step("1"), step("2", "add", after=("1",))]))
    assert _killed(engine, tmp_path, run, "1:after outcome")
    late = Clocks(wall=lambda: datetime.now(UTC) + timedelta(days=3))
    actors = dict.fromkeys(["host"], engine.actor)
    assert execute(engine.journal, run, lambda p: actors, as_previewed, late) is Result.DONE
    assert engine.acts() == {"1": 1, "2": 1}


PAIR = ("pair of New York and New Jersey", "as it was")
BASIS = (("endpoint host", "here"), ("endpoint other", "of what was left out"), PAIR)


def moved(_plan: Plan) -> dict[str, str]:
    """What the config says now: the endpoint is at another address."""
    return {"endpoint host": "there", PAIR[0]: PAIR[1]}


def test_a_plan_of_another_config_is_not_begun(engine: Engine) -> None:
    run = engine.order(plan([step("1")], basis=BASIS))
    actors = dict.fromkeys(["host"], engine.actor)
    ended = execute(engine.journal, run, lambda p: actors, as_previewed, basis=moved)
    assert ended is Result.DIFFERS
    assert engine.history(run).differences == (
        "the config says something else of the endpoint host than when it was planned",
    )
    assert engine.acts() == {}


def test_a_run_that_goes_on_under_another_config_says_so(engine: Engine, tmp_path: Path) -> None:
    run = engine.order(plan([step("1"), step("2", "add", after=("1",))], basis=BASIS))
    assert _killed(engine, tmp_path, run, "1:after outcome")
    actors = dict.fromkeys(["host"], engine.actor)
    assert execute(engine.journal, run, lambda p: actors, as_previewed, basis=moved) is Result.DONE
    assert "endpoint host" in engine.history(run).basis[0]


def test_what_is_skipped_names_the_step_that_was_the_cause(engine: Engine) -> None:
    """Not the one before it, which was skipped for the same."""
    steps = [step("1", fault="no-effect"), step("2", after=("1",)), step("3", after=("2",))]
    run = engine.order(plan(steps))
    assert engine.perform(run) is Result.FAILED
    assert {engine.history(run).step(ident).reason for ident in "23"} == {"because of step 1"}
