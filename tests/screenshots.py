"""Draw the screenshots from the lab's steady scenario: ``python -m tests.screenshots [FOLDER]``."""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from drconsole.cli import lab_place, lab_server
from drconsole.cli.choices import Choices, prepared
from drconsole.cli.wiring import inventory_of
from drconsole.domain.snapshot import Snapshot
from drconsole.tui.app import ConsoleApp
from drconsole.tui.theming import find_theme
from tests.tui.pictures import Fixed

FOLDER = Path(__file__).parent.parent / "screenshots"
WAIT_S = 60.0
# Textual's pictures load a font from the net; a reader's own monospace font does as well.
WEB_FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
FONT = re.compile(r"font-family: [^;]*;")


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its file, size, theme, and the keys pressed before it is taken."""

    name: str
    size: tuple[int, int]
    theme: str = "dark"
    no_colour: bool = False
    keys: tuple[str, ...] = ()


SHOTS = (
    Shot("inventory-80x24", (80, 24)),
    Shot("inventory-120x40", (120, 40), keys=("down", "down")),
    Shot("inventory-no-colour", (80, 24), theme="ansi", no_colour=True),
)


def steady() -> Snapshot:
    """What a console sees of the lab's steady scenario, with its clock stopped."""
    arguments = ["--scenario", "steady", "--random-seed", "0", "--speed", "0", "--cost", "0"]
    with lab_place.place(None) as where, lab_server.running(arguments, where.folder) as server:
        where.write(server.description)
        inventory = inventory_of(prepared(Choices(config=where.config)))
        inventory.start()
        try:
            return inventory.wait(WAIT_S)
        finally:
            inventory.stop()


def draw(shot: Shot, snapshot: Snapshot) -> str:
    """One picture as SVG; ages are counted to the lab's own time, which makes every picture the same."""
    now = max(copy.now for workload in snapshot.workloads for copy in workload.copies)

    async def run() -> str:
        app = ConsoleApp(Fixed(_at(snapshot, now)), find_theme(shot.theme), clock=lambda: now)
        async with app.run_test(size=shot.size) as pilot:
            while app.state.snapshot is None:
                await pilot.pause()
            await pilot.press(*shot.keys)
            await pilot.pause()
            return app.export_screenshot(title="drconsole lab")

    with _colour(not shot.no_colour):
        svg = asyncio.run(run())
    return FONT.sub("font-family: monospace;", WEB_FONT.sub("", svg))


def write(folder: Path) -> list[Path]:
    """Write all pictures into a folder."""
    snapshot = steady()
    paths = []
    for shot in SHOTS:
        path = folder / f"{shot.name}.svg"
        path.write_text(draw(shot, snapshot), encoding="utf-8")
        paths.append(path)
    return paths


def _at(snapshot: Snapshot, now: datetime) -> Snapshot:
    """The same picture, read just now."""
    endpoints = tuple(replace(endpoint, last_read=now) for endpoint in snapshot.endpoints)
    return replace(snapshot, endpoints=endpoints)


@contextmanager
def _colour(wanted: bool) -> Iterator[None]:
    before = os.environ.pop("NO_COLOR", None)
    if not wanted:
        os.environ["NO_COLOR"] = "1"
    try:
        yield
    finally:
        os.environ.pop("NO_COLOR", None)
        if before is not None:
            os.environ["NO_COLOR"] = before


if __name__ == "__main__":
    for written in write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        sys.stdout.write(f"{written}\n")
