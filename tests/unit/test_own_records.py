"""Records that runs took away are not missed, unless a later run wrote one there again."""

from __future__ import annotations

from pathlib import Path

from drconsole.cli.own_records import TakenAway
from drconsole.domain.place import Place
from drconsole.runs.journal import Journal
from drconsole.runs.store import Store
from drconsole.runs.writer import Writer
from tests.runs.plans import order, plan, step

HERE = Place("hyperv", "New York", "nyhv01", "5c1f")


def ran(state: Path, action: str, outcome: str) -> None:
    """A run whose one step about the record ended so."""
    params = {"place": {"site": HERE.site, "where": HERE.where}, "vm": HERE.ident}
    store = Store(state)
    run = Journal(store).create(order(plan([step("1", action, **params)])))
    writer = Writer(store, run, "me")
    writer.append("1", "outcome", {"outcome": outcome, "acted": True})
    writer.end({"result": "done"})
    store.close()


def test_the_last_thing_that_was_done_decides(tmp_path: Path) -> None:
    taken_away = TakenAway(tmp_path)
    assert taken_away() == frozenset()
    assert not list(tmp_path.iterdir())
    for action, outcome, expected in (
        ("write-record", "done", frozenset()),
        ("remove-record", "failed", frozenset()),
        ("remove-record", "done", {HERE}),
        ("start", "done", {HERE}),
        ("write-record", "unknown", {HERE}),
        ("write-record", "done", frozenset()),
    ):
        ran(tmp_path, action, outcome)
        assert taken_away() == expected
