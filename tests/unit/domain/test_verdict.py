"""The truth table: every row is hit, none is idle, and their order matters."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest

from drconsole.domain.assemble import assemble
from drconsole.domain.case import Hosts, cases_of
from drconsole.domain.identity import Answer, copies_of, groups_of
from drconsole.domain.reading import Power
from drconsole.domain.roles import AlarmCode, Role, Severity
from drconsole.domain.verdict import ROWS, judge

from .builders import MODES, NJ, NOW, STATES, estate, only, picture, reading, relation, status, vm
from .cases import CASES, Case, Expected


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


# How bad what a row tells is, by hand from the rules; what is not named here is not raised there.
CRITICAL = {
    "C2": "test-on-production",
    "H1": "contradiction",
    "H2": "no-original",
    "H3": "stale-original-serves nothing-serves",
    "H5": "no-good-replica",
    "H6": "original-not-verified-off",
    "H7": "source-gone",
    "H8": "paused",
    "H9": "paused contradiction",
    "H10": "replica-gone replication-error resync-needed",
    "V1": "original-not-verified-off stale-original-serves nothing-serves",
    "V5": "source-gone",
}
WARNING = {
    "": "states-differ",
    "C2": "test-network-unknown orphan-test",
    "H3": "stale-job starts-by-itself",
    "H4": "planned-in-progress",
    "H6": "unprotected extended-trouble",
    "H8": "extended-leg first-copy",
    "H9": "first-copy resynchronizing rpo extended-trouble states-differ",
    "H10": "original-off original-not-running paused rpo states-differ",
    "H11": "states-differ",
    "V1": "unprotected stale-job",
    "V3": "paused not-replicating rpo group-shared",
    "V4": "torn",
}
NOTICE = {
    "H9": "record-strange",
    "H10": "record-strange",
    "V2": "rebuild-possible",
    "V4": "syncing several-points",
    "V6": "files-not-seen",
    "X2": "managed-by",
}


def test_how_bad_each_alarm_of_a_row_is() -> None:
    raised = {
        (copy.row, alarm.code.value, alarm.severity)
        for case in CASES
        for workload in picture(*case.readings, silent=case.silent).workloads
        for copy in workload.copies
        for alarm in copy.alarms
    }
    by_age = {("C2", "test-running", Severity.INFO), ("C2", "test-running", Severity.WARNING)}
    levels = ((CRITICAL, Severity.CRITICAL), (WARNING, Severity.WARNING), (NOTICE, Severity.INFO))
    said = {
        (row, code, level)
        for table, level in levels
        for row, codes in table.items()
        for code in codes.split()
    }
    assert raised == said | by_age


def test_split_brain_and_a_vm_on_two_nodes_are_critical() -> None:
    here = vm("ny", Power.ON, relation("Primary"), node="n1", uptime_s=3600)
    both = picture(reading("ny", here, replace(here, node="n2")), reading("nj", vm("nj", Power.ON)))
    told = {(a.code.value, a.severity) for a in only(both).all_alarms}
    assert told == {("split-brain", Severity.CRITICAL), ("contradiction", Severity.CRITICAL)}


@pytest.mark.parametrize(
    ("left", "right", "codes"),
    [
        (("Primary", "PreparedForFailover"), ("Replica", "Replicating"), {"planned-in-progress"}),
        (("Primary", "PreparedForFailover"), ("Replica", "FailedOver"), {"unprotected"}),
        (
            ("Replica", "WaitingForInitialReplication"),
            ("Replica", "FailedOver"),
            {"unprotected", "no-good-replica"},
        ),
        (("Primary", "Suspended"), ("Replica", "Suspended"), {"paused"}),
    ],
)
def test_what_began_with_the_end_of_replication_counts_from_the_last_sync(
    left: tuple[str, str], right: tuple[str, str], codes: set[str]
) -> None:
    ends = (
        reading("ny", vm("ny", Power.OFF, relation(*left))),
        reading("nj", vm("nj", Power.ON, relation(*right))),
    )
    since = {a.code.value: a.since for a in only(picture(*ends)).all_alarms if a.since is not None}
    assert since == dict.fromkeys(codes, NOW - timedelta(minutes=4))


@pytest.mark.parametrize(
    ("hours", "severity"), [(2, Severity.INFO), (24, Severity.INFO), (25, Severity.WARNING)]
)
def test_a_test_copy_grows_old_in_a_day(hours: int, severity: Severity) -> None:
    made = NOW - timedelta(hours=hours)
    test = vm("nj", Power.ON, ident="t1", own_mode="TestReplica", networks=("isolated",), created=made)
    found = only(picture(reading("nj", vm("nj", Power.OFF, relation("Replica", test_vm="t1")), test)))
    assert [(a.code.value, a.severity, a.since) for a in found.all_alarms] == [
        ("test-running", severity, made)
    ]


def test_where_a_test_copy_that_is_off_is_connected_needs_not_be_known() -> None:
    test = vm("nj", Power.OFF, ident="t1", own_mode="TestReplica", unread=("networks",))
    found = only(picture(reading("nj", vm("nj", Power.OFF, relation("Replica", test_vm="t1")), test)))
    assert [a.code.value for a in found.all_alarms] == ["test-running"]


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


@pytest.mark.parametrize(
    ("other", "power", "modes"),
    [
        # No mode: no relation that we know. Beside another copy it is unprotected while it runs.
        (None, Power.ON, {"None"}),
        (None, Power.OFF, {"None"}),
        ("Replica", Power.ON, set[str]()),
        ("Replica", Power.OFF, {"None"}),
        # Which of two primaries is the original, nobody knows without a record.
        ("Primary", Power.ON, {"Primary"}),
        ("Primary", Power.OFF, {"Primary", "None"}),
    ],
)
def test_documented_states_that_end_unknown(other: str | None, power: Power, modes: set[str]) -> None:
    """A list to be looked at: the modes and states in which a VM gets no role, beside one that is off."""
    beside = [reading("ny", vm("ny", Power.OFF, relation(other)))] if other else []
    unknown = {
        (mode, state)
        for mode in MODES
        for state in STATES
        for c in only(picture(reading("nj", vm("nj", power, relation(mode, state))), *beside)).copies
        if c.role is Role.UNKNOWN and c.place.site == NJ
    }
    assert unknown == {(mode, state) for mode in modes for state in STATES}


def test_a_reading_older_than_the_refresh_limit_is_last_known() -> None:
    old = reading("ny", vm("ny", Power.ON, relation("Primary")), age_s=5 * 20 + 2 * 20 + 1)
    snapshot = assemble(estate(), [status("ny")], {"ny": old}, NOW)
    assert [c.fresh for w in snapshot.workloads for c in w.copies] == [False]
