"""The cmdlets that read: Get-VM, Get-VMReplication, Get-VMHost and others (facts: hyperv, 2 and 4)."""

from __future__ import annotations

from drconsole.lab.hyperv.cmdlets import FAILED, NotModelled, Turn, cmdlet, like, wild
from drconsole.lab.hyperv.machines import Leg, Machine
from drconsole.lab.hyperv.objects import (
    adapter_object,
    host_object,
    point_object,
    replication_object,
    switch_id,
    switch_object,
    vm_object,
)
from drconsole.lab.hyperv.replication import health


@cmdlet("Get-VM", "Name", "Id")
async def get_vm(turn: Turn) -> None:
    """All machines, those of some names (wildcards), or the one of an id."""
    found = await by_id(turn) if "Id" in turn.call.bound else await by_name(turn, "Name")
    await turn.write(*(vm_object(turn.host, machine, turn.now) for machine in found))


@cmdlet(
    "Get-VMReplication",
    "VM",
    "VMName",
    "ReplicaServerName",
    "PrimaryServerName",
    "ReplicationState",
    "ReplicationHealth",
    "ReplicationMode",
    "ReplicationRelationshipType",
)
async def get_vm_replication(turn: Turn) -> None:
    """One object per relationship; a machine that is named and has none is an error, a test copy has none."""
    named = [name for name in turn.texts("VMName") if not wild(name)]
    for machine in await targets(turn):
        if not machine.legs and ("VM" in turn.call.bound or machine.name.lower() in map(str.lower, named)):
            text = f"'{turn.call.cmdlet}' is not applicable on virtual machine '{machine.name}'."
            await turn.error("InvalidOperation", text, "InvalidOperation", machine.name, FAILED)
        test = turn.host.machines.get(machine.test) if machine.test else None
        wanted = [leg for leg in machine.legs if _wanted(turn, leg)]
        await turn.write(*(replication_object(turn.host, machine, leg, test, turn.now) for leg in wanted))


def _wanted(turn: Turn, leg: Leg) -> bool:
    """Whether a relationship passes the filters of Get-VMReplication."""
    told = {
        "ReplicaServerName": leg.replica,
        "PrimaryServerName": leg.primary,
        "ReplicationState": leg.state,
        "ReplicationHealth": health(leg, turn.now),
        "ReplicationMode": leg.mode,
        "ReplicationRelationshipType": leg.kind,
    }
    bound = ((turn.text(name), value) for name, value in told.items())
    return all(wish is None or wish.lower() == value.lower() for wish, value in bound)


@cmdlet("Get-VMHost")
async def get_vm_host(turn: Turn) -> None:
    """The host itself; without rights an error, or not even that (unchecked: Get-VM is silent then)."""
    if turn.host.rights or turn.host.quiet:
        await turn.write(host_object(turn.host))
        return
    text = (
        "You do not have the required permission to complete this task. Contact the administrator of "
        f"the authorization policy for the computer '{turn.host.name}'."
    )
    await turn.error("AccessDenied", text, "PermissionDenied", turn.host.name)


@cmdlet("Get-VMNetworkAdapter", "VM", "VMName", "Name")
async def get_vm_network_adapter(turn: Turn) -> None:
    """The adapters of the machines, those of one name where a name is given (wildcards)."""
    name = like(turn.text("Name") or "*")
    for machine in await targets(turn):
        wanted = (adapter for adapter in machine.adapters if name.fullmatch(adapter.name))
        await turn.write(*(adapter_object(turn.host, machine, adapter, turn.now) for adapter in wanted))


@cmdlet("Get-VMSwitch", "Name", "Id", "SwitchType")
async def get_vm_switch(turn: Turn) -> None:
    """The switches, or the one of a name or id; every switch of the lab is external."""
    name, host = turn.text("Name"), turn.host
    found = list(host.switches) if host.rights else []
    if name is not None:
        if wild(name):
            raise NotModelled("Get-VMSwitch -Name with a wildcard")
        found = [switch for switch in found if switch.lower() == name.lower()]
        if not found:
            text = f'Hyper-V was unable to find a virtual switch with name "{name}".'
            await turn.error("InvalidParameter", text, "InvalidArgument", name)
    if "Id" in turn.call.bound:
        found = [switch for switch in found if switch_id(host, switch) in turn.texts("Id")]
    if "SwitchType" in turn.call.bound and "External" not in turn.texts("SwitchType"):
        found = []
    await turn.write(*(switch_object(host, switch) for switch in found))


@cmdlet("Get-VMSnapshot", "VM", "VMName", "Id", "Name", "SnapshotType")
async def get_vm_snapshot(turn: Turn) -> None:
    """The recovery points of the machines, or the one of an id."""
    name, kind, wanted = like(turn.text("Name") or "*"), turn.text("SnapshotType"), turn.text("Id")
    found = 0
    for machine in await targets(turn):
        for point in machine.points:
            shown = point_object(turn.host, machine, point)
            if kind in (None, point.kind) and wanted in (None, point.id) and name.fullmatch(shown["Name"]):
                found += 1
                await turn.write(shown)
    if wanted and not found:
        text = f"Hyper-V was unable to find a checkpoint with ID {wanted}."
        await turn.error("ObjectNotFound", text, "ObjectNotFound", wanted)


async def targets(turn: Turn, names: str = "VMName") -> list[Machine]:
    """The machines of ``-VM`` or of the parameter ``names``, or all; an error for each that is not there."""
    if "VM" not in turn.call.bound:
        return await by_name(turn, names)
    seen, found = {machine.ref: machine for machine in turn.machines}, []
    for host, ident in turn.refs("VM", "vm"):
        if machine := seen.get(f"vm/{host}/{ident}"):
            found.append(machine)
        else:
            await missing(turn, "id", ident, "ObjectNotFound", "ObjectNotFound")
    return found


async def by_id(turn: Turn) -> list[Machine]:
    """The machine of ``-Id``."""
    wanted = (turn.text("Id") or "").lower()
    found = [machine for machine in turn.machines if machine.id == wanted]
    if not found:
        await missing(turn, "id", wanted, "ObjectNotFound", "ObjectNotFound")
    return found


async def by_name(turn: Turn, parameter: str) -> list[Machine]:
    """The machines that match any of the names, all without names; a plain name must match something."""
    if parameter not in turn.call.bound:
        return turn.machines
    found: dict[str, Machine] = {}
    for name in turn.texts(parameter):
        pattern = like(name)
        hits = {machine.id: machine for machine in turn.machines if pattern.fullmatch(machine.name)}
        if not hits and not wild(name):
            await missing(turn, "name", name, "InvalidParameter", "InvalidArgument")
        found |= hits
    return list(found.values())


async def missing(turn: Turn, what: str, value: str, error_id: str, category: str) -> None:
    """Report that a machine is not there, and go on."""
    text = f'Hyper-V was unable to find a virtual machine with {what} "{value}".'
    await turn.error(error_id, text, category, value)
