"""The picture: freshness, arrows, order, what stays last-known, what counts as a change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from drconsole.domain.assemble import assemble
from drconsole.domain.endpoint import Endpoint, EndpointKind, Insecurity, Pair
from drconsole.domain.reading import Broker, HbrSource, Node, Power
from drconsole.domain.record import believed
from drconsole.domain.roles import AlarmCode, ArrowKind, Role
from drconsole.domain.snapshot import EndpointState, Snapshot, difference
from drconsole.wording.actions import next_action
from drconsole.wording.ages import exact
from drconsole.wording.alarms import alarm_text
from drconsole.wording.arrows import sentence

from .builders import NJ, NOW, NY, codes, estate, only, picture, reading, recorded, relation, status, vm, vs
from .cases import CASES, Case


@pytest.mark.parametrize(
    ("left", "right", "kind"),
    [
        (("Primary", "Replicating"), ("Replica", "Replicating"), ArrowKind.FLOWS),
        (("Primary", "PreparedForFailover"), ("Replica", "Replicating"), ArrowKind.FLOWS),
        (("Primary", "Suspended"), ("Replica", "Replicating"), ArrowKind.PAUSED),
        (("Primary", "Replicating"), ("Replica", "Suspended"), ArrowKind.PAUSED),
        (
            ("Primary", "InitialReplicationInProgress"),
            ("Replica", "WaitingForInitialReplication"),
            ArrowKind.COPYING,
        ),
        (("Primary", "Resynchronizing"), ("Replica", "Replicating"), ArrowKind.COPYING),
        (("Primary", "Error"), ("Replica", "FailedOver"), ArrowKind.FAILED_OVER),
        (("Replica", "WaitingForInitialReplication"), ("Replica", "FailedOver"), ArrowKind.COPYING),
        (("Primary", "Replicating"), ("Primary", "Replicating"), ArrowKind.CONTRADICTION),
        (("Replica", "Replicating"), ("Replica", "Replicating"), ArrowKind.UNKNOWN),
    ],
)
def test_arrow(left: tuple[str, str], right: tuple[str, str], kind: ArrowKind) -> None:
    snapshot = picture(
        reading("ny", vm("ny", Power.OFF, relation(*left))),
        reading("nj", vm("nj", Power.OFF, relation(*right))),
    )
    assert only(snapshot).arrow.kind is kind


def test_the_arrow_points_from_the_original_to_the_replica() -> None:
    to_ny = relation("Primary", primary="nj.lab.example", replica="ny.lab.example")
    to_ny_end = relation("Replica", primary="nj.lab.example", replica="ny.lab.example")
    snapshot = picture(
        reading("ny", vm("ny", Power.OFF, to_ny_end)), reading("nj", vm("nj", Power.ON, to_ny))
    )
    arrow = only(snapshot).arrow
    assert (arrow.source, arrow.target) == (NJ, NY)
    assert [c.place.site for c in only(snapshot).copies] == [NY, NJ]


def test_an_unseen_replica_still_has_its_site_at_the_end_of_the_arrow() -> None:
    hyperv = only(picture(reading("ny", vm("ny", Power.ON, relation("Primary")))))
    assert (hyperv.arrow.source, hyperv.arrow.target) == (NY, NJ)
    vsphere = only(picture(reading("vc-ny", vs("vc-ny", "u1", hbr=HbrSource("G", "d")))))
    assert (vsphere.arrow.kind, vsphere.arrow.target) == (ArrowKind.FLOWS, NJ)
    lone_replica = only(picture(reading("nj", vm("nj", Power.OFF, relation("Replica")))))
    assert (lone_replica.arrow.source, lone_replica.arrow.target) == (NY, NJ)


def test_what_only_the_last_complete_reading_shows_stays_last_known() -> None:
    complete = reading("ny", vm("ny", Power.ON, relation("Primary")), age_s=60)
    blind = replace(reading("ny", complete=False), limits=("no rights",))
    snapshot = assemble(
        estate(), [status("ny", EndpointState.PARTIAL)], {"ny": blind}, NOW, kept={"ny": complete}
    )
    (copy,) = only(snapshot).copies
    assert (copy.role, copy.fresh, copy.taken_at) == (Role.ORIGINAL, False, complete.taken_at)
    assert [a.code.value for a in snapshot.endpoints[0].alarms] == ["partial"]


def test_ages_are_counted_on_the_endpoints_own_clock() -> None:
    wrong_clock = NOW + timedelta(days=3)
    r = relation("Primary", last_sync=wrong_clock - timedelta(minutes=2))
    skewed = replace(reading("ny", vm("ny", Power.ON, r)), clock=wrong_clock, skew_s=3 * 86400.0)
    snapshot = assemble(estate(), [replace(status("ny"), skew_s=3 * 86400.0)], {"ny": skewed}, NOW)
    (copy,) = only(snapshot).copies
    assert (copy.rpo_s, copy.rpo_target_s, copy.alarms) == (120, 900, ())
    assert [a.code.value for a in snapshot.endpoints[0].alarms] == ["clock-skew"]


def test_the_worst_comes_first_and_unprotected_vms_are_not_listed() -> None:
    late = relation("Primary", last_sync=NOW - timedelta(hours=3))
    snapshot = picture(
        reading(
            "ny",
            vm("ny", ident="a", name="alpha"),
            vm("ny", Power.ON, relation("Primary"), ident="b", name="beta"),
            vm("ny", Power.ON, late, ident="c", name="gamma"),
        )
    )
    assert [(w.name, w.listed) for w in snapshot.workloads] == [
        ("gamma", True),
        ("alpha", False),
        ("beta", True),
    ]


def test_difference_sees_changes_and_nothing_else() -> None:
    one = picture(reading("ny", vm("ny", Power.ON, relation("Primary")), age_s=9))
    same = picture(reading("ny", vm("ny", Power.ON, relation("Primary")), age_s=1))
    other = picture(reading("ny", vm("ny", Power.OFF, relation("Primary"))))
    more = picture(reading("ny", vm("ny", Power.OFF, relation("Primary")), vm("ny", ident="v2")))
    assert difference(None, one).added == {"hv:v1"}
    assert not difference(one, one)
    assert not difference(one, same).changed
    assert difference(one, other).changed == {"hv:v1"}
    assert difference(other, more).added == {"hv:v2"}
    assert difference(more, other).removed == {"hv:v2"}
    silent = picture(reading("ny", vm("ny", Power.ON, relation("Primary")), age_s=9), silent=["ny"])
    assert difference(one, silent).changed == {"hv:v1"}
    assert difference(one, silent).endpoints == {"ny"}


def test_the_arrow_of_three_copies_goes_to_the_replica_and_not_to_the_replica_of_it() -> None:
    third = Endpoint("ny2", NY, EndpointKind.HYPERV_HOST, "10.0.0.5")
    original = vm("ny", Power.ON, relation("Primary"))
    outer = relation("ExtendedReplica", relationship="Extended", primary="nj.lab.example")
    far = replace(vm("ny", Power.OFF, outer), place=replace(original.place, where="a-host"))
    readings = {
        "ny": reading("ny", original),
        "nj": reading("nj", vm("nj", Power.OFF, relation("Replica"))),
        "ny2": replace(reading("ny", far), endpoint="ny2", names=("a-host",)),
    }
    states = [status("ny"), status("nj"), replace(status("ny"), name="ny2")]
    workload = only(assemble(estate(third), states, readings, NOW))
    assert [c.row for c in workload.copies] == ["H8", "H10", "H9"]
    assert sentence(workload.arrow) == f"{NY} ==> {NJ}"


def test_the_arrow_of_a_split_brain_stands_between_two_sites() -> None:
    third = Endpoint("ny2", NY, EndpointKind.HYPERV_HOST, "10.0.0.5")
    left = vm("ny", Power.OFF, own_mode="None")
    more = replace(vm("ny", Power.ON, own_mode="None"), place=replace(left.place, where="a-host"))
    readings = {
        "ny": reading("ny", left),
        "nj": reading("nj", vm("nj", Power.ON, own_mode="None")),
        "ny2": replace(reading("ny", more), endpoint="ny2", names=("a-host",)),
    }
    states = [status("ny"), status("nj"), replace(status("ny"), name="ny2")]
    assert sentence(only(assemble(estate(third), states, readings, NOW)).arrow) == f"{NY} =/= {NJ}"


def test_a_record_that_vanishes_is_missed() -> None:
    with_record = recorded(vm("nj", Power.ON, relation("Replica", "FailedOver")), Role.RECOVERED)
    bare = replace(with_record, notes="")
    known = {with_record.place: None}
    for sighting, lost in ((with_record, False), (bare, True)):
        snapshot = assemble(estate(), [status("nj")], {"nj": reading("nj", sighting)}, NOW, recorded=known)
        assert ("record-gone" in codes(only(snapshot))) is lost


def test_a_record_that_vanished_is_told_with_what_it_said() -> None:
    with_record = recorded(vm("nj", Power.ON, relation("Replica", "FailedOver")), Role.RECOVERED)
    known = {with_record.place: believed(with_record.notes, with_record.place)}
    readings = {"nj": reading("nj", replace(with_record, notes=""))}
    workload = only(assemble(estate(), [status("nj")], readings, NOW, recorded=known))
    told = [alarm_text(one) for one in workload.all_alarms if one.code is AlarmCode.RECORD_GONE]
    assert told == [
        "its failover record has vanished from the notes; it said RECOVERED, "
        f"{exact(NOW)}, run 7f3c0a11 by operator@jump"
    ]


def test_what_did_not_change_is_the_same_object_in_the_next_picture() -> None:
    readings = {
        "ny": reading("ny", vm("ny", Power.ON, relation("Primary")), vm("ny", Power.ON, ident="v2")),
        "nj": reading("nj", vm("nj", Power.OFF, relation("Replica"))),
    }
    states = [status("ny"), status("nj")]
    one = assemble(estate(), states, readings, NOW)
    later = NOW + timedelta(seconds=5)
    again = replace(readings["nj"], taken_at=later, clock=later)
    two = assemble(estate(), states, {**readings, "nj": again}, later, before=one)
    before, after = ({w.key: w for w in snapshot.workloads} for snapshot in (one, two))
    assert after["hv:v2"] is before["hv:v2"]
    assert after["hv:v1"] is not before["hv:v1"]
    assert after["hv:v1"].copies[0] is before["hv:v1"].copies[0]
    assert after["hv:v1"].copies[1].taken_at == later
    assert two == assemble(estate(), states, {**readings, "nj": again}, later)
    # A verdict is not made anew where nothing changed that it rests on.
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("drconsole.domain.assemble.judge", None)
        assert assemble(estate(), states, {**readings, "nj": again}, later, before=two) == two
    # What another host says decides on a copy that nobody read again.
    gone = replace(readings["nj"], sightings=())
    three = assemble(estate(), states, {**readings, "nj": gone}, later, before=one)
    assert "replica-gone" in codes(next(w for w in three.workloads if w.key == "hv:v1"))
    assert three == assemble(estate(), states, {**readings, "nj": gone}, later)


def test_a_cluster_tells_of_its_broker_and_its_silent_nodes() -> None:
    broker = Broker("goldr2-br", "Failed", "goldr2-n1")
    nodes = (Node("goldr2-n1", True), Node("goldr2-n2", False, "no route"))
    cluster = replace(reading("nj"), broker=broker, nodes=nodes)
    snapshot = assemble(estate(), [status("nj")], {"nj": cluster}, NOW)
    assert [a.code.value for a in snapshot.endpoints[0].alarms] == ["broker-down", "node-silent"]


@pytest.mark.parametrize("at", range(len(CASES)))
def test_a_picture_is_the_same_whatever_was_seen_before(at: int) -> None:
    first, then = CASES[at - 1], CASES[at]

    def seen(case: Case, before: Snapshot | None = None) -> Snapshot:
        dark = {r.endpoint for r in case.readings if r.endpoint in case.silent}
        states = [
            status(r.endpoint, EndpointState.SILENT if r.endpoint in dark else EndpointState.OK)
            for r in case.readings
        ]
        return assemble(estate(), states, {r.endpoint: r for r in case.readings}, NOW, before=before)

    before = seen(first)
    assert seen(then, before) == seen(then)
    again = seen(first, before)
    assert all(new is old for new, old in zip(again.workloads, before.workloads, strict=True))


@pytest.mark.parametrize(
    ("days", "insecure", "silent", "text"),
    [
        (200, None, False, ""),
        (12, None, False, "its certificate ends "),
        (-1, None, False, "and is taken because the config pins it"),
        (-1, None, True, ""),
        (-1, Insecurity.UNVERIFIED, False, ""),
    ],
)
def test_the_end_of_a_certificate_is_an_alarm(
    days: int, insecure: Insecurity | None, silent: bool, text: str
) -> None:
    world = estate()
    hosts = tuple(replace(e, insecure=insecure) if e.name == "ny" else e for e in world.endpoints)
    shown = replace(reading("ny"), certificate_end=NOW + timedelta(days=days))
    state = EndpointState.SILENT if silent else EndpointState.OK
    snapshot = assemble(replace(world, endpoints=hosts), [status("ny", state)], {"ny": shown}, NOW)
    told = [alarm_text(a) for a in snapshot.endpoints[0].alarms if a.code is AlarmCode.CERTIFICATE]
    assert len(told) == bool(text)
    assert all(text in one for one in told)


def test_a_vm_that_runs_on_two_nodes_for_long_is_a_contradiction() -> None:
    one = vm("nj", Power.ON, relation("Primary"), node="n1", uptime_s=3600)
    for seconds, wrong in ((30, False), (600, True)):
        two = replace(one, node="n2", uptime_s=seconds)
        assert ("contradiction" in codes(only(picture(reading("nj", one, two))))) is wrong


def test_the_configs_rpo_target_goes_before_three_cycles() -> None:
    strict = replace(estate(), pairs=(Pair(NY, NJ, rpo_s=60),))
    snapshot = assemble(
        strict, [status("ny")], {"ny": reading("ny", vm("ny", Power.ON, relation("Primary")))}, NOW
    )
    assert "rpo" in codes(only(snapshot))


def test_alarms_count_on_the_consoles_clock_whatever_the_hosts_clock_says() -> None:
    ahead = NOW + timedelta(days=3)
    late = relation("Primary", last_sync=ahead - timedelta(hours=2))
    skewed = replace(reading("ny", vm("ny", Power.ON, late)), clock=ahead)
    snapshot = assemble(estate(), [status("ny")], {"ny": skewed}, NOW)
    (alarm,) = only(snapshot).all_alarms
    assert (alarm.code.value, alarm.since) == ("rpo", NOW - timedelta(hours=2) + timedelta(seconds=900))


def test_in_the_dark_no_arrow_flows_and_no_alarm_speaks_of_now() -> None:
    paused = relation("Primary", "Suspended", last_sync=NOW - timedelta(hours=5))
    old = reading("ny", vm("ny", Power.OFF, paused), age_s=9 * 3600)
    workload = only(picture(old, silent=["ny"]))
    assert workload.arrow.kind is ArrowKind.UNKNOWN
    texts = [alarm_text(alarm, NOW) for alarm in workload.all_alarms]
    assert texts
    assert all(text.endswith("(seen 9 h ago)") for text in texts)
    assert next_action(workload) == "see why its endpoints are silent"


@pytest.mark.parametrize(("power", "said"), [(Power.ON, "TEST COPY on"), (Power.OFF, "TEST COPY off")])
def test_a_test_copy_is_not_called_on_while_it_is_off(power: Power, said: str) -> None:
    replica = vm("nj", Power.OFF, relation("Replica", test_vm="t1"))
    test = vm("nj", power, ident="t1", own_mode="TestReplica", networks=("isolated",), created=NOW)
    workload = only(picture(reading("nj", replica, test)))
    assert [alarm_text(alarm) for alarm in workload.all_alarms] == [said]


def test_what_is_seen_now_decides_the_arrow_before_what_was_seen_once() -> None:
    snapshot = picture(
        reading("ny", vm("ny", Power.ON, relation("Primary"))),
        reading("nj", vm("nj", Power.OFF, relation("Replica", "Suspended")), age_s=9 * 3600),
        silent=["nj"],
    )
    assert only(snapshot).arrow.kind is ArrowKind.FLOWS
