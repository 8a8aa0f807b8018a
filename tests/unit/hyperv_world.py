"""A small Hyper-V world in this process, and its answers as plain items."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from drconsole.lab.clock import Clock
from drconsole.lab.hyperv.call import Call
from drconsole.lab.hyperv.machines import Adapter, Host, Leg, Machine, Point
from drconsole.lab.hyperv.model import HyperVWorld

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
WEB = "11111111-1111-4111-8111-111111111111"
DB = "dddddddd-2222-4222-8222-222222222222"
POINT = "33333333-3333-4333-8333-333333333333"
NY, NJ = "nyhv01.corp.example", "njhv01.corp.example"


class Recorder:
    """A sink that takes everything."""

    def __init__(self) -> None:
        self.items: list[Mapping[str, Any]] = []

    async def tell(self, item: Mapping[str, Any]) -> None:
        """Take an item."""
        self.items.append(item)

    async def ask(self, item: Mapping[str, Any]) -> bool:
        """Take an item and say yes."""
        self.items.append(item)
        return True


class Asked:
    """What one call gave."""

    def __init__(self, items: list[Mapping[str, Any]], last: Mapping[str, Any]) -> None:
        self.last = last
        self.objects = [item["object"] for item in items if item["is"] == "object"]
        self.errors = [item for item in items if item["is"] == "error"]

    @property
    def names(self) -> list[str]:
        """The names of the objects."""
        return [value["Name"] for value in self.objects]


def hosts() -> list[Host]:
    """Two hosts: ``web`` is replicated from New York to New Jersey, ``db`` is not protected."""
    synced = START - timedelta(minutes=2)
    adapter = Adapter("44444444-4444-4444-8444-444444444444", "Production")
    web = Machine(
        "NYHV01", WEB, "web", "Running", START - timedelta(hours=1), adapters=[adapter], created=START
    )
    web.legs.append(Leg("Primary", "Replicating", NY, NJ, NJ, last_sync=synced))
    db = Machine("NYHV01", DB, "db", "Off", created=START)
    copy = Machine("NJHV01", WEB, "web", created=START, points=[Point(POINT, "Replica", START)])
    copy.legs.append(Leg("Replica", "Replicating", NY, NJ, NJ, last_sync=synced))
    return [
        Host("NYHV01", NY, ("Production", "Isolated"), machines={WEB: web, DB: db}),
        Host("NJHV01", NJ, ("Production",), machines={WEB: copy}),
    ]


def in_world(do: Callable[[HyperVWorld], Awaitable[None]], cost_s: float = 0.0) -> None:
    """Run ``do`` with a fresh world whose clock stands still at START."""

    async def run() -> None:
        await do(HyperVWorld(Clock(START, speed=0), hosts(), cost_s))

    asyncio.run(run())


async def ask(world: HyperVWorld, cmdlet: str, host: str = "NYHV01", /, **bound: Any) -> Asked:
    """One call."""
    sink = Recorder()
    last = await world.run(Call(host, cmdlet, "", bound), sink)
    return Asked(sink.items, last)
