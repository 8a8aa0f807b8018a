"""Time in the lab's Hyper-V model: replication goes on, hosts have their own clocks, answers cost time."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from drconsole.lab.hyperv.machines import Leg
from drconsole.lab.hyperv.model import HyperVWorld
from drconsole.lab.hyperv.replication import health
from tests.unit.hyperv_world import NJ, NY, START, WEB, ask, in_world


async def synced(world: HyperVWorld, host: str) -> timedelta:
    """The last sync as the host tells it, counted from START."""
    (relation,) = (await ask(world, "Get-VMReplication", host)).objects
    return datetime.fromisoformat(relation["LastReplicationTime"]["$date"]) - START


def test_both_ends_learn_of_each_cycle() -> None:
    async def check(world: HyperVWorld) -> None:
        assert await synced(world, "NYHV01") == timedelta(minutes=-2)
        world.clock.advance(13 * 60)
        assert await synced(world, "NYHV01") == timedelta(minutes=13)
        assert await synced(world, "NJHV01") == timedelta(minutes=13)
        world.clock.advance(299)
        assert await synced(world, "NJHV01") == timedelta(minutes=13)

    in_world(check)


@pytest.mark.parametrize(
    ("host", "field", "value"),
    [
        ("NYHV01", "mode", "Replica"),
        ("NJHV01", "kind", "Extended"),
        ("NYHV01", "state", "Suspended"),
        ("NJHV01", "state", "Suspended"),
        ("NJHV01", "state", "FailedOverWaitingCompletion"),
        ("NYHV01", "stalled", True),
        ("NJHV01", "primary", "elsewhere"),
        ("NYHV01", "receiver", "elsewhere"),
    ],
)
def test_nothing_arrives_where_an_end_does_not_take_part(host: str, field: str, value: object) -> None:
    async def check(world: HyperVWorld) -> None:
        setattr(world.machine(host, WEB).legs[0], field, value)
        world.clock.advance(3600)
        assert await synced(world, "NYHV01") == timedelta(minutes=-2)
        assert await synced(world, "NJHV01") == timedelta(minutes=-2)

    in_world(check)


def test_a_first_sync_is_one_of_now() -> None:
    async def check(world: HyperVWorld) -> None:
        for host in ("NYHV01", "NJHV01"):
            world.machine(host, WEB).legs[0].last_sync = None
        assert await synced(world, "NJHV01") == timedelta()

    in_world(check)


def test_short_and_full_host_names_mean_one_host() -> None:
    async def check(world: HyperVWorld) -> None:
        world.machine("NYHV01", WEB).legs[0].receiver = "NJHV01"
        world.machine("NJHV01", WEB).legs[0].primary = NY.upper()
        world.clock.advance(600)
        assert await synced(world, "NJHV01") == timedelta(minutes=8)

    in_world(check)


def test_each_host_tells_times_by_its_own_clock() -> None:
    async def check(world: HyperVWorld) -> None:
        world.hosts["NJHV01"].skew = timedelta(minutes=7)
        (date,) = (await ask(world, "Get-Date", "NJHV01")).objects
        assert datetime.fromisoformat(date["$date"]) == START + timedelta(minutes=7)
        assert await synced(world, "NJHV01") == timedelta(minutes=5)
        assert await synced(world, "NYHV01") == timedelta(minutes=-2)
        (point,) = (await ask(world, "Get-VMSnapshot", "NJHV01", VMName=["web"])).objects
        (vm,) = (await ask(world, "Get-VM", "NJHV01")).objects
        for told in (point, vm):
            assert datetime.fromisoformat(told["CreationTime"]["$date"]) == START + timedelta(minutes=7)

    in_world(check)


@pytest.mark.parametrize(
    ("mode", "state", "age", "expected"),
    [
        ("Primary", "Replicating", 60, "Normal"),
        ("Primary", "Resynchronizing", 1, "Warning"),
        ("Primary", "ResynchronizeSuspended", 1, "Critical"),
        ("Primary", "Replicating", 61, "Warning"),
        ("Primary", "Replicating", None, "Warning"),
        ("Primary", "Suspended", 1, "Warning"),
        ("Replica", "Suspended", 1, "Critical"),
        ("Primary", "WaitingForStartResynchronize", 1, "Critical"),
        ("Primary", "InitialReplicationInProgress", None, "Warning"),
        ("Replica", "FailedOverWaitingCompletion", 1, "Warning"),
        ("Replica", "FailedOver", 1, "Warning"),
    ],
)
def test_health_is_what_the_documentation_says(mode: str, state: str, age: int | None, expected: str) -> None:
    last = None if age is None else START - timedelta(minutes=age)
    assert health(Leg(mode, state, NY, NJ, NJ, last_sync=last), START) == expected


def test_a_scenario_may_say_another_health() -> None:
    leg = Leg("Primary", "Replicating", NY, NJ, NJ, last_sync=START, health="Critical")
    assert health(leg, START) == "Critical"


def test_start_sleep_waits_in_simulated_time() -> None:
    async def check(world: HyperVWorld) -> None:
        waiting = asyncio.create_task(ask(world, "Start-Sleep", Seconds=5, Milliseconds=500))
        await asyncio.sleep(0)
        world.clock.advance(5)
        await asyncio.sleep(0)
        assert not waiting.done()
        world.clock.advance(0.5)
        assert (await waiting).last == {"is": "end"}

    in_world(check)


def test_objects_cost_simulated_time() -> None:
    async def check(world: HyperVWorld) -> None:
        asking = asyncio.create_task(ask(world, "Get-VM"))
        await asyncio.sleep(0)
        assert not asking.done()
        world.clock.advance(3)
        assert (await asking).names == ["web", "db"]

    in_world(check, cost_s=1.0)
