"""Machines that move between the nodes of a cluster while somebody acts on them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from drconsole.lab.hyperv.clusters import arrive, move, set_node
from drconsole.lab.hyperv.model import HyperVWorld

from .hyperv_world import DB, START, WEB, Asked, ask
from .test_lab_clusters import in_cluster


async def shown(world: HyperVWorld, node: str, vm: str) -> dict[str, Any]:
    """A machine as its node shows it."""
    (found,) = (await ask(world, "Get-VM", node, Id={"$guid": vm})).objects
    return dict(found)


async def begun(world: HyperVWorld, cmdlet: str, node: str, vm: str) -> asyncio.Task[Asked]:
    """An act that is at work."""
    one = await shown(world, node, vm)
    acting = asyncio.create_task(ask(world, cmdlet, node, VM=[one], Force=True))
    while world.hosts[node].machines[vm].busy is None:
        await asyncio.sleep(0)
    return acting


def errors(asked: Asked) -> list[str]:
    """The ids of what was refused."""
    return [error["id"] for error in asked.errors]


@pytest.mark.parametrize("node", ["NJCL01", "NJCL02"])
def test_nobody_acts_on_a_machine_while_it_migrates(node: str) -> None:
    async def check(world: HyperVWorld) -> None:
        arrive(world.hosts, world.machine("NJCL01", DB), "NJCL02", START)
        one = await shown(world, node, DB)
        assert errors(await ask(world, "Stop-VM", node, VM=[one], Force=True)) == ["ObjectInUse"]
        moved = move(world.hosts, world.hosts["NJCL01"].machines[DB], "NJCL02", START)
        assert moved.power == "Running"

    in_cluster(check)


def test_a_migration_that_begins_meanwhile_is_not_undone_by_the_act() -> None:
    async def check(world: HyperVWorld) -> None:
        acting = await begun(world, "Stop-VM", "NJCL01", DB)
        arrive(world.hosts, world.hosts["NJCL01"].machines[DB], "NJCL02", START)
        world.clock.advance(20)
        assert errors(await acting) == ["ObjectInUse"]
        powers = {world.hosts[node].machines[DB].power for node in ("NJCL01", "NJCL02")}
        assert powers == {"Running"}

    in_cluster(check)


def test_a_failover_that_is_left_behind_leaves_no_trace() -> None:
    async def check(world: HyperVWorld) -> None:
        one = await shown(world, "NJCL02", WEB)
        acting = asyncio.create_task(ask(world, "Start-VMFailover", "NJCL02", VM=[one]))
        while world.hosts["NJCL02"].machines[WEB].state != "RecoveryInProgress":
            await asyncio.sleep(0)
        moved = move(world.hosts, world.hosts["NJCL02"].machines[WEB], "NJCL01", START)
        assert moved.state == "Replicating"
        world.clock.advance(60)
        assert errors(await acting) == ["ObjectNotFound"]
        assert moved.state == "Replicating"

    in_cluster(check)


def test_what_a_lost_node_ran_writes_anew_on_the_other() -> None:
    async def check(world: HyperVWorld) -> None:
        writer = world.machine("NJCL01", DB).writer
        set_node(world.hosts, "NJCL01", "Down", START)
        moved = world.hosts["NJCL02"].machines[DB]
        assert (moved.power, moved.since) == ("Running", START)
        assert moved.writer != writer

    in_cluster(check)


def test_what_forbids_an_act_meanwhile_forbids_its_effect() -> None:
    async def check(world: HyperVWorld) -> None:
        db = world.machine("NYHV01", DB)
        db.legs, db.power = [], "Off"
        acting = await begun(world, "Remove-VM", "NYHV01", DB)
        db.power = "Running"
        world.clock.advance(10)
        assert errors(await acting) == ["InvalidState"]
        assert world.machine("NYHV01", DB) is db

    in_cluster(check)
