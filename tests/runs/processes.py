"""Run processes and fake platforms as children of a server that has imported everything once."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

from drconsole.runs.execute import execute
from drconsole.runs.journal import Journal
from drconsole.runs.store import Store
from tests.runs import points
from tests.runs.plans import as_previewed
from tests.runs.server import serve

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.runs.processes"])


def perform(folder: Path, run: str, port: int, named: Mapping[str, str]) -> None:
    """What a run process does, with points at which it tells, ends or freezes."""
    points.install(named)
    store = Store(folder)
    execute(Journal(store), run, lambda plan: _actors(plan.endpoints, port), as_previewed)
    store.close()


def _actors(endpoints: frozenset[str], port: int) -> dict[str, points.PointedActor]:
    return dict.fromkeys(endpoints, points.PointedActor(port))


def start(folder: Path, run: str, port: int, **named: str) -> BaseProcess:
    """Start a run process; ``KILL``, ``STOP`` and ``TRACE`` as in ``points``."""
    process = _CONTEXT.Process(target=perform, args=(folder, run, port, named), daemon=True)
    process.start()
    return process


@contextmanager
def platform(speed: float = 1.0) -> Iterator[int]:
    """A fake platform; its port."""
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=serve, args=(theirs, speed), daemon=True)
    process.start()
    try:
        yield ours.recv()
    finally:
        process.kill()
        process.join()


def wait_stopped(process: BaseProcess) -> None:
    """Return when a child process has frozen itself (it is a child of the fork server, so by its state)."""
    assert process.pid is not None
    while Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        os.sched_yield()


def thaw(process: BaseProcess) -> None:
    """Let a frozen process go on."""
    assert process.pid is not None
    os.kill(process.pid, signal.SIGCONT)
