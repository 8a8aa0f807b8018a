"""What is offered and what is blocked, row by row, and what must hold whatever is seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drconsole.domain.operations import DANGER, Offer, offer, offers
from drconsole.domain.plan import Operation
from drconsole.domain.reading import ManagedBy, Power, Sighting
from drconsole.domain.reasons import Reason
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import Workload
from drconsole.domain.vendors import BUILT, Column, never
from drconsole.wording.operations import because, blocked, to_clear

from .builders import NOW, only, picture, reading, relation, vm

ON, OFF, SAVED, PAUSED = Power.ON, Power.OFF, Power.SAVED, Power.PAUSED
ALL = frozenset(Operation)
FAILED = "FailedOverWaitingCompletion"
PREPARED = "PreparedForFailover"
TEST = "77777777-7777-4777-8777-777777777777"

End = tuple[Power, str, str]
HEALTHY: tuple[End, End] = ((ON, "Primary", "Replicating"), (OFF, "Replica", "Replicating"))
MOVED: tuple[End, End] = ((OFF, "Primary", PREPARED), (ON, "Replica", FAILED))
STALE: End = (ON, "Primary", "Error")
OUTER: End = (OFF, "ExtendedReplica", "Replicating")
TOOK_OVER: End = (ON, "ExtendedReplica", "FailedOver")


def sight(host: str, end: End, **more: object) -> Sighting:
    """A VM on a host by power, mode and state; mode None: not replicated."""
    power, mode, state = end
    relations = () if mode == "None" else (relation(mode, state, **more),)
    return vm(host, power, *relations)


def two(left: End, right: End, silent: tuple[str, ...] = (), **more: object) -> Workload:
    """A workload with a copy at ny and one at nj; ``more`` goes to the relation of the second."""
    readings = (reading("ny", sight("ny", left)), reading("nj", sight("nj", right, **more)))
    return only(picture(*readings, silent=silent))


def three(left: End, middle: End, right: End, silent: tuple[str, ...] = ()) -> Workload:
    """A workload with a copy at ny, at nj and at nj2; an extended replica there receives from nj."""
    sent = {"primary": "nj.lab.example", "replica": "nj2.lab.example"}
    last = sight("nj2", right, **sent) if right[1] == "ExtendedReplica" else sight("nj2", right)
    readings = (
        reading("ny", sight("ny", left)),
        reading("nj", sight("nj", middle)),
        reading("nj2", last),
    )
    return only(picture(*readings, silent=silent))


def asked(operation: Operation, workload: Workload, column: Column = Column.HYPERV) -> Offer:
    """The offer, as if everything were built."""
    return offer(operation, workload, column, ALL)


OP = Operation
ROWS: list[tuple[Operation, Workload, Reason | None]] = [
    (OP.TEST_FAILOVER, two(*HEALTHY), None),
    (OP.TEST_FAILOVER, two(HEALTHY[0], (OFF, "Replica", "Suspended")), None),
    (OP.TEST_FAILOVER, two(*HEALTHY, silent=("ny",)), None),
    (OP.TEST_FAILOVER, two(*HEALTHY, silent=("nj",)), Reason.NOT_FRESH),
    (OP.TEST_FAILOVER, two(*HEALTHY, test_vm=TEST), Reason.TEST_EXISTS),
    (OP.TEST_FAILOVER, two(HEALTHY[0], (ON, "Replica", "Replicating")), Reason.REPLICA_NOT_OFF),
    (OP.TEST_FAILOVER, two(HEALTHY[0], (SAVED, "Replica", "Replicating")), Reason.REPLICA_NOT_OFF),
    (OP.TEST_FAILOVER, two(HEALTHY[0], (OFF, "Replica", "WaitingForInitialReplication")), Reason.FIRST_COPY),
    (OP.TEST_FAILOVER, two(HEALTHY[0], (OFF, "Replica", "Resynchronizing")), Reason.RESYNCHRONIZING),
    (OP.TEST_FAILOVER, two(HEALTHY[0], (OFF, "Replica", "Error")), Reason.NOT_REPLICATING),
    (OP.TEST_FAILOVER, two(*HEALTHY, last_sync=None), Reason.NEVER_SYNCED),
    (OP.TEST_FAILOVER, two(*MOVED), Reason.FAILED_OVER),
    (OP.STOP_TEST, two(*HEALTHY, test_vm=TEST), None),
    (OP.STOP_TEST, two(*HEALTHY), Reason.NO_TEST),
    (OP.STOP_TEST, two(*HEALTHY, silent=("nj",), test_vm=TEST), Reason.NOT_FRESH),
    (OP.PLANNED_FAILOVER, two(*HEALTHY), None),
    (OP.PLANNED_FAILOVER, two(*HEALTHY, test_vm=TEST), None),
    (OP.PLANNED_FAILOVER, two((OFF, "Primary", "Replicating"), HEALTHY[1]), None),
    (OP.PLANNED_FAILOVER, two((OFF, "Primary", PREPARED), HEALTHY[1]), None),
    (OP.PLANNED_FAILOVER, two(*HEALTHY, silent=("ny",)), Reason.NOT_FRESH),
    (OP.PLANNED_FAILOVER, two(*HEALTHY, silent=("nj",)), Reason.NOT_FRESH),
    (OP.PLANNED_FAILOVER, two((SAVED, "Primary", "Replicating"), HEALTHY[1]), Reason.ORIGINAL_BETWEEN),
    (OP.PLANNED_FAILOVER, two((PAUSED, "Primary", "Replicating"), HEALTHY[1]), Reason.ORIGINAL_BETWEEN),
    (OP.PLANNED_FAILOVER, two((ON, "Primary", "Suspended"), HEALTHY[1]), Reason.PAUSED),
    (OP.PLANNED_FAILOVER, two(HEALTHY[0], (OFF, "Replica", "Suspended")), Reason.PAUSED),
    (OP.PLANNED_FAILOVER, two((ON, "Primary", "Error"), HEALTHY[1]), Reason.NOT_REPLICATING),
    (OP.PLANNED_FAILOVER, two(*MOVED), Reason.FAILED_OVER),
    (OP.UNPLANNED_FAILOVER, two(*HEALTHY), Reason.ORIGINAL_RUNS),
    (OP.UNPLANNED_FAILOVER, two((SAVED, "Primary", "Error"), HEALTHY[1]), Reason.ORIGINAL_NOT_OFF),
    (OP.UNPLANNED_FAILOVER, two((OFF, "Primary", "Error"), HEALTHY[1]), None),
    (OP.UNPLANNED_FAILOVER, two(*HEALTHY, silent=("ny",)), None),
    (OP.UNPLANNED_FAILOVER, two(*HEALTHY, silent=("ny",), test_vm=TEST), Reason.TEST_EXISTS),
    (OP.UNPLANNED_FAILOVER, two(*HEALTHY, silent=("ny", "nj")), Reason.NOT_FRESH),
    # Whatever else is seen to run: what is started beside it would be the second one.
    (OP.UNPLANNED_FAILOVER, two((ON, "None", ""), HEALTHY[1]), Reason.COPY_RUNS),
    (OP.UNPLANNED_FAILOVER, two((SAVED, "None", ""), HEALTHY[1]), Reason.UNKNOWN_ROLE),
    (OP.UNPLANNED_FAILOVER, two((ON, "None", ""), HEALTHY[1], silent=("ny",)), None),
    (OP.UNPLANNED_FAILOVER, three(*HEALTHY, HEALTHY[0], silent=("ny",)), Reason.ORIGINAL_RUNS),
    (OP.UNPLANNED_FAILOVER, three(*MOVED, OUTER), Reason.FAILED_OVER),
    (OP.UNPLANNED_FAILOVER, three(*MOVED, OUTER, silent=("nj",)), None),
    (OP.UNPLANNED_FAILOVER, three(STALE, (OFF, "Replica", FAILED), OUTER), Reason.OLD_RUNS),
    (
        OP.UNPLANNED_FAILOVER,
        three((OFF, "Replica", "Error"), (ON, "Replica", "Error"), OUTER),
        Reason.REPLICA_NOT_OFF,
    ),
    (OP.PLANNED_FAILOVER, three((OFF, "Primary", "Replicating"), HEALTHY[1], TOOK_OVER), Reason.FAILED_OVER),
    (
        OP.PLANNED_FAILOVER,
        three((OFF, "Primary", "Replicating"), HEALTHY[1], TOOK_OVER, silent=("nj2",)),
        Reason.FAILED_OVER,
    ),
    (OP.PLANNED_FAILOVER, three(*HEALTHY, OUTER), None),
    (OP.PLANNED_FAILOVER, three(*HEALTHY, (ON, "ExtendedReplica", "Error")), Reason.REPLICA_NOT_OFF),
    (OP.PLANNED_FAILOVER, three(*HEALTHY, HEALTHY[0], silent=("ny",)), Reason.NOT_FRESH),
    (
        OP.PLANNED_FAILOVER,
        three((OFF, "Primary", "Replicating"), HEALTHY[1], HEALTHY[0]),
        Reason.UNKNOWN_ROLE,
    ),
    (OP.COMPLETE, two(*MOVED), None),
    (OP.COMPLETE, two(*HEALTHY), Reason.NOT_FAILED_OVER),
    (OP.COMPLETE, two(MOVED[0], (ON, "Replica", "FailedOver")), Reason.COMPLETED),
    (OP.COMPLETE, two(*MOVED, silent=("nj",)), Reason.NOT_FRESH),
    (OP.CANCEL, two(*MOVED), None),
    (OP.CANCEL, two((OFF, "Primary", PREPARED), HEALTHY[1]), None),
    (OP.CANCEL, two((OFF, "Primary", PREPARED), HEALTHY[1], test_vm=TEST), Reason.TEST_EXISTS),
    (OP.CANCEL, two((OFF, "Primary", PREPARED), HEALTHY[1], silent=("nj",)), Reason.NOT_FRESH),
    (OP.CANCEL, two((OFF, "Primary", PREPARED), (ON, "Replica", "Replicating")), Reason.REPLICA_NOT_OFF),
    (OP.CANCEL, three(*MOVED, (ON, "ExtendedReplica", "Replicating")), Reason.REPLICA_NOT_OFF),
    (OP.CANCEL, three(*MOVED, OUTER), None),
    (OP.CANCEL, two(*HEALTHY), Reason.NOT_FAILED_OVER),
    (OP.CANCEL, two(*MOVED, silent=("nj",)), Reason.NOT_FRESH),
    (OP.CANCEL, two(*MOVED, silent=("ny",)), Reason.NOT_FRESH),
    (OP.CANCEL, two(MOVED[0], (ON, "Replica", "FailedOver")), Reason.COMPLETED),
    (OP.CANCEL, two((OFF, "Primary", "Error"), MOVED[1]), Reason.UNPREPARED),
    (OP.REVERSE, two(*MOVED), None),
    (OP.REVERSE, two(*HEALTHY), Reason.NOT_FAILED_OVER),
    (OP.REVERSE, two((ON, "Primary", "Error"), (OFF, "Replica", FAILED)), Reason.OLD_RUNS),
    (OP.REVERSE, two((SAVED, "Primary", "Error"), MOVED[1]), Reason.OLD_NOT_OFF),
    (OP.REVERSE, two((OFF, "Primary", "Error"), MOVED[1]), Reason.UNPREPARED),
    (OP.REVERSE, two(*MOVED, silent=("ny",)), Reason.NOT_FRESH),
    (OP.PAUSE, two(*HEALTHY), None),
    (OP.PAUSE, two((ON, "Primary", "Suspended"), HEALTHY[1]), Reason.PAUSED),
    (OP.RESUME, two((ON, "Primary", "Suspended"), HEALTHY[1]), None),
    (OP.RESUME, two(*HEALTHY), Reason.NOT_PAUSED),
    (OP.RESYNC, two((ON, "Primary", "WaitingForStartResynchronize"), HEALTHY[1]), None),
    (OP.RESYNC, two(*HEALTHY), Reason.NO_RESYNC_NEEDED),
    (OP.SYNC_NOW, two(*HEALTHY), Reason.NO_SUCH_CALL),
    (OP.ENABLE, only(picture(reading("ny", sight("ny", (ON, "None", ""))))), None),
    (OP.ENABLE, two(*HEALTHY), Reason.PROTECTED),
    (OP.DISABLE, two(*HEALTHY), None),
    (OP.DISABLE, two(*HEALTHY, test_vm=TEST), Reason.TEST_EXISTS),
    (OP.DISABLE, two(*HEALTHY, silent=("nj",)), Reason.NOT_FRESH),
    (OP.REMOVE_LEFTOVERS, two((ON, "None", ""), (OFF, "None", "")), None),
    (OP.REMOVE_LEFTOVERS, two(*HEALTHY), Reason.NO_LEFTOVER),
    (OP.REMOVE_LEFTOVERS, two((ON, "None", ""), (OFF, "None", ""), silent=("nj",)), Reason.NOT_FRESH),
]


NOTHING_TO_CLEAR = {
    Reason.NO_TEST,
    Reason.NOT_FAILED_OVER,
    Reason.COMPLETED,
    Reason.NOT_PAUSED,
    Reason.NO_RESYNC_NEEDED,
    Reason.NO_LEFTOVER,
    Reason.NO_SUCH_CALL,
    Reason.RECOVERY_FINAL,
}


@pytest.mark.parametrize(
    ("operation", "workload", "reason"),
    ROWS,
    ids=[f"{number}-{op}-{reason or 'allowed'}" for number, (op, _, reason) in enumerate(ROWS)],
)
def test_row(operation: Operation, workload: Workload, reason: Reason | None) -> None:
    got = asked(operation, workload)
    assert got.reason is reason
    assert bool(because(got)) == (reason is not None)
    # What is not there needs not to be cleared: an instruction to do nothing reads like an error.
    assert bool(to_clear(got)) == (reason is not None and reason not in NOTHING_TO_CLEAR)
    assert ("; to clear it: " in blocked(got)) == bool(to_clear(got))
    assert "?" not in blocked(got)


def test_a_split_brain_forbids_all_but_the_end_of_a_test() -> None:
    both = two((ON, "Primary", "Error"), (ON, "Replica", FAILED))
    told = {one.operation: one.reason for one in offers(both, Column.HYPERV, ALL)}
    assert told.pop(OP.STOP_TEST) is Reason.NO_TEST
    assert told.pop(OP.SYNC_NOW) is Reason.NO_SUCH_CALL
    assert set(told.values()) == {Reason.SPLIT_BRAIN}


def test_a_copy_that_nobody_understands_forbids_acting() -> None:
    told = two((OFF, "Primary", "Replicating"), (OFF, "Primary", "Replicating"))
    assert asked(OP.PLANNED_FAILOVER, told).reason is Reason.UNKNOWN_ROLE


def test_another_products_vm_is_its_own() -> None:
    workload = two(*HEALTHY)
    held = replace(workload.copies[0].sighting, managed_by=ManagedBy("com.backup", "proxy"))
    copies = (replace(workload.copies[0], sighting=held), *workload.copies[1:])
    assert asked(OP.TEST_FAILOVER, replace(workload, copies=copies)).reason is Reason.MANAGED


def test_an_extended_leg_forbids_reverse() -> None:
    leg = relation("Replica", "Replicating", relationship="Extended")
    right = vm("nj", ON, relation("Replica", FAILED), leg)
    left = sight("ny", MOVED[0])
    workload = only(picture(reading("ny", left), reading("nj", right)))
    assert asked(OP.REVERSE, workload).reason is Reason.EXTENDED_LEG


def test_a_silent_original_must_be_attested_and_one_that_is_seen_off_not() -> None:
    assert asked(OP.UNPLANNED_FAILOVER, two(*HEALTHY, silent=("ny",))).attest
    assert not asked(OP.UNPLANNED_FAILOVER, two((OFF, "Primary", "Error"), HEALTHY[1])).attest
    assert not asked(OP.PLANNED_FAILOVER, two(*HEALTHY)).attest
    # Beside an original that is off another copy took over, and nobody sees it now.
    chain = three((OFF, "Primary", "Replicating"), HEALTHY[1], TOOK_OVER, silent=("nj2",))
    assert asked(OP.UNPLANNED_FAILOVER, chain).attest


def test_what_is_not_built_comes_later() -> None:
    workload = two(*HEALTHY)
    told = {one.operation: one.reason for one in offers(workload, Column.HYPERV, BUILT["hyperv"])}
    assert told[OP.PAUSE] is told[OP.DISABLE] is Reason.LATER
    assert told[OP.TEST_FAILOVER] is told[OP.PLANNED_FAILOVER] is None
    assert told[OP.SYNC_NOW] is Reason.NO_SUCH_CALL


def test_the_vendors_table() -> None:
    assert {op for op in Operation if never(Column.HYPERV, op)} == {OP.SYNC_NOW}
    newest = {OP.COMPLETE, OP.CANCEL, OP.RESYNC}
    assert {op for op in Operation if never(Column.VSPHERE_NEWEST, op)} == newest
    assert {op for op in Operation if never(Column.VSPHERE_OLD, op)} == {*newest, OP.REVERSE}
    left = {op for op in Operation if not never(Column.VSPHERE_NONE, op)}
    assert left == {OP.TEST_FAILOVER, OP.STOP_TEST, OP.UNPLANNED_FAILOVER, OP.REMOVE_LEFTOVERS}
    words = {never(column, op) for column in Column for op in Operation} - {None}
    assert words <= {reason.value for reason in Reason}


POWERS = st.sampled_from(list(Power))
MODES = st.sampled_from(["Primary", "Replica", "ExtendedReplica", "None"])
STATES = st.sampled_from(
    [
        *("Replicating", FAILED, "FailedOver", PREPARED, "Suspended", "Error", "Resynchronizing"),
        *("WaitingForInitialReplication", "ReadyForInitialReplication", "WaitingForStartResynchronize"),
        *("RecoveryInProgress", "FiredrillInProgress", "SomethingNew"),
    ]
)
ENDS = st.tuples(POWERS, MODES, STATES)
SILENT = st.sets(st.sampled_from(["ny", "nj", "nj2"])).map(tuple)
TESTS = st.sampled_from([None, TEST])
SYNCS = st.sampled_from([None, NOW - timedelta(minutes=4), NOW - timedelta(days=9)])


@st.composite
def workloads(draw: st.DrawFn) -> Workload:
    """Any one to three copies."""
    left, right, silent = draw(ENDS), draw(ENDS), draw(SILENT)
    more = {"test_vm": draw(TESTS), "last_sync": draw(SYNCS)}
    count = draw(st.integers(1, 3))
    if count == 3:
        return three(left, right, draw(ENDS), silent)
    if count == 2:
        return two(left, right, silent, **more)
    return only(picture(reading("ny", sight("ny", left, **more)), silent=silent))


@given(workloads(), st.sampled_from(list(Column)))
def test_whatever_is_seen(workload: Workload, column: Column) -> None:
    stale = {c.place for c in workload.copies if not c.fresh}
    running = {c.place: c.role for c in workload.copies if c.fresh and c.power is ON}
    for one in offers(workload, column, ALL):
        if one.starts is not None:
            # A former original and a leftover are never started, and nothing that was not seen just now.
            assert one.starts.role is Role.REPLICA
            assert one.starts.place not in stale
            assert one.starts.power is OFF
        if one.starts is not None:
            # The original is shut down first where that is planned; nothing else may run beside what starts.
            planned = one.operation is Operation.PLANNED_FAILOVER
            assert set(running.values()) <= ({Role.ORIGINAL, Role.TEST_COPY} if planned else {Role.TEST_COPY})
            assert list(running.values()).count(Role.ORIGINAL) <= 1
        if one.allowed and len(stale) == len(workload.copies):
            pytest.fail(f"{one.operation} is offered on last-known facts alone")
        assert all(DANGER[other] <= DANGER[one.operation] for other in one.instead)
        assert one.allowed or because(one)
        assert to_clear(one).find("unplanned") < 0
