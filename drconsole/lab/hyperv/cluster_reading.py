"""The cluster cmdlets that read: each answers for the cluster of the node it runs on (facts: hyperv, 5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from drconsole.lab.hyperv.cluster_objects import (
    Group,
    cluster_object,
    group_object,
    groups,
    node_object,
    parameter_object,
    resource_object,
)
from drconsole.lab.hyperv.cmdlets import NotModelled, Turn, cmdlet, like, wild
from drconsole.lab.hyperv.machines import Cluster

T = TypeVar("T")
FAILED = "Microsoft.FailoverClusters.PowerShell.ClusterCmdletException"


@cmdlet("Get-Cluster")
async def get_cluster(turn: Turn) -> None:
    """The cluster itself."""
    if cluster := await cluster_here(turn):
        await turn.write(cluster_object(cluster))


@cmdlet("Get-ClusterNode", "Name")
async def get_cluster_node(turn: Turn) -> None:
    """The nodes, or those of some names."""
    if cluster := await cluster_here(turn):
        for name in await _named(turn, cluster.nodes, lambda node: node):
            await turn.write(node_object(cluster, turn.world.hosts[name]))


@cmdlet("Get-ClusterGroup", "Name", "VMId")
async def get_cluster_group(turn: Turn) -> None:
    """The groups, those of some names, or the role of a machine."""
    if cluster := await cluster_here(turn):
        found = await by_vm(turn, groups(turn.world.hosts, cluster))
        for group in await _named(turn, found, lambda one: one.name):
            await turn.write(group_object(turn.world.hosts, cluster, group))


@cmdlet("Get-ClusterResource", "Name", "VMId", "InputObject")
async def get_cluster_resource(turn: Turn) -> None:
    """The resources, those of some names, of a machine, or of a group."""
    if cluster := await cluster_here(turn):
        found = await by_vm(turn, groups(turn.world.hosts, cluster))
        if "InputObject" in turn.call.bound:
            wanted = {ident for _, ident in turn.refs("InputObject", "group")}
            found = [group for group in found if group.ident in wanted]
        pairs = [(group, resource) for group in found for resource in group.resources]
        for group, resource in await _named(turn, pairs, lambda pair: pair[1].name):
            await turn.write(resource_object(turn.world.hosts, cluster, group, resource))


@cmdlet("Get-ClusterParameter", "Name", "InputObject")
async def get_cluster_parameter(turn: Turn) -> None:
    """The private properties of a resource."""
    if cluster := await cluster_here(turn):
        if "InputObject" not in turn.call.bound:
            raise NotModelled("Get-ClusterParameter of the cluster itself")
        wanted = {ident for _, ident in turn.refs("InputObject", "resource")}
        for group in groups(turn.world.hosts, cluster):
            for resource in group.resources:
                if group.ident_of(resource) in wanted:
                    for name in await _named(turn, resource.parameters, lambda one: one):
                        await turn.write(parameter_object(cluster, resource, name))


async def cluster_here(turn: Turn) -> Cluster | None:
    """The cluster of this node; None after an error where there is none or the account may not see it."""
    host = turn.host
    if host.cluster is None:
        text = "The cluster service is not running. Make sure that the service is running on all nodes."
        await turn.error("ClusterServiceNotRunning", text, "ConnectionError", host.name, FAILED)
        return None
    if not (host.rights and host.cluster_rights):
        text = f"You do not have administrative privileges on the cluster '{host.cluster.name}'."
        await turn.error("ClusterAccessDenied", text, "PermissionDenied", host.cluster.name, FAILED)
        return None
    return host.cluster


async def by_vm(turn: Turn, known: Iterable[Group]) -> list[Group]:
    """The groups of ``-VMId``, or all."""
    wanted, found = turn.text("VMId"), list(known)
    if wanted is None:
        return found
    found = [group for group in found if group.vm == wanted.lower()]
    if not found:
        await _missing(turn, wanted)
    return found


async def _named(turn: Turn, known: Iterable[T], name_of: Callable[[T], str]) -> list[T]:
    """Those of ``-Name`` (wildcards), or all; an error for a plain name that is not there."""
    found = list(known)
    if "Name" not in turn.call.bound:
        return found
    kept: list[T] = []
    for name in turn.texts("Name"):
        pattern = like(name)
        hits = [one for one in found if pattern.fullmatch(name_of(one))]
        if not hits and not wild(name):
            await _missing(turn, name)
        kept += hits
    return kept


async def _missing(turn: Turn, what: str) -> None:
    text = f"The cluster object '{what}' was not found."
    await turn.error("ClusterObjectNotFound", text, "ObjectNotFound", what, FAILED)
