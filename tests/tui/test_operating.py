"""From a key to a run: options, plan, confirmation, run; nothing is done that was not said."""

from __future__ import annotations

import pytest
from textual.events import Paste
from textual.widgets import Input

from drconsole.domain.plan import Check, Operation, Readiness
from drconsole.tui.arming import IDLE_S
from drconsole.tui.keys.action import CONFIRMATION, INVENTORY, OPTIONS, PLAN, RUN
from tests.tui.desks import RUN as ID
from tests.tui.desks import FakeDesk
from tests.tui.driver import Driver, drive
from tests.tui.operating import ARM, WEB, operate, until
from tests.tui.pictures import NEW_JERSEY, NEW_YORK, picture, protected
from tests.tui.reachable import SIZES, assert_sound, squeezed


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
        assert d.line("( Cancel )").startswith("▸")
        # Leaving is never by Esc alone: GNU screen may hold it back.
        assert "enter choose" in d.lines()[-1]
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


def test_proven_is_shown_from_the_journal() -> None:
    from datetime import timedelta

    from tests.tui.pictures import NOW

    desk = FakeDesk()
    desk.tested = {WEB: NOW - timedelta(days=31)}

    async def script(d: Driver) -> None:
        d.app.read_journal()
        await until(d, lambda: "31d" in d.text())
        assert "PROVEN" in d.lines()[3]
        assert "31d" in d.line("web-02")
        assert "31d" not in d.line("web-01")

    operate(script, desk, size=(120, 40))


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_a_long_confirmation_is_read_to_its_end(
    size: tuple[int, int], theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if theme == "ansi":
        monkeypatch.setenv("NO_COLOR", "1")
    desk = FakeDesk()
    many = [one for n in range(30, 42) for one in protected(f"app-{n}", n)]

    async def script(d: Driver) -> None:
        await d.press("m", "t", "enter")
        await until(d, lambda: "asking" not in d.text())
        await d.press(*ARM, "enter")
        assert d.screen == CONFIRMATION
        assert "page down more of it" in d.lines()[-1]
        seen = d.text()
        for _ in range(12):
            await d.press("pagedown")
            seen += d.text()
        assert all(f"app-{n}" in seen for n in range(30, 42))
        assert "more below" not in d.text()
        await d.press(*["pageup"] * 12)
        assert "app-30" in d.text()
        await d.press("enter")
        assert d.screen == PLAN

    snapshot = picture(many)
    desk.names |= {w.key: w.name for w in snapshot.workloads}
    drive(script, snapshot, desk=desk, size=size, theme=theme)
    assert desk.started == []


def test_what_is_not_sure_is_read_before_what_proves_it() -> None:
    """Twenty lines of proof must not push it below the window, where somebody goes on without it."""
    desk = FakeDesk()
    proof = tuple(Check(Readiness.READY, f"proof number {n} of the replica", f"host-{n}") for n in range(20))
    desk.checks = (*proof, Check(Readiness.WARNING, "no network stands for Production", "goldr2-n1"))

    async def script(d: Driver) -> None:
        await d.press("G", "t", "enter")
        await until(d, lambda: "asking" not in d.text())
        await d.press(*ARM, "enter")
        assert d.screen == CONFIRMATION
        assert "more below" in d.text()
        assert "no network stands for Production" in d.text()

    drive(script, picture(protected("web-01", 1)), desk=desk)


def test_a_value_that_is_cut_in_its_line_is_told_in_full_below() -> None:
    async def script(d: Driver) -> None:
        await d.press("t", "down", "down", "right")
        assert squeezed("after the start: wait for nothing: it has no guest services") in squeezed(d.text())
        await d.press("up")
        assert "test network: as its adapters name it, else the only one" in d.text()

    operate(script, FakeDesk())
