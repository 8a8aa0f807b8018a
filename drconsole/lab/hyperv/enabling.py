"""How replication begins: a server, or the node that its broker chooses, gets a replica that waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from drconsole.lab.hyperv.accepting import accepts, sender_name
from drconsole.lab.hyperv.content import Content
from drconsole.lab.hyperv.machines import Host, Leg, Machine
from drconsole.lab.hyperv.transitions import READY, WAITING, Ground, Refused, check_partner


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
    sender = sender_name(ground.host)
    if not accepts(target, sender):
        text = f"The server '{target.fqdn}' does not accept replication from '{sender}'."
        raise Refused("OperationFailed", text, "NotSpecified")
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
