"""The light read: what ``light.ps1`` answers, and the reading that it means."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from drconsole.domain.place import Place
from drconsole.domain.reading import Power, Relation, Sighting
from drconsole.platforms.hyperv.decoding import decoded
from drconsole.platforms.hyperv.peer import Peer

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
LONGEST_S = 100 * 366 * 24 * 3600
# "Never" is told as null, but also as the first moment of some calendar (year 1, 1601, 1970).
FIRST_YEAR = 1980

# RunningCritical has lost its storage and runs on: where two copies may run at once, running is running.
POWERS = {
    "Running": Power.ON,
    "RunningCritical": Power.ON,
    "Off": Power.OFF,
    "Saved": Power.SAVED,
    "Paused": Power.PAUSED,
}
# VMState's other documented names (facts/hyperv, section 1): between two states, or out of order.
BETWEEN = frozenset(
    (
        *(
            "Other",
            "Stopping",
            "Starting",
            "Reset",
            "Saving",
            "Pausing",
            "Resuming",
            "FastSaved",
            "FastSaving",
        ),
        *("ForceShutdown", "ForceReboot", "Hibernated", "ComponentServicing"),
    )
)


class Host(msgspec.Struct):
    """The host's own names; empty for an account that may not see them."""

    name: str | None
    fqdn: str | None


class Machine(msgspec.Struct):
    """One row of Get-VM; ``created`` and ``networks`` are read of test VMs only."""

    id: str
    name: str
    power: str
    uptime_s: int | float | None
    notes: str | None
    mode: str
    state: str
    auto_start: str
    created: str | None
    networks: list[str] | None


class Replication(msgspec.Struct):
    """One row of Get-VMReplication."""

    vm: str
    mode: str
    state: str
    health: str
    relationship: str
    primary: str | None
    replica: str | None
    receiver: str | None
    last_sync: str | None
    frequency_s: int | float | None
    test_vm: str | None


class Light(msgspec.Struct):
    """The whole answer."""

    host: Host
    now: str
    version: str
    language: str
    vms: list[Machine]
    relations: list[Replication]


def decode(value: bytes, peer: Peer) -> Light:
    """Decode a light answer.

    Raises:
        BadReply: a field is missing or of another type; the message names it.
    """
    return decoded(value, Light, peer, "its list of VMs")


def stamp(text: str, peer: Peer) -> datetime:
    """Read a time of the host's (ISO 8601, UTC, up to seven digits of a second).

    Raises:
        BadReply: it is no time, or has no zone.
    """
    try:
        when = datetime.fromisoformat(text)
        if when.tzinfo is not None:
            return when.astimezone(UTC)
    except (ValueError, OverflowError):
        when = None
    raise peer.bad_reply("it tells a time that is none", text)


def sightings(
    answer: Light, site: str, peer: Peer, cluster: str = "", node: str = ""
) -> tuple[Sighting, ...]:
    """Give every VM with its relations; on a ``node`` of a cluster, the cluster is the place.

    Raises:
        BadReply: an id is not one or comes twice; the host has VMs and no name.
    """
    if not answer.vms:
        return ()
    # The host's own short name, never the endpoint's: the same VM seen through two addresses of a host is
    # one copy, and joining a domain changes the long name. Without it no place is safe to name.
    where = own_name(answer)
    if not where:
        raise peer.bad_reply("it lists VMs, but not the host's own name", str(answer.host))
    relations: dict[str, list[Relation]] = {}
    for row in answer.relations:
        relations.setdefault(ident(row.vm, peer), []).append(relation_of(row, peer))
    seen = {ident(vm.id, peer): vm for vm in answer.vms}
    if len(seen) != len(answer.vms):
        raise peer.bad_reply("it lists one VM id twice", _twice(vm.id.lower() for vm in answer.vms))
    return tuple(
        _sighting(vm, Place("hyperv", site, cluster or where, key), tuple(relations.get(key, ())), node, peer)
        for key, vm in seen.items()
    )


