"""A plan of several workloads of which some cannot be done: they stand on top, a key goes on without them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from textual.widgets import Input

from drconsole.domain.confirmation import Planned, confirmation
from drconsole.domain.plan import Check, Operation, Readiness
from drconsole.tui.keys.action import CONFIRMATION, PLAN, RUN
from tests.tui.desks import FakeDesk
from tests.tui.driver import Driver
from tests.tui.operating import ARM, operate, until
from tests.tui.reachable import SIZES, assert_sound, everything, squeezed

ALL = "all of them"
GONE = Check(Readiness.BLOCKED, "the network is gone", "goldr2-n1", "make the network")


class Mixed(FakeDesk):
    """Gives plans of which some workloads are blocked, by their names."""

    def __init__(self, *blocked: str) -> None:
        super().__init__()
        self._blocked = blocked

    def plan(self, operation: Operation, keys: Sequence[str], options: Mapping[str, str]) -> Planned:
        """A plan whose blocked workloads have no steps."""
        made = super().plan(operation, keys, options).plan
        subjects = tuple(
            replace(one, checks=(*one.checks, GONE)) if self._is_blocked(one.name) else one
            for one in made.subjects
        )
        stay = {one.key for one in subjects if not self._is_blocked(one.name)}
        made = replace(
            made, subjects=subjects, steps=tuple(step for step in made.steps if step.workload in stay)
        )
        names = [one.name for one in subjects]
        return Planned("7f3c0a11", made, confirmation(made, names), names=tuple(names))

    def _is_blocked(self, name: str) -> bool:
        return ALL in self._blocked or name in self._blocked


async def to_plan(d: Driver, marked: int) -> None:
    """Mark so many workloads from the bottom, and plan a test of them."""
    for _ in range(marked):
        await d.press("space", "up")
    await d.press("t", "enter")
    assert d.screen == PLAN
    await until(d, lambda: "asking" not in d.text())


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_the_blocked_ones_stand_on_top_and_x_goes_on_without_them(
    size: tuple[int, int], theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if theme == "ansi":
        monkeypatch.setenv("NO_COLOR", "1")
    desk = Mixed("web-02")

    async def script(d: Driver) -> None:
        await to_plan(d, 2)
        assert_sound(d)
        assert "x leave blocked out" in d.lines()[-1]
        assert "1 of 2 cannot run now: w says what clears it, x goes on with the other 1." in d.text()
        text = await everything(d)
        assert text.index("BLOCKED") < text.index(squeezed("make the test copy"))
        await d.press("enter")
        assert d.screen == PLAN
        await d.press("x")
        assert_sound(d)
        assert "left out: web-02: the network is gone; to clear it: make the network" in d.text()
        assert "1 of 2 workloads" in d.text()
        assert "BLOCKED" not in d.text()
        assert "x leave blocked out" not in d.lines()[-1]
        await d.press(*ARM, "enter")
        assert d.screen == CONFIRMATION
        assert "left out: web-02" in d.text()

    operate(script, desk, size=size, theme=theme)


def test_what_is_confirmed_is_of_those_that_stay() -> None:
    desk = Mixed("web-02")

    async def script(d: Driver) -> None:
        await to_plan(d, 3)
        await d.press("x", *ARM, "enter")
        assert "Type the number of workloads, 2, to go on" in d.text()
        d.app.screen.query_one(Input).focus()
        await d.press("3", "enter")
        assert desk.started == []
        await d.press("backspace", "2", "enter", "enter")
        await until(d, lambda: d.screen == RUN)
        assert "0 of 8" in d.text()

    operate(script, desk)
    assert desk.started == [("7f3c0a11", "2")]


def test_reading_again_takes_them_back_in() -> None:
    desk = Mixed("web-02")

    async def script(d: Driver) -> None:
        await to_plan(d, 2)
        await d.press("x")
        assert "BLOCKED" not in d.text()
        await d.press("n")
        await until(d, lambda: "asking" not in d.text())
        assert "BLOCKED" in d.text()

    operate(script, desk)


def test_where_nothing_could_run_there_is_no_such_key() -> None:
    desk = Mixed(ALL)

    async def script(d: Driver) -> None:
        await to_plan(d, 2)
        assert "leave blocked out" not in d.text()
        assert "This cannot run now" in d.text()

    operate(script, desk)
