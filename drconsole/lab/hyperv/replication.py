"""How replication goes on by itself, and what health Hyper-V would give it (facts: hyperv, section 6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from drconsole.lab.hyperv.content import content_at
from drconsole.lab.hyperv.machines import FAILED_OVER, Host, Leg, Machine

LATE = timedelta(hours=1)
CRITICAL = {"Error", "WaitingForStartResynchronize", "ResynchronizeSuspended", "UpdateError"}
WARNING = {
    "ReadyForInitialReplication",
    "InitialReplicationInProgress",
    "WaitingForInitialReplication",
    "Resynchronizing",
    *FAILED_OVER,
}


def find_host(hosts: Mapping[str, Host], name: str) -> Host | None:
    """The host that a server name in a relationship means: its short or its full name, in any case."""
    wanted = name.lower()
    return next((h for h in hosts.values() if wanted in (h.name.lower(), h.fqdn.lower())), None)


def ship(sender: Machine, receiver: Machine, when: datetime) -> None:
    """Let the receiving copy hold what the sending one held at a time; one that runs keeps its own."""
    if receiver.writing_since is None:
        receiver.content = content_at(sender, when)


def receiving(hosts: Mapping[str, Host], machine: Machine, leg: Leg) -> tuple[Machine, Leg] | None:
    """The living end that this machine sends to, where that end still names this host."""
    host = find_host(hosts, leg.receiver)
    other = host.machines.get(machine.id) if host and host.state != "Down" else None
    if other is None or not sends(leg):
        return None
    ends = (end for end in other.legs if end.kind == leg.kind)
    found = next((end for end in ends if find_host(hosts, end.primary) is hosts[machine.host]), None)
    return None if found is None else (other, found)


def sends(leg: Leg) -> bool:
    """Whether this end is the one that sends: a primary, or a replica on its way to a third site."""
    return leg.mode == "Primary" or (leg.mode == "Replica" and leg.kind == "Extended")


def flows(sender: Leg, receiver: Leg) -> bool:
    """Whether changes travel now."""
    return sender.state == receiver.state == "Replicating" and not (sender.stalled or receiver.stalled)


def settle(hosts: Mapping[str, Host], now: datetime) -> None:
    """Let every relationship that flows have had its cycles up to ``now``; both ends learn of the last."""
    for host in hosts.values():
        for machine in host.machines.values():
            for leg in machine.legs:
                other = receiving(hosts, machine, leg) if host.state != "Down" else None
                if other is not None and flows(leg, other[1]):
                    came, last = other[1].last_sync, _last_cycle(leg, now)
                    leg.last_sync = other[1].last_sync = last
                    if came is None or came < last:
                        ship(machine, other[0], last)


def _last_cycle(leg: Leg, now: datetime) -> datetime:
    if leg.last_sync is None:
        return now
    every = timedelta(seconds=leg.frequency_s)
    return leg.last_sync + (now - leg.last_sync) // every * every


def health(leg: Leg, now: datetime) -> str:
    """A name of VMReplicationHealthState: the scenario's own word, else what the documentation implies."""
    if leg.health is not None:
        return leg.health
    if leg.state == "Suspended":
        return "Warning" if leg.mode == "Primary" else "Critical"
    if leg.state in CRITICAL:
        return "Critical"
    if leg.state in WARNING or leg.last_sync is None or now - leg.last_sync > LATE:
        return "Warning"
    return "Normal"
