"""When a workload's test was last passed, and how runs read as a whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from drconsole.domain.plan import Operation, Plan
from drconsole.runs import locks
from drconsole.runs.journal import Journal
from drconsole.runs.proven import last_passed
from drconsole.runs.store import Store
from drconsole.runs.view import RunState, all_runs, seen
from drconsole.runs.writer import Writer
from tests.runs.plans import order, plan, step, subject


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(Store(tmp_path))


def ran(journal: Journal, made: Plan, **outcomes: str) -> str:
    """A run whose steps ended so."""
    run = journal.create(order(made))
    writer = Writer(journal.store, run, "me")
    for ident, outcome in outcomes.items():
        writer.append(ident.strip("_"), "outcome", {"outcome": outcome, "acted": True})
    writer.end({"result": "done" if set(outcomes.values()) == {"done"} else "failed"})
    return run


def test_a_test_is_passed_when_all_that_counts_is_done(journal: Journal) -> None:
    steps = [step("1"), step("2", serves=True), step("3", optional=True)]
    assert last_passed(journal) == {}
    ran(journal, plan(steps), _1="done", _2="failed", _3="skipped")
    assert last_passed(journal) == {}
    first = ran(journal, plan(steps), _1="done", _2="done", _3="failed")
    ended = seen(journal, first).history.step("2").ended
    assert last_passed(journal) == {"hv:one": ended}
    last = ran(journal, plan(steps), _1="done", _2="done", _3="done")
    ran(journal, plan(steps), _1="done", _2="unknown", _3="skipped")
    assert last_passed(journal) == {"hv:one": seen(journal, last).history.step("2").ended}


def test_one_whose_guest_was_not_heard_proves_nothing(journal: Journal) -> None:
    """Its heartbeat was not waited for: it was started, and nobody knows whether it works."""
    ran(journal, plan([step("1"), step("2")]), _1="done", _2="done")
    assert last_passed(journal) == {}


def test_what_a_person_said_proves_nothing(journal: Journal) -> None:
    run = journal.create(order(plan([step("1", serves=True)])))
    writer = Writer(journal.store, run, "me")
    writer.append("1", "asked", {"why": "no heartbeat", "choices": ["done", "failed"]})
    writer.append("1", "answered", {"say": "done", "by": "ada"})
    writer.append("1", "outcome", {"outcome": "done", "acted": True, "said_by": "ada"})
    writer.end({"result": "done"})
    assert last_passed(journal) == {}


def test_each_workload_of_a_bulk_test_counts_for_itself(journal: Journal) -> None:
    steps = [step("1", workload="hv:a", serves=True), step("2", workload="hv:b", serves=True)]
    ran(journal, plan(steps), _1="done", _2="failed")
    assert set(last_passed(journal)) == {"hv:a"}


def test_other_operations_prove_nothing(journal: Journal) -> None:
    made = plan([step("1", serves=True)])
    other = Plan(Operation.STOP_TEST, "LAB", made.subjects, made.steps)
    ran(journal, other, _1="done")
    assert last_passed(journal) == {}


def test_a_run_whose_process_is_gone_reads_as_interrupted(journal: Journal, tmp_path: Path) -> None:
    run = journal.create(order(plan([step("1")])))
    lock = locks.RunLock(tmp_path, run)
    writer = Writer(journal.store, run, "me")
    assert seen(journal, run).state is RunState.RUNNING
    writer.append("1", "asked", {"why": "?", "choices": ["yes"]})
    assert seen(journal, run).state is RunState.ASKING
    lock.release()
    assert seen(journal, run).state is RunState.INTERRUPTED
    assert seen(journal, run).state.is_open
    writer.end({"result": "abandoned"})
    assert seen(journal, run).state is RunState.ABANDONED
    assert [view.id for view in all_runs(journal)] == [run]


def test_a_result_that_nobody_knows_here_reads_as_unknown(journal: Journal) -> None:
    run = journal.create(order(plan([step("1")])))
    writer = Writer(journal.store, run, "me")
    writer.append("1", "outcome", {"outcome": "splendid"})
    writer.append("1", "a kind of tomorrow", {"x": 1})
    writer.end({"result": "splendid"})
    view = seen(journal, run)
    assert view.state is RunState.UNKNOWN
    outcome = view.history.step("1").outcome
    assert outcome is not None
    assert outcome.value == "unknown"


@pytest.mark.parametrize(
    ("workload", "site", "found"),
    [
        ("", "", True),
        ("web-01", "", True),
        ("hv:12345678-aaaa", "", True),
        ("hv:1234", "", True),
        ("123456", "New Jersey", True),
        ("12345", "", False),
        ("web", "", False),
        ("web-01", "New York", True),
        ("web-01", "Boston", False),
        ("", "Boston", False),
    ],
)
def test_runs_are_found_by_workload_and_site(journal: Journal, workload: str, site: str, found: bool) -> None:
    key = "hv:12345678-aaaa"
    of = plan([step("1", workload=key)], subjects=(replace(subject(key), name="web-01"),))
    run = journal.create(order(of))
    assert seen(journal, run).concerns(workload, site) is found
