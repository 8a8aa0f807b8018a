"""How replication comes to run the other way: reversed, waiting for the copy back, or on to a third site."""

from __future__ import annotations

from dataclasses import replace

from drconsole.lab.hyperv.accepting import accepts, sender_name
from drconsole.lab.hyperv.content import Content
from drconsole.lab.hyperv.machines import Host, Leg, Machine
from drconsole.lab.hyperv.replication import ship
from drconsole.lab.hyperv.transitions import PREPARED, READY, WAITING, Ground, Refused, check_partner


def check_reverse(ground: Ground) -> None:
    """The other side must have stopped being the primary, and its host must take what is sent back."""
    machine, leg = ground.machine, ground.leg
    old_host = check_partner(ground, leg)
    if any(one.kind == "Extended" for one in machine.legs):
        text = f"Virtual machine '{machine.name}' has an extended replica."
        raise Refused("InvalidOperation", text)
    sender = sender_name(ground.host)
    if not accepts(old_host, sender):
        text = f"The server '{old_host.fqdn}' does not accept replication from '{sender}'."
        raise Refused("OperationFailed", text, "NotSpecified")
    if machine.version not in old_host.versions:
        text = f"The server '{old_host.fqdn}' does not support version {machine.version} of '{machine.name}'."
        raise Refused("OperationFailed", text, "NotSpecified")
    old = old_host.machines.get(machine.id)
    state = old.simple.state if old is not None and old.simple is not None else None
    if old is not None and state not in (PREPARED, WAITING):
        text = f"Virtual machine '{machine.name}' on '{old_host.name}' is no replica and was not prepared."
        raise Refused("OperationFailed", text)


def reverse(ground: Ground) -> None:
    """Make the side that was failed over the primary."""
    machine, leg = ground.machine, ground.leg
    old_host = check_partner(ground, leg)
    old = old_host.machines.get(machine.id)
    planned = old is not None and old.simple is not None and old.simple.state == PREPARED
    _swap(leg, ground.host, old_host, "Primary", "Replicating" if planned else READY)
    merge(machine)
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


def become_replica(ground: Ground) -> None:
    """The old primary waits for the copy back; what took over is not asked."""
    leg = ground.leg
    host = ground.partner_host(leg)
    new = host if host is not None else ground.host
    _swap(leg, new, ground.host, "Replica", WAITING)
    leg.last_sync = None
    merge(ground.machine)


def _swap(leg: Leg, primary: Host, replica: Host, mode: str, state: str) -> None:
    """Let a relationship run the other way, as one of its ends sees it."""
    broker = replica.cluster.broker if replica.cluster else None
    leg.mode, leg.state = mode, state
    leg.primary, leg.replica, leg.receiver = (
        primary.fqdn,
        broker.fqdn if broker else replica.fqdn,
        replica.fqdn,
    )


def check_continue(ground: Ground) -> None:
    """There must be a third site, whose host answers."""
    leg = next((leg for leg in ground.machine.legs if leg.kind == "Extended"), None)
    if leg is None:
        text = f"Virtual machine '{ground.machine.name}' has no extended replica."
        raise Refused("InvalidOperation", text)
    check_partner(ground, leg)


def continue_outwards(ground: Ground) -> None:
    """Commit the failover of the middle one; it goes on as the primary of the third site."""
    machine = ground.machine
    leg = next(leg for leg in machine.legs if leg.kind == "Extended")
    third = check_partner(ground, leg).machines.get(machine.id)
    leg.mode, leg.kind, leg.state = "Primary", "Simple", "Replicating"
    machine.legs = [leg]
    merge(machine)
    if third is not None and third.simple is not None:
        third.simple.mode, third.simple.kind = "Replica", "Simple"


def merge(machine: Machine) -> None:
    """Give up all points: there is no way back."""
    machine.points.clear()
    machine.before = machine.applied = None
