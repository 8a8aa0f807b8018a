"""What disks hold through tests and failovers, and what the lab's own watch sees."""

from __future__ import annotations

from typing import Any

import pytest

from drconsole.lab.hyperv.inspection import fingerprints
from drconsole.lab.powershell.process import Engine
from drconsole.platforms.hyperv import script
from tests.contract.acting import NIC_COPY, POINT, WEB, ActingWorld, ask, evaluator, session


async def run(engine: Engine, host: str, name: str, vm: str = WEB, **more: Any) -> Any:
    """Run one of our scripts, which must succeed; its value."""
    got = await ask(engine, host, script.text_of(f"{name}.ps1"), vm=vm, **more)
    assert got.ok, got
    return got.value


async def connect(engine: Engine, switch: str, vm: str = WEB, nic: str = NIC_COPY) -> None:
    """Connect the copy in New Jersey."""
    wanted = {"id": f"Microsoft:{vm.upper()}\\{nic.upper()}", "switch": switch, "vlan": None}
    await run(engine, "NJHV01", "adapters_connect", vm, adapters=[wanted])


async def made_test(engine: Engine, world: ActingWorld, switch: str, point: str | None = None) -> str:
    """Make a test copy, connect it to a switch and start it; its id."""
    started = await run(engine, "NJHV01", "test_start", point=point, allowed=[])
    ident = str(started["test"])
    nic = world.hosts["NJHV01"].machines[ident].adapters[0].id
    await connect(engine, switch, ident, nic)
    await run(engine, "NJHV01", "vm_start", ident)
    return ident


async def planned(engine: Engine) -> None:
    """Do what a planned failover does, up to the recovered copy that is off."""
    await run(engine, "NYHV01", "vm_stop")
    await run(engine, "NYHV01", "failover_prepare")
    await run(engine, "NJHV01", "failover_start")


def disk(world: ActingWorld, host: str, vm: str = WEB, point: str | None = None) -> dict[str, Any]:
    """What a disk holds now."""
    rows = fingerprints(world.hosts, world.clock.now())
    return next(row for row in rows if (row["host"], row["vm"], row["point"]) == (host, vm, point))


def test_a_planned_failover_loses_no_block() -> None:
    async def do(engine: Engine, world: ActingWorld) -> None:
        assert disk(world, "NJHV01")["last"] != disk(world, "NYHV01")["last"]
        await planned(engine)
        original, recovered = disk(world, "NYHV01"), disk(world, "NJHV01")
        assert recovered["fingerprint"] == original["fingerprint"]
        assert recovered["last"] == original["last"] != ""
        await run(engine, "NJHV01", "replication_reverse")
        await run(engine, "NJHV01", "vm_start")
        world.clock.advance(60)
        assert disk(world, "NJHV01")["last"].startswith("NJHV01/")
        world.clock.advance(600)
        assert disk(world, "NYHV01")["writers"] == disk(world, "NJHV01")["writers"]

    assert session(evaluator, do).watch.seen == []


def test_an_unplanned_failover_loses_what_was_not_sent() -> None:
    async def do(engine: Engine, world: ActingWorld) -> None:
        await run(engine, "NYHV01", "vm_turn_off")
        await run(engine, "NJHV01", "failover_start")
        original, recovered = disk(world, "NYHV01"), disk(world, "NJHV01")
        assert recovered["writers"] == original["writers"]
        assert recovered["last"] != original["last"]

    assert session(evaluator, do).watch.seen == []


def test_a_cancelled_failover_leaves_nothing_that_the_recovered_copy_wrote() -> None:
    async def do(engine: Engine, world: ActingWorld) -> None:
        await planned(engine)
        await run(engine, "NJHV01", "vm_start")
        world.clock.advance(60)
        assert disk(world, "NJHV01")["fingerprint"] != disk(world, "NYHV01")["fingerprint"]
        await run(engine, "NJHV01", "failover_cancel", state="FailedOverWaitingCompletion")
        await run(engine, "NYHV01", "failover_cancel", state="PreparedForFailover")
        assert disk(world, "NJHV01")["fingerprint"] == disk(world, "NYHV01")["fingerprint"]

    assert session(evaluator, do).watch.seen == []


