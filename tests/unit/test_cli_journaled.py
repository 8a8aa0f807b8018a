"""What commands say of passed tests and open runs: from their own journal, and without one to be read."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drconsole.cli import answers
from drconsole.cli.health_command import CRITICAL, OK, WARNING, exit_code
from drconsole.cli.journaled import with_journal
from drconsole.config.load import load
from drconsole.config.model import Config
from drconsole.domain.reading import Power
from drconsole.domain.snapshot import Snapshot
from drconsole.runs.journal import Journal
from drconsole.runs.store import FILE, Store
from drconsole.runs.writer import Writer
from drconsole.tui.alarm_list import entries_of
from tests.runs.plans import order, plan, step
from tests.unit.domain.builders import picture, reading, relation, vm
from tests.unit.wrong_configs import GOOD

KEY = "hv:v1"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    path = tmp_path / "c.yaml"
    path.write_text(GOOD.replace("state: state", f"state: {tmp_path / 'state'}"), encoding="utf-8")
    (tmp_path / "state").mkdir(mode=0o700)
    return load(path)


@pytest.fixture
def snapshot() -> Snapshot:
    """One protected VM, whose tests count for one day of a time that has long begun."""
    found = picture(
        reading("ny", vm("ny", Power.ON, relation("Primary"))),
        reading("nj", vm("nj", Power.OFF, relation("Replica"))),
    )
    return replace(found, estate=replace(found.estate, proven_days=1))


def passed(config: Config) -> str:
    """A test of the VM that is passed now; when, as the journal says."""
    store = Store(config.state)
    journal = Journal(store)
    run = journal.create(order(plan([step("1", workload=KEY, serves=True)])))
    writer = Writer(store, run, "me")
    writer.append("1", "outcome", {"outcome": "done", "acted": True})
    writer.end({"result": "done"})
    at = next(r.at for r in journal.records(run) if r.kind == "outcome")
    store.close()
    return str(at)


def told(snapshot: Snapshot) -> tuple[object, int]:
    """What list and health say: when it was proven, and the exit code."""
    (workload,) = json.loads(answers.encoded(answers.list_answer(snapshot, snapshot.workloads)))["workloads"]
    return workload["proven"], exit_code(snapshot, entries_of(snapshot))


def test_without_any_run_nothing_is_proven_and_no_journal_is_made(config: Config, snapshot: Snapshot) -> None:
    assert told(with_journal(config, snapshot)) == (None, WARNING)
    assert list(config.state.iterdir()) == []


def test_a_passed_test_is_told_and_counts(config: Config, snapshot: Snapshot) -> None:
    at = passed(config)

    proven, code = told(with_journal(config, snapshot))

    assert code == OK
    assert str(proven)[:19] == at[:19].replace(" ", "T")


def test_a_journal_that_cannot_be_read_is_told_and_calls_nobody_unproven(
    config: Config, snapshot: Snapshot, capsys: pytest.CaptureFixture[str]
) -> None:
    (config.state / FILE).write_bytes(b"this is no journal" * 100)

    assert told(with_journal(config, snapshot)) == (None, OK)
    assert "When tests were passed, and which runs are open, is not known: " in capsys.readouterr().err


def test_a_run_whose_process_is_gone_is_in_list_health_and_show(config: Config, snapshot: Snapshot) -> None:
    store = Store(config.state)
    journal = Journal(store)
    made = order(plan([step("1", workload=KEY)]), datetime.now(UTC) - timedelta(hours=1))
    run = journal.create(made)
    store.close()

    found = with_journal(config, snapshot)
    (workload,) = answers.list_answer(found, found.workloads).workloads
    assert workload.open_run == answers.OpenRunAnswer(run, "interrupted", "test-failover")
    assert "run-interrupted" in [alarm.code for alarm in workload.alarms]
    assert exit_code(found, entries_of(found)) == CRITICAL
    assert answers.show_answer(found, found.workloads[0]).next_action == f"run {run} INTERRUPTED: R"
