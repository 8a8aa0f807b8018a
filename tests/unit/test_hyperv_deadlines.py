"""The thread that keeps the deadlines of all reads."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from drconsole.platforms.hyperv.deadlines import Deadlines


@contextmanager
def held(deadlines: Deadlines) -> Iterator[None]:
    """None comes before the end of the block, however long that takes."""
    go = threading.Event()
    deadlines.at(time.monotonic() - 1, go.wait)
    try:
        yield
    finally:
        go.set()


def test_they_come_in_their_order_whatever_the_order_they_were_set_in() -> None:
    came: queue.SimpleQueue[str] = queue.SimpleQueue()
    deadlines, now = Deadlines(), time.monotonic()
    with held(deadlines):
        deadlines.at(now + 0.2, lambda: came.put("last"))
        deadlines.at(now + 0.1, lambda: came.put("second"))
        deadlines.at(now - 1, lambda: came.put("first"))
    assert [came.get() for _ in range(3)] == ["first", "second", "last"]
    assert time.monotonic() >= now + 0.2


def test_a_cancelled_one_does_not_come() -> None:
    came: queue.SimpleQueue[str] = queue.SimpleQueue()
    deadlines, now = Deadlines(), time.monotonic()
    with held(deadlines):
        deadlines.at(now + 0.1, lambda: came.put("cancelled")).cancel()
        deadlines.at(now + 0.2, lambda: came.put("kept"))
    assert came.get() == "kept"
    assert came.empty()


def test_the_mistake_of_one_does_not_cost_the_others(caplog: pytest.LogCaptureFixture) -> None:
    came: queue.SimpleQueue[str] = queue.SimpleQueue()
    deadlines, now = Deadlines(), time.monotonic()
    deadlines.at(now, lambda: 1 / 0)
    deadlines.at(now, lambda: came.put("kept"))
    assert came.get() == "kept"
    assert "ZeroDivisionError" in caplog.text


def test_many_at_one_moment_share_one_thread() -> None:
    came: queue.SimpleQueue[str] = queue.SimpleQueue()
    deadlines, now = Deadlines(), time.monotonic()
    for _ in range(200):
        deadlines.at(now, lambda: came.put(threading.current_thread().name))
    assert {came.get() for _ in range(200)} == {"hyperv-deadlines"}
