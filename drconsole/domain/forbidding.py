"""What forbids each operation, from what the copies of a workload are now (rules, sections 4 and 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from drconsole.domain import replication as r
from drconsole.domain.ends import (
    Ends,
    beside,
    between,
    completed,
    extended,
    failed_over,
    first,
    flow,
    no_original,
    no_replica,
    not_off,
    old_off,
    stale,
    state_of,
    taken_over,
    tested,
    unprepared,
    where,
)
from drconsole.domain.open_run import RunStanding
from drconsole.domain.plan import Operation
from drconsole.domain.reading import Power
from drconsole.domain.reasons import Block, Reason
from drconsole.domain.roles import AlarmCode, Role

CAN_RESYNC = frozenset({*r.PAUSED, *r.BROKEN, r.RESYNC_NEEDED})
_OPEN = {
    RunStanding.UNDER_WAY: Reason.RUN_UNDER_WAY,
    RunStanding.ASKS: Reason.RUN_ASKS,
    RunStanding.INTERRUPTED: Reason.RUN_INTERRUPTED,
}


def common(case: Ends, operation: Operation) -> Block | None:
    """What forbids every operation; the end of a test is forbidden by less."""
    copies = case.workload.copies
    managed = next((c for c in copies if c.sighting.managed_by and c.role is not Role.PLACEHOLDER), None)
    if managed is not None and managed.sighting.managed_by is not None:
        return Block(Reason.MANAGED, (("extension", managed.sighting.managed_by.extension),))
    if (run := case.workload.run) is not None:
        return Block(_OPEN[run.standing], (("run", run.id),))
    if operation is Operation.STOP_TEST:
        return None
    if any(alarm.code is AlarmCode.SPLIT_BRAIN for alarm in case.workload.alarms):
        return Block(Reason.SPLIT_BRAIN)
    unknown = next((c for c in copies if c.role is Role.UNKNOWN), None)
    if unknown is not None:
        return Block(Reason.UNKNOWN_ROLE, (("site", unknown.place.site),))
    return None


def _test_failover(case: Ends) -> Block | None:
    replica = case.replica
    if replica is None:
        return no_replica(case)
    return first(
        stale(replica),
        tested(case),
        failed_over(replica),
        not_off(replica),
        flow(replica, paused_too=True),
    )


def _stop_test(case: Ends) -> Block | None:
    if case.tested is not None:
        return stale(case.tested)
    if case.tests:
        return Block(Reason.ORPHAN_TEST, where(case.tests[0]))
    return Block(Reason.NO_TEST)


def _planned(case: Ends) -> Block | None:
    original, replica = case.original, case.replica
    if original is None:
        return no_original(case)
    if replica is None:
        return no_replica(case)
    prepared = state_of(original) == r.PREPARED
    return first(
        stale(original),
        stale(replica),
        failed_over(replica),
        taken_over(case),
        beside(case, original, replica),
        between(original),
        None if prepared else flow(original),
        flow(replica),
        not_off(replica),
    )


def _unplanned(case: Ends) -> Block | None:
    replica = case.replica
    if replica is None:
        return no_replica(case)
    return first(
        stale(replica),
        beside(case, replica),
        tested(case),
        failed_over(replica),
        not_off(replica),
        flow(replica, paused_too=True, broken_too=True),
    )


def _complete(case: Ends) -> Block | None:
    recovered = case.recovered
    if recovered is None:
        return Block(Reason.NOT_FAILED_OVER)
    return first(stale(recovered), completed(recovered))


def _cancel(case: Ends) -> Block | None:
    """A failover that is not completed, or a primary that was prepared for one."""
    locked = case.original if case.original and state_of(case.original) == r.PREPARED else None
    recovered = case.recovered
    if recovered is None:
        if locked is None:
            return Block(Reason.NOT_FAILED_OVER)
        # Only the other end can say that it was not failed over meanwhile.
        other = case.replica
        unseen = stale(other) if other else no_replica(case)
        return first(stale(locked), unseen, tested(case), beside(case, locked))
    return first(
        stale(recovered),
        tested(case),
        completed(recovered),
        stale(case.former),
        unprepared(case.former),
        beside(case, recovered),
    )


def _reverse(case: Ends) -> Block | None:
    recovered, former = case.recovered, case.former
    if recovered is None:
        return Block(Reason.NOT_FAILED_OVER)
    if former is None:
        return no_original(case)
    return first(
        stale(recovered),
        stale(former),
        extended(recovered),
        old_off(former),
        unprepared(former),
    )


def _pause(case: Ends) -> Block | None:
    original = case.original
    if original is None:
        return no_original(case)
    return first(stale(original), flow(original))


def _resume(case: Ends) -> Block | None:
    paused = [c for c in (case.original, case.replica) if c and state_of(c) in r.PAUSED]
    if not paused:
        return Block(Reason.NOT_PAUSED)
    return first(*(stale(copy) for copy in paused))


def _resync(case: Ends) -> Block | None:
    original, replica = case.original, case.replica
    if original is None:
        return no_original(case)
    if replica is None:
        return no_replica(case)
    needless = None if state_of(original) in CAN_RESYNC else Block(Reason.NO_RESYNC_NEEDED)
    return first(stale(original), stale(replica), tested(case), needless)


def _sync_now(case: Ends) -> Block | None:
    original, replica = case.original, case.replica
    if original is None:
        return no_original(case)
    return first(stale(original), no_replica(case) if replica is None else stale(replica), flow(original))


def _enable(case: Ends) -> Block | None:
    single = [c for c in case.workload.copies if c.role is Role.UNPROTECTED]
    if len(single) != 1 or len(case.workload.copies) != 1:
        return Block(Reason.PROTECTED)
    return stale(single[0])


def _disable(case: Ends) -> Block | None:
    original, replica = case.original, case.replica
    if original is None:
        return no_original(case)
    if replica is None:
        return no_replica(case)
    return first(stale(original), stale(replica), tested(case), failed_over(replica))


def _remove(case: Ends) -> Block | None:
    if not case.leftovers:
        return Block(Reason.NO_LEFTOVER)
    runs = next((c for c in case.leftovers if c.power is not Power.OFF), None)
    unseen = first(*(stale(copy) for copy in case.leftovers))
    return unseen or (Block(Reason.LEFTOVER_RUNS, where(runs)) if runs else None)


RULES: Mapping[Operation, Callable[[Ends], Block | None]] = MappingProxyType(
    {
        Operation.TEST_FAILOVER: _test_failover,
        Operation.STOP_TEST: _stop_test,
        Operation.PLANNED_FAILOVER: _planned,
        Operation.UNPLANNED_FAILOVER: _unplanned,
        Operation.COMPLETE: _complete,
        Operation.CANCEL: _cancel,
        Operation.REVERSE: _reverse,
        Operation.PAUSE: _pause,
        Operation.RESUME: _resume,
        Operation.RESYNC: _resync,
        Operation.SYNC_NOW: _sync_now,
        Operation.ENABLE: _enable,
        Operation.DISABLE: _disable,
        Operation.REMOVE_LEFTOVERS: _remove,
    }
)
