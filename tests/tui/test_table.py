"""The line table on its own: what it repaints, how it scrolls, how it follows a key and a theme."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.strip import Strip

from drconsole.tui.theming import find_theme, variable_defaults
from drconsole.tui.widgets.ink import Line, Span
from drconsole.tui.widgets.table import Column, LineTable

Item = tuple[str, str]


class Counting(LineTable[Item]):
    """Remembers which lines it was asked to draw."""

    drawn: list[int]

    def render_line(self, y: int) -> Strip:
        """Draw, and remember."""
        self.drawn.append(y)
        return super().render_line(y)


class TableApp(App[None]):
    """One table and nothing else."""

    CSS = "LineTable { height: 1fr; } .ink--original { color: $role-original; }"

    def __init__(self) -> None:
        super().__init__()
        self.moves = 0
        self.table = Counting(lambda item: item[0], self._cells, self._moved)
        self.table.drawn = []

    def compose(self) -> ComposeResult:
        """The table."""
        yield self.table

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own variables."""
        return variable_defaults(self.current_theme)

    def _cells(self, item: Item) -> tuple[Line, ...]:
        return (Span(item[0]),), (Span(item[1], "original"),)

    def _moved(self) -> None:
        self.moves += 1


def _items(count: int, text: str = "x") -> list[Item]:
    return [(f"row-{i:03d}", text) for i in range(count)]


def _drive(script: Callable[[TableApp, Pilot[None]], Awaitable[None]]) -> None:
    async def run() -> None:
        app = TableApp()
        async with app.run_test(size=(40, 11)) as pilot:
            app.table.set_columns((Column("NAME", 10), Column("TEXT", 10)))
            items = _items(100)
            app.table.show(items, range(len(items)))
            await pilot.pause()
            app.table.drawn.clear()
            app.moves = 0
            await script(app, pilot)

    asyncio.run(run())


def test_a_cursor_move_repaints_two_lines() -> None:
    async def script(app: TableApp, pilot: Pilot[None]) -> None:
        await pilot.press("down")
        await pilot.pause()
        assert sorted(app.table.drawn) == [1, 2]
        assert app.moves == 1

    _drive(script)


def test_a_change_repaints_its_line_alone_and_only_when_it_is_visible() -> None:
    async def script(app: TableApp, pilot: Pilot[None]) -> None:
        items = _items(100)
        items[4] = ("row-004", "changed")
        items[90] = ("row-090", "changed")
        app.table.show(items, range(100))
        await pilot.pause()
        assert app.table.drawn == [5]

    _drive(script)


def test_the_same_picture_repaints_nothing() -> None:
    async def script(app: TableApp, pilot: Pilot[None]) -> None:
        app.table.show(_items(100), range(100))
        app.table.redraw()
        await pilot.pause()
        assert app.table.drawn == []

    _drive(script)


def test_leaving_the_window_jumps_half_a_page() -> None:
    async def script(app: TableApp, pilot: Pilot[None]) -> None:
        for _ in range(10):
            await pilot.press("j")
        assert app.table.selected_key == "row-010"
        assert app.table.window == (6, 15, 100)
        for _ in range(6):
            await pilot.press("k")
        assert app.table.selected_key == "row-004"
        assert app.table.window == (1, 10, 100)

    _drive(script)


def test_keys_reach_both_ends_and_pages() -> None:
    async def script(app: TableApp, pilot: Pilot[None]) -> None:
        seen = []
        for key in ("G", "up", "pageup", "g", "pagedown", "end", "home"):
            await pilot.press(key)
            seen.append(app.table.selected_key)
        assert seen == ["row-099", "row-098", "row-089", "row-000", "row-009", "row-099", "row-000"]

    _drive(script)


def test_the_cursor_follows_its_key_and_keeps_its_height() -> None:
    async def script(app: TableApp, pilot: Pilot[None]) -> None:
        for _ in range(5):
            await pilot.press("down")
        items = _items(100)
        app.table.show(items, range(3, 100))
        assert app.table.selected_key == "row-005"
        app.table.show(items, range(50, 100))
        assert app.table.selected_key == "row-052"
        app.table.show(items, [])
        assert app.table.selected is None
        await pilot.press("down", "up", "G", "g", "pagedown")
        assert app.table.selected_key == ""

    _drive(script)


def test_a_theme_reaches_the_cells() -> None:
    async def script(app: TableApp, pilot: Pilot[None]) -> None:
        for name in ("dark", "light"):
            theme = find_theme(name)
            app.register_theme(theme)
            app.theme = name
            await pilot.pause()
            strip = app.table.render_line(2)
            colours = {s.style.color.name for s in strip if s.style and s.style.color and "x" in s.text}
            assert colours == {theme.variables["role-original"]}

    _drive(script)


def test_a_click_moves_the_cursor_and_a_second_opens() -> None:
    async def script(app: TableApp, pilot: Pilot[None]) -> None:
        await pilot.click(offset=(3, 5))
        assert app.table.selected_key == "row-004"
        await pilot.click(offset=(3, 0))
        assert app.table.selected_key == "row-004"

    _drive(script)
