"""Joining: places, not endpoints; ids, never names; twins apart."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drconsole.domain.assemble import assemble
from drconsole.domain.endpoint import Endpoint, EndpointKind
from drconsole.domain.reading import HbrSource, ManagedBy, Node, Power, Reading, ReplicaFiles
from drconsole.domain.replication import is_named
from drconsole.domain.snapshot import EndpointState

from .builders import NJ, NOW, NY, codes, estate, only, picture, reading, relation, status, vm, vs


@pytest.mark.parametrize("power", [Power.ON, Power.OFF])
def test_one_place_seen_by_two_endpoints_is_one_copy_with_the_freshest_facts(power: Power) -> None:
    more = Endpoint("esx-ny", NY, EndpointKind.VSPHERE, "10.0.0.9")
    seen = vs("vc-ny", "u1", power=Power.OFF if power is Power.ON else Power.ON)
    old = reading("vc-ny", seen, age_s=20)
    new = replace(reading("vc-ny", replace(seen, power=power)), endpoint="esx-ny")
    states = [status("vc-ny"), replace(status("vc-ny"), name="esx-ny")]
    snapshot = assemble(estate(more), states, {"vc-ny": old, "esx-ny": new}, NOW)
    (copy,) = only(snapshot).copies
    assert (copy.power, copy.endpoint, copy.seen_by) == (power, "esx-ny", ("esx-ny", "vc-ny"))


def test_a_silent_witness_never_outweighs_one_that_answers() -> None:
    more = Endpoint("esx-ny", NY, EndpointKind.VSPHERE, "10.0.0.9")
    seen = vs("vc-ny", "u1", power=Power.OFF)
    fresh = reading("vc-ny", seen, age_s=25)
    stale = replace(reading("vc-ny", replace(seen, power=Power.ON), age_s=2), endpoint="esx-ny")
    snapshot = assemble(estate(more), [status("vc-ny")], {"vc-ny": fresh, "esx-ny": stale}, NOW)
    (copy,) = only(snapshot).copies
    assert (copy.power, copy.fresh) == (Power.OFF, True)


def test_copies_of_one_vm_id_are_one_workload_whatever_their_names() -> None:
    snapshot = picture(
        reading("ny", vm("ny", Power.ON, relation("Primary"), name="a")),
        reading("nj", vm("nj", Power.OFF, relation("Replica"), name="b")),
    )
    assert only(snapshot).key == "hv:v1"
    assert only(snapshot).name == "a"


def test_two_vms_of_one_name_are_two_workloads() -> None:
    snapshot = picture(reading("ny", vm("ny", ident="v1", name="same"), vm("ny", ident="v2", name="same")))
    assert sorted(w.key for w in snapshot.workloads) == ["hv:v1", "hv:v2"]


def test_a_test_vm_belongs_to_the_replica_that_names_it_on_its_own_host() -> None:
    test_vm = vm("nj", ident="t1", own_mode="TestReplica", name="files-02 - Test")
    named = picture(reading("nj", vm("nj", Power.OFF, relation("Replica", test_vm="t1")), test_vm))
    assert {c.place.ident for c in only(named).copies} == {"v1", "t1"}
    alone = picture(reading("nj", vm("nj", Power.OFF, relation("Replica")), test_vm))
    assert sorted(w.key for w in alone.workloads) == ["hv:t1", "hv:v1"]


def test_templates_are_not_workloads() -> None:
    snapshot = picture(reading("vc-ny", vs("vc-ny", "u1", template=True)))
    assert snapshot.workloads == ()


def test_vsphere_joins_by_replication_group_and_uuid_only_between_paired_sites() -> None:
    source = vs("vc-ny", "u1", hbr=HbrSource("GID-1", "d"))
    padding = [vs("vc-ny", f"p{i}") for i in range(3)]
    snapshot = picture(reading("vc-ny", source, *padding), reading("vc-nj", vs("vc-nj", "u1")))
    joined = next(w for w in snapshot.workloads if w.key == "vs:GID-1")
    assert [c.place.site for c in joined.copies] == ["New York", "New Jersey"]
    assert "split-brain" in codes(joined)


def test_two_vms_of_one_uuid_at_one_site_stay_apart() -> None:
    snapshot = picture(
        reading("vc-ny", vs("vc-ny", "u1", path="[a] x.vmx"), vs("vc-ny", "u1", path="[b] y.vmx"))
    )
    assert len({w.key for w in snapshot.workloads}) == 2


def test_a_placeholder_is_a_line_of_its_own() -> None:
    placeholder = vs("vc-nj", "u1", managed_by=ManagedBy("com.vmware.vcDr", "placeholderVm"))
    rest = [vs("vc-ny", f"p{i}") for i in range(3)]
    snapshot = picture(reading("vc-ny", vs("vc-ny", "u1"), *rest), reading("vc-nj", placeholder))
    assert len(snapshot.workloads) == 5


def test_a_vm_that_another_product_manages_is_no_placeholder() -> None:
    rest = [vs("vc-ny", f"p{i}") for i in range(3)]
    managed = vs("vc-nj", "u1", managed_by=ManagedBy("com.example.backup", "proxy"))
    snapshot = picture(reading("vc-ny", vs("vc-ny", "u1"), *rest), reading("vc-nj", managed))
    (joined,) = (w for w in snapshot.workloads if w.key.endswith(":u1"))
    assert [copy.place.site for copy in joined.copies] == [NY, NJ]


def test_two_vms_recovered_from_one_replica_are_two_copies() -> None:
    recovered = [vs("vc-nj", uuid, replica_dir="GID-1") for uuid in ("u8", "u9")]
    workload = only(picture(reading("vc-nj", *recovered)))
    assert [(copy.role, copy.power) for copy in workload.copies] == [("RECOVERED", Power.ON)] * 2
    assert "split-brain" in codes(workload)


def test_two_replica_directories_of_one_group_are_two_copies() -> None:
    found = [vs("vc-nj", "", Power.OFF, path=path, files=ReplicaFiles("GID-1")) for path in ("a/", "b/")]
    assert len(only(picture(reading("vc-nj", *found))).copies) == 2


def test_twins_are_one_endpoint_alarm_and_no_split_brain() -> None:
    inventories = [
        reading(vc, *(vs(vc, f"u{i}", hbr=HbrSource(f"G{i}", "d")) for i in range(4)))
        for vc in ("vc-ny", "vc-nj")
    ]
    snapshot = picture(*inventories)
    alarms = [(e.name, a.code.value, a.fact("twin")) for e in snapshot.endpoints for a in e.alarms]
    assert alarms == [("vc-nj", "twins", "vc-ny")]
    assert len(snapshot.workloads) == 8
    assert all("split-brain" not in codes(w) for w in snapshot.workloads)


def test_half_of_an_inventory_is_no_twin() -> None:
    left = reading("vc-ny", *(vs("vc-ny", f"u{i}") for i in range(4)))
    right = reading("vc-nj", *(vs("vc-nj", f"u{i}") for i in (0, 1, 8, 9)))
    snapshot = picture(left, right)
    assert all(not e.alarms for e in snapshot.endpoints)
    assert len(snapshot.workloads) == 6


def test_a_small_inventory_within_a_large_one_is_no_twin() -> None:
    small = reading("vc-ny", *(vs("vc-ny", f"u{i}") for i in range(2)))
    large = reading("vc-nj", *(vs("vc-nj", f"u{i}") for i in range(4)))
    for left, right in ((small, large), (replace(large, site=NY), replace(small, site=NJ))):
        renamed = (replace(left, endpoint="vc-ny"), replace(right, endpoint="vc-nj"))
        assert all(not one.alarms for one in picture(*renamed).endpoints)


def test_two_hosts_of_one_name_with_other_vms_are_no_twins() -> None:
    left = reading("ny", *(vm("ny", ident=f"v{i}") for i in range(3)))
    right = replace(reading("nj", *(vm("nj", ident=f"w{i}") for i in range(3))), names=left.names)
    assert all(not one.alarms for one in picture(left, right).endpoints)


def test_host_names_match_with_and_without_domain_but_not_across_domains() -> None:
    assert is_named("NY.lab.example", ("ny", "ny.lab.example"))
    assert is_named("ny", ("ny", "ny.lab.example"))
    assert is_named("ny.lab.example.", ("ny",))
    assert not is_named("ny.lab.example", ("ny", "ny.other.example"))
    assert not is_named("", ("ny",))
    assert not is_named("ny", ())


def test_one_host_configured_at_two_sites_is_a_twin_and_no_split_brain() -> None:
    machines = [vm("ny", Power.ON, relation("Primary"), ident=f"v{i}") for i in range(3)]
    twice = [replace(s, place=replace(s.place, site=NJ)) for s in machines]
    other = replace(reading("nj", *twice), names=("ny", "ny.lab.example"))
    snapshot = picture(reading("ny", *machines), other)
    assert [(e.name, a.code.value) for e in snapshot.endpoints for a in e.alarms] == [("nj", "twins")]
    assert len(snapshot.workloads) == 6
    assert all("split-brain" not in codes(w) for w in snapshot.workloads)


def test_a_vm_that_moved_away_from_an_emptied_host_is_not_shown_twice() -> None:
    more = Endpoint("ny2", NY, EndpointKind.HYPERV_HOST, "10.0.0.9")
    before = reading("ny", vm("ny", Power.ON, relation("Primary")), age_s=60)
    there = vm("ny", Power.OFF, relation("Primary"))
    moved = replace(there, place=replace(there.place, where="ny2"))
    states = [status("ny", EndpointState.PARTIAL), replace(status("ny"), name="ny2")]
    now = {
        "ny": reading("ny", complete=False),
        "ny2": replace(reading("ny", moved), endpoint="ny2", names=("ny2", "ny2.lab.example")),
    }
    (copy,) = only(assemble(estate(more), states, now, NOW, kept={"ny": before})).copies
    assert (copy.place.where, copy.fresh) == ("ny2", True)


def test_a_node_that_stands_in_the_config_as_a_host_too_shows_no_second_copy() -> None:
    cluster = Endpoint("gold", NY, EndpointKind.HYPERV_CLUSTER, "10.0.0.8")
    here = replace(vm("ny", Power.ON, relation("Primary"), uptime_s=3600), node="NY")
    ours = replace(here, place=replace(here.place, where="gold"))
    more = replace(ours, place=replace(ours.place, ident="v2"), node="N2")
    whole = Reading(
        "gold",
        NY,
        NOW,
        NOW,
        complete=True,
        sightings=(ours, more),
        names=("gold", "ny", "n2"),
        nodes=(Node("NY", True), Node("N2", True)),
    )
    alone = replace(
        reading("ny", replace(here, place=replace(here.place, where="ny"), node="")), names=("ny",)
    )
    far = reading("nj", vm("nj", Power.OFF, relation("Replica")))
    states = [replace(status("ny"), name="gold"), status("ny"), status("nj")]
    told = {"gold": whole, "ny": alone, "nj": far}
    snapshot = assemble(estate(cluster), states, told, NOW)
    copies = {
        w.key: [(c.place.where, c.role.value, set(c.seen_by)) for c in w.copies] for w in snapshot.workloads
    }
    assert copies == {
        "hv:v1": [
            ("gold", "ORIGINAL", {"gold", "ny"}),
            ("nj.lab.example", "REPLICA", {"nj"}),
        ],
        "hv:v2": [("gold", "ORIGINAL", {"gold"})],
    }
    assert all("split-brain" not in codes(w) and "contradiction" not in codes(w) for w in snapshot.workloads)
    # Between the two reads it moved: nobody has seen it on both nodes at once.
    moved = replace(whole, sightings=(replace(ours, node="N2"), more))
    after = assemble(estate(cluster), states, told | {"gold": moved}, NOW)
    assert all("contradiction" not in codes(w) for w in after.workloads)
    # A host of the same name at another site is another host.
    elsewhere = replace(
        alone,
        site=NJ,
        sightings=(replace(alone.sightings[0], place=replace(here.place, site=NJ, where="ny")),),
    )
    apart = assemble(estate(cluster), states, told | {"ny": elsewhere}, NOW)
    assert {c.place.where for w in apart.workloads for c in w.copies} == {"gold", "ny", "nj.lab.example"}


def test_a_node_alone_is_not_believed_against_its_cluster() -> None:
    cluster = Endpoint("gold", NY, EndpointKind.HYPERV_CLUSTER, "10.0.0.8")
    here = vm("ny", Power.ON, relation("Primary"), node="N2")
    taken_over = replace(here, place=replace(here.place, where="gold"))
    nodes = (Node("NY", True), Node("N2", True))
    whole = replace(reading("ny", taken_over, age_s=20), endpoint="gold", nodes=nodes)
    # It has left the cluster, which went on with the VM on the other node.
    alone = reading("ny", replace(here, power=Power.OFF, node=""))
    states = [replace(status("ny"), name="gold"), status("ny")]
    (copy,) = only(assemble(estate(cluster), states, {"gold": whole, "ny": alone}, NOW)).copies
    assert (copy.power, copy.endpoint, copy.seen_by) == (Power.ON, "gold", ("gold", "ny"))
    silent = [replace(states[0], state=EndpointState.SILENT), states[1]]
    (copy,) = only(assemble(estate(cluster), silent, {"gold": whole, "ny": alone}, NOW)).copies
    assert (copy.power, copy.endpoint, copy.fresh) == (Power.ON, "gold", False)
    # That it runs is believed of whoever sees it.
    runs = reading("ny", replace(here, node=""))
    (copy,) = only(assemble(estate(cluster), silent, {"gold": whole, "ny": runs}, NOW)).copies
    assert (copy.power, copy.endpoint, copy.fresh) == (Power.ON, "ny", True)
