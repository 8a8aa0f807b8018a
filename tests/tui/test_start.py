"""The console's start: what it shows first, and that it reads whatever somebody types meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual.events import Key

from drconsole.tui.app import ConsoleApp
from drconsole.tui.theming import find_theme
from tests.tui.desks import FakeDesk
from tests.tui.pictures import NOW, Fixed


class Hurried(ConsoleApp):
    """A console whose person types when so many frames were drawn."""

    frames = 0
    drawn = 0

    def _display(self, *frame: Any) -> None:
        super()._display(*frame)
        self.drawn += 1
        if self.drawn == self.frames:
            self.post_message(Key("e", "e"))


@pytest.mark.parametrize("frames", range(1, 7))
def test_a_key_in_the_first_moment_does_not_keep_it_from_reading(frames: int) -> None:
    source = Fixed(None)

    async def run() -> None:
        app = Hurried(source, FakeDesk(), find_theme("dark"), clock=lambda: NOW)
        app.frames = frames
        async with app.run_test(size=(80, 24)) as pilot:
            while app.drawn < frames:
                app.screen.refresh()
                await pilot.pause()
            for _ in range(20):
                await pilot.pause()

    asyncio.run(run())
    assert source.calls == ["start"]