def own_name(answer: Light) -> str:
    """The host's own short name in lower case; empty where it is not told."""
    return (answer.host.name or "").strip().lower()


def limits(answer: Light, peer: Peer, may_be_empty: bool = False) -> tuple[str, ...]:
    """Say what could not be seen; nothing to say means that the answer is complete.

    ``may_be_empty``: somebody else vouches for that the host holds no VM.
    """
    found: list[str] = []
    if not own_name(answer):
        found.append(f"The host does not tell its name to {peer.user}.")
    if not answer.vms and not may_be_empty:
        # Hyper-V answers an account without rights with an empty list and no error.
        found.append(
            f"No VM was seen: the host has none, or {peer.user} lacks the right to see them "
            "(membership in Hyper-V Administrators or Administrators on the host)."
        )
    listed = {vm.id.lower() for vm in answer.vms}
    lost = {row.vm.lower() for row in answer.relations} - listed
    if lost:
        found.append(
            f"{len(lost)} replicated VM(s) are not in the list of VMs: it changed while it was read, "
            "or not all may be seen."
        )
    return tuple(found)


def names(answer: Light) -> tuple[str, ...]:
    """The names by which partners may call this host, short and full, in lower case."""
    told = (own_name(answer), (answer.host.fqdn or "").strip().lower())
    return tuple(dict.fromkeys(name for name in told if name))


def ident(text: str, peer: Peer) -> str:
    """A VM's id in lower case.

    Raises:
        BadReply: it is no GUID.
    """
    lower = text.lower()
    if GUID.fullmatch(lower):
        return lower
    raise peer.bad_reply("it names a VM id that is none", text)


def power_of(state: str) -> Power:
    """Map a VMState; a name that no documentation has is unknown, not "something between"."""
    if state in POWERS:
        return POWERS[state]
    return Power.OTHER if state in BETWEEN or state.endswith("Critical") else Power.UNKNOWN


def _sighting(vm: Machine, place: Place, relations: tuple[Relation, ...], node: str, peer: Peer) -> Sighting:
    uptime = _seconds(vm.uptime_s)
    networks = tuple(dict.fromkeys(vm.networks or ()))
    # A connected adapter whose switch has no name is on a network that nobody can judge.
    unread = {"uptime": uptime is None, "networks": vm.networks is None or "" in networks}
    return Sighting(
        place=place,
        handle=place.ident,
        name=vm.name,
        power=power_of(vm.power),
        uuid=place.ident,
        notes=vm.notes or "",
        uptime_s=uptime,
        own_mode=vm.mode,
        own_state=vm.state,
        relations=relations,
        node=node,
        created=when(vm.created, peer),
        auto_start=vm.auto_start,
        networks=tuple(name for name in networks if name),
        unread=tuple(name for name, missing in unread.items() if missing),
    )


def relation_of(row: Replication, peer: Peer) -> Relation:
    """One row of Get-VMReplication: relationship, mode and state stay together.

    Raises:
        BadReply: a time or an id is none.
    """
    return Relation(
        mode=row.mode,
        state=row.state,
        health=row.health,
        relationship=row.relationship,
        primary=row.primary or "",
        replica=row.replica or "",
        receiver=row.receiver or "",
        last_sync=when(row.last_sync, peer),
        frequency_s=_seconds(row.frequency_s) or None,
        test_vm=ident(row.test_vm, peer) if row.test_vm else None,
    )


def when(text: str | None, peer: Peer) -> datetime | None:
    """A time of the host's, None for one that means never.

    Raises:
        BadReply: it is no time.
    """
    told = stamp(text, peer) if text else None
    return told if told and told.year >= FIRST_YEAR else None


def _seconds(number: int | float | None) -> int | None:
    """A span that can be one; what no span can be is as if it had not been told."""
    return int(number) if number is not None and 0 <= number <= LONGEST_S else None


def _twice(ids: Iterable[str]) -> str:
    return next((one for one, times in Counter(ids).items() if times > 1), "")
