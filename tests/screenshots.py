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

from drconsole.cli import lab_place, lab_server
from drconsole.cli.choices import Choices, prepared
from drconsole.cli.desk import Desk
from drconsole.cli.wiring import inventory_of
from drconsole.domain.confirmation import Attestation, Planned
from drconsole.domain.deep import Inspection
from drconsole.domain.plan import Operation
from drconsole.domain.replication import relation_of
from drconsole.domain.snapshot import CopyState, EndpointStatus, Snapshot, Workload
from drconsole.domain.step import Fact, Outcome
from drconsole.inventory import Inventory
from drconsole.runs.history import History, Result, StepHistory
from drconsole.runs.view import RunState
from drconsole.tui.app import ConsoleApp
from drconsole.tui.screens.run import RunScreen
from drconsole.tui.theming import find_theme
from tests.tui.desks import RUN, FakeDesk, view
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
    done: int = 0


@dataclass(frozen=True, slots=True)
class Subject:
    """One screen: its scenario, the keys that lead to it, and of a run how many steps are done."""

    name: str
    scenario: str
    keys: tuple[str, ...] = ()
    done: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """What a console sees of a scenario, and the plans that are made there."""

    snapshot: Snapshot
    plans: Mapping[Operation, Planned]


class Shown(FakeDesk):
    """Gives the plans that were made on the lab; a run of one has so many steps done, a minute each."""

    def __init__(self, plans: Mapping[Operation, Planned], done: int) -> None:
        super().__init__()
        self._plans = plans
        self._done = done

    def plan(self, operation: Operation, keys: Sequence[str], options: Mapping[str, str]) -> Planned:
        """The plan of that operation."""
        return self._plans[operation]

    def start(
        self, planned: Planned, said: str, allowed_by: str, attestation: Attestation | None = None
    ) -> str:
        """Begin a run as it stands after so many steps."""
        steps = planned.plan.steps
        began = NOW - timedelta(minutes=2, seconds=41)
        past = {
            one.id: StepHistory(
                began=began + timedelta(seconds=14 * at),
                ended=began + timedelta(seconds=14 * at + 9) if at < self._done else None,
                outcome=Outcome.DONE if at < self._done else None,
                facts=(Fact(*EVIDENCE[one.action], one.endpoint, READ),) if at < self._done else BEFORE,
            )
            for at, one in enumerate(steps)
            if at <= self._done
        }
        whole = self._done >= len(steps)
        result, state = (Result.DONE, RunState.DONE) if whole else (None, RunState.RUNNING)
        history = History(past, compared=True, result=result, began=began, ended=NOW if whole else None)
        self.views = [view(planned.plan, history, state, planned.run)]
        return planned.run


# What is read back after each act of the plan that the pictures show.
EVIDENCE = {
    "shut-down": ("power", "Off"),
    "turn-off": ("power", "Off"),
    "read-off-twice": ("power", "Off, seen twice"),
    "prepare": ("state", "PreparedForFailover"),
    "nothing-pending": ("pending", "0 bytes"),
    "fail-over": ("state", "FailedOverWaitingCompletion"),
    "planned-type": ("failed over type", "Planned"),
    "write-record": ("record", "RECOVERED"),
    "connect-adapters": ("adapters", "Network Adapter: Production"),
    "start": ("power", "Running"),
    "await-heartbeat": ("heartbeat", "OkApplicationsHealthy"),
}
BEFORE = (Fact("state", "PreparedForFailover", "nyhv01", READ),)
# The workload on the last line is planned, confirmed by its name, and run.
PLANNED = "web-shop"
PLAN_KEYS = ("G", "p", "enter")
CONFIRM_KEYS = (*PLAN_KEYS, "exclamation_mark", "y", "enter")
TYPED = tuple("minus" if letter == "-" else letter for letter in PLANNED)
RUN_KEYS = (*CONFIRM_KEYS, "tab", *TYPED, "tab", "enter")
SUBJECTS = (
    Subject("inventory", "steady", ("down", "down")),
    Subject("detail", "steady", ("down", "down", "enter")),
    Subject("endpoints", "dead-endpoints", ("e", "down")),
    Subject("alarms", "split-brain", ("a", "down")),
    Subject("split-brain", "split-brain", ("enter",)),
    Subject("help", "steady", ("question_mark",)),
    Subject("options", "steady", ("G", "t")),
    Subject("plan", "steady", PLAN_KEYS),
    Subject("confirmation", "steady", CONFIRM_KEYS),
    Subject("run", "steady", RUN_KEYS, 5),
    Subject("result", "steady", RUN_KEYS, 99),
)
SHOTS = tuple(
    shot
    for one in SUBJECTS
    for shot in (
        Shot(f"{one.name}-80x24", (80, 24), keys=one.keys, scenario=one.scenario, done=one.done),
        Shot(f"{one.name}-120x40", (120, 40), keys=one.keys, scenario=one.scenario, done=one.done),
        Shot(f"{one.name}-no-colour", (80, 24), "ansi", True, one.keys, one.scenario, one.done),
    )
)


def seen(scenario: str) -> Scene:
    """What a console sees of a scenario whose clock stands, some of its workloads looked at closely."""
    arguments = ["--scenario", scenario, "--random-seed", "0", "--speed", "0", "--cost", "0"]
    with lab_place.place(None) as where, lab_server.running(arguments, where.folder) as server:
        where.write(server.description)
        config = prepared(Choices(config=where.config))
        inventory = inventory_of(config)
        inventory.start()
        try:
            workloads = inventory.wait(WAIT_S).workloads
            planned = [workload.key for workload in workloads if workload.name == PLANNED]
            keys = [*(workload.key for workload in workloads[:LOOKED_AT]), *planned]
            for key in keys:
                _look(inventory, key)
            plans = _plans(Desk(config, inventory), planned)
            return Scene(without_looks(inventory.newest(), but=keys), plans)
        finally:
            inventory.stop()


def _plans(desk: Desk, keys: list[str]) -> dict[Operation, Planned]:
    try:
        operations = (Operation.PLANNED_FAILOVER,) if keys else ()
        made = {operation: desk.plan(operation, keys, {}) for operation in operations}
    finally:
        desk.close()
    # Its id is by chance.
    return {operation: replace(one, run=RUN) for operation, one in made.items()}


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
        found = PORT.sub("127.0.0.1:5986", found)
    elif isinstance(value, tuple) and not hasattr(value, "_fields"):
        found = tuple(_moved(one, by) for one in value)
    elif is_dataclass(value) and not isinstance(value, type):
        found = replace(value, **{one.name: _moved(getattr(value, one.name), by) for one in fields(value)})
    return found  # type: ignore[no-any-return]


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
        desk = Shown(scene.plans, shot.done)
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
            while shot.done and not isinstance(app.screen, RunScreen):
                await pilot.pause(0.05)
            await pilot.pause()
            return app.export_screenshot(title="drconsole lab")

    with _environment(no_colour=shot.no_colour):
        svg = asyncio.run(run())
    return FONT.sub("font-family: monospace;", WEB_FONT.sub("", svg))


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
