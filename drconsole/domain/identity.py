"""Joining: which sightings are one copy, and which copies are one workload (rules, section 1)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from drconsole.domain.endpoint import Estate
from drconsole.domain.moments import moved
from drconsole.domain.place import Place
from drconsole.domain.reading import Power, Reading, Sighting
from drconsole.domain.record import Record, believed
from drconsole.domain.replication import TEST, mode_of

LIVE_MIGRATION_S = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """A reading, and whether it is fresh: its endpoint answers and was read within its refresh limit."""

    reading: Reading
    fresh: bool
    asking: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One copy: its freshest sighting, and all endpoints that saw it.

    ``names`` are host names by which partners may call its place. ``doubled``: it runs on two nodes at once,
    longer than a live migration shows it so. ``superseded``: its endpoint answers now, but did not show it.
    ``asking``: it is last-known, and its endpoint is being asked for the first time.
    """

    sighting: Sighting
    endpoint: str
    seen_by: tuple[str, ...]
    taken_at: datetime
    now: datetime
    fresh: bool
    names: tuple[str, ...] = ()
    doubled: bool = False
    superseded: bool = False
    asking: bool = False

    @property
    def place(self) -> Place:
        """Where the copy is."""
        return self.sighting.place

    def on_our_clock(self, when: datetime | None) -> datetime | None:
        """A time of the copy's endpoint, told by the console's clock."""
        return moved(when, self.taken_at - self.now) if when else None

    @property
    def record(self) -> Record | None:
        """The failover record of this copy that was written at its own place."""
        return believed(self.sighting.notes, self.place)


@dataclass(frozen=True, slots=True)
class Group:
    """All copies of one workload, under the key by which machines call it (design, section 3a)."""

    key: str
    platform: str
    copies: tuple[Seen, ...]


def copies_of(answers: Iterable[Answer]) -> tuple[Seen, ...]:
    """Merge sightings of one place into one copy with the freshest facts; templates are not workloads."""
    by_place: dict[Place, list[tuple[Answer, Sighting]]] = defaultdict(list)
    answering: set[str] = set()
    for answer in answers:
        if answer.fresh:
            answering.add(answer.reading.endpoint)
        for sighting in answer.reading.sightings:
            if not sighting.template:
                by_place[sighting.place].append((answer, sighting))
    copies = (_merge(found) for found in by_place.values())
    return tuple(
        replace(copy, superseded=True) if not copy.fresh and copy.endpoint in answering else copy
        for copy in copies
    )


def _merge(found: list[tuple[Answer, Sighting]]) -> Seen:
    ranked = sorted(found, key=_worth, reverse=True)
    best, sighting = ranked[0]
    witnesses = tuple(dict.fromkeys(answer.reading.endpoint for answer, _ in ranked))
    return Seen(
        sighting,
        best.reading.endpoint,
        witnesses,
        best.reading.taken_at,
        best.reading.now,
        best.fresh,
        best.reading.names,
        any(len(_running_on(answer, found)) > 1 for answer, _ in found),
        asking=best.asking,
    )


def _running_on(answer: Answer, found: list[tuple[Answer, Sighting]]) -> set[str]:
    """The nodes on which one answer shows a copy running for longer than a live migration takes.

    Two endpoints are not asked at the same moment: between them it may have moved.
    """
    return {
        sighting.node
        for other, sighting in found
        if other is answer
        and answer.fresh
        and sighting.power is Power.ON
        and (sighting.uptime_s or 0) > LIVE_MIGRATION_S
    }


def _worth(found: tuple[Answer, Sighting]) -> tuple[bool, bool, datetime, bool]:
    """The freshest facts first; of two nodes of one reading the one on which it runs.

    A cluster's word goes before that of one of its nodes alone, whose "off" counts for nothing beside it: a
    node that has left the cluster still shows, off, what others have taken over and run.
    """
    answer, sighting = found
    reading, runs = answer.reading, sighting.power is Power.ON
    alone = bool(sighting.node) and not reading.nodes
    return (answer.fresh and (runs or not alone), bool(reading.nodes), reading.taken_at, runs)


def twins(estate: Estate, readings: Mapping[str, Reading]) -> frozenset[tuple[str, str]]:
    """Pairs of endpoints of two paired sites that show one and the same inventory.

    vSphere: more than half of both match by ``config.uuid``: a restored or cloned vCenter, not workloads that
    moved. Hyper-V: the same host, by its own names, stands in the config at two sites. The endpoint named
    first stands first in the config.
    """
    order = [e for e in estate.endpoints if e.name in readings and readings[e.name].sightings]
    shown = {e.name: _inventory_of(readings[e.name]) for e in order}
    found = set()
    for i, one in enumerate(order):
        for other in order[i + 1 :]:
            paired = one.site != other.site and estate.pair(one.site, other.site) is not None
            if paired and _twin(shown[one.name], shown[other.name]):
                found.add((one.name, other.name))
    return frozenset(found)


class _Inventory(NamedTuple):
    """What tells two endpoints apart: vSphere uuids, Hyper-V ids, and the host's own names."""

    uuids: frozenset[str]
    ids: frozenset[str]
    names: frozenset[str]


def _inventory_of(reading: Reading) -> _Inventory:
    return _Inventory(
        frozenset(s.uuid for s in reading.sightings if s.platform == "vsphere" and s.uuid),
        frozenset(s.place.ident for s in reading.sightings if s.platform == "hyperv"),
        frozenset(reading.names),
    )


def _twin(one: _Inventory, other: _Inventory) -> bool:
    if one.uuids and other.uuids:
        return _mostly_equal(one.uuids, other.uuids)
    same_host = bool(one.names) and one.names == other.names
    return same_host and bool(one.ids) and bool(other.ids) and _mostly_equal(one.ids, other.ids)


