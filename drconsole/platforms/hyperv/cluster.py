"""A cluster's own word about itself: what ``cluster.ps1`` answers, and what it means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from drconsole.domain.reading import Broker
from drconsole.platforms.hyperv.decoding import decoded
from drconsole.platforms.hyperv.peer import Peer

ONLINE = "Online"
DOWN = "Down"


class NodeRow(msgspec.Struct):
    """One row of Get-ClusterNode."""

    name: str
    state: str


class BrokerRow(msgspec.Struct):
    """A resource of type Virtual Machine Replication Broker; ``group`` is named as partners call it."""

    state: str
    owner: str
    group: str


class PointRow(msgspec.Struct):
    """A resource of type Network Name."""

    name: str
    group: str


class RoleRow(msgspec.Struct):
    """A group of type VirtualMachine, and the node that owns it."""

    state: str
    owner: str


class Cluster(msgspec.Struct):
    """The whole answer."""

    name: str
    nodes: list[NodeRow]
    brokers: list[BrokerRow]
    points: list[PointRow]
    roles: list[RoleRow]

    @property
    def where(self) -> str:
        """The cluster's name as part of a place."""
        return self.name.strip().lower()

    def down(self, node: str) -> bool:
        """Whether the cluster itself calls a node down: what that held, others have taken over."""
        return any(row.state == DOWN and same_node(row.name, node) for row in self.nodes)

    def owned(self) -> Counter[str]:
        """How many VM roles each node owns, by its name in lower case."""
        return Counter(role.owner.lower() for role in self.roles)


def same_node(one: str, other: str) -> bool:
    """Whether two names mean one node: within a cluster the short ones are unique, in any case."""
    return one.split(".")[0].casefold() == other.split(".")[0].casefold()


def decode(value: bytes, peer: Peer) -> Cluster:
    """Decode the answer of a node.

    Raises:
        BadReply: a field is missing or of another type, or the cluster has no name or no node.
    """
    answer = decoded(value, Cluster, peer, "what it tells of its cluster")
    if not answer.where or not answer.nodes:
        raise peer.bad_reply("it tells of a cluster without a name or without nodes", value)
    return answer


def broker_of(cluster: Cluster) -> Broker | None:
    """The Replica Broker by the state of its resource; of several the one that is not online."""
    rows = sorted(cluster.brokers, key=lambda row: row.state == ONLINE)
    return Broker(rows[0].group, rows[0].state, rows[0].owner) if rows else None


def names(cluster: Cluster, hosts: Iterable[str]) -> tuple[str, ...]:
    """The names by which partners may call the cluster: its own, its broker's, its nodes', short and full.

    ``hosts`` are the names that nodes tell of themselves; the domain of the full ones is the cluster's.
    """
    told = tuple(hosts)
    groups = {row.group for row in cluster.brokers}
    points = (row.name for row in cluster.points if row.group in groups)
    short = [name.strip().lower() for name in (cluster.name, *groups, *points)]
    short += [row.name.strip().lower() for row in cluster.nodes]
    domains = dict.fromkeys(name.partition(".")[2] for name in told if "." in name)
    full = (f"{name}.{domain}" for name in short for domain in domains if "." not in name)
    return tuple(dict.fromkeys(name for name in (*short, *told, *full) if name))
