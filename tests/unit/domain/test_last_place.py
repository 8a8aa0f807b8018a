"""A vSphere VM whose datastore has no readable name this time is one copy, where it last was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drconsole.domain.assemble import assemble
from drconsole.domain.place import Place
from drconsole.domain.reading import Power, Reading, Sighting
from drconsole.domain.snapshot import Snapshot

from .builders import NOW, NY, estate, only, reading, status, vs

KNOWN = replace(vs("vc-ny", "u1"), place=Place("vsphere", NY, "5f3e-77", "web/web.vmx"))
UNREAD = replace(
    vs("vc-ny", "u1", Power.OFF),
    place=Place("vsphere", NY, "unseen:vc-1", "[fast] web/web.vmx"),
    unread=("datastore.name", "place"),
)
BARE = replace(UNREAD, uuid="", place=Place("vsphere", NY, "unseen:vc-1", "vm-1"))


def seen(now: Sighting, before: Sighting = KNOWN, *, instance: str = "vc-1", then: str = "vc-1") -> Snapshot:
    """The picture of a reading that saw this now, after a complete one that saw the other."""
    newest = replace(reading("vc-ny", now, complete=False), instance=instance)
    kept: Reading = replace(reading("vc-ny", before, age_s=60), instance=then)
    return assemble(estate(), [status("vc-ny")], {"vc-ny": newest}, NOW, kept={"vc-ny": kept})


@pytest.mark.parametrize("now", [UNREAD, BARE], ids=["datastore", "configuration"])
def test_it_is_where_it_last_was_with_the_facts_of_now(now: Sighting) -> None:
    (copy,) = only(seen(now)).copies
    assert (copy.place, copy.power, copy.fresh) == (KNOWN.place, Power.OFF, True)


def test_on_a_host_without_an_instance_of_its_own_the_uuid_tells() -> None:
    (copy,) = only(seen(UNREAD, instance="", then="")).copies
    assert copy.place == KNOWN.place
    assert len(seen(BARE, instance="", then="").workloads) == 2


@pytest.mark.parametrize(
    ("now", "instance"),
    [
        (replace(UNREAD, uuid="u2"), "vc-1"),
        (replace(UNREAD, handle="vm-2"), "vc-1"),
        (replace(UNREAD, place=replace(UNREAD.place, ident="[slow] old/web.vmx")), "vc-1"),
        (UNREAD, "vc-2"),
    ],
    ids=["another uuid", "another reference", "another path", "another vCenter"],
)
def test_what_does_not_agree_stays_apart(now: Sighting, instance: str) -> None:
    places = {copy.place for workload in seen(now, instance=instance).workloads for copy in workload.copies}
    assert places == {KNOWN.place, now.place}
