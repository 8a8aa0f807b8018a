"""The cmdlets that look at one machine closely: VLANs, addresses after a failover, statistics."""

from __future__ import annotations

from datetime import timedelta

from drconsole.lab.hyperv.cmdlets import Turn, cmdlet
from drconsole.lab.hyperv.documented import Seam, documented_object
from drconsole.lab.hyperv.machines import FAILED_OVER, Adapter, Leg, Machine
from drconsole.lab.hyperv.objects import NO_SNAPSHOT, vm_object
from drconsole.lab.hyperv.reading import targets
from drconsole.lab.hyperv.replication import find_host, health, sends
from drconsole.lab.hyperv.transitions import PREPARED

# Reported from the field: so long it waits for a partner that is dead (facts: hyperv, section 11).
PATIENCE = timedelta(minutes=10)
WINDOW = timedelta(hours=12)
CYCLE_BYTES = 24 * 2**20


@cmdlet("Get-VMNetworkAdapterVlan", "VMNetworkAdapter")
async def get_vlan(turn: Turn) -> None:
    """The VLAN of adapters."""
    for ref in turn.refs("VMNetworkAdapter", "adapter"):
        if found := await find_adapter(turn, ref):
            await turn.write(vlan_object(*found))


def vlan_object(machine: Machine, adapter: Adapter) -> dict[str, Seam]:
    """A VMNetworkAdapterVlanSetting: untagged, or in one VLAN."""
    return documented_object(
        "VMNetworkAdapterVlanSetting",
        f"vlan/{machine.host}/{machine.id}/{adapter.id}",
        OperationMode="Untagged" if adapter.vlan is None else "Access",
        AccessVlanId=adapter.vlan or 0,
        NativeVlanId=0,
        AllowedVlanIdList=[],
        AllowedVlanIdListString="",
        PrimaryVlanId=0,
        SecondaryVlanId=0,
        ComputerName=machine.host,
        IsDeleted=False,
    )


@cmdlet("Get-VMNetworkAdapterFailoverConfiguration", "VMNetworkAdapter")
async def get_failover_configuration(turn: Turn) -> None:
    """What adapters get after a failover."""
    for ref in turn.refs("VMNetworkAdapter", "adapter"):
        if found := await find_adapter(turn, ref):
            await turn.write(failover_object(*found))


def failover_object(machine: Machine, adapter: Adapter) -> dict[str, Seam]:
    """A VMNetworkAdapterFailoverSetting; what is not set is an empty text."""
    names = ("Address", "DefaultGateway", "PreferredDNSServer", "AlternateDNSServer")
    empty = {f"{family}{name}": "" for family in ("IPv4", "IPv6") for name in names}
    masks = {"IPv4SubnetMask": "", "IPv6SubnetPrefixLength": ""}
    return documented_object(
        "VMNetworkAdapterFailoverSetting",
        f"failover/{machine.host}/{machine.id}/{adapter.id}",
        **{**empty, **masks, **adapter.after_failover},
    )


@cmdlet("Measure-VMReplication", "VM")
async def measure_vm_replication(turn: Turn) -> None:
    """Statistics of each relationship; the end that sends asks its partner, and waits long for a dead one."""
    for machine in await targets(turn):
        for leg in machine.legs:
            partner = find_host(turn.world.hosts, leg.receiver)
            if sends(leg) and (partner is None or partner.state == "Down"):
                await turn.world.clock.sleep(PATIENCE.total_seconds())
            await turn.write(_statistics(turn, machine, leg))


def _statistics(turn: Turn, machine: Machine, leg: Leg) -> dict[str, object]:
    """A VMReplicationHealth; on the end that sends, what came since the last sync is pending."""
    host, now = turn.host, turn.now
    behind = (now - leg.last_sync).total_seconds() / leg.frequency_s if leg.last_sync else 0.0
    test = host.machines.get(machine.test) if machine.test else None
    told = health(leg, now)
    return documented_object(
        "VMReplicationHealth",
        f"statistics/{host.name}/{machine.id}/{leg.kind}",
        f"VMReplicationHealth (VMName = '{machine.name}') [VMId = '{machine.id}']",
        VMId=machine.id,
        VMName=machine.name,
        VMSnapshotId=NO_SNAPSHOT,
        VMSnapshotName="",
        ComputerName=host.name,
        IsDeleted=False,
        ReplicationMode=leg.mode,
        ReplicationState=leg.state,
        ReplicationHealth=told,
        ReplicationRelationshipType=leg.kind,
        PrimaryServerName=leg.primary,
        ReplicaServerName=leg.replica,
        CurrentReplicaServerName=leg.receiver,
        LastReplicationTime=leg.last_sync and leg.last_sync + host.skew,
        LastReplicationType="Regular" if leg.last_sync else "None",
        FailedOverReplicationType=_failed_over_to(leg, machine),
        LastTestFailoverInitiatedTime=test.created + host.skew if test and test.created else None,
        LastVSSSnapshotTime=None,
        MonitoringStartTime=now + host.skew - WINDOW,
        MonitoringEndTime=now + host.skew,
        InitialReplicationSize=0,
        PendingReplicationSize=int(behind * CYCLE_BYTES) if sends(leg) and leg.state != PREPARED else 0,
        AverageReplicationSize=CYCLE_BYTES,
        MaximumReplicationSize=4 * CYCLE_BYTES,
        AverageReplicationLatency=timedelta(seconds=4) if leg.last_sync else None,
        MaximumReplicationLatency=timedelta(seconds=19) if leg.last_sync else None,
        ReplicationErrors=0,
        SuccessfulReplicationCount=int(WINDOW.total_seconds() / leg.frequency_s),
        MissedReplicationCount=int(behind),
        ReplicationHealthDetails=[]
        if told == "Normal"
        else [f"Replication of '{machine.name}': {leg.state}."],
        TestVirtualMachine=vm_object(host, test, now) if test else None,
    )


def _failed_over_to(leg: Leg, machine: Machine) -> str:
    """What a recovered machine was failed over to: Planned where its original had been prepared."""
    if leg.state not in FAILED_OVER:
        return "None"
    return "Planned" if machine.planned else "Regular"


async def find_adapter(turn: Turn, ref: tuple[str, ...]) -> tuple[Machine, Adapter] | None:
    """The adapter of a handle, as long as it is on this host; an error where it is not."""
    host, ident, adapter_id = ref
    machine = next((m for m in turn.machines if (m.host, m.id) == (host, ident)), None)
    adapter = next((a for a in machine.adapters if a.id == adapter_id), None) if machine else None
    if machine is None or adapter is None:
        text = "Hyper-V was unable to find the network adapter."
        await turn.error("ObjectNotFound", text, "ObjectNotFound", adapter_id)
        return None
    return machine, adapter
