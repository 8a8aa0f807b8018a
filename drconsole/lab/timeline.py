"""The timeline of a scenario: what happens by itself, each thing at its time on the lab's clock."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from drconsole.lab.clock import Clock
from drconsole.lab.scenario_form import Moment, Scenario, duration


class Timeline:
    """What happens by itself in a scenario, each thing at its time."""

    def __init__(self, clock: Clock, befall: Callable[[Moment], Awaitable[None]]) -> None:
        self._clock = clock
        self._befall = befall
        self._due: list[tuple[datetime, Moment]] = []
        self._task: asyncio.Task[None] | None = None
        self._one_at_a_time = asyncio.Lock()

    def restart(self, scenario: Scenario) -> None:
        """Begin a scenario's timeline now."""
        start = self._clock.now()
        moments = ((start + duration(moment.at), moment) for moment in scenario.timeline)
        self._due = sorted(moments, key=lambda due: due[0])
        self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        """Let nothing more happen."""
        self._due.clear()
        if self._task is not None:
            self._task.cancel()

    async def advance(self, seconds: float) -> None:
        """Move the clock from moment to moment, then to the end."""
        clock = self._clock
        end = clock.now().timestamp() + seconds
        while self._due and self._due[0][0].timestamp() <= end:
            clock.advance(max((self._due[0][0] - clock.now()).total_seconds(), 0))
            # What was to end before this moment ends before it.
            await asyncio.sleep(0)
            await self._happen()
        clock.advance(max(end - clock.now().timestamp(), 0))

    async def hurry(self) -> None:
        """Let all that is still to come happen now, in its order; the clock stays as it is."""
        async with self._one_at_a_time:
            while self._due:
                await self._befall(self._due.pop(0)[1])

    async def _run(self) -> None:
        while self._due:
            await self._clock.sleep((self._due[0][0] - self._clock.now()).total_seconds())
            await self._happen()

    async def _happen(self) -> None:
        """Do what is due now; both the passing of time and ``advance`` come here."""
        async with self._one_at_a_time:
            while self._due and self._due[0][0] <= self._clock.now():
                await self._befall(self._due.pop(0)[1])
