"""Clusters as the objects their cmdlets return; properties and texts are general knowledge, unchecked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from drconsole.lab.hyperv.clusters import group_state
from drconsole.lab.hyperv.documented import Seam, documented_object
from drconsole.lab.hyperv.machines import Cluster, Host

BROKER_TYPE = "Virtual Machine Replication Broker"


@dataclass(frozen=True, slots=True)
class Resource:
    """One cluster resource; ``parameters`` are its private properties."""

    name: str
    type: str
    state: str
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Group:
    """One cluster group with its resources; ``vm`` is the id of the machine whose role it is."""

    name: str
    type: str
    state: str
    owner: str
    resources: tuple[Resource, ...] = ()
    vm: str = ""

    @property
    def ident(self) -> str:
        """Its Guid: names of machines are not unique."""
        return _id(f"group/{self.type}/{self.vm or self.name}")

    def ident_of(self, resource: Resource) -> str:
        """The Guid of one of its resources."""
        return _id(f"resource/{resource.type}/{self.ident}")


def groups(hosts: Mapping[str, Host], cluster: Cluster) -> Iterator[Group]:
    """All groups of a cluster: its core groups, its broker, and one for each machine."""
    name = Resource("Cluster Name", "Network Name", "Online", _names(cluster.fqdn))
    yield Group("Cluster Group", "Cluster", "Online", cluster.owner, (name,))
    yield Group("Available Storage", "AvailableStorage", "Offline", cluster.owner)
    if broker := cluster.broker:
        point = Resource(broker.name, "Network Name", "Online", _names(broker.fqdn))
        resource = Resource(f"{BROKER_TYPE} {broker.name}", BROKER_TYPE, broker.state, {})
        yield Group(broker.name, "VMReplicaBroker", broker.group_state, broker.owner, (point, resource))
    seen: set[str] = set()
    for node in (hosts[name] for name in cluster.nodes):
        for machine in node.machines.values():
            # While a machine migrates both nodes list it; its role stays with the one that came first.
            if node.clusters(machine) and machine.id not in seen:
                seen.add(machine.id)
                yield _role(machine.name, machine.id, node.name, group_state(machine), "Online")
    for ident, (machine_name, owner) in cluster.abandoned.items():
        yield _role(machine_name, ident, owner, "Failed", "Failed")


def _role(name: str, vm: str, owner: str, state: str, stored: str) -> Group:
    """The group of a machine with its two resources."""
    ids = {"VmID": vm}
    machine = Resource(f"Virtual Machine {name}", "Virtual Machine", state, ids)
    configuration = f"Virtual Machine Configuration {name}"
    kept = Resource(configuration, "Virtual Machine Configuration", stored, ids)
    return Group(name, "VirtualMachine", state, owner, (machine, kept), vm)


def cluster_object(cluster: Cluster) -> dict[str, Seam]:
    """A Cluster."""
    ref = f"cluster/{cluster.name}"
    domain = cluster.fqdn.partition(".")[2]
    return documented_object("Cluster", ref, cluster.name, Name=cluster.name, Id=_id(ref), Domain=domain)


def node_object(cluster: Cluster, host: Host) -> dict[str, Seam]:
    """A ClusterNode."""
    number = str(cluster.nodes.index(host.name) + 1)
    ref = f"node/{cluster.name}/{host.name}"
    return documented_object("ClusterNode", ref, host.name, Name=host.name, Id=number, State=host.state)


def group_object(hosts: Mapping[str, Host], cluster: Cluster, group: Group) -> dict[str, Seam]:
    """A ClusterGroup."""
    return documented_object(
        "ClusterGroup",
        f"group/{cluster.name}/{group.ident}",
        group.name,
        Name=group.name,
        Id=group.ident,
        GroupType=group.type,
        State=group.state,
        OwnerNode=node_object(cluster, hosts[group.owner]),
        Cluster=cluster_object(cluster),
        IsCoreGroup=group.type in ("Cluster", "AvailableStorage"),
    )


def resource_object(
    hosts: Mapping[str, Host], cluster: Cluster, group: Group, resource: Resource
) -> dict[str, Seam]:
    """A ClusterResource."""
    kind = documented_object(
        "ClusterResourceType", f"resource-type/{resource.type}", resource.type, Name=resource.type
    )
    return documented_object(
        "ClusterResource",
        f"resource/{cluster.name}/{group.ident_of(resource)}",
        resource.name,
        Name=resource.name,
        Id=group.ident_of(resource),
        State=resource.state,
        ResourceType=kind,
        OwnerGroup=group_object(hosts, cluster, group),
        OwnerNode=node_object(cluster, hosts[group.owner]),
        Cluster=cluster_object(cluster),
    )


def parameter_object(cluster: Cluster, resource: Resource, name: str) -> dict[str, Seam]:
    """A ClusterParameter: one private property of a resource."""
    return documented_object(
        "ClusterParameter",
        f"parameter/{cluster.name}/{resource.name}/{name}",
        name,
        Name=name,
        ClusterObject=resource.name,
        Value=resource.parameters[name],
        IsReadOnly=False,
    )


def _names(fqdn: str) -> dict[str, str]:
    short, _, domain = fqdn.partition(".")
    return {"Name": short.upper(), "DnsName": short, "DnsSuffix": domain}


def _id(ref: str) -> str:
    return str(uuid5(NAMESPACE_URL, ref))
