"""Draw the screenshots from the lab's scenarios: ``python -m tests.screenshots [FOLDER]``."""

from __future__ import annotations

import asyncio
import os
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

from drconsole.cli import lab_place
from drconsole.cli.choices import Choices, prepared
from drconsole.cli.desk import Desk
from drconsole.cli.wiring import inventory_of
from drconsole.domain.confirmation import Attestation, Planned
from drconsole.domain.deep import Inspection
from drconsole.domain.plan import Operation
from drconsole.domain.replication import relation_of
from drconsole.domain.snapshot import CopyState, EndpointStatus, Snapshot, Workload
from drconsole.inventory import Inventory
from drconsole.runs.view import RunView
from drconsole.tui.app import ConsoleApp
from drconsole.tui.screens.run import RunScreen
from drconsole.tui.theming import find_theme
from tests.lab import LabProcess
from tests.recorded_runs import runs_of
from tests.tui.desks import RUN, FakeDesk
from tests.tui.pictures import Fixed

FOLDER = Path(__file__).parent.parent / "screenshots"
NOW = datetime(2026, 3, 2, 12, 0, 0, tzinfo=UTC)
READ = NOW - timedelta(seconds=3)
WAIT_S = 90.0
# So many workloads from the top are looked at closely.
LOOKED_AT = 3
# Textual's pictures load a font from the net; a reader's own monospace font does as well.
WEB_FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
FONT = re.compile(r"font-family: [^;]*;")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
# A record in a VM's notes holds the time at which it was written.
INSIDE = re.compile(r"(?<!^)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)")
# The lab's ports are chosen by the system.
PORT = re.compile(r"127\.0\.0\.1:\d+")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its file, size, theme, and the keys pressed before it is taken."""

    name: str
    size: tuple[int, int]
    theme: str = "dark"
    no_colour: bool = False
    keys: tuple[str, ...] = ()
    scenario: str = "steady"
    moment: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """One screen: its scenario, the keys that lead to it, and at which moment a run is shown."""

    name: str
    scenario: str
    keys: tuple[str, ...] = ()
    moment: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a console sees of a scenario, and the plans and runs that are made there.

    Args:
        runs: by the moment that they are shown at.
    """

    snapshot: Snapshot
    plans: Mapping[Operation, Planned]
    runs: Mapping[str, RunView]


class Shown(FakeDesk):
    """Gives the plans that were made on the lab, and a run as it was at one moment there."""

    def __init__(self, scene: Scene, moment: str) -> None:
        super().__init__()
        self._scene = scene
        self._moment = moment

    def plan(self, operation: Operation, keys: Sequence[str], options: Mapping[str, str]) -> Planned:
        """The plan of that operation."""
        return self._scene.plans[operation]

    def start(
        self, planned: Planned, said: str, allowed_by: str, attestation: Attestation | None = None
    ) -> str:
        """The run that was begun on the lab."""
        self.views = [self._scene.runs[self._moment]]
        return RUN


# The workload on its last line is planned, confirmed by its name, and run.
CALM = "steady"
PLANNED = "web-shop"
PLAN_KEYS = ("G", "p", "enter")
CONFIRM_KEYS = (*PLAN_KEYS, "exclamation_mark", "y", "enter")
TYPED = tuple("minus" if letter == "-" else letter for letter in PLANNED)
RUN_KEYS = (*CONFIRM_KEYS, "tab", *TYPED, "tab", "enter")
SUBJECTS = (
    Subject("inventory", CALM, ("down", "down")),
    Subject("detail", CALM, ("down", "down", "enter")),
    Subject("endpoints", "dead-endpoints", ("e", "down")),
    Subject("alarms", "split-brain", ("a", "down")),
    Subject("split-brain", "split-brain", ("enter",)),
    Subject("help", CALM, ("question_mark",)),
    Subject("options", CALM, ("G", "t")),
    Subject("plan", CALM, PLAN_KEYS),
    Subject("confirmation", CALM, CONFIRM_KEYS),
    Subject("run", CALM, RUN_KEYS, "running"),
    Subject("question", CALM, RUN_KEYS, "asking"),
    Subject("result", CALM, RUN_KEYS, "done"),
)
SHOTS = tuple(
    shot
    for one in SUBJECTS
    for shot in (
        Shot(f"{one.name}-80x24", (80, 24), keys=one.keys, scenario=one.scenario, moment=one.moment),
        Shot(f"{one.name}-120x40", (120, 40), keys=one.keys, scenario=one.scenario, moment=one.moment),
        Shot(f"{one.name}-no-colour", (80, 24), "ansi", True, one.keys, one.scenario, one.moment),
    )
)


