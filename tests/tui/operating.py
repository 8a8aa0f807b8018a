"""What tests of operations and runs share: a console with its cursor on one workload, or on one run."""

from __future__ import annotations

from collections.abc import Callable

from drconsole.tui.keys.action import RUN
from tests.tui.desks import RUN as ID
from tests.tui.desks import FakeDesk
from tests.tui.driver import Driver, Script, drive
from tests.tui.pictures import STEADY, picture

CALM = [s for s in STEADY if s.name != "erp-db"]
WEB = next(w.key for w in picture(CALM).workloads if w.name == "web-02")
SQL = next(w.key for w in picture(CALM).workloads if w.name == "sql-archive")
ARM = ("exclamation_mark", "y")


def operate(script: Script, desk: FakeDesk, **how: object) -> None:
    """Run a script with the cursor on web-02, whose plan has that name."""
    desk.names |= {WEB: "web-02", SQL: "sql-archive"}

    async def on_web(d: Driver) -> None:
        await d.press("G")
        await script(d)

    drive(on_web, picture(CALM), desk=desk, **how)  # type: ignore[arg-type]


async def until(d: Driver, holds: Callable[[], bool]) -> None:
    """Wait for what another thread brings."""
    while not holds():
        await d.pilot.pause(0.01)
    await d.pilot.pause()


def shown(desk: FakeDesk, script: Script, **how: object) -> None:
    """Run a script with the only run in front."""

    async def on_run(d: Driver) -> None:
        await d.press("R")
        await until(d, lambda: ID in d.text())
        await d.press("enter")
        await until(d, lambda: d.screen == RUN)
        await script(d)

    operate(on_run, desk, **how)
