"""What a person would paste for a step is the commands it says, whatever the names in it are.

A real PowerShell reads them; nothing is called.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from drconsole.platforms.hyperv.actions import ACTIONS
from tests.contract.scripts.rules import findings, parsed

pytestmark = pytest.mark.pwsh

VM = "11111111-1111-4111-8111-111111111111"
HOSTILE = (
    "Production",
    "it's; Remove-VM -Name *",
    "\u2019; Remove-VM -Name * #",
    "\u201a\u201b$(Remove-VM -Name *)",
    "`$(Remove-VM -Name *)\"@'",
    "[a-z]*\r\nRemove-VM -Name *",
    "",
)
MAY = {
    *("Get-VM", "Get-VMReplication", "Get-VMSnapshot", "Get-VMNetworkAdapter", "Get-VMSwitch"),
    *("Start-VM", "Stop-VM", "Set-VM", "Start-VMFailover", "Stop-VMFailover", "Set-VMReplication"),
    *("Connect-VMNetworkAdapter", "Disconnect-VMNetworkAdapter", "Set-VMNetworkAdapterVlan"),
    *("Set-VMNetworkAdapterFailoverConfiguration", "Measure-VMReplication"),
    *("Where-Object", "Format-List", "Start-Sleep"),
}
# They say in words what a person writes into the notes; a parser refuses them whole.
PROSE = {"write-record", "remove-record"}
BY_NAME = {"name", "vmname", "switchname"}


def params(name: str, *, test: bool) -> dict[str, Any]:
    """Parameters of every action at once, with one hostile text wherever a text can come in."""
    address = dict.fromkeys(("address", "mask", "gateway", "dns", "dns2"), name)
    address |= dict.fromkeys(("v6", "v6_length", "v6_gateway", "v6_dns", "v6_dns2"), name)
    place = {"switch": name, "vlan": 7}
    return {
        "vm": VM,
        "test": test,
        "run": "7f3c0a11",
        "point": name,
        "addresses": {name: address},
        "networks": {"every": place, "adapters": {name: place, f"{name}2": {"switch": name, "vlan": 0}}},
    }


@pytest.fixture(scope="module")
def read(pwsh: Path) -> Mapping[str, Any]:
    """What a real PowerShell reads in every command."""
    commands = {
        f"{action} {test} {number}": ACTIONS[action].manual(params(name, test=test))
        for action in ACTIONS.keys() - PROSE
        for test in (False, True)
        for number, name in enumerate(HOSTILE)
    }
    return parsed(pwsh, commands)


def test_a_name_never_becomes_code(read: Mapping[str, Any]) -> None:
    for which, facts in read.items():
        called = {command["name"] for command in facts["commands"] if command["name"]}
        assert called <= MAY, (which, called - MAY)
        assert not [one for one in findings(facts) if one.rule in ("syntax", "dynamic")], which


def test_nothing_is_addressed_by_name(read: Mapping[str, Any]) -> None:
    for which, facts in read.items():
        for command in facts["commands"]:
            named = {one["parameter"].lower() for one in command["elements"] if one.get("parameter")}
            assert not named & BY_NAME, (which, command["name"])


def test_a_test_is_stopped_by_hand_only_while_there_is_one() -> None:
    """Without a test copy the same cmdlet would throw a failover away."""
    told = ACTIONS["stop-test"].manual({"vm": VM})
    assert told.startswith(f"if ((Get-VMReplication -VM (Get-VM -Id {VM})).TestVirtualMachine) {{ Stop-VM")


def test_what_has_no_value_is_left_out() -> None:
    unset = dict.fromkeys(
        ("address", "mask", "gateway", "dns", "dns2", "v6", "v6_gateway", "v6_dns", "v6_dns2"), ""
    )
    v4 = unset | {"address": "10.2.0.9", "mask": "255.255.255.0", "v6_length": 0}
    told = ACTIONS["set-addresses"].manual({"vm": VM, "addresses": {"A": v4}})
    assert told.endswith("-IPv4Address '10.2.0.9' -IPv4SubnetMask '255.255.255.0'")
    # What was set before and is planned no more goes, of this family alone.
    assert "-ClearFailoverIPv4Settings;" in told
    assert "IPv6" not in told
    v6 = unset | {"v6": "fd00::9", "v6_length": 64}
    told = ACTIONS["set-addresses"].manual({"vm": VM, "addresses": {"A": v6}})
    assert told.endswith("-IPv6Address 'fd00::9' -IPv6SubnetPrefixLength '64'")
    assert "IPv4" not in told
