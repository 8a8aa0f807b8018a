"""The cluster cmdlet that acts: the role of a machine is removed (facts: hyperv, section 5)."""

from __future__ import annotations

from drconsole.lab.hyperv.cluster_objects import Group, groups
from drconsole.lab.hyperv.cluster_reading import FAILED, by_vm, cluster_here
from drconsole.lab.hyperv.cmdlets import NotModelled, Turn, cmdlet
from drconsole.lab.hyperv.machines import Cluster

REMOVE_S = 2.0


@cmdlet("Remove-ClusterGroup", "VMId", "InputObject", "RemoveResources", "Force")
async def remove_cluster_group(turn: Turn) -> None:
    """Remove the roles of machines with their resources; the machines themselves stay."""
    if not {"VMId", "InputObject"} & turn.call.bound.keys():
        raise NotModelled("Remove-ClusterGroup by name")
    cluster = await cluster_here(turn)
    if cluster is None:
        return
    for group in await _meant(turn, cluster):
        if not (turn.on("Force") or await turn.agreed(f"Remove the cluster role '{group.name}'?")):
            continue
        if await turn.sink.ask({"is": "process", "target": group.name, "action": turn.call.cmdlet}):
            await _remove(turn, cluster, group)


async def _meant(turn: Turn, cluster: Cluster) -> list[Group]:
    known = list(groups(turn.world.hosts, cluster))
    if "InputObject" not in turn.call.bound:
        return await by_vm(turn, known)
    wanted = {ident for _, ident in turn.refs("InputObject", "group")}
    return [group for group in known if group.ident in wanted]


async def _remove(turn: Turn, cluster: Cluster, group: Group) -> None:
    """Refused where resources would be left, and for what is no machine's role."""
    if not group.vm or not turn.on("RemoveResources"):
        text = f"The cluster group '{group.name}' cannot be removed while it has resources."
        await turn.error("ClusterGroupNotEmpty", text, "InvalidOperation", group.name, FAILED)
        return
    await turn.world.clock.sleep(REMOVE_S)
    cluster.abandoned.pop(group.vm, None)
    for node in cluster.nodes:
        if machine := turn.world.hosts[node].machines.get(group.vm):
            machine.clustered = False
