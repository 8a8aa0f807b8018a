"""Which runs hold workloads, as lists and screens are told: under way, asking, interrupted, ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from drconsole.domain.open_run import OpenRun, RunStanding
from drconsole.domain.plan import Operation
from drconsole.runs.journal import Journal
from drconsole.runs.locks import RunLock
from drconsole.runs.open_runs import OpenRuns
from drconsole.runs.store import Store
from drconsole.runs.writer import Writer
from tests.runs.plans import order, plan, step

OF = Operation.TEST_FAILOVER


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    store = Store(tmp_path)
    yield Journal(store)
    store.close()


def last(journal: Journal, run: str) -> datetime:
    """When the last record of a run was written."""
    return datetime.fromisoformat(journal.records(run)[-1].at)


def test_a_run_is_told_of_from_its_order_to_its_end(journal: Journal) -> None:
    told = OpenRuns(journal)
    assert told.now() == {}
    run = journal.create(order(plan([step("1"), step("2")])))
    assert told.now() == {"hv:one": OpenRun(run, OF, RunStanding.UNDER_WAY)}
    lock, writer = RunLock(journal.store.folder, run), Writer(journal.store, run, "me")
    writer.append("2", "asked", {"why": "it did not stop", "choices": ["wait"]})
    writer.append("", "going-on", {})
    assert told.now() == {"hv:one": OpenRun(run, OF, RunStanding.UNDER_WAY)}
    writer.append("2", "asked", {"why": "it did not stop", "choices": ["wait"]})
    asked = OpenRun(run, OF, RunStanding.ASKS, last(journal, run), "2", "it did not stop")
    assert told.now() == {"hv:one": asked}
    lock.release()
    # Nothing was written: only its process is gone.
    assert told.now(written=False) == {
        "hv:one": OpenRun(run, OF, RunStanding.INTERRUPTED, last(journal, run))
    }
    writer.end({"result": "failed"})
    assert told.now() == {}


def test_of_several_workloads_only_that_one_asks_whose_step_does(journal: Journal) -> None:
    run = journal.create(order(plan([step("1", workload="hv:a"), step("2", workload="hv:b")])))
    lock, writer = RunLock(journal.store.folder, run), Writer(journal.store, run, "me")
    writer.append("2", "asked", {"why": "it did not stop", "choices": ["wait"]})
    found = OpenRuns(journal).now()
    assert {key: one.standing for key, one in found.items()} == {
        "hv:a": RunStanding.UNDER_WAY,
        "hv:b": RunStanding.ASKS,
    }
    lock.release()
    assert {one.standing for one in OpenRuns(journal).now().values()} == {RunStanding.INTERRUPTED}


def test_what_did_not_change_is_not_read_again(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    """A console asks every few seconds, and a run of many workloads is long."""
    run = journal.create(order(plan([step("1")])))
    lock, writer = RunLock(journal.store.folder, run), Writer(journal.store, run, "me")
    writer.append("", "subjects", {"differences": []})
    told, reads = OpenRuns(journal), list[int]()
    known, records = told.now(), journal.records

    def counted(run: str, after: int = 0) -> object:
        reads.append(after)
        return records(run, after)

    monkeypatch.setattr(journal, "records", counted)
    assert told.now(written=False) == known
    assert reads == []
    writer.append("1", "asked", {"why": "why", "choices": ["wait"]})
    assert told.now()["hv:one"].standing is RunStanding.ASKS
    assert reads == [1]
    lock.release()
