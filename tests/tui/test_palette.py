"""The palette: every action of a screen is found by its words and done; all come from one table."""

from __future__ import annotations

import pytest

from drconsole.tui.actions import actions_of, entries_of
from drconsole.tui.keys.action import ALARMS, DETAIL, ENDPOINTS, HELP, INVENTORY, PALETTE, WHY
from tests.tui.driver import Driver, drive
from tests.tui.pictures import STEADY, picture

SCREENS = (INVENTORY, DETAIL, ALARMS, ENDPOINTS, HELP, WHY)


def is_open(d: Driver) -> bool:
    return d.screen == PALETTE


@pytest.mark.parametrize("screen", SCREENS)
def test_every_action_has_keys_words_and_a_line_in_the_palette(screen: str) -> None:
    found = {entry.call: entry for entry in entries_of(screen, frozenset({"pairs", "filtered", "prompted"}))}
    for action in actions_of(screen):
        assert action.keys
        assert action.help
        if action.id != "more":
            assert found[action.call].words == action.help
            assert found[action.call].key


@pytest.mark.parametrize("keys", [(), ("a",), ("e",), ("w",), ("question_mark",)])
@pytest.mark.parametrize("way_back", ["escape", "tab"])
def test_it_opens_on_every_screen_and_closes_by_plain_keys(keys: tuple[str, ...], way_back: str) -> None:
    async def script(d: Driver) -> None:
        await d.press(*keys)
        before = d.screen
        await d.press("colon")
        assert is_open(d)
        assert "esc/tab back" in d.lines()[-1]
        assert "SPLIT-BRAIN" in d.lines()[1]
        await d.press(way_back)
        assert d.screen == before

    drive(script, picture())


def test_what_was_found_is_done() -> None:
    async def script(d: Driver) -> None:
        await d.press("colon", *"worst", "enter")
        assert d.screen == ALARMS
        await d.press("b", "colon", *"by name", "enter")
        assert " ▾WORKLOAD" in d.line("WORKLOAD")
        await d.press("colon", *"shown", "down", "enter")
        assert "7 marked" in d.text()

    drive(script, picture())


def test_words_may_stand_in_any_order_and_what_is_not_there_says_so() -> None:
    async def script(d: Driver) -> None:
        await d.press("colon")
        every = d.line("WHAT IT DOES").split()[-1]
        assert int(every) > d.app.screen.query_one("#main").size.height, "some of it is below the window"
        assert d.line("WHAT IT DOES").endswith(f"  {every} of {every}")
        await d.press(*"FAILOVER planned")
        assert d.line("WHAT IT DOES").endswith(f"  2 of {every}")
        assert "p            planned failover" in d.text()
        assert "u            unplanned failover" in d.text()
        assert "test failover" not in d.text()
        await d.press(*"xyz")
        assert "nothing is called so" in d.text()
        await d.press("enter")
        assert not is_open(d)
        assert d.screen == INVENTORY

    drive(script, picture())


def test_only_what_works_now_is_offered() -> None:
    async def script(d: Driver) -> None:
        await d.press("colon", *"end the filter")
        assert "nothing is called so" in d.text()
        await d.press("tab", "slash", *"web", "enter", "colon", *"end the filter", "enter")
        assert "filter:" not in d.text()

    drive(script, picture())


def test_alarms_and_pictures_come_meanwhile() -> None:
    calm = [s for s in STEADY if s.name != "erp-db"]

    async def script(d: Driver) -> None:
        await d.press("colon", *"worst")
        await d.show(picture(serial=2))
        assert "SPLIT-BRAIN erp-db" in d.lines()[1]
        assert is_open(d)
        assert "worst" in d.line("worst")
        await d.press("tab")
        assert "erp-db" in d.table()

    drive(script, picture(calm))


@pytest.mark.parametrize("theme", ["dark", "light", "ansi"])
def test_a_theme_is_chosen_by_its_name(theme: str) -> None:
    async def script(d: Driver) -> None:
        await d.press("colon", *f"theme {theme}", "enter")
        assert d.app.theme == theme
        assert f"theme {theme}" in d.lines()[-2]

    drive(script, picture())
