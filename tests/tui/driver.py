"""Drive the console in a test: keys in, text out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual.events import Key
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.strip import Strip

from drconsole.domain.snapshot import Snapshot
from drconsole.tui.app import ConsoleApp
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.theming import find_theme
from tests.tui.desks import FakeDesk
from tests.tui.pictures import NOW, Fixed


class Driver:
    """One console under test."""

    def __init__(self, app: ConsoleApp, pilot: Pilot[None], source: Fixed) -> None:
        self.app = app
        self.pilot = pilot
        self.source = source

    async def settle(self) -> None:
        """Wait until the newest picture is on the screen."""
        self.app.take_newest()
        while self.app.taken is not self.source.snapshot or self.app.studying:
            await self.pilot.pause()
        await self.pilot.pause()
        await self.pilot.pause()

    async def show(self, snapshot: Snapshot) -> None:
        """Give the source another picture and wait for it."""
        self.source.snapshot = snapshot
        await self.settle()

    async def press(self, *keys: str) -> None:
        """Press keys one after the other."""
        for key in keys:
            await self.pilot.press(key)
        await self.pilot.pause()

    async def burst(self, *keys: str) -> None:
        """Give keys all at once, as a slow line does: none is answered before the last one has come."""
        for key in keys:
            name = _character_to_key(key) if len(key) == 1 else key
            self.app.post_message(Key(name, key if len(key) == 1 else None))
        await self.pilot.pause()
        await self.pilot.pause()

    def strips(self) -> list[Strip]:
        """What stands on the screen, line by line."""
        lines = self.app.screen._compositor.render_strips()
        return [Strip(line) for line in lines]

    def lines(self) -> list[str]:
        """The text on the screen."""
        return [strip.text.rstrip() for strip in self.strips()]

    def text(self) -> str:
        """All text on the screen."""
        return "\n".join(self.lines())

    def table(self) -> str:
        """The text below the head."""
        return "\n".join(self.lines()[3:])

    def line(self, word: str) -> str:
        """The first line below the head that holds a word.

        Raises:
            AssertionError: no line does.
        """
        found = [line for line in self.lines()[3:] if word in line]
        assert found, f"{word!r} is not on the screen:\n{self.text()}"
        return found[0]

    @property
    def screen(self) -> str:
        """The action table's word for the screen in front."""
        assert isinstance(self.app.screen, ConsoleScreen)
        return self.app.screen.NAME

    @property
    def cursor_line(self) -> str:
        """The line that carries the cursor."""
        return next(line for line in self.lines() if line.startswith("▸"))


Script = Callable[[Driver], Awaitable[None]]


def drive(
    script: Script,
    snapshot: Snapshot | None,
    *,
    size: tuple[int, int] = (80, 24),
    theme: str = "dark",
    show_all: bool = False,
    desk: FakeDesk | None = None,
) -> Fixed:
    """Run a script against a console of this size; returns the source it read from."""
    source = Fixed(snapshot)

    async def run() -> None:
        app = ConsoleApp(source, desk or FakeDesk(), find_theme(theme), show_all=show_all, clock=lambda: NOW)
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot, source)
            await driver.settle()
            await script(driver)

    asyncio.run(run())
    return source
