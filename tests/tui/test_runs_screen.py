"""All runs on their screen: narrowed to one workload, and the last ones on that workload's page."""

from __future__ import annotations

from drconsole.domain.step import Outcome
from drconsole.runs.history import Result
from drconsole.runs.view import RunState
from drconsole.tui.keys.action import DETAIL, RUNS
from tests.tui.desks import FakeDesk, history, plan, view
from tests.tui.driver import Driver
from tests.tui.operating import SQL, WEB, operate, until
from tests.tui.reachable import assert_sound

DONE = history(dict.fromkeys("1234", Outcome.DONE), result=Result.DONE)


def ran() -> FakeDesk:
    """A desk with a run of web-02 and one of sql-archive."""
    desk = FakeDesk()
    desk.views = [
        view(plan(names={SQL: "sql-archive"}), DONE, RunState.DONE, "aaaa1111"),
        view(plan(names={WEB: "web-02"}), DONE, RunState.FAILED, "bbbb2222"),
    ]
    return desk


def test_f_shows_only_the_runs_of_the_workload_that_was_looked_at() -> None:
    async def script(d: Driver) -> None:
        await d.press("R")
        await until(d, lambda: "aaaa1111" in d.text())
        assert d.screen == RUNS
        assert "bbbb2222" in d.text()
        assert "f only this workload" in d.lines()[-1]
        await d.press("f")
        assert "aaaa1111" not in d.text()
        assert "bbbb2222" in d.text()
        assert "only of web-02; f all" in d.text()
        assert_sound(d)
        await d.press("f")
        assert "aaaa1111" in d.text()

    operate(script, ran())


def test_a_workload_that_nothing_was_run_of_says_so() -> None:
    desk = ran()
    desk.views.pop()

    async def script(d: Driver) -> None:
        await d.press("R")
        await until(d, lambda: "aaaa1111" in d.text())
        await d.press("f")
        assert "no run was about it; f shows all" in d.text()

    operate(script, desk)


def test_the_page_of_a_workload_tells_its_last_runs() -> None:
    async def script(d: Driver) -> None:
        await d.press("enter")
        assert d.screen == DETAIL
        await until(d, lambda: "last runs" in d.text())
        assert "failed" in d.line("bbbb2222")
        assert "test failover" in d.line("bbbb2222")
        assert "aaaa1111" not in d.text()
        await d.press("R", "b")
        assert d.screen == DETAIL
        assert "bbbb2222" in d.text()

    operate(script, ran(), size=(120, 40))