def seen(scenario: str) -> Scene:
    """What a console sees of a scenario whose clock stands, some of its workloads looked at closely."""
    with lab_place.place(None) as where:
        lab = LabProcess.start(scenario, where.folder, speed=0)
        where.write(lab.description)
        config = prepared(Choices(config=where.config))
        inventory = inventory_of(config)
        desk = Desk(config, inventory)
        inventory.start()
        try:
            workloads = inventory.wait(WAIT_S).workloads
            planned = [one.key for one in workloads if one.name == PLANNED and scenario == CALM]
            keys = [*(workload.key for workload in workloads[:LOOKED_AT]), *planned]
            for key in keys:
                _look(inventory, key)
            snapshot = without_looks(inventory.newest(), but=keys)
            if not planned:
                return Scene(snapshot, {}, {})
            # Its id is by chance.
            plan = replace(desk.plan(Operation.PLANNED_FAILOVER, planned, {}), run=RUN)
            runs = runs_of(desk, lab, planned[0], PLANNED, RUN, NOW)
            return Scene(snapshot, {Operation.PLANNED_FAILOVER: plan}, runs)
        finally:
            desk.close()
            inventory.stop()
            lab.stop()


def _look(inventory: Inventory, key: str) -> None:
    """Look at one workload until all is told that can be.

    Raises:
        TimeoutError: it was not told in time.
    """
    inventory.look(key)
    end = time.monotonic() + WAIT_S
    while not any(_is_told(w) for w in inventory.newest().workloads if w.key == key):
        if time.monotonic() > end:
            raise TimeoutError(f"{key} was not looked at within {WAIT_S:g} s")
        Event().wait(0.05)


def _is_told(workload: Workload) -> bool:
    return all(_is_looked_at(copy) for copy in workload.copies if copy.fresh)


def _is_looked_at(copy: CopyState) -> bool:
    found = copy.inspection
    counted = relation_of(copy.sighting) is None or (found is not None and found.measured is not None)
    return found is not None and found.deep is not None and counted


def without_looks(snapshot: Snapshot, *, but: list[str]) -> Snapshot:
    """The same picture without what the rotation happened to look at."""
    return replace(
        snapshot,
        workloads=tuple(
            w
            if w.key in but
            else replace(w, copies=tuple(replace(copy, inspection=None) for copy in w.copies))
            for w in snapshot.workloads
        ),
    )


def at_noon(snapshot: Snapshot) -> Snapshot:
    """The same picture on another day, read just now: which makes every picture of it the same."""
    clocks = [copy.now for workload in snapshot.workloads for copy in workload.copies]
    moved = _moved(snapshot, READ - max(clocks))
    endpoints = tuple(_read_now(endpoint) for endpoint in moved.endpoints)
    workloads = tuple(replace(w, copies=tuple(_seen_now(copy) for copy in w.copies)) for w in moved.workloads)
    return replace(moved, taken_at=NOW, endpoints=endpoints, workloads=workloads)


def _moved(value: T, by: timedelta) -> T:
    """A value with all times in it moved, as text too, and the lab's ports made one."""
    found: Any = value
    if isinstance(value, datetime):
        found = value + by
    elif type(found) is str and TIME.match(found):
        found = (datetime.fromisoformat(found) + by).isoformat()
    elif type(found) is str:
        found = INSIDE.sub(lambda told: _told_at(told[0], by), PORT.sub("127.0.0.1:5986", found))
    elif isinstance(value, tuple) and not hasattr(value, "_fields"):
        found = tuple(_moved(one, by) for one in value)
    elif is_dataclass(value) and not isinstance(value, type):
        found = replace(value, **{one.name: _moved(getattr(value, one.name), by) for one in fields(value)})
    return found  # type: ignore[no-any-return]


