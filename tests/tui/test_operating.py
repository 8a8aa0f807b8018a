"""From a key to a run: options, plan, confirmation, run; nothing is done that was not said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.events import Paste
from textual.widgets import Input

from drconsole.domain.plan import Check, Operation, Readiness
from drconsole.domain.step import Outcome
from drconsole.runs.history import Question, Result
from drconsole.runs.view import RunState
from drconsole.tui.arming import IDLE_S
from drconsole.tui.keys.action import CONFIRMATION, INVENTORY, OPTIONS, PLAN, QUESTION, RUN, RUNS
from tests.tui.desks import RUN as ID
from tests.tui.desks import FakeDesk, history, plan, view
from tests.tui.driver import Driver, Script, drive
from tests.tui.pictures import NEW_JERSEY, NEW_YORK, STEADY, picture
from tests.tui.reachable import SIZES, assert_sound, everything, squeezed

CALM = [s for s in STEADY if s.name != "erp-db"]
WEB = next(w.key for w in picture(CALM).workloads if w.name == "web-02")
SQL = next(w.key for w in picture(CALM).workloads if w.name == "sql-archive")
ASKED = Question("the guest does not shut down: turn it off?", ("yes", "no"))
ARM = ("exclamation_mark", "y")


def operate(script: Script, desk: FakeDesk, **how: object) -> None:
    """Run a script with the cursor on web-02, whose plan has that name."""
    desk.names |= {WEB: "web-02", SQL: "sql-archive"}

    async def on_web(d: Driver) -> None:
        await d.press("G")
        await script(d)

    drive(on_web, picture(CALM), desk=desk, **how)  # type: ignore[arg-type]


async def until(d: Driver, holds: Callable[[], bool]) -> None:
    """Wait for what another thread brings."""
    while not holds():
        await d.pilot.pause(0.01)
    await d.pilot.pause()


async def to_plan(d: Driver, key: str = "t") -> None:
    """Press an operation's key, and go on to its plan."""
    await d.press(key, *(["enter"] if key in "tpX" else []))
    assert d.screen == PLAN
    await until(d, lambda: "asking" not in d.text())


