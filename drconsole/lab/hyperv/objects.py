"""Machines as the objects cmdlets return: snapshots with all documented properties the model can know."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from drconsole.lab.hyperv.documented import Seam, documented_object
from drconsole.lab.hyperv.guests import addresses_of, heartbeat
from drconsole.lab.hyperv.machines import Adapter, Host, Leg, Machine, Point
from drconsole.lab.hyperv.replication import health

NO_SNAPSHOT = "00000000-0000-0000-0000-000000000000"
ON = ("Running", "Paused", "Stopping")
FOLDER = "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V"
DISK_FOLDER = "D:\\Hyper-V\\Virtual Hard Disks"


def switch_id(host: Host, name: str) -> str:
    """A switch's Guid: made from its host and name, so that it stays the same in every run."""
    return str(uuid5(NAMESPACE_URL, f"switch:{host.name}:{name}"))


def disk_path(machine: Machine, disk: str) -> str:
    """Where one of a machine's disks lies on its host."""
    return f"{DISK_FOLDER}\\{machine.id}\\{disk}.vhdx"


def vm_object(host: Host, machine: Machine, now: datetime) -> dict[str, Seam]:
    """A VirtualMachine."""
    running, memory = machine.power == "Running", machine.memory_mb * 2**20
    return documented_object(
        "VirtualMachine",
        machine.ref,
        f"VirtualMachine (Name = '{machine.name}') [Id = '{machine.id}']",
        **_replication_words(machine, now),
        **_fixed_words(),
        IsClustered=host.clusters(machine),
        AutomaticStartAction=machine.auto_start,
        Version=machine.version,
        Id=machine.id,
        Name=machine.name,
        State=machine.power,
        Notes=machine.notes,
        Uptime=now - machine.since if machine.power in ON and machine.since else timedelta(),
        Generation=machine.generation,
        VirtualMachineSubType=f"Generation{machine.generation}",
        CreationTime=_by_clock(host, machine.created or now),
        ComputerName=host.name,
        Path=f"{FOLDER}\\{machine.id}",
        ConfigurationLocation=f"{FOLDER}\\{machine.id}",
        SnapshotFileLocation=f"{FOLDER}\\{machine.id}",
        SmartPagingFilePath=f"{FOLDER}\\{machine.id}",
        CPUUsage=3 if running else 0,
        Heartbeat=heartbeat(machine, now),
        MemoryAssigned=memory if machine.power in ON else 0,
        MemoryDemand=memory // 2 if running else 0,
        MemoryStartup=memory,
        MemoryMinimum=memory // 2,
        MemoryMaximum=memory,
        ProcessorCount=machine.processors,
        ParentSnapshotId=machine.applied.id if machine.applied else None,
        ParentSnapshotName=point_name(host, machine, machine.applied) if machine.applied else None,
        NetworkAdapters=[adapter_object(host, machine, adapter, now) for adapter in machine.adapters],
        HardDrives=[disk_object(host, machine, disk) for disk in machine.disks],
    )


def _replication_words(machine: Machine, now: datetime) -> dict[str, Any]:
    leg = machine.simple
    return {
        "ReplicationMode": machine.mode,
        "ReplicationState": machine.state,
        "ReplicationHealth": health(leg, now) if leg else "NotApplicable",
    }


def _fixed_words() -> dict[str, Any]:
    """What is alike for all machines of the lab."""
    return {
        "VirtualMachineType": "RealizedVirtualMachine",
        "IsDeleted": False,
        "Status": "Operating normally",
        "StatusDescriptions": ["Operating normally"],
        "PrimaryStatusDescription": "Operating normally",
        "SecondaryStatusDescription": None,
        "OperationalStatus": ["Ok"],
        "PrimaryOperationalStatus": "Ok",
        "SecondaryOperationalStatus": None,
        "AutomaticStartDelay": 0,
        "AutomaticStopAction": "Save",
        "AutomaticCriticalErrorAction": "Pause",
        "AutomaticCriticalErrorActionTimeout": 30,
        "AutomaticCheckpointsEnabled": False,
        "CheckpointType": "Production",
        "DynamicMemoryEnabled": False,
        "MemoryStatus": "",
        "SmartPagingFileInUse": False,
        "ResourceMeteringEnabled": False,
    }