def _told_at(text: str, by: timedelta) -> str:
    """A time within a text, moved; to the minute, because it may have been written without its fraction."""
    moved = _to_the_minute(datetime.fromisoformat(text) + by)
    return moved.isoformat() if moved else text


def _read_now(status: EndpointStatus) -> EndpointStatus:
    silent = status.silent_since and NOW - timedelta(minutes=4)
    end = status.certificate_end and NOW + timedelta(days=364)
    return replace(
        status,
        last_read=status.last_read and READ,
        silent_since=silent,
        next_try=NOW + timedelta(seconds=40 if silent else 27),
        skew_s=status.skew_s and 0.0,
        certificate_end=end,
        reading=False,
        alarms=tuple(replace(a, since=silent) if a.code == "silent" else a for a in status.alarms),
    )


def _seen_now(copy: CopyState) -> CopyState:
    found = copy.inspection
    if found is not None:
        deep = found.deep and replace(found.deep, taken_at=READ)
        found = Inspection(deep, found.failed, found.measured and replace(found.measured, taken_at=READ))
    alarms = tuple(replace(one, since=_to_the_minute(one.since)) for one in copy.alarms)
    return replace(copy, taken_at=READ, inspection=found, alarms=alarms)


def _to_the_minute(when: datetime | None) -> datetime | None:
    """Told by the console's own clock, it has the time in it that the answer took."""
    return when and (when + timedelta(seconds=30)).replace(second=0, microsecond=0)


def draw(shot: Shot, scene: Scene) -> str:
    """One picture as SVG."""

    async def run() -> str:
        desk = Shown(scene, shot.moment)
        app = ConsoleApp(Fixed(at_noon(scene.snapshot)), desk, find_theme(shot.theme), clock=lambda: NOW)
        async with app.run_test(size=shot.size) as pilot:
            while app.state.snapshot is None:
                await pilot.pause()
            for key in shot.keys:
                await pilot.press(key)
                # What a key moves the focus to must have it before the next; a plan comes from a thread.
                await pilot.pause()
                await app.workers.wait_for_complete()
                await pilot.pause()
            while shot.moment and not (isinstance(app.screen, RunScreen) and knows_runs(app, desk)):
                app.read_journal()
                await pilot.pause(0.05)
            await pilot.pause()
            return app.export_screenshot(title="drconsole lab")

    with _environment(no_colour=shot.no_colour):
        svg = asyncio.run(run())
    return FONT.sub("font-family: monospace;", WEB_FONT.sub("", svg))


def knows_runs(app: ConsoleApp, desk: Shown) -> bool:
    """Whether the picture tells of the open runs, which the console reads beside its screens."""
    shown = app.state.snapshot.workloads if app.state.snapshot else ()
    return {one.key for one in shown if one.run} == set(desk.open_runs())


def write(folder: Path) -> list[Path]:
    """Write all pictures into a folder."""
    scenes = {name: seen(name) for name in sorted({shot.scenario for shot in SHOTS})}
    paths = []
    for shot in SHOTS:
        path = folder / f"{shot.name}.svg"
        path.write_text(draw(shot, scenes[shot.scenario]), encoding="utf-8")
        paths.append(path)
    return paths


@contextmanager
def _environment(*, no_colour: bool) -> Iterator[None]:
    """Times in UTC, and colours as the picture wants them, wherever this runs."""
    before = {name: os.environ.pop(name, None) for name in ("NO_COLOR", "TZ")}
    os.environ |= {"TZ": "UTC"} | ({"NO_COLOR": "1"} if no_colour else {})
    time.tzset()
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        time.tzset()


if __name__ == "__main__":
    for written in write(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER):
        sys.stdout.write(f"{written}\n")
