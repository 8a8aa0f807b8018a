"""One run on its screen: its steps, what it asks, what it came to; all of it is asked by keys."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from drconsole.domain.step import Fact, Outcome
from drconsole.runs.history import Question, Result
from drconsole.runs.view import RunState
from drconsole.tui.keys.action import QUESTION, RUN, RUNS
from tests.tui.desks import RUN as ID
from tests.tui.desks import FakeDesk, history, plan, step, view
from tests.tui.driver import Driver
from tests.tui.operating import ARM, shown, until
from tests.tui.pictures import NOW
from tests.tui.reachable import SIZES, assert_sound, everything, squeezed

ASKED = Question("the guest does not shut down: turn it off?", ("yes", "no"))


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
        assert "Answer 'yes' for step 2 of web-01?" in d.text()
        assert "the guest does not shut down: turn it off?" in d.text()
        assert "yes: do it" in d.text()
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


STUCK = {"1": Outcome.DONE, "2": Outcome.FAILED, "3": None}


def test_f_shows_the_steps_that_are_not_done_then_those_in_trouble_then_all() -> None:
    desk = FakeDesk()
    desk.views = [view(past=history(STUCK))]

    async def script(d: Driver) -> None:
        await d.press("f")
        assert "make the test copy" not in d.text()
        assert "failed" in d.line("write the failover")
        assert "running" in d.line("connect it to isolated")
        assert "3 of 4: steps that are not done" in d.text()
        await d.press("f")
        assert "connect it to isolated" not in d.text()
        assert "failed" in d.line("write the failover")
        assert "1 of 4: steps that failed, are unknown or ask" in d.text()
        await d.press("f")
        assert "make the test copy" in d.text()
        assert f"drconsole runs follow {ID}" in d.text()

    shown(desk, script)


def test_of_many_workloads_only_those_with_such_steps_are_shown() -> None:
    desk = FakeDesk()
    made = plan(names={f"hv:{n}": f"vm-{n:02d}" for n in range(1, 13)})
    ended = {f"{n}.{i}": Outcome.DONE for n in range(1, 13) for i in range(1, 5)}
    past = history(ended | {"7.3": Outcome.UNKNOWN}, result=Result.UNKNOWN)
    desk.views = [view(made, past, RunState.UNKNOWN)]

    async def script(d: Driver) -> None:
        await d.press("f", "f")
        assert "unknown" in d.line("connect it to isolated")
        assert "vm-07  4 of 4  unknown" in d.text()
        assert "vm-06" not in d.text()
        assert "1 of 48: steps that failed" in d.text()

    shown(desk, script)


def test_what_was_so_already_is_not_told_as_an_act() -> None:
    """A step of an act that found its effect there did nothing: nobody was turned off."""
    desk = FakeDesk()
    found = history({"1": Outcome.DONE, "2": Outcome.DONE})
    steps = dict(found.steps) | {"2": replace(found.steps["2"], acted=True)}
    desk.views = [view(past=replace(found, steps=steps))]

    async def script(d: Driver) -> None:
        assert "was so: state Replicating" in d.line("make the test copy")
        assert "was so" not in d.line("write the failover record")
        await d.press("e")
        assert "it was so already; nothing was done" in d.text()

    shown(desk, script, size=(120, 40))


def test_where_there_is_little_room_what_is_awaited_stays_in_the_window() -> None:
    desk = FakeDesk()
    many = plan(titles=tuple(f"title {n}" for n in range(1, 31)))
    past = history({**{str(n): Outcome.DONE for n in range(1, 11)}, "11": None})
    desk.views = [view(many, past)]

    async def script(d: Driver) -> None:
        text = d.text()
        assert "steps 1 to 9; e shows them" in text
        assert "steps 14 to 30; e shows them" in text
        assert "running" in d.line("title 11")
        assert "awaited: title 11, 180 s at most" in text
        assert "more below" not in text
        await d.press("e")
        assert squeezed("title 30") in await everything(d)

    shown(desk, script)


def test_what_is_asked_says_how_it_is_answered() -> None:
    desk = FakeDesk()
    desk.views = [view(past=history({"1": Outcome.DONE}, asks={"2": ASKED}), state=RunState.ASKING)]

    async def script(d: Driver) -> None:
        assert "Read-only: ! allows changes, then its number answers" in d.text()
        await d.press(*ARM)
        assert "Its number answers, after a y." in d.text()
        assert "read-only" not in d.text().lower()

    shown(desk, script)


def test_what_was_led_back_is_told_as_that() -> None:
    desk = FakeDesk()
    made = replace(plan(), compensation=(step(1, "hv:w", "b", "start it again"),))
    outcomes = {"1": Outcome.DONE, "2": Outcome.FAILED, "b1": Outcome.DONE}
    past = replace(history(outcomes, result=Result.FAILED), leading_back=frozenset({"hv:w"}))
    desk.views = [view(made, past, RunState.FAILED)]

    async def script(d: Driver) -> None:
        assert "failed, and led back: what it had begun is undone and read back" in d.text()

    shown(desk, script)


def test_who_gives_a_run_up_is_told_what_may_still_run() -> None:
    desk = FakeDesk()
    past = history({"1": Outcome.DONE, "2": None})
    steps = {**past.steps, "2": replace(past.steps["2"], handle={"command": "1"})}
    desk.views = [view(past=replace(past, steps=steps))]

    async def script(d: Driver) -> None:
        await d.press("D")
        assert "The call of step 2 on goldr2-n1 may still run" in squeeze(d)

    def squeeze(d: Driver) -> str:
        return " ".join(d.text().split())

    shown(desk, script)


def test_an_interrupted_run_names_the_keys_that_lead_on() -> None:
    desk = FakeDesk()
    desk.views = [view(past=history({"1": Outcome.DONE, "2": None}), state=RunState.INTERRUPTED)]

    async def script(d: Driver) -> None:
        assert "its process is gone" in d.text()
        assert "C looks, then goes on" in d.text()
        assert "D gives it up, on record" in d.text()

    shown(desk, script)


def test_a_long_name_hides_neither_how_far_its_workload_is_nor_a_question() -> None:
    desk = FakeDesk()
    made = plan(names={"hv:1": "x" * 80, "hv:2": "{brace} [b]"})
    past = history({"1.1": Outcome.DONE}, asks={"2.1": ASKED})
    desk.views = [view(made, past, RunState.ASKING)]

    async def script(d: Driver) -> None:
        assert_sound(d)
        assert "1 of 4" in d.line("x…x")
        await d.press(*ARM, "2")
        assert "for step 2.1 of {brace} [b]?" in d.text()

    shown(desk, script)


def test_of_a_run_that_has_ended_no_step_is_folded() -> None:
    desk = FakeDesk()
    many = plan(titles=tuple(f"title {n}" for n in range(1, 31)))
    ended = history({str(n): Outcome.DONE for n in range(1, 31)}, result=Result.DONE)
    desk.views = [view(many, ended, RunState.DONE)]

    async def script(d: Driver) -> None:
        assert "e shows them" not in d.text()
        assert "00:31" in d.line("title 1 ")

    shown(desk, script)


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_why_a_step_did_not_end_well_is_told_whole(size: tuple[int, int], theme: str) -> None:
    desk = FakeDesk()
    reason = "it answered success, but had no effect in 360 s; the host said nothing of it"
    title = "shut the production database of the head office down, wait"
    past = history({"1": Outcome.FAILED, "2": Outcome.UNKNOWN, "3": Outcome.DONE})
    steps = {ident: replace(one, reason=reason) for ident, one in past.steps.items() if ident != "3"}
    made = plan(titles=(title, "turn 数据库服务器 off", "look", title))
    desk.views = [view(made, replace(past, steps={**past.steps, **steps}), RunState.ASKING)]

    async def script(d: Driver) -> None:
        assert_sound(d)
        assert squeezed(d.text()).count(squeezed(reason)) == 2
        assert title in d.text(), "of a step that has not begun nothing stands behind the title"
        assert len({d.line(word).index("00:31") for word in ("shut the", "look")}) == 1
        assert cell_len(d.line("数据库").partition("00:31")[0]) == d.line("look").index("00:31")

    shown(desk, script, size=size, theme=theme)


def test_what_was_read_before_a_step_asks_is_evidence_too() -> None:
    desk = FakeDesk()
    past = history({"1": Outcome.DONE}, asks={"3": ASKED})
    asking = replace(past.steps["3"], began=None, facts=(Fact("power", "Saved", "goldr2-n1", NOW),))
    desk.views = [view(past=replace(past, steps={**past.steps, "3": asking}), state=RunState.ASKING)]

    async def script(d: Driver) -> None:
        await d.press("e")
        assert squeezed("power: Saved   goldr2-n1") in await everything(d)

    shown(desk, script)