def disk_object(host: Host, machine: Machine, disk: str) -> dict[str, Seam]:
    """A HardDiskDrive."""
    number = machine.disks.index(disk)
    return documented_object(
        "HardDiskDrive",
        f"disk/{host.name}/{machine.id}/{disk}",
        f"HardDiskDrive (Name = 'Hard Drive', VMName = '{machine.name}') [VMId = '{machine.id}']",
        Id=f"Microsoft:{machine.id.upper()}\\0\\{number}",
        Name="Hard Drive",
        Path=disk_path(machine, disk),
        ControllerType="SCSI",
        ControllerNumber=0,
        ControllerLocation=number,
        PoolName="Primordial",
        VMId=machine.id,
        VMName=machine.name,
        VMSnapshotId=NO_SNAPSHOT,
        VMSnapshotName="",
        ComputerName=host.name,
        IsDeleted=False,
    )


def adapter_object(host: Host, machine: Machine, adapter: Adapter, now: datetime) -> dict[str, Seam]:
    """A VMNetworkAdapter."""
    return documented_object(
        "VMNetworkAdapter",
        f"adapter/{host.name}/{machine.id}/{adapter.id}",
        f"VMNetworkAdapter (Name = '{adapter.name}', VMName = '{machine.name}') [VMId = '{machine.id}']",
        Id=f"Microsoft:{machine.id.upper()}\\{adapter.id.upper()}",
        AdapterId=adapter.id.upper(),
        Name=adapter.name,
        VMId=machine.id,
        VMName=machine.name,
        VMSnapshotId=NO_SNAPSHOT,
        VMSnapshotName="",
        ComputerName=host.name,
        SwitchName=adapter.switch or "",
        SwitchId=switch_id(host, adapter.switch) if adapter.switch else None,
        Connected=adapter.switch is not None,
        MacAddress=adapter.mac,
        DynamicMacAddressEnabled=True,
        IPAddresses=addresses_of(machine, adapter, now),
        IsLegacy=False,
        IsSynthetic=True,
        IsManagementOs=False,
        IsExternalAdapter=False,
        IsDeleted=False,
        IsTemplate=False,
        ClusterMonitored=True,
        TestReplicaSwitchName=adapter.test_switch,
        TestReplicaPoolName="",
        Status=["Ok"],
        StatusDescription=["OK"],
        MacAddressSpoofing="Off",
        DhcpGuard="Off",
        RouterGuard="Off",
    )


def replication_object(
    host: Host, machine: Machine, leg: Leg, test: Machine | None, now: datetime
) -> dict[str, Seam]:
    """A VMReplication: one side's view of one relationship; what is excluded, the sending side knows."""
    excluded = machine.excluded if leg.mode == "Primary" else ()
    return documented_object(
        "VMReplication",
        f"replication/{host.name}/{machine.id}/{leg.kind}",
        f"VMReplication (VMName = '{machine.name}') [VMId = '{machine.id}']",
        VMId=machine.id,
        VMName=machine.name,
        VMSnapshotId=NO_SNAPSHOT,
        VMSnapshotName="",
        ComputerName=host.name,
        IsDeleted=False,
        ReplicationMode=leg.mode,
        ReplicationState=leg.state,
        ReplicationHealth=health(leg, now),
        ReplicationRelationshipType=leg.kind,
        ReplicationFrequencySec=leg.frequency_s,
        PrimaryServerName=leg.primary,
        ReplicaServerName=leg.replica,
        CurrentReplicaServerName=leg.receiver,
        AllowedPrimaryServer=leg.primary if leg.mode != "Primary" else "",
        ReplicaServerPort=leg.port,
        AuthenticationType=leg.authentication,
        CertificateThumbprint=leg.thumbprint,
        CompressionEnabled=True,
        BypassProxyServer=False,
        RecoveryHistory=leg.history,
        ReplicatedDisks=[disk_object(host, machine, disk) for disk in machine.disks if disk not in excluded],
        ExcludedDisks=[disk_object(host, machine, disk) for disk in excluded],
        VSSSnapshotFrequencyHour=0,
        VSSSnapshotReplicationEnabled=False,
        AutoResynchronizeEnabled=True,
        AutoResynchronizeIntervalStart=timedelta(hours=18, minutes=30),
        AutoResynchronizeIntervalEnd=timedelta(hours=6),
        InitialReplicationStartTime=_by_clock(host, leg.initial_start),
        ResynchronizeStartTime=_by_clock(host, leg.resync_start),
        LastReplicationTime=_by_clock(host, leg.last_sync),
        LastAppliedLogTime=_by_clock(host, leg.last_sync) if leg.mode != "Primary" else None,
        TestVirtualMachine=vm_object(host, test, now) if test else None,
    )