def _mostly_equal(one: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(one & other)
    return 2 * shared > len(one) and 2 * shared > len(other)


def groups_of(
    estate: Estate, copies: tuple[Seen, ...], twin_pairs: frozenset[tuple[str, str]]
) -> tuple[Group, ...]:
    """Join copies into workloads; never by name."""
    hyperv = _join_hyperv([c for c in copies if c.place.platform == "hyperv"], twin_pairs)
    vsphere = _join_vsphere(estate, [c for c in copies if c.place.platform == "vsphere"], twin_pairs)
    return (*hyperv, *vsphere)


def _join_hyperv(copies: list[Seen], twin_pairs: frozenset[tuple[str, str]]) -> list[Group]:
    """By VMId; a test VM by the replica on its own host that names it; twins never."""
    apart = {name for pair in twin_pairs for name in pair}
    owner = {
        (c.place.site, c.place.where, relation.test_vm): c.place.ident
        for c in copies
        for relation in c.sighting.relations
        if relation.test_vm
    }
    groups: dict[str, list[Seen]] = defaultdict(list)
    for copy in copies:
        place = copy.place
        ident = place.ident
        if mode_of(copy.sighting) == TEST:
            ident = owner.get((place.site, place.where, ident), ident)
        groups[f"hv:{place.site}:{ident}" if apart & set(copy.seen_by) else f"hv:{ident}"].append(copy)
    return [Group(key, "hyperv", _without_moved(found)) for key, found in groups.items()]


def _without_moved(found: list[Seen]) -> tuple[Seen, ...]:
    """Leave out what a host that answers showed once, where the VM is seen elsewhere at its site."""

    def moved(copy: Seen) -> bool:
        return copy.superseded and any(
            other.fresh
            and other.place.site == copy.place.site
            and mode_of(other.sighting) == mode_of(copy.sighting)
            for other in found
        )

    return tuple(copy for copy in found if not moved(copy))


def _join_vsphere(estate: Estate, copies: list[Seen], twin_pairs: frozenset[tuple[str, str]]) -> list[Group]:
    """By replication group, then record, then ``config.uuid`` between the sites of a pair; twins never."""
    apart = {name for pair in twin_pairs for name in pair}
    groups: dict[str, list[Seen]] = defaultdict(list)
    rest: list[Seen] = []
    for copy in sorted(copies, key=lambda c: c.place):
        key = "" if apart & set(copy.seen_by) else _shared_key(copy)
        if key:
            groups[key].append(copy)
        else:
            rest.append(copy)
    for copy in rest:
        key = _own_key(copy)
        if copy.sighting.uuid and not apart & set(copy.seen_by) and not _is_placeholder(copy):
            key = next((k for k, found in groups.items() if _same_uuid(estate, copy, found)), key)
            if any(other.place.site == copy.place.site for other in groups.get(key, ())):
                key = f"vs:{copy.place.site}:{copy.place.id}"
        groups[key].append(copy)
    return [Group(key, "vsphere", _one_each(found)) for key, found in groups.items()]


def _shared_key(copy: Seen) -> str:
    """The key of the workload that a copy says it belongs to: by its group, else by its record."""
    gid = gid_of(copy.sighting)
    if gid:
        return f"vs:{gid}"
    return copy.record.key if copy.record and copy.record.key.startswith("vs:") else ""


def gid_of(sighting: Sighting) -> str:
    """The replication group of a vSphere copy, from whichever source tells it."""
    told = (sighting.hbr, sighting.files, sighting.appliance)
    return next((t.gid for t in told if t is not None and t.gid), sighting.replica_dir)


def _one_each(found: list[Seen]) -> tuple[Seen, ...]:
    """Several ways of seeing one replica at one site are one copy: VM in its directory, files, appliance."""
    kept: list[Seen] = []
    for copy in sorted(found, key=_closeness):
        twin = next((k for k in kept if _same_replica(k, copy)), None)
        if twin is None:
            kept.append(copy)
            continue
        appliance = twin.sighting.appliance or copy.sighting.appliance
        witnesses = tuple(dict.fromkeys((*twin.seen_by, *copy.seen_by)))
        merged = replace(twin, sighting=replace(twin.sighting, appliance=appliance), seen_by=witnesses)
        kept[kept.index(twin)] = merged
    return tuple(kept)


def _closeness(copy: Seen) -> int:
    """A registered VM tells more than files, and files tell more than an appliance."""
    sighting = copy.sighting
    return 2 if sighting.appliance and not sighting.files else 1 if sighting.files else 0


def _same_replica(kept: Seen, copy: Seen) -> bool:
    if kept.place.site != copy.place.site or kept.sighting.hbr is not None:
        return False
    lesser = copy.sighting.files is not None or copy.sighting.appliance is not None
    return lesser and _closeness(kept) < _closeness(copy) and bool(gid_of(kept.sighting))


def _own_key(copy: Seen) -> str:
    """Site and uuid; the place where a VM has no uuid."""
    uuid = copy.sighting.uuid
    return f"vs:{copy.place.site}:{uuid}" if uuid else f"vs:{copy.place.site}:{copy.place.id}"


def _same_uuid(estate: Estate, copy: Seen, found: list[Seen]) -> bool:
    def paired(one: str, other: str) -> bool:
        return one != other and any(p.has(one) and p.has(other) for p in estate.pairs)

    return any(
        other.sighting.uuid == copy.sighting.uuid
        and not _is_placeholder(other)
        and paired(other.place.site, copy.place.site)
        for other in found
    )


def _is_placeholder(copy: Seen) -> bool:
    owner = copy.sighting.managed_by
    return owner is not None and owner.extension.startswith("com.vmware.vcDr")
