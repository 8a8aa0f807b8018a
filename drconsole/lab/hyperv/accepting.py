"""Who may replicate to a host: the settings of its replica server, which the nodes of a cluster share."""

from __future__ import annotations

from datetime import timedelta

from drconsole.lab.hyperv.cmdlets import FAILED, Turn, cmdlet
from drconsole.lab.hyperv.documented import Seam, documented_object
from drconsole.lab.hyperv.machines import Accepting, Host
from drconsole.lab.hyperv.objects import DISK_FOLDER

ANYONE = "*"


def settings(host: Host) -> Accepting:
    """The settings that hold on a host: on a node those of its cluster."""
    return host.cluster.accepting if host.cluster else host.accepting


def sender_name(host: Host) -> str:
    """The name under which a host is known to those it sends to: on a node that of the Replica Broker."""
    broker = host.cluster.broker if host.cluster else None
    return broker.fqdn if broker else host.fqdn


def accepts(host: Host, sender: str) -> bool:
    """Whether a host takes replication from a server; ``*.domain`` admits every server of a domain."""
    told, name = settings(host), sender.lower()
    admitted = (one.lower() for one in told.allowed)
    return told.enabled and any(
        one in (ANYONE, name) or (one.startswith("*.") and name.endswith(one[1:])) for one in admitted
    )


@cmdlet("Get-VMReplicationServer")
async def get_vm_replication_server(turn: Turn) -> None:
    """The settings; without rights an error, or not even that; a cluster keeps them with its broker."""
    host = turn.host
    if not host.rights:
        if not host.quiet:
            text = (
                "You do not have the required permission to complete this task. Contact the administrator of "
                f"the authorization policy for the computer '{host.name}'."
            )
            await turn.error("AccessDenied", text, "PermissionDenied", host.name)
        return
    if host.cluster is not None and host.cluster.broker is None:
        text = f"The cluster '{host.cluster.name}' has no Hyper-V Replica Broker."
        await turn.error("InvalidOperation", text, "InvalidOperation", host.name, FAILED)
        return
    await turn.write(_server(host))


def _server(host: Host) -> dict[str, Seam]:
    """A VMReplicationServer."""
    told = settings(host)
    return documented_object(
        "VMReplicationServer",
        f"replication-server/{host.place}",
        ReplicationEnabled=told.enabled,
        AllowedAuthenticationType=told.authentication,
        KerberosAuthenticationPort=80,
        CertificateAuthenticationPort=443,
        CertificateThumbprint=None,
        ReplicationAllowedFromAnyServer=ANYONE in told.allowed,
        DefaultStorageLocation=DISK_FOLDER if ANYONE in told.allowed else "",
        AuthorizationEntries=[_entry(host, sender) for sender in told.allowed],
        MonitoringInterval=timedelta(hours=12),
        MonitoringStartTime=timedelta(hours=9),
        OperationalStatus=["Ok"],
        StatusDescriptions=["Operating normally"],
        ComputerName=host.name,
        IsDeleted=False,
    )


def _entry(host: Host, sender: str) -> dict[str, Seam]:
    """A VMReplicationAuthorizationEntry."""
    return documented_object(
        "VMReplicationAuthorizationEntry",
        f"authorization/{host.place}/{sender}",
        AllowedPrimaryServer=sender,
        ReplicaStorageLocation=DISK_FOLDER,
        TrustGroup="DEFAULT",
        ComputerName=host.name,
        IsDeleted=False,
    )
