"""Every screen in every size and without colour: reached and left by keys, drawn whole, no role lost."""

from __future__ import annotations

import pytest

from drconsole.domain.roles import Role
from drconsole.tui.keys.action import ALARMS, COMMANDS, COMPARISON, DETAIL, ENDPOINT, ENDPOINTS, HELP, WHY
from tests.tui.driver import Driver, drive
from tests.tui.pictures import STEADY, picture, protected
from tests.tui.reachable import SIZES, assert_sound, everything, squeezed

SMALL = [((60, 20), "dark"), ((200, 50), "dark")]
# The picture's first line is in SPLIT-BRAIN, so enter opens the comparison.
WAYS = {
    DETAIL: ("enter", "e"),
    COMPARISON: ("enter",),
    COMMANDS: ("enter", "c"),
    WHY: ("w",),
    ALARMS: ("a",),
    ENDPOINTS: ("e",),
    ENDPOINT: ("e", "enter"),
    HELP: ("question_mark",),
}
FOUND = [*STEADY, *(one for n in range(30, 60) for one in protected(f"app-{n}", n))]


@pytest.mark.parametrize(("size", "theme"), [*SIZES, *SMALL])
@pytest.mark.parametrize("screen", WAYS)
def test_it_is_reached_and_left_by_keys_and_drawn_whole(
    screen: str, size: tuple[int, int], theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if theme == "ansi":
        monkeypatch.setenv("NO_COLOR", "1")

    async def script(d: Driver) -> None:
        before = d.text()
        await d.press(*WAYS[screen])
        assert d.screen == screen
        assert_sound(d)
        await d.press("G")
        assert_sound(d)
        await d.press(*["b"] * len(WAYS[screen]))
        assert d.screen == "inventory"
        assert d.text() == before

    drive(script, picture(FOUND, silent=frozenset({"vc-ny"})), size=size, theme=theme)


@pytest.mark.parametrize(("size", "theme"), [*SIZES, *SMALL])
@pytest.mark.parametrize("screen", [DETAIL, COMPARISON, COMMANDS, WHY])
def test_no_role_of_the_workload_is_lost(screen: str, size: tuple[int, int], theme: str) -> None:
    async def script(d: Driver) -> None:
        await d.press(*WAYS[screen])
        text = await everything(d)
        for role in (Role.FORMER_ORIGINAL, Role.RECOVERED):
            assert squeezed(role.value) in text

    drive(script, picture(FOUND), size=size, theme=theme)
