"""By keyboard alone everything is reached and left; help, keys and bindings come from one table."""

from __future__ import annotations

import pytest

from drconsole.tui.actions import actions_of, bindings_of, key_line
from drconsole.tui.keys.action import ALARMS, DETAIL, ENDPOINTS, FILTER, HELP, INVENTORY, WHY, shown_key
from drconsole.tui.widgets.ink import plain
from tests.tui.driver import Driver, drive
from tests.tui.pictures import STEADY, picture

SCREENS = (INVENTORY, DETAIL, ALARMS, ENDPOINTS, HELP, WHY)
CALM = [s for s in STEADY if s.name != "erp-db"]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_every_screen_is_reached_and_left(size: tuple[int, int]) -> None:
    async def script(d: Driver) -> None:
        for key, screen in (
            ("enter", DETAIL),
            ("a", ALARMS),
            ("e", ENDPOINTS),
            ("question_mark", HELP),
            ("w", WHY),
        ):
            await d.press(key)
            assert d.screen == screen
            assert "esc/b back" in d.lines()[-1]
            for way_back in ("escape", "b"):
                await d.press(way_back)
                assert d.screen == INVENTORY
                await d.press(key)
            await d.press("b")

    drive(script, picture(CALM), size=size)


def test_from_an_alarm_to_its_workload_and_back() -> None:
    async def script(d: Driver) -> None:
        await d.press("a", "enter")
        assert d.screen == DETAIL
        assert "sql-archive" in d.lines()[3]
        await d.press("left", "left")
        assert d.screen == INVENTORY

    drive(script, picture(CALM))


def test_from_an_endpoint_alarm_to_its_endpoint() -> None:
    async def script(d: Driver) -> None:
        await d.press("a")
        while "goldr2-n1:" not in d.cursor_line:
            await d.press("down")
        await d.press("enter")
        assert d.screen == ENDPOINTS
        assert "goldr2-n1" in d.cursor_line
        assert "no complete answer within 20 s" in d.text()

    drive(script, picture(silent=frozenset({"goldr2-n1"})))


def test_read_now_asks_all_or_the_selected_endpoint() -> None:
    async def script(d: Driver) -> None:
        await d.press("n")
        assert "reading ..." in d.lines()[0]
        await d.press("e", "down", "f5")

    assert drive(script, picture()).asked == [None, "vc-ny"]


def test_the_sign_of_reading_goes_when_the_answers_are_there() -> None:
    async def script(d: Driver) -> None:
        await d.press("n")
        await d.show(picture(serial=2))
        assert "reading ..." not in d.text()

    drive(script, picture())


@pytest.mark.parametrize("screen", [*SCREENS, FILTER])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_line_of_keys_fits_and_keeps_what_leads_out(screen: str, width: int) -> None:
    text = plain(key_line(screen, width, frozenset({"pairs", "filtered"})))
    assert len(text) <= width
    wanted = {FILTER: "esc all lines", INVENTORY: "q quit"}.get(screen, "esc/b back")
    assert wanted in text


@pytest.mark.parametrize("screen", SCREENS)
def test_no_key_means_two_things_on_one_screen(screen: str) -> None:
    keys = [key for action in actions_of(screen) for key in action.keys]
    assert len(keys) == len(set(keys))
    assert {b.key for b in bindings_of(screen)} == {",".join(a.keys) for a in actions_of(screen)}


def test_the_help_names_every_key_of_the_screen() -> None:
    async def script(d: Driver) -> None:
        await d.press("question_mark")
        seen = d.text()
        while "more below" in d.text():
            await d.press("pagedown")
            seen += d.text()
        for action in actions_of(INVENTORY):
            assert action.help in seen
            assert all(shown_key(key) in seen for key in action.keys)

    drive(script, picture())


def test_alt_and_a_letter_fire_nothing() -> None:
    """After a held-back Esc a terminal sends Esc and the letter as one."""

    async def script(d: Driver) -> None:
        before = d.text()
        for action in actions_of(INVENTORY):
            for key in action.keys:
                if len(key) == 1:
                    await d.pilot.press(f"alt+{key}")
        await d.pilot.pause()
        assert d.app.screen is d.app.screen_stack[1]
        assert d.text() == before
        assert d.app.is_running

    drive(script, picture())


@pytest.mark.parametrize("key", ["q", "ctrl+c", "ctrl+q"])
@pytest.mark.parametrize("before", [(), ("a",), ("enter",)])
def test_quit_ends_the_console(key: str, before: tuple[str, ...]) -> None:
    async def script(d: Driver) -> None:
        await d.press(*before, key)
        assert not d.app.is_running

    drive(script, picture())


def test_the_page_of_a_workload_follows_it() -> None:
    async def script(d: Driver) -> None:
        await d.press("enter")
        assert "FORMER ORIGINAL" in d.text()
        await d.show(picture([s for s in STEADY if s.name != "erp-db"], serial=2))
        assert "no longer seen anywhere" in d.text()

    drive(script, picture())


def test_the_page_scrolls_to_its_evidence() -> None:
    async def script(d: Driver) -> None:
        await d.press("enter")
        assert "more below: page down" in d.text()
        first = d.table()
        await d.press("pagedown")
        assert d.table() != first
        await d.press("G")
        assert "more below" not in d.text()
        assert "key hv:" in d.text()

    drive(script, picture(CALM))


def test_a_click_beside_the_table_leaves_the_keys_where_they_are() -> None:
    async def script(d: Driver) -> None:
        before = d.cursor_line
        for line in (0, 17, 23):
            await d.pilot.click(offset=(5, line))
        await d.press("down")
        assert d.cursor_line != before

    drive(script, picture())
