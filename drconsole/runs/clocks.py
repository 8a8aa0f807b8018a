"""The clocks of a run, and how long an effect is awaited by them (design, step contract: two clocks)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

# Followers look at least once a real second, whatever the clock of the other side does.
LONGEST_PAUSE_S = 1.0
# The part of a limit that may pass by an endpoint's clock between two looks.
MOST_AT_ONCE = 0.25


def _boottime() -> float:
    """Seconds since boot, sleep of the machine included; it goes on while this process is stopped."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


def _wall() -> datetime:
    return datetime.now(UTC)


def _pause(wake: threading.Event, seconds: float) -> None:
    wake.wait(seconds)


@dataclass(frozen=True, slots=True)
class Clocks:
    """The console's own clocks; tests give others.

    Args:
        monotonic: how long an endpoint is silent, seconds.
        boottime: how long this process may have been frozen, seconds.
        wall: when a record was written, UTC.
        pause: waits some seconds, or until the event is set.
    """

    monotonic: Callable[[], float] = time.monotonic
    boottime: Callable[[], float] = _boottime
    wall: Callable[[], datetime] = _wall
    pause: Callable[[threading.Event, float], None] = field(default=_pause)


class Patience:
    """How much of a limit is used up: by the endpoint's clock while it answers, by ours while it is silent.

    An endpoint's clock that is set back costs nothing; the wait goes on from the new time. One that is set
    forward by hours costs a quarter of the limit at most, so that no wait ends by a single jump.
    """

    def __init__(self, limit_s: float, monotonic: Callable[[], float], at: datetime | None = None) -> None:
        self._limit_s = limit_s
        self._monotonic = monotonic
        self._at = at
        self._used_s = 0.0
        self._heard = monotonic()
        self._silent_since: float | None = None if at else self._heard

    def heard(self, at: datetime) -> None:
        """The endpoint said something at its time ``at``."""
        now = self._monotonic()
        if self._silent_since is not None:
            self._used_s += now - self._silent_since
            self._silent_since = None
        elif self._at is not None:
            passed = max(0.0, (at - self._at).total_seconds())
            # What passed for us as well is no jump, however long a look takes.
            self._used_s += min(passed, max(self._limit_s * MOST_AT_ONCE, now - self._heard))
        self._at, self._heard = at, now

    def silent(self) -> None:
        """The endpoint did not answer."""
        if self._silent_since is None:
            self._silent_since = self._monotonic()

    @property
    def over(self) -> bool:
        """Whether the limit has passed."""
        silent = 0.0 if self._silent_since is None else self._monotonic() - self._silent_since
        return self._used_s + silent >= self._limit_s


def pauses(clocks: Clocks, wake: threading.Event) -> Callable[[], None]:
    """A wait between two looks that grows from 50 ms to a second."""
    seconds = 0.05

    def wait() -> None:
        nonlocal seconds
        clocks.pause(wake, seconds)
        seconds = min(LONGEST_PAUSE_S, seconds * 1.5)

    return wait
