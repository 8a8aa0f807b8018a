"""The facts a verdict looks at: one copy of a workload, its partner, and what other endpoints answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drconsole.domain.identity import Answer, Group, Seen
from drconsole.domain.reading import Power, Relation
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


@dataclass(frozen=True, slots=True)
class Case:
    """One copy as the rows of the truth table see it."""

    copy: Seen
    group: Group
    partner: Seen | None
    hosts: Hosts

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
    def has_record(self) -> bool:
        """Whether any copy of the workload carries a failover record in its notes (rules, section 2)."""
        return any("drconsole-record:" in c.sighting.notes for c in self.group.copies)


def cases_of(group: Group, hosts: Hosts) -> Iterable[Case]:
    """One case for each copy of a workload."""
    for copy in group.copies:
        yield Case(copy, group, _partner(copy, group), hosts)


def _partner(copy: Seen, group: Group) -> Seen | None:
    """The other end of a relation: the copy on the host that it names, else the copy of the other mode."""
    relation, mode = relation_of(copy.sighting), mode_of(copy.sighting)
    if relation is None or mode not in (PRIMARY, REPLICA, EXTENDED):
        return None
    ends = [c for c in group.copies if c is not copy and mode_of(c.sighting) in (PRIMARY, REPLICA, EXTENDED)]
    named = (relation.replica, relation.receiver) if mode == PRIMARY else (relation.primary,)
    at_named = [c for c in ends if any(same_host(n, c.place.where) for n in named)]
    if at_named:
        return at_named[0]
    opposite = [c for c in ends if (mode_of(c.sighting) == PRIMARY) != (mode == PRIMARY)]
    return next(iter(opposite or ends), None)
