"""Following a run on the command line: when it is left, with which exit code, and what is said."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from drconsole.cli.following import exit_code, follow_on_terminal, followed
from drconsole.runs import process
from drconsole.runs.journal import Journal
from drconsole.runs.locks import RunLock
from drconsole.runs.store import Store
from drconsole.runs.view import RunState, seen
from drconsole.runs.writer import Writer
from tests.runs.plans import order, plan, step


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(Store(tmp_path))


@pytest.mark.parametrize(
    ("result", "code"),
    [
        *(("done", 0), ("failed", 1), ("cancelled", 1), ("unknown", 3), ("abandoned", 3), ("differs", 4)),
    ],
)
def test_the_result_gives_the_exit_code(journal: Journal, result: str, code: int) -> None:
    run = journal.create(order(plan([step("1")])))
    Writer(journal.store, run, "me").end({"result": result})
    assert exit_code(followed(journal, run, lambda _: None)) == code


def test_it_is_left_when_nothing_goes_on_without_an_answer(journal: Journal, tmp_path: Path) -> None:
    steps = [
        step("1.1", workload="hv:a"),
        step("2.1", workload="hv:b"),
        step("2.2", workload="hv:b", after=("2.1",)),
    ]
    run = journal.create(order(plan(steps)))
    lock = RunLock(tmp_path, run)
    writer = Writer(journal.store, run, "me")
    writer.append("", "taken")
    writer.append("", "going-on")
    writer.append("1.1", "asked", {"why": "?", "choices": ["yes"]})
    shown: list[str] = []

    def go_on(_: object) -> None:
        """The other workload comes to its end while it is looked at, step by step."""
        for ident in ("2.1", "2.2"):
            if ident not in shown:
                shown.append(ident)
                writer.append(ident, "outcome", {"outcome": "done"})
                return

    view = followed(journal, run, go_on)
    assert view.state is RunState.ASKING
    assert shown == ["2.1", "2.2"]
    assert exit_code(view) == 3
    writer.close()
    lock.release()


def test_a_process_that_ends_before_it_begins_is_told(
    journal: Journal, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = journal.create(order(plan([step("1")])))
    command = [sys.executable, "-c", "import sys; sys.stdin.read(); sys.exit('no such module')"]
    begun = process.start(command, {"one": "secret"}, tmp_path)
    assert follow_on_terminal(journal, run, as_json=False, process=begun) == 3
    told = capsys.readouterr().err
    assert "ended with code 1 before it took the run" in told
    assert f"runs continue {run}" in told
    log = tmp_path / "log" / process.LOG
    assert "no such module" in log.read_text(encoding="utf-8")
    assert log.stat().st_mode & 0o777 == 0o600
    assert seen(journal, run).state.is_open
