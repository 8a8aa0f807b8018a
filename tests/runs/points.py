"""Where a run's process can be ended or frozen: every border between journal, run and platform.

A point is called ``STEP:PLACE``. ``TRACE`` names a file into which points are written as they are reached;
``KILL`` and ``STOP`` name the point at which the process ends or freezes itself.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from drconsole.domain.step import Followed, Json, Observation, Step
from drconsole.platforms.acting import Keep
from drconsole.runs import execute as executing
from drconsole.runs.writer import Writer
from tests.runs.actor import FakeActor


@dataclass(slots=True)
class Points:
    """What to do where."""

    trace: Path | None = None
    kill: str = ""
    stop: str = ""
    committing: threading.local = field(default_factory=threading.local)

    def at(self, step: str, place: str) -> None:
        """This point is reached."""
        name = f"{step or 'run'}:{place}"
        if self.trace:
            with self.trace.open("a") as file:
                file.write(f"{name}\n")
        if name == self.kill:
            os.kill(os.getpid(), signal.SIGKILL)
        if name == self.stop:
            self.stop = ""
            # To this thread: sent to the process, another thread may take it, and this one go on for a while.
            signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)


POINTS = Points()


class PointedWriter(Writer):
    """A writer that tells of every record: before it, inside its commit, and when it is on disk."""

    def append(self, step: str, kind: str, body: Mapping[str, Any] | None = None) -> None:
        POINTS.at(step, f"before {kind}")
        super().append(step, kind, body)
        POINTS.at(step, f"after {kind}")

    def _insert(self, connection: sa.Connection, batch: list[Any]) -> None:
        super()._insert(connection, batch)
        POINTS.committing.lines = [(line.step, f"commit of {line.kind}") for line in batch]


def _on_commit(_connection: sa.Connection) -> None:
    lines, POINTS.committing.lines = getattr(POINTS.committing, "lines", ()), ()
    for step, place in lines:
        POINTS.at(step, place)


class PointedActor(FakeActor):
    """An actor that tells of every call."""

    def __init__(self, port: int) -> None:
        super().__init__(port)
        self._acting: dict[str, str] = {}

    def observe(self, step: Step, baseline: Json | None) -> Observation:
        when = "first look" if baseline is None else "look"
        POINTS.at(step.id, f"before {when}")
        seen = super().observe(step, baseline)
        POINTS.at(step.id, f"after {when}")
        return seen

    def act(self, step: Step, baseline: Json, keep: Keep) -> Json:
        POINTS.at(step.id, "before act")
        handle = super().act(step, baseline, keep)
        POINTS.at(step.id, "after act")
        return handle

    def left(self, step: Step) -> None:
        POINTS.at(step.id, "leaving")

    def follow(self, handle: Json) -> Followed:
        followed = super().follow(handle)
        POINTS.at("run", f"followed {followed.progress.value}")
        return followed


def install(points: Mapping[str, str]) -> None:
    """Let the runs of this process tell of their points."""
    POINTS.trace = Path(points["TRACE"]) if points.get("TRACE") else None
    POINTS.kill, POINTS.stop = points.get("KILL", ""), points.get("STOP", "")
    vars(executing)["Writer"] = PointedWriter
    sa.event.listen(sa.engine.Engine, "commit", _on_commit)
