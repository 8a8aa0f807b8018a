"""A host that loses its power: what is at work there is lost, and what starts by itself when it is back."""

from __future__ import annotations

import asyncio

import pytest

from drconsole.lab.hyperv.call import Gone
from drconsole.lab.hyperv.content import content_at
from drconsole.lab.hyperv.effects import perform
from drconsole.lab.hyperv.machines import Cluster, Host
from drconsole.lab.hyperv.model import HyperVWorld
from drconsole.lab.hyperv.power_loss import come_up, go_down
from drconsole.lab.hyperv.transitions import Operation, Refused
from tests.unit.hyperv_world import DB, START, WEB, ask, hosts, in_world


def known(**web: object) -> dict[str, Host]:
    """The two hosts, with ``web`` in New York changed."""
    found = {host.name: host for host in hosts()}
    for name, value in web.items():
        setattr(found["NYHV01"].machines[WEB], name, value)
    return found


@pytest.mark.parametrize(
    ("power", "auto_start", "after"),
    [
        ("Running", "StartIfRunning", "Running"),
        ("Running", "Start", "Running"),
        ("Running", "Nothing", "Off"),
        ("Stopping", "StartIfRunning", "Running"),
        ("Paused", "StartIfRunning", "Running"),
        ("Off", "StartIfRunning", "Off"),
        ("Off", "Start", "Running"),
        ("Saved", "StartIfRunning", "Saved"),
    ],
)
def test_the_automatic_start_action_decides(power: str, auto_start: str, after: str) -> None:
    world = known(power=power, auto_start=auto_start)
    go_down(world, world["NYHV01"], START)
    come_up(world, world["NYHV01"], START)
    web = world["NYHV01"].machines[WEB]
    assert web.power == after
    assert after != "Running" or web.since == START


@pytest.mark.parametrize(
    ("power", "clustered", "after"),
    [("Running", True, "Running"), ("Off", True, "Off"), ("Running", False, "Off")],
)
def test_a_cluster_starts_what_ran_when_its_last_node_is_back(
    power: str, clustered: bool, after: str
) -> None:
    world = known(power=power, auto_start="Nothing", clustered=clustered)
    node = world["NYHV01"]
    node.cluster = Cluster("GOLD", "gold.corp.example", ("NYHV01",), "NYHV01")
    go_down(world, node, START)
    come_up(world, node, START)
    assert node.machines[WEB].power == after


def test_a_prepared_original_does_not_start_by_itself() -> None:
    world = known(power="Off", since=None, auto_start="Start")
    perform(world, world["NYHV01"].machines[WEB], Operation.PREPARE, START)
    go_down(world, world["NYHV01"], START)
    come_up(world, world["NYHV01"], START)
    assert world["NYHV01"].machines[WEB].power == "Off"


def test_a_host_that_was_only_cut_off_goes_on() -> None:
    world = known(auto_start="Nothing")
    before = world["NYHV01"].machines[WEB].since
    world["NYHV01"].state = "Down"
    come_up(world, world["NYHV01"], START)
    web = world["NYHV01"].machines[WEB]
    assert (web.power, web.since) == ("Running", before)


def test_nothing_is_written_without_power() -> None:
    async def check(world: HyperVWorld) -> None:
        web = world.machine("NYHV01", WEB)
        perform(world.hosts, web, Operation.STOP, world.clock.now())
        perform(world.hosts, web, Operation.START, world.clock.now())
        world.clock.advance(60)
        go_down(world.hosts, world.hosts["NYHV01"], world.clock.now())
        written = content_at(web, world.clock.now())
        world.clock.advance(60)
        assert content_at(web, world.clock.now()) == written
        come_up(world.hosts, world.hosts["NYHV01"], world.clock.now())
        world.clock.advance(60)
        assert content_at(web, world.clock.now()) != written

    in_world(check)


@pytest.mark.parametrize("back", [False, True])
def test_an_act_that_was_under_way_is_lost(back: bool) -> None:
    async def check(world: HyperVWorld) -> None:
        db = world.machine("NYHV01", DB)
        (shown,) = (await ask(world, "Get-VM", "NYHV01", Id={"$guid": DB})).objects
        starting = asyncio.create_task(ask(world, "Start-VM", "NYHV01", VM=[shown]))
        await asyncio.sleep(0)
        assert db.busy == "Start-VM"
        go_down(world.hosts, world.hosts["NYHV01"], world.clock.now())
        if back:
            come_up(world.hosts, world.hosts["NYHV01"], world.clock.now())
        world.clock.advance(10)
        with pytest.raises(Gone):
            await starting
        assert world.machine("NYHV01", DB).power == "Off"

    in_world(check)


def test_nobody_starts_anything_on_a_dead_host() -> None:
    world = known(power="Off", since=None)
    go_down(world, world["NYHV01"], START)
    with pytest.raises(Refused, match="is down"):
        perform(world, world["NYHV01"].machines[WEB], Operation.START, START)
