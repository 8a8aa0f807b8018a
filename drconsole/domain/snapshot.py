"""The immutable picture of all workloads at one moment, and what changed since the last one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from drconsole.domain.deep import Inspection
from drconsole.domain.endpoint import Estate
from drconsole.domain.identity import Group
from drconsole.domain.open_run import OpenRun
from drconsole.domain.place import Place
from drconsole.domain.reading import Broker, Node, Power, Sighting
from drconsole.domain.roles import Alarm, Arrow, Evidence, Role
from drconsole.domain.unlisted import Unlisted


class EndpointState(StrEnum):
    """Whether an endpoint answers; ``partial``: it answers, but something could not be seen."""

    OK = "ok"
    PARTIAL = "partial"
    SILENT = "silent"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class EndpointStatus:
    """One endpoint as it is now. Times are the console's wall clock, UTC.

    Args:
        last_read: when its last complete answer came (also from an earlier console, from disk).
        silent_since: when it began not to answer.
        error: what happened at the last try, in full; empty when it answered.
        error_code: the stable code of that error.
        next_try: when it is asked again.
        asking: this console's first try is not over yet: that it does not answer is not known before.
        certificate_end: when the certificate that it showed ends; of a cluster's nodes the first to end.
    """

    name: str
    site: str
    kind: str
    address: str
    state: EndpointState
    last_read: datetime | None = None
    silent_since: datetime | None = None
    error: str = ""
    error_code: str = ""
    next_try: datetime | None = None
    skew_s: float | None = None
    version: str = ""
    user: str = ""
    transport: str = ""
    limits: tuple[str, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    reading: bool = False
    certificate_end: datetime | None = None
    broker: Broker | None = None
    nodes: tuple[Node, ...] = ()
    asking: bool = False


@dataclass(frozen=True, slots=True)
class CopyState:
    """One copy with its verdict.

    Args:
        row: the row of the truth table that decided (``H3``), for wording the reason.
        seen_by: endpoints that saw it in their last reading, the freshest first.
        taken_at: when the freshest of these readings was taken (console's wall clock).
        now: the freshest reading's own clock; ages of platform times are counted from it.
        fresh: seen within its endpoint's refresh limit; otherwise everything here is last-known.
        asking: it is last-known because its endpoint is being asked for the first time.
        inspection: what looking closely has given, each part with its own time; None where nobody has looked.
    """

    place: Place
    role: Role
    row: str
    name: str
    power: Power
    endpoint: str
    seen_by: tuple[str, ...]
    taken_at: datetime
    now: datetime
    fresh: bool
    sighting: Sighting
    alarms: tuple[Alarm, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    last_sync: datetime | None = None
    rpo_s: int | None = None
    rpo_target_s: int | None = None
    inspection: Inspection | None = None
    asking: bool = False


@dataclass(frozen=True, slots=True)
class Workload:
    """All copies of what the business calls one VM, the copy in the pair's left site first.

    ``listed`` is False for what list and screen hide unless asked for everything (rules, section 3).
    ``proven`` is when the last test of it was passed, and ``run`` the open run that holds it, as the journal
    of this console knows.
    """

    key: str
    name: str
    platform: str
    copies: tuple[CopyState, ...]
    arrow: Arrow
    alarms: tuple[Alarm, ...] = ()
    listed: bool = True
    proven: datetime | None = None
    run: OpenRun | None = None

    @property
    def all_alarms(self) -> tuple[Alarm, ...]:
        """Its own alarms and those of its copies, the worst first."""
        mine = [*self.alarms, *(a for copy in self.copies for a in copy.alarms)]
        return tuple(sorted(mine, key=lambda alarm: -alarm.severity))


@dataclass(frozen=True, slots=True)
class Basis:
    """What a picture was judged from, so that the next one is judged anew only where something has changed.

    ``around`` is all that a verdict may rest on beside the copies of its workload. ``judged`` has the copies
    and what was made of them, by the keys of workloads.
    """

    around: tuple[object, ...]
    judged: Mapping[str, tuple[Group, Workload]]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The picture of everything at ``taken_at`` (console's wall clock, UTC); screens read only snapshots.

    ``unlisted`` are hosts that answers name and the config lacks. ``basis`` is for the next picture alone.
    """

    taken_at: datetime
    estate: Estate
    endpoints: tuple[EndpointStatus, ...]
    workloads: tuple[Workload, ...]
    serial: int = 0
    unlisted: tuple[Unlisted, ...] = ()
    basis: Basis | None = field(default=None, compare=False, repr=False)


def inspected(snapshot: Snapshot, key: str, inspections: Mapping[Place, Inspection], serial: int) -> Snapshot:
    """The same picture with what looking closely at one workload has given since."""
    workloads = tuple(
        w if w.key != key else replace(w, copies=tuple(_with_inspection(c, inspections) for c in w.copies))
        for w in snapshot.workloads
    )
    return replace(snapshot, workloads=workloads, serial=serial)


def _with_inspection(copy: CopyState, inspections: Mapping[Place, Inspection]) -> CopyState:
    return replace(copy, inspection=inspections.get(copy.place))


def was_inspected(snapshot: Snapshot, key: str) -> bool:
    """Whether somebody has looked closely at a copy of this workload."""
    return any(c.inspection for w in snapshot.workloads if w.key == key for c in w.copies)


def as_last_known(snapshot: Snapshot) -> Snapshot:
    """The same picture with nothing in it called current."""
    workloads = tuple(
        replace(w, copies=tuple(replace(c, fresh=False, asking=False) for c in w.copies))
        for w in snapshot.workloads
    )
    return replace(snapshot, workloads=workloads, serial=snapshot.serial + 1)


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two snapshots, by workload key and endpoint name.

    ``inspected`` are workloads of which looking closely told something new; only who looks at one sees that.
    """

    changed: frozenset[str]
    added: frozenset[str]
    removed: frozenset[str]
    endpoints: frozenset[str]
    inspected: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether anything changed."""
        return bool(self.changed or self.added or self.removed or self.endpoints or self.inspected)


def difference(old: Snapshot | None, new: Snapshot) -> Difference:
    """What changed from ``old`` to ``new``; everything is new when there was no old one.

    A newer reading that says the same is no change: reading times are compared only through ``fresh``.
    """
    before = {w.key: w for w in old.workloads} if old else {}
    after = {w.key: w for w in new.workloads}
    other = [(before[k], w) for k, w in after.items() if k in before and w is not before[k]]
    known = {e.name: e for e in old.endpoints} if old else {}
    return Difference(
        changed=frozenset(w.key for was, w in other if not _same(was, w)),
        added=frozenset(after.keys() - before.keys()),
        removed=frozenset(before.keys() - after.keys()),
        endpoints=frozenset(e.name for e in new.endpoints if known.get(e.name) != e),
        inspected=frozenset(w.key for was, w in other if _told_anew(was, w)),
    )


def _told_anew(old: Workload, new: Workload) -> bool:
    """Whether looking closely at one of its copies told something else than before."""
    before = {copy.place: copy.inspection for copy in old.copies if copy.inspection}
    now = {copy.place: copy.inspection for copy in new.copies if copy.inspection}
    if before.keys() != now.keys():
        return True
    return any(seen is not before[place] and seen.told != before[place].told for place, seen in now.items())


def _same(a: Workload, b: Workload) -> bool:
    """Whether two states of one workload would be shown alike, but for ages."""
    if _of_workload(a) != _of_workload(b):
        return False
    return len(a.copies) == len(b.copies) and all(
        _visible(x) == _visible(y) for x, y in zip(a.copies, b.copies, strict=True)
    )


def _of_workload(one: Workload) -> tuple[object, ...]:
    return (one.name, one.arrow, one.alarms, one.listed, one.proven, one.run)


def _visible(copy: CopyState) -> tuple[object, ...]:
    return (
        copy.place,
        copy.role,
        copy.row,
        copy.name,
        copy.power,
        copy.fresh,
        copy.asking,
        copy.seen_by,
        copy.alarms,
        copy.last_sync,
        copy.rpo_target_s,
        copy.sighting.relations,
        copy.sighting.networks,
    )
