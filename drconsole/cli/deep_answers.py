"""What ``show --deep`` answers to machines: JSON, schema 1."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from drconsole.cli.json_text import utf8
from drconsole.domain.deep import Adapter, Deep, Inspection, Statistics
from drconsole.domain.reading import Relation


class PointAnswer(Struct):
    """One recovery point; ``id`` is what the option ``point`` takes.

    ``consistency`` is crash, application or synced.
    """

    id: str
    at: datetime
    consistency: str


class NetworkAnswer(Struct):
    """Where one adapter is connected (null: nowhere), its VLAN where it is tagged, and its addresses now.

    ``test_network`` is where its test copy connects by itself, ``failover_addresses`` are set for after a
    failover. ``unread`` names what could not be read: network, vlan, failover.
    """

    network: str | None
    vlan: int | None
    addresses: list[str]
    adapter: str
    test_network: str | None
    failover_addresses: list[str]
    unread: list[str]


class RelationshipAnswer(Struct):
    """One replication relationship as the deep read saw it; ``kind`` is Simple or Extended."""

    kind: str
    mode: str
    state: str
    health: str
    primary: str
    replica: str
    receiver: str
    last_sync: datetime | None
    frequency_s: int | None


class CountedAnswer(Struct):
    """Statistics of one relationship since ``since``; sizes in bytes, spans in seconds."""

    kind: str
    since: datetime | None
    done: int
    missed: int
    errors: int
    pending: int
    average: int
    maximum: int
    latency_s: int | None
    latency_max_s: int | None
    failed_over_type: str
    last_test: datetime | None
    details: list[str]


class StatisticsAnswer(Struct):
    """``state`` is answered, waiting (not answered yet), failed or not-asked."""

    state: str
    error: str | None
    taken_at: datetime | None
    relationships: list[CountedAnswer]


class DeepAnswer(Struct):
    """What ``show --deep`` read of the copy with this id, on which node of a cluster, or why nothing.

    ``clock`` is the host's own time in its answer, ``auto_start`` its word for whether the copy starts with
    it (Nothing, StartIfRunning, Start), ``test_vm`` the id of the test copy that was made of it.
    ``unreplicated`` are paths of disks of an original that its replica does not have; null: nobody tells.
    """

    copy: str
    error: str | None
    node: str | None
    taken_at: datetime | None
    clock: datetime | None
    auto_start: str | None
    test_vm: str | None
    points: list[PointAnswer]
    networks: list[NetworkAnswer]
    unreplicated: list[str] | None
    relationships: list[RelationshipAnswer]
    statistics: StatisticsAnswer


def deep_answer(copy: str, seen: Inspection) -> DeepAnswer:
    """What looking closely at the copy with this id gave, for machines."""
    deep = seen.deep
    return DeepAnswer(
        copy=copy,
        error=utf8(seen.failed) or None,
        node=(deep.node or None) if deep else None,
        taken_at=deep.taken_at if deep else None,
        clock=deep.clock if deep else None,
        auto_start=(utf8(deep.auto_start) or None) if deep else None,
        test_vm=deep.test_vm if deep else None,
        points=[PointAnswer(utf8(one.id), one.at, one.consistency.value) for one in deep.points]
        if deep
        else [],
        networks=[_network(one) for one in deep.adapters] if deep else [],
        unreplicated=_unreplicated(deep),
        relationships=[_relationship(one) for one in deep.relations] if deep else [],
        statistics=_statistics(seen),
    )


def _unreplicated(deep: Deep | None) -> list[str] | None:
    if deep is None or deep.unreplicated is None:
        return None
    return [utf8(path) for path in deep.unreplicated]


def _network(one: Adapter) -> NetworkAnswer:
    return NetworkAnswer(
        network=utf8(one.network) or None,
        vlan=one.vlan,
        addresses=list(one.addresses),
        adapter=utf8(one.name),
        test_network=utf8(one.test_network) or None,
        failover_addresses=list(one.failover.addresses) if one.failover else [],
        unread=list(one.unread),
    )


def _relationship(one: Relation) -> RelationshipAnswer:
    return RelationshipAnswer(
        kind=utf8(one.relationship),
        mode=utf8(one.mode),
        state=utf8(one.state),
        health=utf8(one.health),
        primary=utf8(one.primary),
        replica=utf8(one.replica),
        receiver=utf8(one.receiver),
        last_sync=one.last_sync,
        frequency_s=one.frequency_s,
    )


def _statistics(seen: Inspection) -> StatisticsAnswer:
    state = "answered" if seen.measured else "failed" if seen.unmeasured else "not-asked"
    return StatisticsAnswer(
        state="waiting" if seen.measuring else state,
        error=utf8(seen.unmeasured) or None,
        taken_at=seen.measured.taken_at if seen.measured else None,
        relationships=[_counted(one) for one in seen.measured.relations] if seen.measured else [],
    )


def _counted(one: Statistics) -> CountedAnswer:
    return CountedAnswer(
        kind=utf8(one.relationship),
        since=one.since,
        done=one.done,
        missed=one.missed,
        errors=one.errors,
        pending=one.pending,
        average=one.average,
        maximum=one.maximum,
        latency_s=one.latency_s,
        latency_max_s=one.latency_max_s,
        failed_over_type=utf8(one.failed_over_type),
        last_test=one.last_test,
        details=[utf8(detail) for detail in one.details],
    )