@pytest.mark.parametrize("point", [None, POINT])
def test_a_test_changes_no_disk_but_its_own(point: str | None) -> None:
    async def do(engine: Engine, world: ActingWorld) -> None:
        rows = fingerprints(world.hosts, world.clock.now())
        before = {(row["host"], row["disk"], row["point"]): row for row in rows}
        test = await made_test(engine, world, "Isolated", point)
        world.clock.advance(3600)
        held = disk(world, "NJHV01", test)
        assert held["workload"] == WEB
        assert held["writers"][-1].startswith(f"NJHV01/{test}@")
        assert held["disk"] != disk(world, "NJHV01")["disk"]
        for row in fingerprints(world.hosts, world.clock.now()):
            if row["vm"] != test:
                was = before.pop((row["host"], row["disk"], row["point"]))
                assert row["writers"] == was["writers"]
        await run(engine, "NJHV01", "test_stop", test=test)
        assert before == {}
        assert all(row["vm"] != test for row in fingerprints(world.hosts, world.clock.now()))

    assert session(evaluator, do).watch.seen == []


def test_a_test_of_a_point_begins_with_what_the_point_holds() -> None:
    async def do(engine: Engine, world: ActingWorld) -> None:
        started = await run(engine, "NJHV01", "test_start", point=POINT, allowed=[])
        kept = disk(world, "NJHV01", point=POINT)
        assert disk(world, "NJHV01", started["test"])["fingerprint"] == kept["fingerprint"]
        assert kept["fingerprint"] != disk(world, "NJHV01")["fingerprint"]

    session(evaluator, do)


def test_an_original_that_somebody_starts_before_the_recovery_is_seen() -> None:
    async def do(engine: Engine, world: ActingWorld) -> None:
        await run(engine, "NYHV01", "vm_stop")
        await run(engine, "NJHV01", "failover_start")
        await connect(engine, "Production")
        await run(engine, "NYHV01", "vm_start")
        assert world.watch.seen == []
        await run(engine, "NJHV01", "vm_start")

    (seen,) = session(evaluator, do).watch.seen
    assert (seen.vm, seen.copies) == (WEB, ("NJHV01: web", "NYHV01: web"))
    assert seen.cause == "Start-VM begins on web"


def test_a_test_copy_on_a_network_of_people_is_seen_once() -> None:
    async def do(engine: Engine, world: ActingWorld) -> None:
        test = await made_test(engine, world, "Production")
        world.clock.advance(3600)
        await run(engine, "NJHV01", "vm_turn_off", test)

    (seen,) = session(evaluator, do).watch.seen
    assert seen.copies == ("NJHV01: web - Test", "NYHV01: web")


def test_the_guest_is_heard_some_time_after_its_start() -> None:
    async def do(engine: Engine, world: ActingWorld) -> None:
        test = await made_test(engine, world, "Isolated")

        async def told() -> tuple[str, int]:
            vm = (await run(engine, "NJHV01", "look", test, other=None, files=[]))["vm"]
            return vm["heartbeat"], len(vm["adapters"][0]["addresses"])

        assert await told() == ("NoContact", 0)
        world.clock.advance(20)
        assert await told() == ("OkApplicationsHealthy", 0)
        world.clock.advance(10)
        assert await told() == ("OkApplicationsHealthy", 1)

    session(evaluator, do)


def test_addresses_are_set_by_a_failover_and_travel_with_the_disks() -> None:
    async def do(engine: Engine, world: ActingWorld) -> None:
        wanted = {"id": f"Microsoft:{WEB.upper()}\\{NIC_COPY.upper()}", "address": "10.2.0.5"}
        rest: dict[str, Any] = {"mask": "255.255.255.0", "gateway": "", "dns": "", "dns2": ""}
        rest |= {"v6": "fd00::5", "v6_length": 64, "v6_gateway": "", "v6_dns": "", "v6_dns2": ""}
        await run(engine, "NJHV01", "addresses_set", adapters=[{**wanted, **rest}])
        await planned(engine)
        await run(engine, "NJHV01", "replication_reverse")
        await connect(engine, "Production")
        await run(engine, "NJHV01", "vm_start")
        world.clock.advance(30)
        there = (await run(engine, "NJHV01", "look", other=None, files=[]))["vm"]
        assert there["adapters"][0]["addresses"] == ["10.2.0.5", "fd00::5"]
        await run(engine, "NJHV01", "vm_stop")
        await run(engine, "NJHV01", "failover_prepare")
        await run(engine, "NYHV01", "failover_start")
        await run(engine, "NYHV01", "replication_reverse")
        await run(engine, "NYHV01", "vm_start")
        world.clock.advance(30)
        here = (await run(engine, "NYHV01", "look", other=None, files=[]))["vm"]
        assert here["adapters"][0]["addresses"] == ["10.2.0.5", "fd00::5"]

    assert session(evaluator, do).watch.seen == []
