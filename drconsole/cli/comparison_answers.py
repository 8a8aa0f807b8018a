"""A comparison of running copies for machines: part of ``drconsole show --json``, schema 1."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from drconsole.cli.json_text import utf8
from drconsole.domain.comparison import Comparison, Side, Written, compare, is_split
from drconsole.domain.record import Record
from drconsole.domain.snapshot import Workload

WRITTEN = {Written.POSSIBLE: "possible", Written.CUT_OFF: "cut-off", Written.STOPPED: "stopped"}


class TakeoverAnswer(Struct):
    """What a copy's failover record says."""

    at: datetime
    role: str
    run: str
    by: str


class ConnectionAnswer(Struct):
    """One network adapter; null is what nobody tells."""

    network: str | None
    connected: bool | None


class SideAnswer(Struct):
    """One running copy; null is what nobody tells. Times are by this machine's clock.

    ``direction`` is sent or applied; ``writes`` is possible, cut-off or stopped.
    """

    copy: str
    running_since: datetime | None
    took_over: TakeoverAnswer | None
    failed_over: bool
    last_replicated: datetime | None
    direction: str
    writes: str
    networks: list[ConnectionAnswer] | None
    addresses: list[str] | None
    starts_by_itself: str | None
    clustered: bool


class ComparisonAnswer(Struct):
    """All copies that run at once, and since when they do at least."""

    at_once_since: datetime | None
    sides: list[SideAnswer]


def comparison_answer(workload: Workload) -> ComparisonAnswer | UnsetType:
    """The comparison of a workload in SPLIT-BRAIN; of any other none."""
    if not is_split(workload):
        return UNSET
    comparison: Comparison = compare(workload)
    return ComparisonAnswer(comparison.both_since, [_side(side) for side in comparison.sides])


def _side(side: Side) -> SideAnswer:
    connections = [
        ConnectionAnswer(utf8(network.name) or None, network.connected) for network in side.networks
    ]
    return SideAnswer(
        copy=side.copy.place.id,
        running_since=side.started,
        took_over=_takeover(side.record) if side.record else None,
        failed_over=side.failed_over,
        last_replicated=side.replicated,
        direction="sent" if side.sent else "applied",
        writes=WRITTEN[side.written],
        networks=connections if connections or side.looked else None,
        addresses=[utf8(address) for address in side.addresses] if side.looked else None,
        starts_by_itself=utf8(side.auto_start) or None,
        clustered=side.clustered,
    )


def _takeover(record: Record) -> TakeoverAnswer:
    return TakeoverAnswer(record.at, record.role.value, utf8(record.run), utf8(record.by))
