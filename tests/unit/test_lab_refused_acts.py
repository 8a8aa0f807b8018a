"""What a host refuses of an act beyond the state of its replication: values, and states of power."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from drconsole.lab.hyperv.model import HyperVWorld
from tests.unit.hyperv_world import WEB, Asked, ask, in_world


async def done(world: HyperVWorld, cmdlet: str, **bound: Any) -> Asked:
    """An act that is asked for and has had its time."""
    acting = asyncio.create_task(ask(world, cmdlet, **bound))
    for _ in range(5):
        await asyncio.sleep(0)
        world.clock.advance(600)
    return await acting


async def web(world: HyperVWorld) -> Any:
    """The machine as its host shows it."""
    (found,) = (await ask(world, "Get-VM", Id={"$guid": WEB})).objects
    return found


def ids(asked: Asked) -> list[str]:
    """The ids of its errors."""
    return [error["id"] for error in asked.errors]


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"IPv4Address": "10.0.0.5", "IPv4SubnetMask": "255.255.255.0"}, False),
        ({"IPv4DefaultGateway": "10.0.0.1", "IPv4PreferredDNSServer": "10.0.0.2"}, False),
        ({"IPv6Address": "fd00::5", "IPv6SubnetPrefixLength": "64"}, False),
        ({"IPv4Address": "999.1.1.1"}, True),
        ({"IPv4Address": "fd00::5"}, True),
        ({"IPv4SubnetMask": "255.0.255.0"}, True),
        ({"IPv4SubnetMask": "24"}, True),
        ({"IPv4DefaultGateway": "gateway"}, True),
        ({"IPv6Address": "10.0.0.5"}, True),
        ({"IPv6SubnetPrefixLength": "129"}, True),
        ({"IPv6SubnetPrefixLength": "x"}, True),
        ({"IPv6AlternateDNSServer": "fd00::zz"}, True),
    ],
)
def test_what_is_no_address_is_refused(given: dict[str, str], refused: bool) -> None:
    async def check(world: HyperVWorld) -> None:
        (adapter,) = (await ask(world, "Get-VMNetworkAdapter", VM=[await web(world)])).objects
        asked = await done(
            world, "Set-VMNetworkAdapterFailoverConfiguration", VMNetworkAdapter=[adapter], **given
        )
        assert ids(asked) == (["InvalidParameter"] if refused else [])
        held = world.machine("NYHV01", WEB).adapters[0].after_failover
        assert held == ({} if refused else given)

    in_world(check)


@pytest.mark.parametrize("turn_off", [True, False])
def test_a_saved_machine_is_not_stopped(turn_off: bool) -> None:
    async def check(world: HyperVWorld) -> None:
        machine = world.machine("NYHV01", WEB)
        machine.power = "Saved"
        switch = {"TurnOff": True} if turn_off else {}
        asked = await done(world, "Stop-VM", VM=[await web(world)], Force=True, **switch)
        assert ids(asked) == ["InvalidState"]
        assert machine.power == "Saved"

    in_world(check)


def test_nothing_as_notes_is_not_modelled() -> None:
    async def check(world: HyperVWorld) -> None:
        asked = await done(world, "Set-VM", VM=[await web(world)], Notes=None)
        assert asked.last["id"] == "NotModelled"
        assert world.machine("NYHV01", WEB).notes == ""
        assert world.unmodelled == ["Set-VM: nothing as a value"]

    in_world(check)
