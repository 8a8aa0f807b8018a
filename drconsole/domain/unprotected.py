"""VMs that nothing replicates although they are expected to be protected (rules, section 3, row X2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drconsole.domain.endpoint import Estate
from drconsole.domain.place import Place
from drconsole.domain.reading import Reading
from drconsole.domain.replication import NONE, TEST, mode_of
from drconsole.domain.roles import Alarm, AlarmCode, Severity


def protected_in(reading: Reading) -> frozenset[Place]:
    """The places of a reading at which replication is at work; that of a test copy is its replica's."""
    return frozenset(
        one.place for one in reading.sightings if mode_of(one) not in (NONE, TEST) or one.hbr is not None
    )


@dataclass(frozen=True, slots=True)
class Expected:
    """What should be protected: workloads that the config names, and VMs that were seen replicated once.

    A Hyper-V VM keeps its id where it moves to another host; a vSphere VM is known by its place.
    """

    keys: frozenset[str]
    ids: frozenset[str]
    places: frozenset[Place]

    def missed(self, key: str, place: Place) -> tuple[Alarm, ...]:
        """What is to be told of a VM that nothing replicates."""
        once = place.ident in self.ids if place.platform == "hyperv" else place in self.places
        if not once and key not in self.keys:
            return ()
        facts = (("why", "once" if once else "config"),)
        return (Alarm(AlarmCode.NOT_PROTECTED, Severity.WARNING, None, facts),)


def expected_of(estate: Estate, once: Iterable[Place]) -> Expected:
    """What is expected by the config, and by the places at which replication was seen."""
    named = {one.workload for pair in estate.pairs for one in pair.addresses}
    places = frozenset(once)
    ids = frozenset(place.ident for place in places if place.platform == "hyperv")
    return Expected(frozenset({*estate.wishes, *named}), ids, places)
