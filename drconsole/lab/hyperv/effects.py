"""What the operations of the replication state machine do, once their rules hold (facts: hyperv, 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from drconsole.lab.hyperv.content import content_at, start_writing, stop_writing
from drconsole.lab.hyperv.guests import injected
from drconsole.lab.hyperv.machines import FAILED_OVER, Adapter, Host, Machine, Point
from drconsole.lab.hyperv.receivers import check_prepare, check_receiver, check_waiting
from drconsole.lab.hyperv.replication import settle, ship
from drconsole.lab.hyperv.reversal import (
    become_replica,
    check_continue,
    check_reverse,
    continue_outwards,
    merge,
    reverse,
)
from drconsole.lab.hyperv.transitions import (
    COPYING,
    PREPARED,
    READY,
    REPLICAS,
    RESYNC_DUE,
    RESYNC_PAUSED,
    WAITING,
    Ground,
    Operation,
    Refused,
    check,
)

RECOVERY_POINTS = ("Replica", "AppConsistentReplica", "SyncedReplica")
"""Types of checkpoints that a replica can be failed over to (facts: hyperv, 1)."""


def perform(
    hosts: Mapping[str, Host],
    machine: Machine,
    operation: Operation,
    now: datetime,
    point: str | None = None,
    kind: str | None = None,
) -> Machine:
    """Do an operation on a machine, or refuse it without any change; the machine, or the test copy made.

    ``point`` is the recovery point to fail over to, ``kind`` the relationship that is meant.

    Raises:
        Refused: its preconditions do not hold.
    """
    ground = permit(hosts, machine, operation, now, point, kind)
    if operation is Operation.CANCEL and has_test(hosts, machine):
        return _end_test(ground)
    return EFFECTS[operation](ground) or machine


def has_test(hosts: Mapping[str, Host], machine: Machine) -> bool:
    """Whether a replica has a test copy: one that has moved to another node, or was removed, is none."""
    return machine.test in hosts[machine.host].machines


def permit(
    hosts: Mapping[str, Host],
    machine: Machine,
    operation: Operation,
    now: datetime,
    point: str | None = None,
    kind: str | None = None,
) -> Ground:
    """Check all that an operation needs, as ``perform`` does, and do nothing.

    Raises:
        Refused: its preconditions do not hold.
    """
    settle(hosts, now)
    if hosts[machine.host].dead:
        raise Refused("OperationFailed", f"The server '{machine.host}' is down.", "NotSpecified")
    found = next((known for known in machine.points if known.id == point), None)
    ground = Ground(hosts, machine, now, kind, found)
    if point is not None and found is None:
        raise Refused("ObjectNotFound", f"There is no recovery point {point}.", "ObjectNotFound")
    if found is not None and found.kind not in RECOVERY_POINTS:
        text = f"The checkpoint {point} of '{machine.name}' is no recovery point ({found.kind})."
        raise Refused("InvalidParameter", text, "InvalidArgument")
    if not (operation is Operation.CANCEL and has_test(hosts, machine)):
        check(ground, operation)
        if more := MORE.get(operation):
            more(ground)
    return ground


def _both(ground: Ground, own: str, other: str) -> None:
    """Give both ends a state; one that was failed over is no end any more."""
    ground.leg.state = own
    partner = ground.partner(ground.leg)
    if partner is not None and partner.simple is not None and partner.simple.state not in FAILED_OVER:
        partner.simple.state = other


def _start_first_copy(ground: Ground) -> None:
    ground.leg.initial_start = ground.now
    _both(ground, COPYING, WAITING)


def _stop_first_copy(ground: Ground) -> None:
    ground.leg.state = READY


def _import_first_copy(ground: Ground) -> None:
    ground.leg.state, ground.leg.last_sync = "Replicating", ground.now
    partner = ground.partner(ground.leg)
    if partner is not None and partner.simple is not None:
        partner.simple.state, partner.simple.last_sync = "Replicating", ground.now
        ship(partner, ground.machine, ground.now)


def _finish_copy(ground: Ground) -> None:
    _both(ground, "Replicating", "Replicating")
    _send_all(ground)


def _send_all(ground: Ground) -> None:
    """Let the other end have all that this one holds."""
    ground.leg.last_sync = ground.now
    partner = ground.partner(ground.leg)
    if partner is not None and partner.simple is not None:
        partner.simple.last_sync = ground.now
        ship(ground.machine, partner, ground.now)


def _suspend(ground: Ground) -> None:
    ground.leg.state = RESYNC_PAUSED if ground.leg.state == "Resynchronizing" else "Suspended"


def _resume(ground: Ground) -> None:
    """Go on; a first copy that was paused is still a first copy."""
    leg = ground.leg
    first = COPYING if leg.mode == "Primary" else WAITING
    leg.state = "Replicating" if leg.last_sync is not None else first


def _resynchronize(ground: Ground) -> None:
    ground.leg.resync_start = ground.now
    _both(ground, "Resynchronizing", "Resynchronizing")
    if partner := ground.partner(ground.leg):
        partner.points.clear()


def _stop_resynchronize(ground: Ground) -> None:
    if ground.leg.mode == "Primary":
        _both(ground, RESYNC_DUE, "Replicating")
    else:
        _both(ground, "Replicating", RESYNC_DUE)


def _check_test(ground: Ground) -> None:
    machine = ground.machine
    if has_test(ground.hosts, machine):
        raise Refused("InvalidOperation", f"Virtual machine '{machine.name}' has a test copy already.")


def _test(ground: Ground) -> Machine:
    machine, now = ground.machine, ground.now
    ident = str(uuid5(NAMESPACE_URL, f"test:{machine.ref}:{now.isoformat()}"))
    test = replace(machine, id=ident, name=f"{machine.name} - Test", power="Off", since=None, created=now)
    test.legs, test.points, test.own_mode, test.test = [], [], "TestReplica", None
    test.auto_start, test.workload, test.busy = "Nothing", machine.id, None
    test.content = ground.point.content if ground.point else content_at(machine, now)
    test.content = injected(test.content, machine.adapters)
    test.writing_since, test.before, test.applied = None, None, ground.point
    test.adapters = [_test_adapter(test, adapter) for adapter in machine.adapters]
    ground.host.machines[ident] = test
    machine.test = ident
    return test


def _test_adapter(test: Machine, adapter: Adapter) -> Adapter:
    """An adapter like that of the replica, with a name on the wire of its own."""
    seed = uuid5(NAMESPACE_URL, f"adapter:{test.ref}:{adapter.id}")
    mac = f"00155D{seed.hex[:6].upper()}"
    return replace(adapter, id=str(seed), mac=mac, switch=adapter.test_switch or None)


def _end_test(ground: Ground) -> Machine:
    ground.host.machines.pop(ground.machine.test or "", None)
    ground.machine.test = None
    return ground.machine


def _prepare(ground: Ground) -> None:
    ground.leg.state = PREPARED
    _send_all(ground)


def _fail_over(ground: Ground) -> None:
    """Go back to the point, or to what came last; a checkpoint keeps the way back."""
    machine = ground.machine
    ground.leg.state = "FailedOverWaitingCompletion"
    machine.before = machine.content
    partner = ground.partner(ground.leg)
    machine.planned = partner is not None and partner.state == PREPARED
    if ground.point is None:
        seed = uuid5(NAMESPACE_URL, f"failover:{machine.ref}:{ground.now.isoformat()}")
        machine.applied = Point(str(seed), "Recovery", ground.leg.last_sync or ground.now, machine.content)
        machine.points.append(machine.applied)
    else:
        machine.applied, machine.content = ground.point, ground.point.content
    machine.content = injected(machine.content, machine.adapters)


def _complete(ground: Ground) -> None:
    ground.leg.state = "FailedOver"
    merge(ground.machine)


def _cancel(ground: Ground) -> None:
    machine = ground.machine
    if ground.leg.mode != "Primary":
        stop_writing(machine, ground.now)
        machine.power, machine.since = "Off", None
        if machine.before is not None:
            machine.content = machine.before
        machine.points = [point for point in machine.points if point.kind != "Recovery"]
        machine.before = machine.applied = None
    ground.leg.state = "Replicating"


def _remove(ground: Ground) -> None:
    """End one relationship where one of several is named, else all."""
    machine = ground.machine
    machine.legs = [leg for leg in machine.legs if ground.kind not in (None, leg.kind)]


def _check_start(ground: Ground) -> None:
    machine, leg = ground.machine, ground.machine.simple
    if leg is not None and (leg.state == PREPARED or (leg.mode in REPLICAS and leg.state not in FAILED_OVER)):
        text = f"Virtual machine '{machine.name}' cannot be started in its replication state."
        raise Refused("OperationFailed", text)


def _start(ground: Ground) -> None:
    machine = ground.machine
    if machine.power != "Running":
        machine.power, machine.since = "Running", ground.now
        start_writing(machine, ground.now)


def _stop(ground: Ground) -> None:
    """Shut the guest down in order."""
    stop_writing(ground.machine, ground.now, in_order=True)
    ground.machine.power, ground.machine.since = "Off", None


MORE: Mapping[Operation, Callable[[Ground], None]] = {
    Operation.START_FIRST_COPY: check_waiting,
    Operation.FINISH_COPY: check_receiver,
    Operation.RESYNCHRONIZE: check_receiver,
    Operation.PREPARE: check_prepare,
    Operation.TEST: _check_test,
    Operation.REVERSE: check_reverse,
    Operation.CONTINUE: check_continue,
    Operation.START: _check_start,
}
"""What some operations need beyond their rule."""


EFFECTS: Mapping[Operation, Callable[[Ground], Machine | None]] = {
    Operation.START_FIRST_COPY: _start_first_copy,
    Operation.STOP_FIRST_COPY: _stop_first_copy,
    Operation.IMPORT_FIRST_COPY: _import_first_copy,
    Operation.FINISH_COPY: _finish_copy,
    Operation.SUSPEND: _suspend,
    Operation.RESUME: _resume,
    Operation.RESYNCHRONIZE: _resynchronize,
    Operation.STOP_RESYNCHRONIZE: _stop_resynchronize,
    Operation.TEST: _test,
    Operation.PREPARE: _prepare,
    Operation.FAIL_OVER: _fail_over,
    Operation.COMPLETE: _complete,
    Operation.CANCEL: _cancel,
    Operation.REVERSE: reverse,
    Operation.BECOME_REPLICA: become_replica,
    Operation.CONTINUE: continue_outwards,
    Operation.REMOVE: _remove,
    Operation.START: _start,
    Operation.STOP: _stop,
}
