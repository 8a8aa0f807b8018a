"""The copies of a workload by what they are now, and what in them stands in an operation's way."""

from __future__ import annotations

from drconsole.domain import replication as r
from drconsole.domain.plan import Operation
from drconsole.domain.reading import Power, Relation
from drconsole.domain.reasons import Block, Reason
from drconsole.domain.record import believed
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import CopyState, Workload

WAITING = frozenset({"FailedOverWaitingCompletion", "FailOverWaitingCompletion"})


class Ends:
    """The copies of a workload by what they are now."""

    def __init__(self, workload: Workload) -> None:
        self.workload = workload
        self.original = self._only(Role.ORIGINAL)
        self.recovered = self._only(Role.RECOVERED)
        self.former = self._only(Role.FORMER_ORIGINAL)
        replicas = self._all(Role.REPLICA)
        direct = [c for c in replicas if c.place.platform != "hyperv" or mode_of(c) == r.REPLICA]
        self.replica = next(iter(direct or replicas), None)
        self.tests = self._all(Role.TEST_COPY)
        self.leftovers = self._all(Role.LEFTOVER)
        self.tested = next((c for c in workload.copies if test_of(c)), None)

    def _all(self, role: Role) -> list[CopyState]:
        return [copy for copy in self.workload.copies if copy.role is role]

    def _only(self, role: Role) -> CopyState | None:
        found = self._all(role)
        return found[0] if len(found) == 1 else None


def first(*blocks: Block | None) -> Block | None:
    """The first block that there is."""
    return next((block for block in blocks if block is not None), None)


def relation_of(copy: CopyState) -> Relation | None:
    """The relation a copy is judged by."""
    return r.relation_of(copy.sighting)


def state_of(copy: CopyState) -> str:
    """Its replication state, empty without a relation."""
    relation = relation_of(copy)
    return relation.state if relation else ""


def mode_of(copy: CopyState) -> str:
    """Its replication mode, empty without a relation."""
    relation = relation_of(copy)
    return relation.mode if relation else ""


def test_of(copy: CopyState) -> str:
    """The id of its test copy, empty where it has none."""
    return next((one.test_vm for one in copy.sighting.relations if one.test_vm), "")


def where(copy: CopyState | None) -> tuple[tuple[str, str], ...]:
    """Where a copy is, for the sentence of a block."""
    return (("site", copy.place.site), ("endpoint", copy.endpoint)) if copy else ()


def stale(copy: CopyState | None) -> Block | None:
    """Last-known facts are no ground to act on."""
    if copy is None or copy.fresh:
        return None
    return Block(Reason.NOT_FRESH, (*where(copy), ("role", copy.role.value)))


def no_replica(case: Ends) -> Block:
    """Why there is no replica."""
    if case.recovered is not None:
        return Block(Reason.FAILED_OVER, where(case.recovered))
    if all(c.role is Role.UNPROTECTED for c in case.workload.copies):
        return Block(Reason.UNPROTECTED)
    return Block(Reason.NO_REPLICA)


def no_original(case: Ends) -> Block:
    """Why there is no original, or no single one: a VM that moved is last-known where it was."""
    if case.recovered is not None:
        return Block(Reason.FAILED_OVER, where(case.recovered))
    several = [copy for copy in case.workload.copies if copy.role is Role.ORIGINAL]
    if several:
        return first(*map(stale, several)) or Block(Reason.UNKNOWN_ROLE, where(several[0]))
    if all(c.role is Role.UNPROTECTED for c in case.workload.copies):
        return Block(Reason.UNPROTECTED)
    return Block(Reason.NO_ORIGINAL)


def tested(case: Ends) -> Block | None:
    """A test copy is in the way."""
    if case.tested is None and not case.tests:
        return None
    return Block(Reason.TEST_EXISTS, (*where(case.tested), *_made(case.tests)), (Operation.STOP_TEST,))


def _made(tests: list[CopyState]) -> tuple[tuple[str, str], ...]:
    """When a test copy was made and by whom, as its record tells; else when its host says it was made."""
    for copy in tests:
        record = believed(copy.sighting.notes, copy.place)
        if record is not None:
            return (("at", record.at.isoformat()), ("run", record.run), ("by", record.by))
        if copy.sighting.created is not None:
            return (("at", copy.sighting.created.isoformat()),)
    return ()


def failed_over(copy: CopyState) -> Block | None:
    """It was failed over already."""
    return Block(Reason.FAILED_OVER, where(copy)) if r.is_failed_over(copy.sighting) else None


