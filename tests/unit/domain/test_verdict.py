"""The truth table: every row is hit, none is idle, their order matters, and the invariants hold."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drconsole.domain.assemble import assemble
from drconsole.domain.case import Hosts, cases_of
from drconsole.domain.identity import Answer, copies_of, groups_of
from drconsole.domain.reading import Power, Reading
from drconsole.domain.roles import AlarmCode, Role
from drconsole.domain.snapshot import EndpointState, Snapshot
from drconsole.domain.verdict import ROWS, judge

from .builders import NOW, codes, estate, picture, reading, relation, status, vm
from .cases import CASES, Case, Expected

MODES = ("None", "Primary", "Replica", "TestReplica", "ExtendedReplica")
STATES = (
    "Disabled", "ReadyForInitialReplication", "InitialReplicationInProgress", "WaitingForInitialReplication",
    "Replicating", "PreparedForFailover", "FailedOverWaitingCompletion", "FailedOver", "Suspended", "Error",
    "WaitingForStartResynchronize", "Resynchronizing", "ResynchronizeSuspended", "RecoveryInProgress",
    "FailbackInProgress", "FailbackComplete", "WaitingForUpdateCompletion", "UpdateError",
    "WaitingForRepurposeCompletion", "PreparedForSyncReplication", "PreparedForGroupReverseReplication",
    "FiredrillInProgress",
)  # fmt: skip


def told(case: Case) -> list[Expected]:
    """What the product says of a case."""
    snapshot = picture(*case.readings, silent=case.silent)
    return sorted(
        (c.place.site, c.role.value, c.row, frozenset(a.code.value for a in c.alarms))
        for w in snapshot.workloads
        for c in w.copies
    )


def verdicts(case: Case, order: tuple[str, ...]) -> list[tuple[str, Role, str, frozenset[AlarmCode]]]:
    """The verdicts of a case by the rows in another order, or with some left out."""
    answers = tuple(Answer(r, r.endpoint not in case.silent) for r in case.readings)
    rows = {name: ROWS[name] for name in order}
    return [
        (copy.place.id, verdict.role, verdict.row, frozenset(a.code for a in verdict.alarms))
        for group in groups_of(estate(), copies_of(answers), frozenset())
        for copy, verdict in judge(group, Hosts(answers), estate(), rows)[0]
    ]


def matching(case: Case) -> list[set[str]]:
    """For each copy of a case, all rows whose condition it fulfils."""
    answers = tuple(Answer(r, r.endpoint not in case.silent) for r in case.readings)
    hosts = Hosts(answers)
    return [
        {name for name, row in ROWS.items() if row(one) is not None}
        for group in groups_of(estate(), copies_of(answers), frozenset())
        for one in cases_of(group, hosts, estate())
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_each_world_is_judged_as_the_rules_say(case: Case) -> None:
    assert told(case) == sorted(case.copies)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_workload_alarms(case: Case) -> None:
    snapshot = picture(*case.readings, silent=case.silent)
    assert {a.code.value for w in snapshot.workloads for a in w.alarms} == case.workload_alarms


def test_every_row_is_hit() -> None:
    assert {row for case in CASES for *_, row, _ in case.copies} >= set(ROWS)


@pytest.mark.parametrize("name", ROWS)
def test_deleting_a_row_is_seen(name: str) -> None:
    left = tuple(row for row in ROWS if row != name)
    assert any(verdicts(case, left) != verdicts(case, tuple(ROWS)) for case in CASES), (
        f"no case needs row {name}"
    )


def test_swapping_two_rows_that_overlap_is_seen() -> None:
    names = tuple(ROWS)
    overlapping = {
        tuple(sorted(two, key=names.index))
        for case in CASES
        for rows in matching(case)
        for two in itertools.combinations(rows, 2)
    }
    assert len(overlapping) >= 20
    unseen = []
    for one, other in overlapping:
        swapped = list(names)
        i, j = names.index(one), names.index(other)
        swapped[i], swapped[j] = swapped[j], swapped[i]
        if all(verdicts(case, tuple(swapped)) == verdicts(case, names) for case in CASES):
            unseen.append((one, other))
    assert unseen == []


def test_documented_states_that_end_unknown() -> None:
    """A list to be looked at: the modes and states in which a lone VM gets no role."""
    unknown = {
        (mode, state)
        for mode in MODES
        for state in STATES
        for c in picture(reading("nj", vm("nj", Power.OFF, relation(mode, state)))).workloads[0].copies
        if c.role is Role.UNKNOWN
    }
    assert unknown == {("None", state) for state in STATES}  # no mode: no relation that we know


relations = st.one_of(
    st.just(()),
    st.builds(lambda m, s: (relation(m, s),), st.sampled_from(MODES), st.sampled_from(STATES)),
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Reading], list[str]]:
    """One to three copies of one VM on one or two hosts, some of them silent."""
    hosts = draw(st.lists(st.sampled_from(["ny", "nj"]), min_size=1, max_size=2, unique=True))
    readings = [
        reading(
            host, vm(host, draw(st.sampled_from(list(Power))), *draw(relations)), complete=draw(st.booleans())
        )
        for host in hosts
    ]
    if draw(st.booleans()):
        test = vm(hosts[0], draw(st.sampled_from(list(Power))), ident="t1", own_mode="TestReplica")
        first = readings[0]
        readings[0] = reading(hosts[0], *first.sightings, test, complete=first.complete)
    silent = [h for h in hosts if draw(st.booleans())]
    return readings, silent


@given(worlds())
@settings(max_examples=400, deadline=None)
def test_invariants(world: tuple[list[Reading], list[str]]) -> None:
    readings, silent = world
    snapshot = picture(*readings, silent=silent)
    copies = [c for w in snapshot.workloads for c in w.copies]
    assert len(copies) == sum(len(r.sightings) for r in readings)
    assert len({c.place for c in copies}) == len(copies)
    for workload in snapshot.workloads:
        fresh_running = [c for c in workload.copies if c.fresh and c.power is Power.ON]
        if "split-brain" in codes(workload):
            assert len(fresh_running) >= 2
    assert all(not c.fresh for c in copies if c.endpoint in silent)


@given(worlds())
@settings(max_examples=100, deadline=None)
def test_last_known_never_raises_split_brain(world: tuple[list[Reading], list[str]]) -> None:
    readings, _ = world
    dark = picture(*readings, silent=[r.endpoint for r in readings])
    assert all("split-brain" not in codes(w) for w in dark.workloads)


@given(worlds(), worlds(), st.booleans(), st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_picture_does_not_depend_on_the_one_before(
    world: tuple[list[Reading], list[str]], other: tuple[list[Reading], list[str]], dark: bool, missed: bool
) -> None:
    def seen(readings: dict[str, Reading], silent: list[str], before: Snapshot | None = None) -> Snapshot:
        states = [
            status(name, EndpointState.SILENT if name in silent else EndpointState.OK) for name in readings
        ]
        places = {s.place: None for r in readings.values() for s in r.sightings} if before and missed else {}
        return assemble(estate(), states, readings, NOW, recorded=places, before=before)

    readings = {one.endpoint: one for one in world[0]}
    before = seen(readings, world[1])
    # One endpoint was read anew; of the others everything is the very same object.
    mixed = readings | {one.endpoint: one for one in other[0][-1:]}
    silent = other[1] if dark else world[1]
    after = seen(mixed, silent, before)
    assert after == seen(mixed, silent, replace(before, basis=None))
    assert seen(mixed, silent, after) == after


def test_a_reading_older_than_the_refresh_limit_is_last_known() -> None:
    old = reading("ny", vm("ny", Power.ON, relation("Primary")), age_s=5 * 20 + 2 * 20 + 1)
    snapshot = assemble(estate(), [status("ny")], {"ny": old}, NOW)
    assert [c.fresh for w in snapshot.workloads for c in w.copies] == [False]
