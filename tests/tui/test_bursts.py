"""Keys that come all at once, as on a slow line: each one belongs to what the one before it opened."""

from __future__ import annotations

from tests.tui.driver import Driver, drive
from tests.tui.pictures import picture
from tests.tui.test_filter import names


def test_letters_behind_the_filter_key_are_letters() -> None:
    async def script(d: Driver) -> None:
        await d.burst("/", *"web", "enter")
        assert (d.screen, names(d)) == ("inventory", {"web-01", "web-02"})
        assert "filter: web" in d.text()
        await d.burst("/", "backspace", "backspace", "backspace", *"role:rec", "enter", "j", "G", "g", "y")
        assert (d.screen, names(d)) == ("copy", set())
        await d.burst("escape", "j", "/", *"quit", "escape", "e")
        assert d.screen == "endpoints"
        await d.burst("b")
        assert len(names(d)) == 7

    drive(script, picture())


def test_a_filter_that_is_given_up_does_not_come_back() -> None:
    async def script(d: Driver) -> None:
        await d.burst("/", *"web", "escape")
        assert len(names(d)) == 7
        assert "filter: web" not in d.text()
        await d.burst("/", "escape", "j")
        assert d.screen == "inventory"
        assert d.app.focused is not None
        assert d.app.focused.id == "main"

    drive(script, picture())


def test_letters_behind_the_palette_key_are_letters() -> None:
    async def script(d: Driver) -> None:
        await d.burst(":", *"theme light", "enter")
        assert (d.screen, d.app.theme) == ("inventory", "light")
        await d.burst(":", *"theme", "down", "down", "enter")
        assert d.screen == "inventory"
        assert d.app.theme == "dark"

    drive(script, picture())


def test_keys_behind_one_that_opens_a_screen_move_in_that_screen() -> None:
    async def script(d: Driver) -> None:
        await d.press("e", "j")
        second = d.cursor_line
        await d.press("b")
        await d.burst("e", "j")
        assert d.screen == "endpoints"
        assert d.cursor_line == second

    drive(script, picture())
