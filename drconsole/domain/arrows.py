"""The arrow of replication between the copies of a workload."""

from __future__ import annotations

from drconsole.domain import replication as r
from drconsole.domain.case import Hosts
from drconsole.domain.endpoint import Estate
from drconsole.domain.reading import Relation
from drconsole.domain.replication import is_named, relation_of
from drconsole.domain.roles import AlarmCode, Arrow, ArrowKind, Role
from drconsole.domain.snapshot import CopyState


def arrow_of(copies: tuple[CopyState, ...], contradiction: bool, estate: Estate, hosts: Hosts) -> Arrow:
    """The arrow: from the copy that sends to the one that receives, or from the old original onwards.

    ``contradiction``: the workload is in split-brain.
    """
    if not any(c.fresh for c in copies):
        return Arrow(ArrowKind.UNKNOWN if _related(copies) else ArrowKind.NONE)
    by_role: dict[Role, CopyState] = {}
    # A replica of a replica stands for none of the two ends.
    for copy in sorted(copies, key=lambda c: (not c.fresh, c.row == "H8")):
        by_role.setdefault(copy.role, copy)
    original, replica = by_role.get(Role.ORIGINAL), by_role.get(Role.REPLICA)
    former, recovered = by_role.get(Role.FORMER_ORIGINAL), by_role.get(Role.RECOVERED)
    if contradiction or any(a.code is AlarmCode.CONTRADICTION for c in copies for a in c.alarms):
        sites = list(dict.fromkeys(c.place.site for c in copies if c.role is not Role.TEST_COPY))
        ends = sites[:2] if len(sites) > 1 else sites * 2
        return Arrow(ArrowKind.CONTRADICTION, *ends)
    if recovered:
        return _after_failover(recovered, former or original, estate, hosts)
    if original:
        target = replica.place.site if replica else _far_site(original, estate, hosts)
        return Arrow(_flow(original, replica), original.place.site, target)
    if replica:
        source = _far_site(replica, estate, hosts)
        relation = relation_of(replica.sighting)
        gone = any(a.code in (AlarmCode.SOURCE_GONE, AlarmCode.NO_ORIGINAL) for a in replica.alarms)
        kind = ArrowKind.UNKNOWN if gone or relation is None else _without_sender(_by_state(relation))
        return Arrow(kind, source, replica.place.site)
    return Arrow(ArrowKind.UNKNOWN if _related(copies) else ArrowKind.NONE)


def _after_failover(recovered: CopyState, former: CopyState | None, estate: Estate, hosts: Hosts) -> Arrow:
    far = former.place.site if former else _far_site(recovered, estate, hosts)
    if former and former.row == "H5":
        return Arrow(ArrowKind.COPYING, recovered.place.site, far)
    return Arrow(ArrowKind.FAILED_OVER, far, recovered.place.site)


def _flow(original: CopyState, replica: CopyState | None) -> ArrowKind:
    hbr = original.sighting.hbr
    if hbr:
        flows = ArrowKind.FLOWS if original.fresh else ArrowKind.UNKNOWN
        return ArrowKind.PAUSED if hbr.paused else flows
    relation = relation_of(original.sighting)
    if relation is None:
        return ArrowKind.UNKNOWN
    if relation.state == r.PREPARED and replica is None:
        return ArrowKind.UNKNOWN
    theirs = relation_of(replica.sighting) if replica else None
    ends = [(original.fresh, relation), (replica.fresh, theirs)] if replica else [(original.fresh, relation)]
    # What is seen now goes before what was seen once.
    seen = [told for fresh, told in ends if told and fresh] or [told for _, told in ends if told]
    kinds = [_by_state(told) for told in seen]
    kind = next((k for k in kinds if k is not ArrowKind.FLOWS), ArrowKind.FLOWS)
    if original.fresh:
        return kind
    # The receiver says "Replicating" long after its sender is dead; a pause is of those that are known.
    paused = ArrowKind.PAUSED in (kind, _by_state(relation))
    return ArrowKind.PAUSED if paused else _without_sender(kind)


def _without_sender(kind: ArrowKind) -> ArrowKind:
    """What is known of the flow where the sender is not seen: not that anything is on its way."""
    return ArrowKind.UNKNOWN if kind in (ArrowKind.FLOWS, ArrowKind.COPYING) else kind


def _by_state(relation: Relation) -> ArrowKind:
    if relation.state in r.FIRST_COPY or relation.state == r.RESYNCHRONIZING:
        return ArrowKind.COPYING
    if relation.state in r.PAUSED or relation.state in r.BROKEN or relation.state == r.RESYNC_NEEDED:
        return ArrowKind.PAUSED
    return ArrowKind.FLOWS if relation.state in ("Replicating", r.PREPARED) else ArrowKind.UNKNOWN


def _far_site(copy: CopyState, estate: Estate, hosts: Hosts) -> str:
    """The other end's site: that of the host it names, else the only site paired with its own."""
    relation = relation_of(copy.sighting)
    if relation is not None:
        names = (relation.replica, relation.receiver) if relation.mode == r.PRIMARY else (relation.primary,)
        sites = {
            a.reading.site for a in hosts.answers if any(is_named(n, a.reading.names) for n in names)
        } - {copy.place.site}
        if len(sites) == 1:
            return sites.pop()
    paired = {
        p.right if p.left == copy.place.site else p.left for p in estate.pairs if p.has(copy.place.site)
    }
    return paired.pop() if len(paired) == 1 else ""


def _related(copies: tuple[CopyState, ...]) -> bool:
    return len(copies) > 1 or any(c.sighting.relations or c.sighting.hbr for c in copies)
