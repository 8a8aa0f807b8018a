"""A run that is open is seen on the workload that it holds: in the head, the list, the foot and ``w``."""

from __future__ import annotations

import pytest

from drconsole.errors import StateError
from drconsole.runs.history import Question
from drconsole.runs.view import RunState
from drconsole.tui.keys.action import RUNS
from tests.tui.desks import RUN, FakeDesk, history, plan, view
from tests.tui.driver import Driver, drive
from tests.tui.pictures import STEADY, picture

CALM = [s for s in STEADY if s.name != "erp-db"]
WEB = next(w.key for w in picture(CALM).workloads if w.name == "web-02")
ASKED = Question("The guest did not shut down in time.", ("wait", "failed"))


async def until(d: Driver, word: str) -> None:
    """Wait for a word that another thread brings."""
    d.app.read_journal()
    while word not in d.text():
        await d.pilot.pause(0.01)
    await d.pilot.pause()


def held(state: RunState) -> FakeDesk:
    """A desk with one run on web-02 that stands there."""
    desk = FakeDesk()
    past = history({"1": None}, asks={"2": ASKED} if state is RunState.ASKING else None)
    desk.views = [view(plan(names={WEB: "web-02"}), past, state)]
    return desk


@pytest.mark.parametrize(
    ("state", "alarm", "action"),
    [
        (RunState.INTERRUPTED, "web-02: run 7f3c0a11 test failover INTERRUPTED", f"run {RUN} INTERRUPTED: R"),
        (RunState.ASKING, "", f"run {RUN} asks: R"),
        (RunState.RUNNING, "", f"run {RUN} is under way: R"),
    ],
)
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_a_run_is_seen_where_one_looks(
    size: tuple[int, int], state: RunState, alarm: str, action: str
) -> None:
    async def script(d: Driver) -> None:
        while "web-02" not in d.cursor_line:
            await d.press("down")
        await until(d, action)
        assert alarm in d.lines()[1]
        if size[0] == 120:
            assert action[:25] in d.line("web-02")
        await d.press("w")
        assert f"next: {action}" in d.text()
        assert f"all blocked: run {RUN}" in d.text()
        assert "possible" not in d.text()
        await d.press("p")
        assert f"blocked: run {RUN}" in d.text()
        await d.press("b", "R")
        assert d.screen == RUNS

    drive(script, picture(CALM), desk=held(state), size=size)


def test_what_a_run_asks_is_an_alarm_of_its_workload() -> None:
    async def script(d: Driver) -> None:
        await until(d, "web-02")
        await d.press("a")
        while "asks at step 2" not in d.text():
            await d.press("pagedown")
        assert ASKED.why in d.text()
        assert f"drconsole runs show {RUN}" in d.text()

    drive(script, picture(CALM), desk=held(RunState.ASKING), size=(120, 40))


def test_a_journal_that_cannot_be_read_is_told_once_and_stops_nothing() -> None:
    class Broken(FakeDesk):
        def open_runs(self) -> dict[str, object]:  # type: ignore[override]
            raise StateError("The journal /state/journal.db is damaged.", subject="journal")

    async def script(d: Driver) -> None:
        await until(d, "tests were passed")
        assert "and what was acknowledged, is not known" in " ".join(d.text().split())
        await d.press("down")
        assert "tests were passed" not in d.text()
        assert "web-02" in d.text()
        d.app.read_journal()
        await d.app.workers.wait_for_complete()
        await d.pilot.pause()
        assert "tests were passed" not in d.text()

    drive(script, picture(CALM), desk=Broken())


def test_the_page_of_a_workload_names_the_run_that_holds_it() -> None:
    async def script(d: Driver) -> None:
        while "web-02" not in d.cursor_line:
            await d.press("down")
        await until(d, "is under way")
        await d.press("enter")
        assert f"run {RUN} is under way: R, or drconsole runs show {RUN}" in d.text()

    drive(script, picture(CALM), desk=held(RunState.RUNNING), size=(120, 40))
