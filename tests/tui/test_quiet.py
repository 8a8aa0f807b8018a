"""Nothing is painted that did not change; the source starts after the first paint."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from datetime import timedelta

import pytest
from rich.console import RenderableType
from textual.screen import Screen
from textual.widget import Widget

from drconsole.tui.app import ConsoleApp
from drconsole.tui.theming import find_theme
from tests.tui.desks import FakeDesk
from tests.tui.driver import Driver, drive
from tests.tui.pictures import NOW, STEADY, Fixed, picture, protected

VENDORS = ("pyVmomi", "winrm", "pypsrp", "keyring", "requests", "cryptography", "aiohttp", "tree_sitter")


class Painted:
    """Which lines of which widgets were drawn since the last look."""

    def __init__(self, d: Driver) -> None:
        self.lines: list[tuple[str, int]] = []
        for widget in d.app.screen.walk_children(Widget):
            self._watch(widget)

    def _watch(self, widget: Widget) -> None:
        draw = widget.render_line

        def render_line(y: int) -> object:
            self.lines.append((widget.id or "", y))
            return draw(y)

        widget.render_line = render_line  # type: ignore[method-assign,assignment]


def test_a_newer_picture_that_says_the_same_paints_nothing() -> None:
    async def script(d: Driver) -> None:
        painted = Painted(d)
        await d.show(picture(serial=2, read_ago_s=5))
        assert painted.lines == []

    drive(script, picture(read_ago_s=3), size=(120, 40))


@pytest.mark.parametrize("keys", [(), ("e",), ("enter",), ("a",)])
def test_newer_readings_wait_for_the_tick(keys: tuple[str, ...]) -> None:
    later = NOW + timedelta(seconds=20)

    async def script(d: Driver) -> None:
        await d.press(*keys)
        painted = Painted(d)
        await d.show(picture(serial=2, read_ago_s=0, now=later))
        assert painted.lines == []
        d.app.state.clock = lambda: later
        d.app.tick()
        await d.pilot.pause()
        await d.pilot.pause()
        assert "read just now" in d.lines()[0]
        assert "20 s ago" not in d.text()
        assert "40 s ago" not in d.text()

    drive(script, picture(read_ago_s=20), size=(120, 40))


def test_a_tick_paints_the_ages_alone() -> None:
    later = NOW + timedelta(seconds=20)

    async def script(d: Driver) -> None:
        painted = Painted(d)
        d.app.state.clock = lambda: later
        d.app.tick()
        await d.pilot.pause()
        await d.pilot.pause()
        assert painted.lines == [("head", 0)]
        assert "read 20 s ago" in d.lines()[0]

    drive(script, picture())


def test_one_changed_workload_paints_its_line() -> None:
    async def script(d: Driver) -> None:
        painted = Painted(d)
        changed = [s for s in STEADY if s.name != "web-02"] + protected("web-02", 5, late_s=700)
        await d.show(picture(changed, serial=2))
        assert painted.lines == [("main", 7)]

    drive(script, picture())


def test_the_source_starts_after_the_first_paint() -> None:
    source = Fixed()

    class Watched(ConsoleApp):
        def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
            if renderable is not None:
                source.calls.append("paint")
            super()._display(screen, renderable)

    async def run() -> None:
        app = Watched(source, FakeDesk(), find_theme("dark"), clock=lambda: NOW)
        async with app.run_test() as pilot:
            while "start" not in source.calls:
                await pilot.pause()

    asyncio.run(run())
    assert source.calls[0] == "paint"
    assert source.calls.count("start") == 1


def test_a_fresh_interpreter_with_the_console_has_loaded_no_vendor_library() -> None:
    code = f"import sys, drconsole.tui.console; print([m for m in {VENDORS!r} if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
