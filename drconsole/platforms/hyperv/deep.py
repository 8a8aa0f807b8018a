"""The deep read of one VM: what ``deep.ps1`` and ``statistics.ps1`` answer, and what it means."""

from __future__ import annotations

from datetime import datetime

import msgspec

from drconsole.domain.deep import Adapter, Consistency, Deep, FailoverAddress, Point, Receiver, Statistics
from drconsole.domain.replication import PRIMARY, relation_of_all
from drconsole.platforms.hyperv import light
from drconsole.platforms.hyperv.decoding import decoded
from drconsole.platforms.hyperv.peer import Peer

# SnapshotType 6, 7 and 8 (facts/hyperv, section 1); every other type is a checkpoint that somebody made.
POINTS = {
    "Replica": Consistency.CRASH,
    "AppConsistentReplica": Consistency.APPLICATION,
    "SyncedReplica": Consistency.SYNCED,
}
UNTAGGED, ACCESS = "Untagged", "Access"


class PointRow(msgspec.Struct):
    """One row of Get-VMSnapshot."""

    id: str
    type: str
    name: str | None
    at: str


class Vlan(msgspec.Struct):
    """What Get-VMNetworkAdapterVlan says of one adapter."""

    mode: str
    id: int


class Failover(msgspec.Struct):
    """What Get-VMNetworkAdapterFailoverConfiguration says of one adapter; all of it is text there."""

    address: str
    mask: str
    gateway: str
    dns: str
    dns2: str
    v6: str
    v6_length: str
    v6_gateway: str
    v6_dns: str
    v6_dns2: str


class AdapterRow(msgspec.Struct):
    """One row of Get-VMNetworkAdapter; ``vlan`` and ``failover`` None: they could not be read."""

    id: str
    name: str | None
    connected: bool
    switch: str | None
    test_switch: str | None
    mac: str | None
    addresses: list[str]
    vlan: Vlan | None
    failover: Failover | None


class ReceiverRow(msgspec.Struct):
    """What Get-VMReplicationServer says."""

    enabled: bool
    authentication: str
    anyone: bool
    allowed: list[str]


class DiskRow(msgspec.Struct):
    """One HardDiskDrive."""

    id: str
    path: str

    @property
    def names(self) -> frozenset[str]:
        """What it is known by; paths are alike in any case."""
        return frozenset(name for name in (self.id, self.path.casefold()) if name)


class DeepAnswer(msgspec.Struct):
    """The whole answer of ``deep.ps1``; ``replicated`` and ``excluded`` are disks of its Simple relation."""

    id: str
    now: str
    auto_start: str
    points: list[PointRow]
    adapters: list[AdapterRow]
    relations: list[light.Replication]
    switches: list[str] | None = None
    authentication: str = ""
    version: str = ""
    versions: list[str] | None = None
    receiver: ReceiverRow | None = None
    disks: list[DiskRow] = []
    replicated: list[DiskRow] = []
    excluded: list[DiskRow] = []


class StatisticsRow(msgspec.Struct):
    """One row of Measure-VMReplication."""

    relationship: str
    since: str | None
    pending: int
    average: int
    maximum: int
    latency_s: int | None
    latency_max_s: int | None
    errors: int
    done: int
    missed: int
    failed_over_type: str
    last_test: str | None
    details: list[str]


class StatisticsAnswer(msgspec.Struct):
    """The whole answer of ``statistics.ps1``."""

    now: str
    relations: list[StatisticsRow]


def deep_of(value: bytes, vm: str, peer: Peer, taken_at: datetime, node: str = "") -> Deep:
    """Understand the answer about one VM.

    Raises:
        BadReply: it cannot be used, or speaks of another VM.
    """
    answer = decoded(value, DeepAnswer, peer)
    if light.ident(answer.id, peer) != vm.lower():
        raise peer.bad_reply("it tells of another VM than was asked for", answer.id)
    points = [
        Point(light.ident(row.id, peer), light.stamp(row.at, peer), POINTS[row.type], row.name or "")
        for row in answer.points
        if row.type in POINTS
    ]
    relations = tuple(light.relation_of(row, peer) for row in answer.relations)
    judged = relation_of_all(relations)
    return Deep(
        vm=vm.lower(),
        taken_at=taken_at,
        clock=light.stamp(answer.now, peer),
        node=node,
        auto_start=answer.auto_start,
        points=tuple(sorted(points, key=lambda point: point.at, reverse=True)),
        adapters=tuple(_adapter(row) for row in answer.adapters),
        relations=relations,
        switches=None if answer.switches is None else tuple(answer.switches),
        authentication=answer.authentication,
        version=answer.version,
        versions=tuple(answer.versions) if answer.versions else None,
        receiver=_receiver(answer.receiver),
        unreplicated=_unreplicated(answer) if judged and judged.mode == PRIMARY else (),
    )


def _unreplicated(answer: DeepAnswer) -> tuple[str, ...] | None:
    """Paths of disks that are excluded, or that no replicated one is; None where nothing tells."""
    # Whether both cmdlets give a disk one id is not established; one path is one disk as well.
    replicated = {name for disk in answer.replicated for name in disk.names}
    sent = [disk for disk in answer.disks if disk.names & replicated]
    excluded = [disk.path for disk in answer.excluded]
    if not sent:
        return tuple(excluded) or (None if answer.disks else ())
    return tuple(dict.fromkeys((*excluded, *(disk.path for disk in answer.disks if disk not in sent))))


def statistics_of(value: bytes, peer: Peer) -> tuple[Statistics, ...]:
    """Understand the answer about one VM's replication, a row for each relationship.

    Raises:
        BadReply: it cannot be used.
    """
    return tuple(
        Statistics(
            relationship=row.relationship,
            since=light.when(row.since, peer),
            pending=row.pending,
            average=row.average,
            maximum=row.maximum,
            latency_s=row.latency_s,
            latency_max_s=row.latency_max_s,
            errors=row.errors,
            done=row.done,
            missed=row.missed,
            failed_over_type=row.failed_over_type,
            last_test=light.when(row.last_test, peer),
            details=tuple(row.details),
        )
        for row in decoded(value, StatisticsAnswer, peer).relations
    )


def _adapter(row: AdapterRow) -> Adapter:
    mode = row.vlan.mode if row.vlan else ""
    nameless = row.connected and not row.switch
    unread = {"network": nameless, "vlan": row.vlan is None, "failover": row.failover is None}
    return Adapter(
        id=row.id,
        name=row.name or "",
        network=(row.switch or "") if row.connected else "",
        mac=row.mac or "",
        addresses=tuple(row.addresses),
        vlan=row.vlan.id if row.vlan and mode == ACCESS else None,
        test_network=row.test_switch or "",
        failover=_failover(row.failover),
        unread=tuple(name for name, missing in unread.items() if missing),
        vlan_mode="" if mode in (UNTAGGED, ACCESS) else mode,
    )


def _receiver(told: ReceiverRow | None) -> Receiver | None:
    if told is None:
        return None
    return Receiver(told.enabled, told.authentication, told.anyone, tuple(told.allowed))


def _failover(told: Failover | None) -> FailoverAddress | None:
    if told is None or not (told.address or told.v6):
        return None
    return FailoverAddress(
        told.address,
        told.mask,
        told.gateway,
        tuple(server for server in (told.dns, told.dns2) if server),
        v6=told.v6,
        v6_length=int(told.v6_length) if told.v6_length.isdecimal() else 0,
        v6_gateway=told.v6_gateway,
        v6_dns=tuple(server for server in (told.v6_dns, told.v6_dns2) if server),
    )