def point_name(host: Host, machine: Machine, point: Point) -> str:
    """What a recovery point is called."""
    return f"{machine.name} - ({point.at + host.skew:%m/%d/%Y - %H:%M:%S})"


def point_object(host: Host, machine: Machine, point: Point) -> dict[str, Seam]:
    """A VMSnapshot: one recovery point."""
    told = point.at + host.skew
    name = point_name(host, machine, point)
    return documented_object(
        "VMSnapshot",
        f"point/{host.name}/{machine.id}/{point.id}",
        f"VMSnapshot (Name = '{name}') [Id = '{point.id}']",
        Id=point.id,
        Name=name,
        SnapshotType=point.kind,
        CreationTime=told,
        VMId=machine.id,
        VMName=machine.name,
        ComputerName=host.name,
        State="Off",
        Notes="",
        ParentSnapshotId=None,
        ParentSnapshotName=None,
        IsAutomaticCheckpoint=False,
        IsClustered=False,
        IsDeleted=False,
        Generation=machine.generation,
        Version=machine.version,
        ProcessorCount=machine.processors,
        Path=f"{FOLDER}\\{machine.id}",
    )


def host_object(host: Host) -> dict[str, Seam]:
    """A VMHost."""
    return documented_object(
        "VMHost",
        f"host/{host.name}",
        f"VMHost (Name = '{host.name}')",
        Name=host.name,
        FullyQualifiedDomainName=host.fqdn,
        ComputerName=host.name,
        LogicalProcessorCount=32,
        MemoryCapacity=256 * 2**30,
        VirtualHardDiskPath="D:\\Hyper-V\\Virtual Hard Disks",
        VirtualMachinePath="D:\\Hyper-V",
        SupportedVmVersions=list(host.versions),
        IovSupport=False,
        IovSupportReasons=[],
        IsDeleted=False,
        NumaSpanningEnabled=True,
        EnableEnhancedSessionMode=False,
        ResourceMeteringSaveInterval=timedelta(hours=1),
        MaximumStorageMigrations=2,
        MaximumVirtualMachineMigrations=2,
        UseAnyNetworkForMigration=False,
        VirtualMachineMigrationEnabled=False,
        VirtualMachineMigrationAuthenticationType="Kerberos",
        VirtualMachineMigrationPerformanceOption="Compression",
    )


def switch_object(host: Host, name: str) -> dict[str, Seam]:
    """A VMSwitch; every switch of the lab is external."""
    return documented_object(
        "VMSwitch",
        f"switch/{host.name}/{switch_id(host, name)}",
        f"VMSwitch (Name = '{name}') [Id = '{switch_id(host, name)}']",
        Id=switch_id(host, name),
        Name=name,
        Notes="",
        SwitchType="External",
        AllowManagementOS=True,
        ComputerName=host.name,
        IsDeleted=False,
        EmbeddedTeamingEnabled=False,
        IovEnabled=False,
        BandwidthReservationMode="Absolute",
    )


def _by_clock(host: Host, when: datetime | None) -> datetime | None:
    """A lab time as this host's own clock tells it."""
    return when + host.skew if when is not None else None