async def to_confirmation(d: Driver, key: str = "t") -> None:
    """Arm, and go on to the confirmation."""
    await to_plan(d, key)
    await d.press(*ARM, "enter")
    assert d.screen == CONFIRMATION


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_a_test_failover_from_key_to_run(
    size: tuple[int, int], theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if theme == "ansi":
        monkeypatch.setenv("NO_COLOR", "1")
    desk = FakeDesk()

    async def script(d: Driver) -> None:
        await d.press("t")
        assert d.screen == OPTIONS
        assert_sound(d)
        await d.press("down", "right")
        assert "no network at all" in d.text()
        await d.press("enter")
        await until(d, lambda: "asking" not in d.text())
        assert_sound(d)
        text = d.text()
        assert text.index("Nothing is lost") < text.index("ready") < text.index("make the test copy")
        await d.press("c")
        assert "Start-VMFailover" in d.text()
        await d.press("c", *ARM, "enter")
        assert d.screen == CONFIRMATION
        assert "Press y to go on" in d.text()
        assert "the replica is off" in d.text()
        await d.press("y")
        await until(d, lambda: d.screen == RUN)
        assert_sound(d)
        assert f"run {ID}  test failover web-02" in d.text()
        await d.press("b")
        assert d.screen == INVENTORY

    operate(script, desk, size=size, theme=theme)
    assert desk.planned == [(Operation.TEST_FAILOVER, (WEB,), {"network": "none"})]
    assert desk.started == [(ID, "y")]
    assert [read.closed for read in desk.reads] == [True]


def test_enter_alone_never_executes() -> None:
    desk = FakeDesk()

    async def script(d: Driver) -> None:
        await to_confirmation(d)
        await d.press("enter")
        assert d.screen == PLAN
        for key in ("p", "X", "t"):
            await d.press("b", "b")
            await d.press(key, *["enter"] * 12)

    operate(script, desk)
    assert desk.started == []


def test_a_planned_failover_asks_for_the_name() -> None:
    desk = FakeDesk()
    desk.turn = 3

    async def script(d: Driver) -> None:
        await to_plan(d, "p")
        assert "from here on the way back is 'cancel'" in d.line("from here on")
        await d.press(*ARM, "enter")
        assert "web-02" in d.text()
        await d.press("y", "enter")
        assert d.screen == PLAN
        await d.press("enter", "tab", *"web-01", "enter", "tab", "enter")
        await d.press("tab", "tab")
        assert d.screen in (CONFIRMATION, PLAN)

    operate(script, desk)
    assert desk.started == []


def test_the_name_and_then_the_word_for_it_execute() -> None:
    desk = FakeDesk()

    async def script(d: Driver) -> None:
        await to_confirmation(d, "p")
        await d.press("tab", *"web-0", "enter")
        assert "Nothing was done" in d.text()
        await d.press("2", "enter")
        assert desk.started == []
        await d.press("enter")
        await until(d, lambda: d.screen == RUN)

    operate(script, desk)
    assert desk.started == [(ID, "web-02")]


def test_a_paste_is_text() -> None:
    desk = FakeDesk()

    async def script(d: Driver) -> None:
        await to_confirmation(d)
        d.app.post_message(Paste("y\ny\n"))
        await d.pilot.pause()
        assert d.screen == CONFIRMATION
        await d.press("b", "escape", "b", "b")
        await to_plan(d, "p")
        await d.press("enter")
        d.app.screen.query_one(Input).focus()
        d.app.post_message(Paste("web-02\n\n"))
        await d.pilot.pause()
        assert d.app.screen.query_one(Input).value == "web-02"
        assert d.screen == CONFIRMATION

    operate(script, desk)
    assert desk.started == []


def test_read_only_is_the_default_and_refuses() -> None:
    desk = FakeDesk()

    async def script(d: Driver) -> None:
        assert "read-only  ! arms" in d.text()
        await to_plan(d)
        await d.press("enter")
        assert d.screen == PLAN
        assert "This console is read-only" in d.text()
        await d.press("exclamation_mark", "enter")
        assert d.screen == PLAN
        await d.press("enter")
        assert d.screen == PLAN
        await d.press("exclamation_mark", "y", "b", "b")
        assert "CHANGES ALLOWED" in d.text()
        await d.press("exclamation_mark")
        assert "read-only again" in d.text()
        await d.press("down")
        assert "read-only  ! arms" in d.text()

    operate(script, desk)
    assert desk.started == []


def test_what_was_armed_ends_after_fifteen_minutes_without_a_key() -> None:
    desk = FakeDesk()
    passed = [0.0]

    async def script(d: Driver) -> None:
        d.app.state.arming.clock = lambda: passed[0]
        await to_confirmation(d)
        passed[0] = IDLE_S - 1
        await d.press("tab")
        passed[0] += IDLE_S - 1
        assert d.app.state.arming.armed
        passed[0] += 2
        await d.press("y")
        assert d.screen == CONFIRMATION
        assert "This console is read-only" in d.text()

    operate(script, desk)
    assert desk.started == []


def test_a_site_where_nothing_may_be_changed_cannot_be_armed() -> None:
    desk = FakeDesk()
    desk.forbidden = dict.fromkeys((NEW_YORK, NEW_JERSEY), "the config says changes: never")

    async def script(d: Driver) -> None:
        await d.press("exclamation_mark")
        assert d.screen == INVENTORY
        assert "changes: never" in d.text()
        desk.forbidden.pop(NEW_YORK)
        await d.press("exclamation_mark")
        assert "Nothing may be changed on New Jersey" in d.text()

    operate(script, desk)


def test_where_the_config_allows_it_nobody_has_to() -> None:
    desk = FakeDesk()
    desk.by_config = "changes: armed, in the config"

    async def script(d: Driver) -> None:
        await to_plan(d)
        await d.press("enter")
        assert d.screen == CONFIRMATION

    operate(script, desk)


def test_keys_are_answered_while_a_plan_is_asked_for() -> None:
    desk = FakeDesk()
    desk.answers.clear()

    async def script(d: Driver) -> None:
        await d.press("t", "enter")
        assert "asking gold-n1, goldr2-n1 ..." in d.text()
        await d.press("enter")
        assert d.screen == PLAN
        await d.press("escape", "b")
        assert d.screen == INVENTORY
        desk.answers.set()
        await d.pilot.pause()
        assert d.screen == INVENTORY

    operate(script, desk)


def test_a_blocked_plan_tells_why_first_and_goes_nowhere() -> None:
    desk = FakeDesk()
    why = Check(Readiness.BLOCKED, "the network is gone", "goldr2-n1", "make the network")
    desk.checks = (*desk.checks, why)

    async def script(d: Driver) -> None:
        await to_plan(d)
        text = d.text()
        assert text.index("BLOCKED") < text.index("ready ")
        await d.press("w")
        assert "to clear it: make the network" in d.text()
        await d.press(*ARM, "enter")
        assert d.screen == PLAN

    operate(script, desk)


def test_many_marked_workloads_are_confirmed_by_their_number() -> None:
    desk = FakeDesk()

    async def script(d: Driver) -> None:
        await d.press("space", "g", "space")
        await to_confirmation(d)
        assert "Type the number of workloads, 2, to go on" in d.text()
        await d.press("y")
        assert d.screen == CONFIRMATION
        d.app.screen.query_one(Input).focus()
        await d.press("2", "enter", "enter")
        await until(d, lambda: d.screen == RUN)
        assert "0 of 8" in d.text()

    operate(script, desk)
    assert desk.started == [(ID, "2")]


def shown(desk: FakeDesk, script: Script, **how: object) -> None:
    """Run a script with the only run in front."""

    async def on_run(d: Driver) -> None:
        await d.press("R")
        await until(d, lambda: ID in d.text())
        await d.press("enter")
        await until(d, lambda: d.screen == RUN)
        await script(d)

    operate(on_run, desk, **how)


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_a_run_tells_its_steps_what_is_awaited_and_by_hand(
    size: tuple[int, int], theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if theme == "ansi":
        monkeypatch.setenv("NO_COLOR", "1")
    desk = FakeDesk()
    desk.views = [view(past=history({"1": Outcome.DONE, "2": None}))]

    async def script(d: Driver) -> None:
        assert_sound(d)
        assert "1 of 4   running" in d.text()
        assert "01:30" in d.text()
        assert "done" in d.line("make the test copy")
        assert "00:31" in d.line("make the test copy")
        assert "running" in d.line("write the failover record")
        assert "by hand it would be" in d.text()
        assert "seen: state Replicating; awaited: write the failover record" in d.text()
        assert squeezed("180 s at most") in squeezed(d.text())
        assert f"drconsole runs follow {ID}" in d.text()
        await d.press("e")
        assert squeezed("state: Replicating   goldr2-n1, 2026-03-02 12:00:00") in await everything(d)
        await d.press("c")
        assert "Start-VMFailover" in d.text()
        await d.press("c", "b")
        assert d.screen == RUNS

    shown(desk, script, size=size, theme=theme)


def test_what_a_run_asks_is_answered_by_a_number_and_a_y() -> None:
    desk = FakeDesk()
    past = history({"1": Outcome.DONE}, asks={"2": ASKED})
    desk.views = [view(past=past, state=RunState.ASKING)]

    async def script(d: Driver) -> None:
        assert "turn it off?" in d.text()
        await d.press("1")
        assert "This console is read-only" in d.text()
        await d.press(*ARM, "1")
        assert d.screen == QUESTION
        await d.press("enter")
        assert d.screen == RUN
        assert desk.asked == []
        await d.press("7", "1", "y")
        await until(d, lambda: bool(desk.asked))

    shown(desk, script)
    assert desk.asked == [(ID, "answer", "2", "yes")]


@pytest.mark.parametrize(
    ("keys", "state", "asked"),
    [
        (("x", "y"), RunState.RUNNING, ("cancel", "")),
        (("W", "y"), RunState.RUNNING, ("stop-waiting", "2")),
        (("D", "y"), RunState.RUNNING, ("abandon", "")),
        ((*ARM, "C", "y"), RunState.INTERRUPTED, ("continue", "")),
        (("D", "y"), RunState.INTERRUPTED, ("abandon", "")),
    ],
)
def test_a_run_is_asked_by_keys(keys: tuple[str, ...], state: RunState, asked: tuple[str, str]) -> None:
    desk = FakeDesk()
    desk.views = [view(past=history({"1": Outcome.DONE, "2": None}), state=state)]

    async def script(d: Driver) -> None:
        await d.press(*keys)
        await until(d, lambda: bool(desk.asked))

    shown(desk, script)
    assert desk.asked == [(ID, asked[0], asked[1], "")]


def test_what_failed_is_retried_and_only_where_changes_are_allowed() -> None:
    desk = FakeDesk()
    outcomes = {"1": Outcome.DONE, "2": Outcome.FAILED, "3": Outcome.SKIPPED, "4": Outcome.SKIPPED}
    desk.views = [view(past=history(outcomes, result=Result.FAILED), state=RunState.FAILED)]

    async def script(d: Driver) -> None:
        assert "the host said no" in d.text() or "the host" in d.line("write the failover")
        assert "goes on without this screen" not in d.text()
        await d.press("x", "W", "C")
        assert d.screen == RUN
        await d.press("t")
        assert desk.asked == []
        await d.press(*ARM, "t", "y")
        await until(d, lambda: bool(desk.asked))

    shown(desk, script)
    assert desk.asked == [(ID, "retry", "", "")]


def test_the_result_tells_what_is_due_next() -> None:
    desk = FakeDesk()
    done = dict.fromkeys("1234", Outcome.DONE)
    desk.views = [view(past=history(done, result=Result.DONE), state=RunState.DONE)]

    async def script(d: Driver) -> None:
        assert "4 of 4   done" in d.text()
        assert "done, and read back" in d.text()
        assert "after it: The test copy runs until stop-test." in d.text()

    shown(desk, script)


def test_of_many_workloads_those_are_unfolded_where_something_is_the_matter() -> None:
    desk = FakeDesk()
    made = plan(names={f"hv:{n}": f"vm-{n:02d}" for n in range(1, 31)})
    ended = [f"{n}.{i}" for n in range(1, 29) for i in range(1, 5)]
    outcomes = dict.fromkeys(ended, Outcome.DONE) | {"29.1": Outcome.FAILED}
    desk.views = [view(made, history(outcomes), RunState.RUNNING)]

    async def script(d: Driver) -> None:
        assert "30 workloads" in d.text()
        assert "4 of 4  done" in d.line("vm-01")
        text = await everything(d)
        assert squeezed("vm-29 1 of 4 failed") in text
        assert text.count(squeezed("make the test copy")) == 1

    shown(desk, script)


def test_a_tick_of_a_run_repaints_only_what_changed() -> None:
    desk = FakeDesk()
    desk.views = [view(past=history({"1": Outcome.DONE, "2": None}))]

    async def script(d: Driver) -> None:
        before = d.lines()
        d.app.screen._tick()  # type: ignore[attr-defined]
        await d.pilot.pause()
        assert d.lines() == before

    shown(desk, script)


def test_proven_is_shown_from_the_journal() -> None:
    from datetime import timedelta

    from tests.tui.pictures import NOW

    desk = FakeDesk()
    desk.tested = {WEB: NOW - timedelta(days=31)}

    async def script(d: Driver) -> None:
        d.app.read_proven()
        await until(d, lambda: "31d" in d.text())
        assert "PROVEN" in d.lines()[3]
        assert "31d" in d.line("web-02")
        assert "31d" not in d.line("web-01")

    operate(script, desk, size=(120, 40))
