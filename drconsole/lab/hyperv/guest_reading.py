"""The cmdlets that tell of what is inside machines, and of files: integration services, disks, paths."""

from __future__ import annotations

from drconsole.lab.hyperv.cmdlets import NotModelled, Turn, cmdlet, like, wild
from drconsole.lab.hyperv.documented import documented_object
from drconsole.lab.hyperv.guests import heartbeat
from drconsole.lab.hyperv.machines import Host
from drconsole.lab.hyperv.objects import NO_SNAPSHOT, disk_object, disk_path
from drconsole.lab.hyperv.reading import targets

SERVICES = {
    "Heartbeat": "84EAAE65-2F2E-45F5-9BB5-0E857DC8EB47",
    "Shutdown": "9F8233AC-BE49-4C79-8EE3-E7E1985B2077",
}


@cmdlet("Get-VMIntegrationService", "VM", "VMName", "Name")
async def get_vm_integration_service(turn: Turn) -> None:
    """The services by which guest and host talk: the heartbeat, and shutting down."""
    patterns = [like(name) for name in turn.texts("Name")] or [like("*")]
    for machine in await targets(turn):
        beat = heartbeat(machine, turn.now)
        status = "Ok" if beat == "OkApplicationsHealthy" else "NoContact"
        for name in SERVICES:
            if any(pattern.fullmatch(name) for pattern in patterns):
                await turn.write(
                    documented_object(
                        "VMIntegrationComponent",
                        f"service/{machine.host}/{machine.id}/{name}",
                        f"VMIntegrationComponent (Name = '{name}', VMName = '{machine.name}')",
                        Id=f"Microsoft:{machine.id.upper()}\\{SERVICES[name]}",
                        Name=name,
                        Enabled=True,
                        VMId=machine.id,
                        VMName=machine.name,
                        VMSnapshotId=NO_SNAPSHOT,
                        VMSnapshotName="",
                        ComputerName=machine.host,
                        IsDeleted=False,
                        OperationalStatus=[status] if beat else [],
                        PrimaryOperationalStatus=status if beat else None,
                        PrimaryStatusDescription={"Ok": "OK", "NoContact": "No Contact"}[status]
                        if beat
                        else "",
                        SecondaryOperationalStatus=None,
                        SecondaryStatusDescription="",
                        StatusDescription=[],
                    )
                )


@cmdlet("Get-VMHardDiskDrive", "VM", "VMName")
async def get_vm_hard_disk_drive(turn: Turn) -> None:
    """The disks of machines."""
    for machine in await targets(turn):
        await turn.write(*(disk_object(turn.host, machine, disk) for disk in machine.disks))


@cmdlet("Test-Path", "LiteralPath", "Path")
async def test_path(turn: Turn) -> None:
    """Whether there is a disk at a path; other files are not modelled."""
    known = {path.lower() for path in disk_files(turn.host)}
    for path in turn.texts("LiteralPath") + turn.texts("Path"):
        if not path.lower().endswith((".vhdx", ".avhdx")) or ("Path" in turn.call.bound and wild(path)):
            raise NotModelled("Test-Path of what is no disk's path")
        await turn.write(path.lower() in known)


def disk_files(host: Host) -> set[str]:
    """All disks on a host, those of its machines and those that machines left behind."""
    own = {disk_path(machine, disk) for machine in host.machines.values() for disk in machine.disks}
    return own | host.files
