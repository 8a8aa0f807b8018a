"""A list of entries of many lines: the cursor's entry is always in the window, and every line is reached."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random

import pytest
from textual.app import App, ComposeResult

from drconsole.tui.theming import find_theme, variable_defaults
from drconsole.tui.widgets.blocks import Blocks
from drconsole.tui.widgets.ink import Line, line

Item = tuple[str, int]


class Shown(App[None]):
    """A console with nothing but blocks; an item is its name and how many lines it has."""

    CSS = "Blocks { height: 1fr; }"

    def __init__(self, items: Sequence[Item]) -> None:
        super().__init__()
        self.items = items
        self.moves = 0
        self.blocks: Blocks[Item] = Blocks(lambda item: item[0], self.draw, self.moved)
        self.register_theme(find_theme("dark"))
        self.theme = "dark"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    def compose(self) -> ComposeResult:
        yield self.blocks

    def on_mount(self) -> None:
        self.blocks.fill(self.items)
        self.blocks.focus()

    def moved(self) -> None:
        self.moves += 1

    @staticmethod
    def draw(item: Item, width: int) -> Sequence[Line]:
        return [line(f"{item[0]}.{number}") for number in range(item[1])]

    def window(self) -> list[str]:
        """The lines in the window without the cursor's sign."""
        return [self.blocks.render_line(y).text[2:].strip() for y in range(self.blocks.size.height)]


def numbered(*heights: int) -> list[Item]:
    return [(f"n{number}", height) for number, height in enumerate(heights)]


@pytest.mark.parametrize("seed", range(6))
def test_wherever_the_cursor_goes_its_entry_is_whole_in_the_window(seed: int) -> None:
    random = Random(seed)
    items = numbered(*(random.randint(1, 5) for _ in range(40)))

    async def run() -> None:
        app = Shown(items)
        async with app.run_test(size=(40, 10)) as pilot:
            for key in random.choices(["down", "up", "pagedown", "pageup", "home", "end"], k=60):
                await pilot.press(key)
                name, height = app.blocks.selected or ("", 0)
                window = app.window()
                first = window.index(f"{name}.0")
                assert window[first : first + height] == [f"{name}.{n}" for n in range(height)]
                marked = [y for y in range(10) if app.blocks.render_line(y).text.startswith("▸")]
                assert marked == [first]

    asyncio.run(run())


def test_an_entry_that_is_higher_than_the_window_is_moved_through() -> None:
    items = numbered(2, 33, 2)

    async def run() -> None:
        app = Shown(items)
        async with app.run_test(size=(40, 8)) as pilot:
            seen: set[str] = set()
            for _ in range(20):
                await pilot.press("down")
                seen |= set(app.window())
            assert (app.blocks.selected or ("", 0))[0] == "n2"
            assert {f"n1.{n}" for n in range(33)} <= seen
            seen.clear()
            for _ in range(20):
                await pilot.press("up")
                seen |= set(app.window())
            assert (app.blocks.selected or ("", 0))[0] == "n0"
            assert {f"n1.{n}" for n in range(33)} <= seen

    asyncio.run(run())


def test_the_window_is_full_while_there_is_more() -> None:
    async def run() -> None:
        app = Shown(numbered(*[3] * 20))
        async with app.run_test(size=(40, 11)) as pilot:
            await pilot.press("end", "pageup", "pagedown")
            assert app.window()[-1] != "" or app.window()[-2] != ""
            assert app.window()[-1] == "n19.2"
            await pilot.press("home")
            assert app.window()[0] == "n0.0"

    asyncio.run(run())


def test_the_cursor_stays_on_its_entry_when_others_come_and_go() -> None:
    items = numbered(*[2] * 9)

    async def run() -> None:
        app = Shown(items)
        async with app.run_test(size=(40, 8)) as pilot:
            await pilot.press("down", "down", "down")
            moves = app.moves
            app.blocks.fill([("new", 4), *items[2:]])
            assert (app.blocks.selected or ("", 0))[0] == "n3"
            assert app.moves == moves
            app.blocks.fill(items[5:])
            assert app.blocks.place == (3, 4)
            assert app.moves == moves + 1
            app.blocks.fill([], empty=line("  nothing"))
            await pilot.pause()
            assert app.blocks.selected is None
            assert "nothing" in app.window()

    asyncio.run(run())


def test_a_click_selects_and_a_second_one_opens() -> None:
    async def run() -> None:
        app = Shown(numbered(2, 3, 2))
        async with app.run_test(size=(40, 12)) as pilot:
            await pilot.click(offset=(5, 5))
            assert (app.blocks.selected or ("", 0))[0] == "n1"
            await pilot.click(offset=(5, 11))
            assert (app.blocks.selected or ("", 0))[0] == "n1"

    asyncio.run(run())


def test_ten_thousand_entries_are_not_all_drawn() -> None:
    drawn: list[str] = []

    class Counting(Shown):
        @staticmethod
        def draw(item: Item, width: int) -> Sequence[Line]:
            drawn.append(item[0])
            return Shown.draw(item, width)

    async def run() -> None:
        app = Counting(numbered(*[3] * 10_000))
        async with app.run_test(size=(80, 24)) as pilot:
            for key in ("end", "pageup", "home", "down"):
                drawn.clear()
                await pilot.press(key)
                assert len(set(drawn)) < 100

    asyncio.run(run())
