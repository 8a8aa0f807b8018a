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
    PRIMARY,
    REPLICA,
    mode_of,
    relation_of,
    same_host,
)


@dataclass(frozen=True, slots=True)
class Hosts:
    """Who answers under which host name, for statements about absence."""

    answers: tuple[Answer, ...]

    def lacks(self, name: str, vm_id: str) -> bool:
        """Whether the named host answers, completely and with rights, and has no VM of this id."""
        for answer in self.answers:
            if any(same_host(name, known) for known in answer.reading.names):
                return (
                    answer.fresh
                    and answer.reading.complete
                    and all(s.place.ident != vm_id for s in answer.reading.sightings)
                )
        return False

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
    def partner_mode(self) -> str:
        """The partner's replication mode; empty without a partner."""
        return mode_of(self.partner.sighting) if self.partner else ""

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
    """The other end of a relation: the copy on the host that it names, else the copy of the other mode."""
    relation, mode = relation_of(copy.sighting), mode_of(copy.sighting)
    if relation is None or mode not in (PRIMARY, REPLICA, EXTENDED):
        return None
    ends = [c for c in group.copies if c is not copy and mode_of(c.sighting) in (PRIMARY, REPLICA, EXTENDED)]
    named = (relation.replica, relation.receiver) if mode == PRIMARY else (relation.primary,)
    at_named = [
        c for c in ends if any(same_host(n, known) for n in named for known in (c.place.where, *c.names))
    ]
    if at_named:
        return at_named[0]
    opposite = [c for c in ends if (mode_of(c.sighting) == PRIMARY) != (mode == PRIMARY)]
    return next(iter(opposite or ends), None)
