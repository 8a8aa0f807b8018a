"""How a deep read of one copy reads: in a few words for a column, and in full."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from drconsole.domain.deep import Adapter, Consistency, Deep, Inspection, Point
from drconsole.domain.reading import Relation
from drconsole.domain.snapshot import CopyState
from drconsole.wording.ages import age, ago, exact, local
from drconsole.wording.names import visible
from drconsole.wording.statistics import statistics_texts

CONSISTENT = {
    Consistency.CRASH: "crash-consistent",
    Consistency.APPLICATION: "application-consistent",
    Consistency.SYNCED: "all that was sent",
}
# As StartAction names them (facts/hyperv, section 1).
STARTS = {"Start": "yes", "StartIfRunning": "if it ran before", "Nothing": "no"}


def points_text(deep: Deep) -> str:
    """``12, newest 11:26, oldest 00:00``; nothing for a copy that has none and receives none."""
    if not deep.points:
        return "none" if _receives(deep) else ""
    newest, oldest = (_clock(point.at, deep.clock) for point in (deep.points[0], deep.points[-1]))
    if len(deep.points) == 1:
        return f"1, of {newest}"
    return f"{len(deep.points)}, newest {newest}, oldest {oldest}"


def consistency_text(deep: Deep) -> str:
    """``9 crash, 3 application (10:00)``: how many of each kind, the newest point's first.

    Of the others it says when the newest was made, because for that a person goes back in time.
    """
    kinds: dict[Consistency, list[Point]] = {}
    for point in deep.points:
        kinds.setdefault(point.consistency, []).append(point)
    found = [(kind.value, len(points), points[0]) for kind, points in kinds.items()]
    texts = [f"{count} {kind} ({_clock(point.at, deep.clock)})" for kind, count, point in found[1:]]
    return ", ".join([f"{count} {kind}" for kind, count, _ in found[:1]] + texts)


def network_text(adapter: Adapter) -> str:
    """``prod-10 (VLAN 10), test copy on isolated``: where one adapter is, in a few words."""
    where = visible(adapter.network) or "not connected"
    if "network" in adapter.unread:
        where = "connected, not named"
    vlan = f" (VLAN {adapter.vlan})" if adapter.vlan is not None else ""
    vlan = f" (VLAN mode {visible(adapter.vlan_mode)})" if adapter.vlan_mode else vlan
    test = f", test copy on {visible(adapter.test_network)}" if adapter.test_network else ""
    return f"{where}{vlan}{test}"


def start_text(action: str) -> str:
    """Whether a copy starts by itself with its host; nothing where that is not known."""
    return STARTS.get(action, visible(action))


def leg_text(relation: Relation) -> str:
    """``Replicating, Normal, to chhv01``: the further relationship of a copy that has two."""
    words = [visible(word) for word in (relation.state, relation.health) if word]
    partner = relation.replica if relation.mode in ("Primary", "Replica") else relation.primary
    return ", ".join([*words, f"with {visible(partner)}"] if partner else words)


def deep_texts(copy: CopyState, now: datetime) -> list[str]:
    """What looking closely at one copy gave: a heading, then each fact in full, or why there are none."""
    name, seen = f"{copy.role} at {visible(copy.place.site)}", copy.inspection or Inspection()
    trouble = visible(" ".join(seen.failed.split()))
    if seen.deep is None:
        return [f"{name} was not read deep", *([trouble] if trouble else [])]
    deep = seen.deep
    told = f" on {visible(deep.node)}" if deep.node else ""
    when = ago((now - deep.taken_at).total_seconds())
    return [
        f"{name}, read deep {when}{told}, whose clock said {exact(deep.clock)}",
        *([f"a newer read gave nothing: {trouble}"] if trouble else []),
        *_points(deep),
        *([adapter_text(one) for one in deep.adapters] or ["no network adapters"]),
        *disk_texts(deep),
        *_starts(deep),
        *_relations(deep),
        *statistics_texts(seen, now),
    ]


def adapter_text(adapter: Adapter) -> str:
    """One adapter: where it is connected, its addresses, and what it gets after a failover."""
    parts = [f"connected to {visible(adapter.network)}" if adapter.network else "not connected"]
    if "network" in adapter.unread:
        parts = ["connected to a network that is not named"]
    if adapter.vlan is not None:
        parts.append(f"VLAN {adapter.vlan}")
    elif adapter.vlan_mode:
        parts.append(f"VLAN mode {visible(adapter.vlan_mode)}")
    elif "vlan" in adapter.unread:
        parts.append("VLAN could not be read")
    parts += [visible(address) for address in adapter.addresses]
    if adapter.test_network:
        parts.append(f"its test copy connects to {visible(adapter.test_network)} by itself")
    if adapter.failover:
        addresses = " and ".join(visible(one) for one in adapter.failover.addresses)
        parts.append(f"gets {addresses} after a failover")
    elif "failover" in adapter.unread:
        parts.append("addresses after a failover could not be read")
    return f"{visible(adapter.name)}: {', '.join(parts)}"


def disk_texts(deep: Deep) -> list[str]:
    """Disks of an original that its replica does not have; nothing where it has all of them."""
    if deep.unreplicated is None:
        return ["which of its disks are replicated could not be read"]
    missing = "is not replicated: what is on it is not at the other side"
    return [f"disk {visible(path)} {missing}" for path in deep.unreplicated]


def not_replicated_text(deep: Deep) -> str:
    """``page.vhdx not replicated``: the same in a few words, disks by the ends of their paths."""
    if deep.unreplicated is None:
        return "which are replicated is not told"
    names = ", ".join(visible(path.rpartition("\\")[2]) for path in deep.unreplicated)
    return f"{names} not replicated" if names else ""


def _receives(deep: Deep) -> bool:
    return any(relation.mode != "Primary" for relation in deep.relations)


def _points(deep: Deep) -> list[str]:
    texts = [
        f"recovery point of {exact(one.at)}, {CONSISTENT[one.consistency]}, point={visible(one.id)}"
        for one in deep.points
    ]
    return texts or (["no recovery points"] if _receives(deep) else [])


def _starts(deep: Deep) -> Iterator[str]:
    if deep.auto_start:
        yield f"starts by itself with its host: {start_text(deep.auto_start)}"
    if deep.test_vm:
        yield f"its test copy is the VM {visible(deep.test_vm)}"


def _relations(deep: Deep) -> Iterator[str]:
    for one in deep.relations:
        parts = [visible(word) for word in (one.mode, one.state, one.health) if word]
        if one.primary and one.replica:
            parts.append(f"{visible(one.primary)} to {visible(one.replica)}")
        if one.receiver and one.receiver != one.replica:
            parts.append(f"received by {visible(one.receiver)}")
        parts += [f"last sync {exact(one.last_sync)}"] if one.last_sync else []
        parts += [f"every {age(one.frequency_s)}"] if one.frequency_s else []
        yield f"{visible(one.relationship).lower()} relationship: {', '.join(parts)}"


def _clock(when: datetime, now: datetime) -> str:
    """A time of day where people live; with its date where that is not today's."""
    there, here = local(when), local(now)
    return there.strftime("%H:%M" if there.date() == here.date() else "%m-%d %H:%M")
