"""The lab's time: one clock for all simulated endpoints, at any speed, advanced by tests."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta


class Clock:
    """Simulated time that starts at ``start`` and runs ``speed`` times as fast as the real one.

    With speed 0 it stands still until ``advance`` moves it. All methods belong to the lab's loop.
    """

    def __init__(self, start: datetime | None = None, speed: float = 1.0) -> None:
        self.base = start or datetime.now(UTC)
        self.speed = speed
        self._mark = asyncio.get_running_loop().time()
        self._waiters: dict[asyncio.Event, datetime] = {}

    def now(self) -> datetime:
        """The simulated time, UTC."""
        passed = asyncio.get_running_loop().time() - self._mark
        return self.base + timedelta(seconds=passed * self.speed)

    def advance(self, seconds: float) -> None:
        """Move the clock forward at once and wake who waits, whoever waits for the earliest time first."""
        self.base += timedelta(seconds=seconds)
        for waiter in sorted(self._waiters, key=self._waiters.__getitem__):
            waiter.set()

    async def sleep(self, seconds: float) -> None:
        """Return when ``seconds`` of simulated time have passed."""
        until, waiter = self.now() + timedelta(seconds=seconds), asyncio.Event()
        self._waiters[waiter] = until
        try:
            while (left := (until - self.now()).total_seconds()) > 0:
                waiter.clear()
                try:
                    async with asyncio.timeout(left / self.speed if self.speed else None):
                        await waiter.wait()
                except TimeoutError:
                    continue
        finally:
            del self._waiters[waiter]
