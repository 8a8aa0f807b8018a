"""What is asked before anything is done, and how it reads: everything that can be known beforehand."""

from __future__ import annotations

from drconsole.domain.deep import Adapter, Deep, Point
from drconsole.domain.plan import Check, Readiness
from drconsole.domain.replication import relation_of
from drconsole.domain.snapshot import CopyState
from drconsole.platforms.acting import Case
from drconsole.platforms.hyperv.actions.base import told
from drconsole.platforms.hyperv.cluster import ONLINE
from drconsole.platforms.hyperv.procedures.base import blocked, clustered, deep_of, ready, warning

# How many points a refusal names.
LISTED = 12
GOOD_STATES = frozenset({"Replicating"})


def answers(case: Case, copy: CopyState, what: str) -> tuple[Check, ...]:
    """Whether a side is seen now, and was looked at closely for this plan."""
    who = copy.endpoint
    if not copy.fresh:
        return (blocked(f"{what} was not seen lately", f"Wait until {who} answers.", who),)
    if deep_of(case, copy) is None:
        why = case.unread.get(copy.place.id, "")
        text = f"{what} could not be looked at closely{f': {why}' if why else ''}"
        return (Check(Readiness.UNKNOWN, text, who, "Plan again when that is settled."),)
    return (ready(f"{what} answers", who),)


def replicates(copy: CopyState, what: str, states: frozenset[str] = GOOD_STATES) -> Check:
    """Whether its replication is in a state that the operation can begin in."""
    relation = relation_of(copy.sighting)
    state = relation.state if relation else "not replicated"
    if relation and state in states:
        if relation.health not in ("Normal", "NotApplicable"):
            return warning(f"{what} is {state}, health {relation.health}", copy.endpoint)
        return ready(f"{what} is {state}", copy.endpoint)
    clear = "See why replication does not flow, then plan again."
    return blocked(f"{what} is in replication state {state}", clear, copy.endpoint)


def receives(case: Case, copy: CopyState) -> tuple[Check, ...]:
    """Whether a cluster can take what is replicated to it: senders find the node by its Replica Broker."""
    if not clustered(case.estate, copy):
        return ()
    who, broker = copy.endpoint, case.brokers.get(copy.endpoint)
    if broker is None:
        clear = "Plan again when its nodes tell about their cluster."
        return (Check(Readiness.UNKNOWN, f"the Replica Broker of {who} is not known", who, clear),)
    if broker.state == ONLINE:
        return (ready(f"the Replica Broker {broker.name} is online", who),)
    # Its group may be online all the same (facts/hyperv, section 5).
    text = f"the Replica Broker {broker.name} is {broker.state}: nothing could be sent to {who}"
    return (blocked(text, "Bring its resource online in the cluster, then plan again.", who),)


def is_off(copy: CopyState, what: str) -> Check:
    """Off means Off."""
    if copy.power.value == "off":
        return ready(f"{what} is off", copy.endpoint)
    return blocked(f"{what} is {copy.power.value}, not off", f"See why {what} is not off.", copy.endpoint)


def point_of(deep: Deep, wanted: str) -> Point | None:
    """The recovery point of an id."""
    return next((point for point in deep.points if point.id == wanted), None)


def told_point(deep: Deep, wanted: str, who: str) -> Check:
    """The point that is used, with its age on the host's own clock, and its consistency."""
    if wanted == "latest":
        newest = f", {len(deep.points)} points kept" if deep.points else ""
        return ready(f"the latest state is used{newest}", who)
    point = point_of(deep, wanted)
    if point is None:
        return blocked(f"there is no recovery point {wanted}", _choose(deep), who)
    minutes = int((deep.clock - point.at).total_seconds() // 60)
    return ready(f"point of {minutes} min ago, {point.consistency} consistent", who)


def _choose(deep: Deep) -> str:
    """The points that there are, the newest first, as the option takes them."""
    if not deep.points:
        return "There is none at all: leave the option point out, and the latest state is used."
    listed = [f"point={one.id} ({told(one.at)}, {one.consistency})" for one in deep.points[:LISTED]]
    more = f"; {len(deep.points) - LISTED} older ones: show --deep lists them"
    return f"Choose {', '.join(listed)}{more if len(deep.points) > LISTED else ''}."


def all_replicated(deep: Deep, original: CopyState) -> tuple[Check, ...]:
    """Disks of the original that its replica does not have."""
    who = original.endpoint
    if deep.unreplicated is None:
        clear = "Compare its disks with ReplicatedDisks of Get-VMReplication on the host."
        return (warning("which of its disks are replicated could not be read", who, clear),)
    lost = "what is on it is not at the other side"
    clear = "Replicate it (Set-VMReplication -ReplicatedDisks), or know that it holds nothing of worth."
    return tuple(warning(f"disk {path} is not replicated: {lost}", who, clear) for path in deep.unreplicated)


def self_connecting(deep: Deep, allowed: frozenset[str], who: str) -> tuple[Check, ...]:
    """Adapters that would connect a test copy by themselves, to a network that is no test network."""
    bad = [a for a in deep.adapters if a.test_network and a.test_network not in allowed]
    return tuple(
        blocked(
            f"adapter {a.name} would connect the test copy to {a.test_network} by itself, "
            "which is no test network",
            "Clear its TestReplicaSwitchName on the host, or list the network under test_networks.",
            who,
        )
        for a in bad
    )


def has_network(deep: Deep, network: str, who: str) -> Check:
    """Whether the host has a network, letter by letter and once."""
    if deep.switches is None:
        return Check(Readiness.UNKNOWN, f"the host's networks are not known ({network})", who, "Plan again.")
    found = deep.switches.count(network)
    if found == 1:
        return ready(f"network {network} exists", who)
    if found:
        return blocked(f"{found} networks are called {network}", "Rename one of them on the host.", who)
    clear = "Create it on the host, or correct the networks of the pair in the config."
    return blocked(f"the host has no network {network}", clear, who)


def unread(adapters: tuple[Adapter, ...], what: str, who: str) -> tuple[Check, ...]:
    """Adapters of which it is not known where they are connected; what else was not read decides nothing."""
    clear = "Plan again; if it stays so, look at the adapter on the host."
    return tuple(
        Check(Readiness.UNKNOWN, f"{what}: {' and '.join(missing)} of {one.name} not read", who, clear)
        for one in adapters
        if (missing := [name for name in one.unread if name in ("network", "vlan")])
    )
