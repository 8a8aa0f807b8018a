"""A VM that nothing replicates is told of where it was protected once, or where the config names it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drconsole.domain.assemble import assemble
from drconsole.domain.deep import FailoverAddress
from drconsole.domain.endpoint import Estate, Pair, Wishes
from drconsole.domain.mapping import AddressMap
from drconsole.domain.place import Place
from drconsole.domain.reading import HbrSource, Power, Sighting
from drconsole.domain.snapshot import Workload
from drconsole.domain.unprotected import protected_in
from drconsole.wording.actions import next_action
from drconsole.wording.alarms import alarm_text

from .builders import NJ, NOW, NY, codes, estate, only, reading, relation, status, vm, vs

PLAIN = vm("ny", Power.ON, own_mode="None")


def seen(sighting: Sighting, *once: Place, where: Estate | None = None) -> Workload:
    """The only workload of a picture, where replication was seen once at these places."""
    name = "vc-ny" if sighting.platform == "vsphere" else "ny"
    told = {name: reading(name, sighting)}
    return only(assemble(where or estate(), [status(name)], told, NOW, protected=frozenset(once)))


def test_one_that_was_never_protected_is_hidden_and_raises_nothing() -> None:
    other = replace(PLAIN.place, ident="v2")
    workload = seen(PLAIN, other)
    assert (codes(workload), workload.listed) == (set(), False)


@pytest.mark.parametrize(
    "once", [PLAIN.place, replace(PLAIN.place, where="ny2.lab.example")], ids=["here", "on another host"]
)
def test_one_that_lost_its_protection_is_shown_and_told(once: Place) -> None:
    workload = seen(PLAIN, once)
    assert workload.listed
    assert [c.role for c in workload.copies] == ["UNPROTECTED"]
    assert [alarm_text(a) for a in workload.all_alarms] == [
        "not protected any more: its replication was removed"
    ]
    assert next_action(workload) == "by hand: replicate it again, or acknowledge this"


def test_a_vsphere_vm_is_known_by_its_place() -> None:
    plain = vs("vc-ny", "u1")
    assert codes(seen(plain, plain.place)) == {"not-protected"}
    assert codes(seen(plain, replace(plain.place, where="another datastore"))) == set()


@pytest.mark.parametrize(
    "where",
    [
        replace(estate(), wishes={"hv:v1": Wishes(priority=1)}),
        replace(
            estate(),
            pairs=(Pair(NY, NJ, addresses=(AddressMap("hv:v1", "LAN", FailoverAddress("10.0.0.9")),)),),
        ),
    ],
    ids=["workloads", "addresses"],
)
def test_one_that_the_config_names_is_told(where: Estate) -> None:
    workload = seen(PLAIN, where=where)
    assert workload.listed
    assert [alarm_text(a) for a in workload.all_alarms] == [
        "not protected: the config names it, and nothing replicates it"
    ]
    protected = vm("ny", Power.ON, relation("Primary"))
    assert codes(seen(protected, protected.place, where=where)) == set()


def test_where_replication_is_at_work() -> None:
    replica = vm("ny", Power.OFF, relation("Replica"), ident="v2")
    test_copy = vm("ny", Power.ON, ident="v3", own_mode="TestReplica")
    source = vs("vc-ny", "u1", hbr=HbrSource("GID-1", ""))
    told = reading("ny", PLAIN, replica, test_copy, source, vs("vc-ny", "u2"))
    assert protected_in(told) == {replica.place, source.place}
