"""What happens in clusters: machines and brokers move between nodes, nodes go down and come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from drconsole.lab.hyperv.machines import Broker, Cluster, Host, Machine
from drconsole.lab.hyperv.power_loss import come_up, go_down, start_anew

GROUP_ON = ("Running", "Paused", "Starting", "Stopping")


class WrongMove(Exception):
    """What was asked of a cluster cannot happen in it; the text says why."""


def broker_of(hosts: Mapping[str, Host], name: str) -> Cluster | None:
    """The cluster whose broker a server name in a relationship means: its short or full name."""
    wanted = name.lower()
    clusters = (host.cluster for host in hosts.values() if host.cluster is not None)
    found = (c for c in clusters if c.broker and wanted in (c.broker.name.lower(), c.broker.fqdn.lower()))
    return next(found, None)


def group_state(machine: Machine) -> str:
    """The state of a machine's cluster group: a name of ClusterGroupState and of ClusterResourceState."""
    return "Online" if machine.power in GROUP_ON else "Offline"


def arrive(hosts: Mapping[str, Host], machine: Machine, target: str, now: datetime) -> Machine:
    """Begin a live migration: both nodes list the machine until ``move`` ends it. The arriving machine.

    Raises:
        WrongMove: the target is no living node of the machine's cluster, or has the machine.
    """
    source, to = hosts[machine.host], _node(hosts, machine, target)
    if machine.id in to.machines:
        raise WrongMove(f"{target} has {machine.name} already")
    legs = [replace(leg) for leg in machine.legs]
    arriving = replace(machine, host=to.name, legs=legs, since=now if machine.since else None)
    # What is at work on it stays behind, and does not come to its end.
    arriving.forget_work()
    to.machines[machine.id] = arriving
    assert source.cluster is to.cluster
    return arriving


def move(hosts: Mapping[str, Host], machine: Machine, target: str, now: datetime) -> Machine:
    """Make a node the owner of a machine, at once; partners learn where it is. The machine there.

    Raises:
        WrongMove: the target is no living node of the machine's cluster.
    """
    to = _node(hosts, machine, target)
    if machine.host == to.name:
        raise WrongMove(f"{target} owns {machine.name} already")
    moved = to.machines.get(machine.id) or arrive(hosts, machine, target, now)
    source = hosts[machine.host]
    del source.machines[machine.id]
    for host in hosts.values():
        twin = host.machines.get(machine.id)
        for leg in twin.legs if twin else ():
            # Partners know the node that serves; what they replicate to is the broker's name all the same.
            leg.primary = to.fqdn if leg.primary.lower() == source.fqdn.lower() else leg.primary
            leg.receiver = to.fqdn if leg.receiver.lower() == source.fqdn.lower() else leg.receiver
    return moved


def set_node(hosts: Mapping[str, Host], name: str, state: str, now: datetime) -> None:
    """Give a node a state; one that goes down leaves all it owned to another node, which starts it anew.

    Raises:
        WrongMove: the host is in no cluster, or no node would be left.
    """
    node = hosts[name]
    cluster = node.cluster
    if cluster is None:
        raise WrongMove(f"{name} is no node of a cluster")
    heirs = [n for n in cluster.nodes if n != name and hosts[n].state == "Up"]
    if state == "Down" and not heirs:
        raise WrongMove(f"{name} is the last node of {cluster.name} that is up")
    if state != "Down":
        come_up(hosts, node, now)
        node.state = state
        return
    go_down(hosts, node, now)
    for machine in list(node.machines.values()):
        if node.clusters(machine):
            start_anew(move(hosts, machine, heirs[0], now), now)
    if cluster.owner == name:
        cluster.owner = heirs[0]
    if cluster.broker is not None and cluster.broker.owner == name:
        cluster.broker.owner = heirs[0]


def set_broker(cluster: Cluster, state: str) -> Broker:
    """Give the broker's resource a state; its group stays as it is, as it does on real clusters.

    Raises:
        WrongMove: the cluster has no broker.
    """
    if cluster.broker is None:
        raise WrongMove(f"{cluster.name} has no broker")
    cluster.broker.state = state
    return cluster.broker


def _node(hosts: Mapping[str, Host], machine: Machine, target: str) -> Host:
    cluster = hosts[machine.host].cluster
    if cluster is None or target not in cluster.nodes:
        raise WrongMove(f"{target} is no node of the cluster that has {machine.name}")
    if hosts[target].state != "Up":
        raise WrongMove(f"{target} is {hosts[target].state}")
    return hosts[target]
