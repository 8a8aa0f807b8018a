"""Split-brain compared: what is known of each running copy, and no word more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drconsole.domain.comparison import Comparison, Network, Stand, Written, compare, is_split
from drconsole.domain.deep import Adapter, Deep, Inspection
from drconsole.domain.reading import Power, Sighting
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import Workload
from tests.unit.domain.builders import NOW, only, picture, reading, recorded, relation, vm

MINUTE = timedelta(minutes=1)


def split(ny_up: int | None = 1200, nj_up: int | None = 28800, **more: Any) -> Workload:
    """An original that runs beside its recovered copy."""
    return only(
        picture(
            reading("ny", vm("ny", Power.ON, relation("Primary", "Error"), uptime_s=ny_up, **more)),
            reading("nj", vm("nj", Power.ON, relation("Replica", "FailedOver"), uptime_s=nj_up)),
        )
    )


def looked(workload: Workload, adapters: Iterable[Adapter], ago: timedelta = MINUTE) -> Workload:
    """The same with the adapters of its first copy read."""
    found = Inspection(deep=Deep("v1", NOW - ago, NOW - ago, adapters=tuple(adapters)))
    first, *others = workload.copies
    return replace(workload, copies=(replace(first, inspection=found), *others))


def test_both_sides_with_what_each_endpoint_tells() -> None:
    found = compare(split(auto_start="StartIfRunning"))
    old, new = found.sides
    assert found.stand is Stand.NOW
    assert is_split(found.workload)
    assert (old.copy.role, new.copy.role) == (Role.FORMER_ORIGINAL, Role.RECOVERED)
    assert (old.started, new.started) == (NOW - 20 * MINUTE, NOW - 480 * MINUTE)
    assert (old.sent, new.sent) == (True, False)
    assert (old.failed_over, new.failed_over) == (False, True)
    assert old.replicated == NOW - 4 * MINUTE
    assert old.auto_start == "StartIfRunning"
    assert found.both_since == NOW - 20 * MINUTE


def test_the_younger_start_decides_how_long_both_run() -> None:
    assert compare(split(28800, 1200)).both_since == NOW - 20 * MINUTE


@pytest.mark.parametrize(("ny_up", "nj_up"), [(None, 60), (60, None), (None, None)])
def test_a_start_that_nobody_tells_makes_the_time_unknown(ny_up: int | None, nj_up: int | None) -> None:
    assert compare(split(ny_up, nj_up)).both_since is None


def test_times_of_a_wrong_clock_are_told_by_the_console_s() -> None:
    """A host whose clock is two hours ahead tells times that are two hours ahead."""
    ahead = timedelta(hours=2)
    synced = relation("Primary", "Error", last_sync=NOW + ahead - 4 * MINUTE)
    wrong = replace(reading("ny", vm("ny", Power.ON, synced, uptime_s=1200)), clock=NOW + ahead)
    other = reading("nj", vm("nj", Power.ON, relation("Replica", "FailedOver"), uptime_s=600))
    old, _ = compare(only(picture(wrong, other))).sides
    assert old.replicated == NOW - 4 * MINUTE
    assert old.started == NOW - 20 * MINUTE


def test_the_record_tells_who_took_over_only_at_its_own_place() -> None:
    ny = vm("ny", Power.ON, relation("Primary", "Error"))
    nj = recorded(vm("nj", Power.ON, relation("Replica", "FailedOver")), Role.RECOVERED)
    copied = replace(ny, notes=nj.notes)
    old, new = compare(only(picture(reading("ny", copied), reading("nj", nj)))).sides
    assert old.record is None
    assert new.record is not None
    assert (new.record.run, new.record.by) == ("7f3c0a11", "operator@jump")


def test_networks_are_known_when_the_adapters_were_read() -> None:
    plain = compare(split(networks=("Production",))).sides[0]
    assert plain.networks == (Network("Production", None),)
    assert plain.looked is None
    adapters = [
        Adapter("a", "one", "Production", addresses=("10.1.10.21", "fe80::1")),
        Adapter("b", "two", ""),
        Adapter("c", "three", "", addresses=("10.1.10.21",), unread=("network",)),
    ]
    seen = compare(looked(split(), adapters)).sides[0]
    assert seen.networks == (Network("Production", True), Network("", False), Network("", True))
    assert seen.addresses == ("10.1.10.21", "fe80::1")
    assert seen.looked == NOW - MINUTE


@pytest.mark.parametrize(
    ("adapters", "written"),
    [
        ([Adapter("a", "one", "Production")], Written.POSSIBLE),
        ([Adapter("a", "one", ""), Adapter("b", "two", "Isolated")], Written.POSSIBLE),
        ([Adapter("a", "one", "", unread=("network",))], Written.POSSIBLE),
        ([Adapter("a", "one", "")], Written.CUT_OFF),
        ([], Written.CUT_OFF),
    ],
)
def test_only_adapters_that_were_read_say_that_nobody_writes(
    adapters: list[Adapter], written: Written
) -> None:
    assert compare(split()).sides[0].written is Written.POSSIBLE
    assert compare(looked(split(), adapters)).sides[0].written is written


def test_a_silent_side_leaves_it_open_whether_both_run() -> None:
    """Last-known never raises SPLIT-BRAIN; the card says what was seen, and that it is not known now."""
    sides = [
        reading("ny", vm("ny", Power.ON, relation("Primary", "Error"), uptime_s=1200)),
        reading("nj", vm("nj", Power.ON, relation("Replica", "FailedOver"), uptime_s=28800)),
    ]
    found = compare(only(picture(*sides, silent=["nj"])))
    assert not is_split(found.workload)
    assert found.stand is Stand.LAST_KNOWN
    assert [side.copy.fresh for side in found.sides] == [True, False]


def test_one_that_was_stopped_ends_it() -> None:
    off = vm("ny", Power.OFF, relation("Primary", "Error"))
    on = vm("nj", Power.ON, relation("Replica", "FailedOver"), uptime_s=60)
    found = compare(only(picture(reading("ny", off), reading("nj", on))))
    assert (found.stand, found.both_since) == (Stand.OVER, None)
    assert [side.written for side in found.sides] == [Written.STOPPED, Written.POSSIBLE]


def test_a_test_copy_is_no_side() -> None:
    test = vm("nj", Power.ON, ident="t1", own_mode="TestReplica", name="files-02 - Test")
    named = relation("Replica", "FailedOver", test_vm="t1")
    workload = only(
        picture(
            reading("ny", vm("ny", Power.ON, relation("Primary", "Error"))),
            reading("nj", vm("nj", Power.ON, named), test),
        )
    )
    found = compare(workload)
    assert [side.copy.role for side in found.sides] == [Role.FORMER_ORIGINAL, Role.RECOVERED]
    assert [copy.role for copy in found.others] == [Role.TEST_COPY]


def test_a_copy_on_a_cluster_may_be_started_by_it() -> None:
    assert [side.clustered for side in compare(split(node="NYCL02")).sides] == [True, False]


COPIES = st.tuples(
    st.sampled_from(["ny", "nj"]),
    st.sampled_from(list(Power)),
    st.sampled_from(["Primary", "Replica", ""]),
    st.sampled_from(["Replicating", "FailedOver", "Error"]),
    st.none() | st.integers(0, 10**7),
)


@given(st.lists(COPIES, min_size=1, max_size=2, unique_by=lambda copy: copy[0]), st.sets(st.just("nj")))
def test_whatever_is_seen_every_copy_stands_somewhere_once(
    made: list[tuple[str, Power, str, str, int | None]], silent: set[str]
) -> None:
    def sighting(endpoint: str, power: Power, mode: str, state: str, uptime: int | None) -> Sighting:
        return vm(endpoint, power, *([relation(mode, state)] if mode else []), uptime_s=uptime)

    readings = [reading(one[0], sighting(*one)) for one in made]
    for workload in picture(*readings, silent=silent).workloads:
        found: Comparison = compare(workload)
        assert sorted([*(s.copy.place for s in found.sides), *(c.place for c in found.others)]) == sorted(
            copy.place for copy in workload.copies
        )
        assert (found.stand is Stand.NOW) is is_split(workload)
        if found.both_since is not None:
            assert all(side.started is None or side.started <= found.both_since for side in found.sides)


def test_what_was_cut_off_once_may_be_connected_again() -> None:
    apart = [Adapter("a", "one", "")]
    assert compare(looked(split(), apart)).sides[0].written is Written.CUT_OFF
    assert compare(looked(split(), apart, ago=3 * MINUTE)).sides[0].written is Written.POSSIBLE


@pytest.mark.parametrize("power", list(Power))
def test_what_is_silent_is_neither_cut_off_nor_stopped(power: Power) -> None:
    workload = looked(split(), [Adapter("a", "one", "")])
    first, *others = workload.copies
    silent = replace(first, fresh=False, sighting=replace(first.sighting, power=power))
    for side in compare(replace(workload, copies=(silent, *others))).sides:
        assert side.written is Written.POSSIBLE


def test_the_newest_word_on_automatic_start_counts() -> None:
    workload = looked(split(auto_start="Nothing"), ())
    first, *others = workload.copies
    assert first.inspection
    assert first.inspection.deep
    before = replace(first.inspection, deep=replace(first.inspection.deep, auto_start="Start"))
    old, _ = compare(replace(workload, copies=(replace(first, inspection=before), *others))).sides
    assert old.auto_start == "Nothing"


@pytest.mark.parametrize("clock", [datetime.min, datetime.max])
@pytest.mark.parametrize("synced", [datetime.min, NOW.replace(tzinfo=None), datetime.max])
def test_a_clock_at_the_end_of_the_calendar_costs_no_picture(clock: datetime, synced: datetime) -> None:
    leg = relation("Primary", "Error", last_sync=synced.replace(tzinfo=UTC))
    mad = replace(reading("ny", vm("ny", Power.ON, leg, uptime_s=1200)), clock=clock.replace(tzinfo=UTC))
    other = reading("nj", vm("nj", Power.ON, relation("Replica", "FailedOver"), uptime_s=600))
    found = compare(only(picture(mad, other)))
    assert (found.stand, len(found.sides)) == (Stand.NOW, 2)