def not_off(copy: CopyState) -> Block | None:
    """A replica that is registered must be off; replica files have no power of their own."""
    if copy.power is Power.OFF or (copy.place.platform == "vsphere" and copy.sighting.files):
        return None
    return Block(Reason.REPLICA_NOT_OFF, (*where(copy), ("power", copy.power.value)))


def alive(original: CopyState | None) -> Block | None:
    """An original that answers is believed before any person; silence alone is another matter."""
    if original is None or not original.fresh or original.power is Power.OFF:
        return None
    facts = (*where(original), ("power", original.power.value))
    reason = Reason.ORIGINAL_RUNS if original.power is Power.ON else Reason.ORIGINAL_NOT_OFF
    return Block(reason, facts, (Operation.PLANNED_FAILOVER,))


def beside(case: Ends, *but: CopyState) -> Block | None:
    """Any copy but these that is seen not to be off: what is started beside it would be the second one."""
    others = (copy for copy in case.workload.copies if copy.fresh and not any(copy is one for one in but))
    return first(*(_not_alone(copy) for copy in others))


def taken_over(case: Ends) -> Block | None:
    """A copy that was failed over, unless it is seen off: it serves, or did when it was last seen."""
    serving = (c for c in case.workload.copies if c.role is Role.RECOVERED)
    return first(
        *(Block(Reason.FAILED_OVER, where(c)) for c in serving if not c.fresh or c.power is not Power.OFF)
    )


def _not_alone(other: CopyState) -> Block | None:
    facts = (*where(other), ("power", other.power.value))
    match other.role:
        case Role.ORIGINAL:
            return alive(other)
        case Role.FORMER_ORIGINAL:
            return old_off(other)
        case Role.REPLICA:
            return not_off(other)
        case Role.RECOVERED if other.power is not Power.OFF:
            return Block(Reason.FAILED_OVER, where(other))
        case Role.UNPROTECTED if other.power is not Power.OFF:
            return Block(Reason.COPY_RUNS, facts)
        case _:
            return None


def between(original: CopyState) -> Block | None:
    """A guest that is neither on nor off can be neither shut down nor left alone."""
    if original.power in (Power.ON, Power.OFF):
        return None
    return Block(Reason.ORIGINAL_BETWEEN, (*where(original), ("power", original.power.value)))


def old_off(former: CopyState) -> Block | None:
    """The side that loses its data must be off."""
    if former.power is Power.OFF:
        return None
    reason = Reason.OLD_RUNS if former.power is Power.ON else Reason.OLD_NOT_OFF
    return Block(reason, (*where(former), ("power", former.power.value)))


def completed(recovered: CopyState) -> Block | None:
    """What is completed cannot be cancelled, nor completed again."""
    if recovered.place.platform != "hyperv" or state_of(recovered) in WAITING:
        return None
    return Block(Reason.COMPLETED, where(recovered))


def unprepared(former: CopyState | None) -> Block | None:
    """After an unplanned failover the way is another one, which is not built yet."""
    if former is None:
        return Block(Reason.NO_ORIGINAL)
    if former.place.platform != "hyperv" or state_of(former) == r.PREPARED:
        return None
    return Block(Reason.UNPREPARED, where(former))


def extended(copy: CopyState) -> Block | None:
    """An outer leg hangs on it."""
    legs = copy.sighting.relations
    return Block(Reason.EXTENDED_LEG, where(copy)) if len(legs) > 1 else None


def flow(copy: CopyState, *, paused_too: bool = False, broken_too: bool = False) -> Block | None:
    """Whether the replication of a copy is in a state from which one may go on."""
    relation = relation_of(copy)
    if relation is None:
        return None if copy.place.platform == "vsphere" else Block(Reason.NOT_REPLICATING, where(copy))
    facts = (*where(copy), ("state", relation.state))
    if relation.state in r.FIRST_COPY:
        return Block(Reason.FIRST_COPY, facts)
    if relation.last_sync is None:
        return Block(Reason.NEVER_SYNCED, facts)
    if relation.state == r.RESYNCHRONIZING:
        return Block(Reason.RESYNCHRONIZING, facts)
    if relation.state in r.PAUSED:
        return None if paused_too else Block(Reason.PAUSED, facts, (Operation.RESUME,))
    broken = relation.state in r.BROKEN or relation.state == r.RESYNC_NEEDED
    if relation.state == "Replicating" or (broken and broken_too):
        return None
    return Block(Reason.NOT_REPLICATING, facts)
