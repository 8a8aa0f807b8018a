"""The facts a verdict looks at: one copy of a workload, its partner, and what other endpoints answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drconsole.domain.endpoint import Estate
from drconsole.domain.identity import Answer, Group, Seen
from drconsole.domain.reading import ApplianceRow, Power, Relation
from drconsole.domain.record import Record
from drconsole.domain.replication import (
    EXTENDED,
    NONE,
    PRIMARY,
    REPLICA,
    TEST,
    is_named,
    mode_of,
    relation_of,
)


@dataclass(frozen=True, slots=True)
class Hosts:
    """Who answers under which host name, for statements about absence."""

    answers: tuple[Answer, ...]

    @property
    def told(self) -> tuple[object, ...]:
        """All that this rests on, for comparison: nothing else of an answer decides on another host's VMs."""
        return tuple(
            (
                answer.reading.endpoint,
                answer.reading.site,
                answer.reading.names,
                answer.fresh,
                answer.asking,
                answer.reading.complete,
                frozenset(sighting.place.ident for sighting in answer.reading.sightings),
                frozenset(node.name for node in answer.reading.nodes if not node.answers),
            )
            for answer in self.answers
        )

    def lacks(self, name: str, vm_id: str) -> bool:
        """Whether the named host answers, completely and with rights, and has no VM of this id.

        Of a node that is down its cluster cannot say what it holds.
        """
        named = [a for a in self.answers if is_named(name, a.reading.names)]
        down = any(
            not node.answers and is_named(name, (node.name,)) for a in named for node in a.reading.nodes
        )
        return (
            bool(named)
            and not down
            and all(
                a.fresh and a.reading.complete and all(s.place.ident != vm_id for s in a.reading.sightings)
                for a in named
            )
        )

    def all_answer(self, endpoints: Iterable[str]) -> bool:
        """Whether all these endpoints answer now and see everything."""
        whole = {a.reading.endpoint for a in self.answers if a.fresh and a.reading.complete}
        return whole.issuperset(endpoints)


@dataclass(frozen=True, slots=True)
class Case:
    """One copy as the rows of the truth table see it."""

    copy: Seen
    group: Group
    partner: Seen | None
    hosts: Hosts
    estate: Estate

    @property
    def relation(self) -> Relation | None:
        """The relation that the copy is judged by."""
        return relation_of(self.copy.sighting)

    @property
    def mode(self) -> str:
        """The copy's replication mode."""
        return mode_of(self.copy.sighting)

    @property
    def state(self) -> str:
        """The copy's replication state; empty without a relation."""
        return self.relation.state if self.relation else ""

    @property
    def partner_counts(self) -> bool:
        """Whether what is known of the partner may decide what this copy is now.

        A last-known partner says nothing about a copy that is seen now and still replicates, or that was
        synchronised after the partner was last seen.
        """
        if self.partner is None:
            return False
        if self.partner.fresh or not self.copy.fresh:
            return True
        synced = self.relation.last_sync if self.relation else None
        apart = self.copy.taken_at - self.partner.taken_at
        return self.state != "Replicating" and (synced is None or self.copy.now - synced >= apart)

    @property
    def same_time(self) -> bool:
        """Whether both ends are seen now, or both are last-known: only then their words can be compared."""
        return self.partner is not None and self.partner.fresh is self.copy.fresh

    @property
    def partner_mode(self) -> str:
        """The partner's replication mode; empty without a partner."""
        return mode_of(self.partner.sighting) if self.partner else ""

    @property
    def contradicts_itself(self) -> bool:
        """Whether Get-VM says that the copy is replicated while Get-VMReplication does not know it."""
        return self.relation is None and self.copy.sighting.own_mode not in ("", NONE, TEST)

    @property
    def others(self) -> tuple[Seen, ...]:
        """All other copies of the workload."""
        return tuple(c for c in self.group.copies if c is not self.copy)

    @property
    def running(self) -> bool:
        """Whether the copy runs, as far as its facts go."""
        return self.copy.sighting.power is Power.ON

    @property
    def record(self) -> Record | None:
        """The copy's own failover record."""
        return self.copy.record

    @property
    def partner_record(self) -> Record | None:
        """The partner's own failover record."""
        return self.partner.record if self.partner else None

    @property
    def appliance_rows(self) -> tuple[ApplianceRow, ...]:
        """What replication appliances say of the workload."""
        return tuple(c.sighting.appliance for c in self.group.copies if c.sighting.appliance)


def cases_of(group: Group, hosts: Hosts, estate: Estate) -> Iterable[Case]:
    """One case for each copy of a workload."""
    for copy in group.copies:
        yield Case(copy, group, _partner(copy, group), hosts, estate)


def _partner(copy: Seen, group: Group) -> Seen | None:
    """The other end of a relation: the copy on the host that it names, else one of a mode that fits."""
    relation, mode = relation_of(copy.sighting), mode_of(copy.sighting)
    if relation is None or mode not in _FITS:
        return None
    modes = {c.place: mode_of(c.sighting) for c in group.copies}
    ends = [c for c in group.copies if c is not copy and modes[c.place] in _FITS[mode]]
    ends.sort(key=lambda c: _FITS[mode].index(modes[c.place]))
    asked = (relation.replica, relation.receiver) if mode == PRIMARY else (relation.primary,)
    at_named = [c for c in ends if any(is_named(n, (c.place.where, *c.names)) for n in asked)]
    return next(iter(at_named or ends), None)


# The modes that the other end of a relation may have, the expected one first.
_FITS = {
    PRIMARY: (REPLICA, EXTENDED, PRIMARY),
    REPLICA: (PRIMARY, REPLICA),
    EXTENDED: (REPLICA, PRIMARY),
}
