"""What the operations of the replication state machine do, once their rules hold (facts: hyperv, 3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from drconsole.lab.hyperv.content import Content, content_at, start_writing, stop_writing
from drconsole.lab.hyperv.guests import injected
from drconsole.lab.hyperv.machines import Adapter, Host, Leg, Machine, Point
from drconsole.lab.hyperv.replication import settle, ship
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
    check_partner,
)

STARTABLE = ("FailedOver", "FailedOverWaitingCompletion")


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
    if operation is Operation.CANCEL and machine.test:
        return _end_test(ground)
    return EFFECTS[operation](ground) or machine


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
    found = next((known for known in machine.points if known.id == point), None)
    ground = Ground(hosts, machine, now, kind, found)
    if point is not None and found is None:
        raise Refused("ObjectNotFound", f"There is no recovery point {point}.", "ObjectNotFound")
    if not (operation is Operation.CANCEL and machine.test):
        check(ground, operation)
        if more := MORE.get(operation):
            more(ground)
    return ground


def enable(
    hosts: Mapping[str, Host], machine: Machine, replica: str, now: datetime, frequency_s: int = 300
) -> Machine:
    """Begin to replicate a machine to a server or broker; the replica that it gets.

    Raises:
        Refused: the machine is a partner already, or the server cannot take it.
    """
    if machine.mode != "None" or machine.legs:
        text = f"'Enable-VMReplication' is not applicable on virtual machine '{machine.name}'."
        raise Refused("InvalidOperation", text)
    ground = Ground(hosts, machine, now)
    primary = ground.host.fqdn
    leg = Leg("Primary", READY, primary, replica, receiver=replica, frequency_s=frequency_s)
    target = _target(ground, leg)
    leg.receiver = target.fqdn
    if machine.id in target.machines:
        raise Refused("InvalidOperation", f"'{target.name}' has virtual machine '{machine.name}' already.")
    machine.legs.append(leg)
    copy = replace(
        machine,
        host=target.name,
        power="Off",
        since=None,
        created=now,
        points=[],
        legs=[],
        notes=machine.notes,
    )
    copy.adapters = [replace(adapter, switch=None) for adapter in machine.adapters]
    copy.content, copy.writing_since = Content(), None
    copy.legs.append(replace(leg, mode="Replica", state=WAITING))
    target.machines[machine.id] = copy
    return copy


def _target(ground: Ground, leg: Leg) -> Host:
    """The host that takes a new replica: the server, or a node that its broker chooses."""
    for host in ground.hosts.values():
        broker = host.cluster.broker if host.cluster else None
        if broker and leg.replica.lower() in (broker.name.lower(), broker.fqdn.lower()):
            if broker.state != "Online":
                text = f"The Replica Broker '{leg.replica}' is not online."
                raise Refused("OperationFailed", text, "NotSpecified")
            return ground.hosts[broker.owner]
    return check_partner(ground, leg)


def _both(ground: Ground, own: str, other: str) -> None:
    ground.leg.state = own
    partner = ground.partner(ground.leg)
    if partner is not None and partner.simple is not None:
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
    if machine.test and machine.test in ground.host.machines:
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
    _merge(ground.machine)


def _merge(machine: Machine) -> None:
    """Give up all points: there is no way back."""
    machine.points.clear()
    machine.before = machine.applied = None


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


def _check_reverse(ground: Ground) -> None:
    """The other side must have stopped being the primary, and its host must take what is sent back."""
    machine, leg = ground.machine, ground.leg
    old_host = check_partner(ground, leg)
    if any(one.kind == "Extended" for one in machine.legs):
        text = f"Virtual machine '{machine.name}' has an extended replica."
        raise Refused("InvalidOperation", text)
    if not accepts(old_host, ground.host.fqdn):
        text = f"The server '{old_host.fqdn}' does not accept replication from '{ground.host.fqdn}'."
        raise Refused("OperationFailed", text, "NotSpecified")
    old = old_host.machines.get(machine.id)
    state = old.simple.state if old is not None and old.simple is not None else None
    if old is not None and state not in (PREPARED, WAITING):
        text = f"Virtual machine '{machine.name}' on '{old_host.name}' is no replica and was not prepared."
        raise Refused("OperationFailed", text)


def accepts(host: Host, sender: str) -> bool:
    """Whether a host takes replication from a server."""
    return any(name in ("*", sender.lower()) for name in map(str.lower, host.accepts_from))


def _reverse(ground: Ground) -> None:
    """Make the side that was failed over the primary."""
    machine, leg = ground.machine, ground.leg
    old_host = check_partner(ground, leg)
    old = old_host.machines.get(machine.id)
    planned = old is not None and old.simple is not None and old.simple.state == PREPARED
    _swap(leg, ground.host, old_host, "Primary", "Replicating" if planned else READY)
    _merge(machine)
    if old is None:
        old = replace(machine, host=old_host.name, power="Off", since=None, legs=[replace(leg)], points=[])
        old.content, old.writing_since, old.busy = Content(), None, None
        old.adapters = [replace(adapter, switch=None) for adapter in machine.adapters]
        old_host.machines[machine.id] = old
    assert old.simple is not None
    _swap(old.simple, ground.host, old_host, "Replica", "Replicating" if planned else WAITING)
    leg.last_sync = old.simple.last_sync = ground.now if planned else None
    if planned:
        ship(machine, old, ground.now)


def _become_replica(ground: Ground) -> None:
    """The old primary waits for the copy back; what took over is not asked."""
    leg = ground.leg
    host = ground.partner_host(leg)
    new = host if host is not None else ground.host
    _swap(leg, new, ground.host, "Replica", WAITING)
    leg.last_sync = None
    _merge(ground.machine)


def _swap(leg: Leg, primary: Host, replica: Host, mode: str, state: str) -> None:
    """Let a relationship run the other way, as one of its ends sees it."""
    broker = replica.cluster.broker if replica.cluster else None
    leg.mode, leg.state = mode, state
    leg.primary, leg.replica, leg.receiver = (
        primary.fqdn,
        broker.fqdn if broker else replica.fqdn,
        replica.fqdn,
    )


def _check_continue(ground: Ground) -> None:
    leg = next((leg for leg in ground.machine.legs if leg.kind == "Extended"), None)
    if leg is None:
        text = f"Virtual machine '{ground.machine.name}' has no extended replica."
        raise Refused("InvalidOperation", text)
    check_partner(ground, leg)


def _continue(ground: Ground) -> None:
    """Commit the failover of the middle one; it goes on as the primary of the third site."""
    machine = ground.machine
    leg = next(leg for leg in machine.legs if leg.kind == "Extended")
    third = check_partner(ground, leg).machines.get(machine.id)
    leg.mode, leg.kind, leg.state = "Primary", "Simple", "Replicating"
    machine.legs = [leg]
    _merge(machine)
    if third is not None and third.simple is not None:
        third.simple.mode, third.simple.kind = "Replica", "Simple"


def _remove(ground: Ground) -> None:
    """End one relationship where one of several is named, else all."""
    machine = ground.machine
    machine.legs = [leg for leg in machine.legs if ground.kind not in (None, leg.kind)]


def _check_start(ground: Ground) -> None:
    machine, leg = ground.machine, ground.machine.simple
    if leg is not None and (leg.state == PREPARED or (leg.mode in REPLICAS and leg.state not in STARTABLE)):
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
    Operation.TEST: _check_test,
    Operation.REVERSE: _check_reverse,
    Operation.CONTINUE: _check_continue,
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
    Operation.REVERSE: _reverse,
    Operation.BECOME_REPLICA: _become_replica,
    Operation.CONTINUE: _continue,
    Operation.REMOVE: _remove,
    Operation.START: _start,
    Operation.STOP: _stop,
}
