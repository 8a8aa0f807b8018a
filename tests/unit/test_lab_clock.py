"""The lab's clock and timeline: what is due first happens first, however far the clock is moved at once."""

from __future__ import annotations

import asyncio
from random import Random

import msgspec
import pytest

from drconsole.lab.clock import Clock
from drconsole.lab.scenario import parse
from drconsole.lab.scenario_form import Moment
from drconsole.lab.timeline import Timeline

from .test_lab_clusters import TEXT


@pytest.mark.parametrize("seed", range(5))
def test_who_waits_for_the_earliest_time_wakes_first(seed: int) -> None:
    seconds = list(range(1, 31))
    Random(seed).shuffle(seconds)

    async def check() -> None:
        clock, woken = Clock(speed=0), []

        async def wait(until: int) -> None:
            await clock.sleep(until)
            woken.append(until)

        async with asyncio.TaskGroup() as group:
            for second in seconds:
                group.create_task(wait(second))
            await asyncio.sleep(0)
            clock.advance(100)
        assert woken == sorted(seconds)

    asyncio.run(check())


def test_what_ends_before_a_moment_ends_before_it() -> None:
    scenario = msgspec.structs.replace(
        parse(TEXT, "clusters.yaml"),
        timeline=[msgspec.convert({"at": "10s", "endpoint": "nyhv01", "fault": "cut"}, Moment)],
    )

    async def check() -> None:
        clock, happened = Clock(speed=0), []

        async def befall(moment: Moment) -> None:
            happened.append(f"moment at {moment.at}")

        async def act(seconds: float) -> None:
            await clock.sleep(seconds)
            happened.append(f"act of {seconds} s")

        timeline = Timeline(clock, befall)
        timeline.restart(scenario)
        acts = [asyncio.create_task(act(seconds)) for seconds in (15, 5)]
        await asyncio.sleep(0)
        await timeline.advance(20)
        await asyncio.gather(*acts)
        timeline.stop()
        assert happened == ["act of 5 s", "moment at 10s", "act of 15 s"]

    asyncio.run(check())
