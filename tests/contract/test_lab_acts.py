"""What each acting cmdlet does and refuses, on both engines; read back by the hosts' own cmdlets too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from drconsole.lab.hyperv.act_faults import ActFault, ActKind
from drconsole.lab.hyperv.machines import Cluster, Leg, Machine
from drconsole.lab.powershell.process import Engine
from drconsole.lab.powershell.real_engine import RealEngine
from tests.contract.acting import (
    DB,
    NJ,
    START,
    WEB,
    ActingWorld,
    Make,
    as_read,
    ask,
    evaluator,
    every_cmdlet,
    read_back,
    session,
)

Change = Callable[[Machine, Machine], None]

VM = "$vm = Get-VM -Id $Arguments.vm\n"
NIC = VM + "$nic = @(Get-VMNetworkAdapter -VM $vm)[0]\n"
LEG = "foreach ($r in @(Get-VMReplication)) { if ($r.ReplicationRelationshipType -ne 'x') { $leg = $r } }\n"


@pytest.fixture(params=["evaluator", pytest.param("powershell", marks=pytest.mark.pwsh)])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    """Each of the two engines."""
    if request.param == "evaluator":
        with every_cmdlet():
            yield evaluator
    else:
        pwsh: Path = request.getfixturevalue("pwsh")
        yield lambda world: RealEngine(world, pwsh)


def off(web: Machine, copy: Machine) -> None:
    """The original is off."""
    web.power, web.since, web.writing_since = "Off", None, None


def states(web: str, copy: str) -> Change:
    """Both ends are in these states."""

    def change(one: Machine, other: Machine) -> None:
        one.legs[0].state, other.legs[0].state = web, copy

    return change


def never(web: Machine, copy: Machine) -> None:
    """Nothing was ever sent."""
    web.legs[0].last_sync = copy.legs[0].last_sync = None


def recovered(web: Machine, copy: Machine) -> None:
    """The replica was failed over, its original is off and in error."""
    off(web, copy)
    states("Error", "FailedOverWaitingCompletion")(web, copy)


def alone(web: Machine, copy: Machine) -> None:
    """No end is replicated."""
    web.legs, copy.legs = [], []


@dataclass(frozen=True)
class Row:
    """One act at the end of some changes: its text, where, and what both machines are after it."""

    name: str
    where: str
    text: str
    web: str = "Running Primary Replicating"
    copy: str = "Off Replica Replicating"
    changes: tuple[Change, ...] = ()
    error: str = ""
    vm: str = WEB


OFF = "Off Primary Replicating"
PREPARED = states("PreparedForFailover", "Replicating")
FIRST = states("ReadyForInitialReplication", "WaitingForInitialReplication")
PAUSED = states("Suspended", "Suspended")
CONFIRM = "-Confirm:$false"

ROWS = [
    Row("start", "NYHV01", VM + "Start-VM -VM $vm", changes=(off,)),
    Row("start what runs", "NYHV01", VM + "Start-VM -VM $vm"),
    Row("start a replica", "NJHV01", VM + "Start-VM -VM $vm", error="OperationFailed"),
    Row(
        "start what is prepared",
        "NYHV01",
        VM + "Start-VM -VM $vm",
        web="Off Primary PreparedForFailover",
        changes=(off, PREPARED),
        error="OperationFailed",
    ),
    Row("shut down", "NYHV01", VM + "Stop-VM -VM $vm -Force", web=OFF),
    Row("turn off", "NYHV01", VM + "Stop-VM -VM $vm -TurnOff -Force", web=OFF),
    Row("shut down, asked", "NYHV01", VM + f"Stop-VM -VM $vm {CONFIRM}", error="InvalidOperation"),
    Row(
        "shut down a guest that hangs",
        "NYHV01",
        VM + "Stop-VM -VM $vm -Force",
        changes=(lambda web, copy: setattr(web, "shutdown_s", None),),
        error="OperationFailed",
    ),
    Row(
        "prepare",
        "NYHV01",
        VM + f"Start-VMFailover -VM $vm -Prepare {CONFIRM}",
        web="Off Primary PreparedForFailover",
        changes=(off,),
    ),
    Row(
        "prepare what runs",
        "NYHV01",
        VM + f"Start-VMFailover -VM $vm -Prepare {CONFIRM}",
        error="InvalidState",
    ),
    Row(
        "prepare without a word",
        "NYHV01",
        VM + "Start-VMFailover -VM $vm -Prepare",
        web=OFF,
        changes=(off,),
        error="InvalidOperation",
    ),
    Row(
        "fail over",
        "NJHV01",
        VM + f"Start-VMFailover -VM $vm {CONFIRM}",
        copy="Off Replica FailedOverWaitingCompletion",
    ),
    Row(
        "fail over to a point",
        "NJHV01",
        VM + f"Start-VMFailover -VMRecoverySnapshot @(Get-VMSnapshot -VM $vm)[0] {CONFIRM}",
        copy="Off Replica FailedOverWaitingCompletion",
    ),
    Row("fail over, what if", "NJHV01", VM + "Start-VMFailover -VM $vm -WhatIf"),
    Row(
        "fail over an original",
        "NYHV01",
        VM + f"Start-VMFailover -VM $vm {CONFIRM}",
        error="InvalidOperation",
    ),
    Row(
        "fail over what resynchronizes for a test",
        "NJHV01",
        VM + f"Start-VMFailover -VM $vm -AsTest {CONFIRM}",
        web="Running Primary Resynchronizing",
        copy="Off Replica Resynchronizing",
        changes=(states("Resynchronizing", "Resynchronizing"),),
        error="InvalidState",
    ),
    Row(
        "complete",
        "NJHV01",
        VM + f"Complete-VMFailover -VM $vm {CONFIRM}",
        web="Off Primary Error",
        copy="Off Replica FailedOver",
        changes=(recovered,),
    ),
    Row("complete nothing", "NJHV01", VM + f"Complete-VMFailover -VM $vm {CONFIRM}", error="InvalidState"),
    Row(
        "cancel",
        "NJHV01",
        VM + "Stop-VMFailover -VM $vm",
        web="Off Primary Error",
        changes=(recovered,),
    ),
    Row("unlock", "NYHV01", VM + "Stop-VMFailover -VM $vm", web=OFF, changes=(off, PREPARED)),
    Row("cancel nothing", "NJHV01", VM + "Stop-VMFailover -VM $vm", error="InvalidState"),
    Row(
        "reverse",
        "NJHV01",
        LEG + "Set-VMReplication -VMReplication $leg -Reverse",
        web="Off Replica Replicating",
        copy="Off Primary Replicating",
        changes=(off, states("PreparedForFailover", "FailedOverWaitingCompletion")),
    ),
    Row(
        "reverse what was not failed over",
        "NJHV01",
        LEG + "Set-VMReplication -VMReplication $leg -Reverse",
        error="InvalidState",
    ),
    Row(
        "reverse onto a live original",
        "NJHV01",
        LEG + "Set-VMReplication -VMReplication $leg -Reverse",
        copy="Off Replica FailedOver",
        changes=(states("Replicating", "FailedOver"),),
        error="OperationFailed",
    ),
    Row(
        "wait as a replica",
        "NYHV01",
        VM + "Set-VMReplication -VM $vm -AsReplica",
        web="Off Replica WaitingForInitialReplication",
        copy="Off Replica FailedOverWaitingCompletion",
        changes=(recovered,),
    ),
    Row(
        "pause",
        "NYHV01",
        VM + "Suspend-VMReplication -VM $vm",
        web="Running Primary Suspended",
    ),
    Row(
        "pause twice",
        "NYHV01",
        VM + "Suspend-VMReplication -VM $vm",
        web="Running Primary Suspended",
        copy="Off Replica Suspended",
        changes=(PAUSED,),
        error="InvalidState",
    ),
    Row(
        "resume",
        "NYHV01",
        LEG + "Resume-VMReplication -VMReplication $leg",
        changes=(states("Suspended", "Replicating"),),
    ),
    Row(
        "resume a first copy",
        "NYHV01",
        VM + "Resume-VMReplication -VM $vm",
        changes=(states("Suspended", "WaitingForInitialReplication"), never),
    ),
    Row(
        "resynchronize",
        "NYHV01",
        VM + "Resume-VMReplication -VM $vm -Resynchronize",
        changes=(states("WaitingForStartResynchronize", "Replicating"),),
    ),
    Row("first copy", "NYHV01", VM + "Start-VMInitialReplication -VM $vm -UseBackup", changes=(FIRST,)),
    Row(
        "first copy of what flows", "NYHV01", VM + "Start-VMInitialReplication -VM $vm", error="InvalidState"
    ),
    Row("end", "NYHV01", VM + "Remove-VMReplication -VM $vm", web="Running None Disabled"),
    Row(
        "end nothing",
        "NYHV01",
        VM + "Remove-VMReplication -VM $vm",
        web="Running None Disabled",
        copy="Off None Disabled",
        changes=(alone,),
        error="InvalidOperation",
    ),
    Row("remove what runs", "NYHV01", VM + "Remove-VM -VM $vm -Force", error="InvalidState"),
    Row("remove a replica", "NJHV01", VM + "Remove-VM -VM $vm -Force", error="InvalidState"),
    Row("remove, asked", "NYHV01", VM + f"Remove-VM -VM $vm {CONFIRM}", vm=DB, error="InvalidOperation"),
    Row("how often", "NYHV01", VM + "Set-VMReplication -VM $vm -ReplicationFrequencySec 30"),
    Row(
        "no such frequency",
        "NYHV01",
        VM + "Set-VMReplication -VM $vm -ReplicationFrequencySec 60",
        error="InvalidParameter",
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_what_an_act_does(make: Make, row: Row) -> None:
    async def do(engine: Engine, world: ActingWorld) -> None:
        for change in row.changes:
            change(world.web, world.copy)
        got = await ask(engine, row.where, row.text, vm=row.vm)
        assert (got.ok, got.error_id) == (not row.error, row.error), got
        told = {one.host: f"{one.power} {one.mode} {one.state}" for one in (world.web, world.copy)}
        assert told == {"NYHV01": row.web, "NJHV01": row.copy}
        if make is evaluator or row is ROWS[0]:
            assert await read_back(engine, world) == as_read(world)

    session(make, do)


ADAPTER = '$now = @(Get-VMNetworkAdapter -VM $vm)[0]\n"$($now.SwitchName) $($now.TestReplicaSwitchName)"'
VLAN = '$now = Get-VMNetworkAdapterVlan -VMNetworkAdapter $nic\n"$($now.OperationMode) $($now.AccessVlanId)"'
AFTER = (
    "$now = Get-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $nic\n"
    '"$($now.IPv4Address) $($now.IPv4SubnetMask) $($now.IPv6Address)"'
)
SWITCH = "$wanted = @(Get-VMSwitch)[1]\n"
MACHINE = '$now = Get-VM -Id $Arguments.vm\n"$($now.Name) $($now.Notes) $($now.AutomaticStartAction)"'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (NIC + "Disconnect-VMNetworkAdapter -VMNetworkAdapter $nic\n" + ADAPTER, " "),
        (
            NIC + SWITCH + "Connect-VMNetworkAdapter -VMNetworkAdapter $nic -VMSwitch $wanted\n" + ADAPTER,
            "Isolated ",
        ),
        (NIC + "Connect-VMNetworkAdapter -VMNetworkAdapter $nic -SwitchName 'None'\n", "InvalidParameter"),
        (
            NIC + "Set-VMNetworkAdapter -VMNetworkAdapter $nic -TestReplicaSwitchName 'isolated'\n" + ADAPTER,
            "Production Isolated",
        ),
        (
            NIC + "Set-VMNetworkAdapter -VMNetworkAdapter $nic -TestReplicaSwitchName 'No'\n",
            "InvalidParameter",
        ),
        (NIC + "Set-VMNetworkAdapterVlan -VMNetworkAdapter $nic -Access -VlanId 17\n" + VLAN, "Access 17"),
        (NIC + "Set-VMNetworkAdapterVlan -VMNetworkAdapter $nic -Access -VlanId 4095\n", "InvalidParameter"),
        (NIC + "Set-VMNetworkAdapterVlan -VMNetworkAdapter $nic -Untagged\n" + VLAN, "Untagged 0"),
        (
            NIC + "Set-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $nic -IPv4Address '10.0.0.5'"
            " -IPv4SubnetMask '255.0.0.0' -IPv6Address 'fd00::5'\n"
            "Set-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter $nic -ClearFailoverIPv4Settings\n"
            + AFTER,
            "  fd00::5",
        ),
        (
            VM + "Set-VM -VM $vm -Notes 'a $(b)' -AutomaticStartAction Nothing\n" + MACHINE,
            "web a $(b) Nothing",
        ),
        (VM + "Set-VM -VM $vm -NewVMName 'web 2'\n" + MACHINE, "web 2  StartIfRunning"),
    ],
)
def test_what_is_set_is_read_back(make: Make, text: str, told: str) -> None:
    async def do(engine: Engine, world: ActingWorld) -> None:
        got = await ask(engine, "NYHV01", text, vm=WEB)
        assert got.error_id == told if got.error else got.value == told, got

    assert session(make, do).watch.seen == []


def test_a_removed_machine_leaves_its_disk(make: Make) -> None:
    remove = (
        VM + "$disk = @(Get-VMHardDiskDrive -VM $vm)[0].Path\nRemove-VM -VM $vm -Force\n"
        "foreach ($one in @(Get-VM)) { $one.Name }\nTest-Path -LiteralPath $disk"
    )

    async def do(engine: Engine, world: ActingWorld) -> None:
        got = await ask(engine, "NYHV01", remove, vm=DB)
        assert got.value == ["web", True], got
        assert DB not in world.hosts["NYHV01"].machines

    session(make, do)


def test_a_test_copy_takes_its_disk_along(make: Make) -> None:
    text = (
        VM + f"$test = Start-VMFailover -VM $vm -AsTest -Passthru {CONFIRM}\n"
        "$disk = @(Get-VMHardDiskDrive -VM $test)[0].Path\n$was = Test-Path -LiteralPath $disk\n"
        'Stop-VMFailover -VM $vm\n"$($test.Name) $was $(Test-Path -LiteralPath $disk)"'
    )

    async def do(engine: Engine, world: ActingWorld) -> None:
        assert (await ask(engine, "NJHV01", text, vm=WEB)).value == "web - Test True False"

    session(make, do)


def test_one_of_two_relationships_must_be_named(make: Make) -> None:
    async def do(engine: Engine, world: ActingWorld) -> None:
        third = "chhv01.corp.example"
        world.copy.legs.append(
            Leg("Replica", "Replicating", NJ, third, third, kind="Extended", last_sync=START)
        )
        pause = VM + "Suspend-VMReplication -VM $vm"
        assert (await ask(engine, "NJHV01", pause, vm=WEB)).error_id == "InvalidParameter"
        got = await ask(engine, "NJHV01", LEG + "Suspend-VMReplication -VMReplication $leg")
        assert got.ok, got
        assert [leg.state for leg in world.copy.legs] == ["Replicating", "Suspended"]

    session(make, do)


def test_a_reverse_that_is_done_on_one_side_only(make: Make) -> None:
    async def do(engine: Engine, world: ActingWorld) -> None:
        off(world.web, world.copy)
        states("PreparedForFailover", "FailedOverWaitingCompletion")(world.web, world.copy)
        world.faults.waiting.append(ActFault("Set-VMReplication", ActKind.HALF))
        got = await ask(engine, "NJHV01", LEG + "Set-VMReplication -VMReplication $leg -Reverse")
        assert got.ok, got
        assert (world.copy.mode, world.web.mode) == ("Primary", "Primary")
        assert world.web.state == "PreparedForFailover"

    session(make, do)


def test_the_role_of_a_removed_machine_stays_until_it_is_removed(make: Make) -> None:
    text = (
        VM + "Remove-VM -VM $vm -Force\n$group = Get-ClusterGroup -VMId $Arguments.vm\n"
        '"$($group.State)"\nRemove-ClusterGroup -VMId $Arguments.vm -RemoveResources -Force\n'
        "foreach ($one in @(Get-ClusterGroup)) { $one.Name }"
    )

    async def do(engine: Engine, world: ActingWorld) -> None:
        cluster = Cluster("GOLD", "gold.corp.example", ("NYHV01",), "NYHV01")
        world.hosts["NYHV01"].cluster = cluster
        got = await ask(engine, "NYHV01", text, vm=DB)
        assert got.value == ["Failed", "Cluster Group", "Available Storage", "web"], got

    session(make, do)
