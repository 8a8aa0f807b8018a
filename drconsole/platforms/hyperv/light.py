"""The light read: what ``light.ps1`` answers, and the reading that it means."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

import msgspec

from drconsole.domain.place import Place
from drconsole.domain.reading import Power, Relation, Sighting
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
    """One row of Get-VM."""

    id: str
    name: str
    power: str
    uptime_s: int | float | None
    notes: str | None
    mode: str
    state: str


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
    try:
        return msgspec.json.decode(value, type=Light)
    except (ValueError, RecursionError) as error:
        why = str(error) if isinstance(error, msgspec.ValidationError) else type(error).__name__
    raise peer.bad_reply(f"its list of VMs cannot be used ({peer.shown(why)})", value)


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


def sightings(answer: Light, site: str, peer: Peer) -> tuple[Sighting, ...]:
    """Give every VM with its relations.

    Raises:
        BadReply: an id is not one or comes twice; the host has VMs and no name.
    """
    if not answer.vms:
        return ()
    # The host's own short name, never the endpoint's: the same VM seen through two addresses of a host is
    # one copy, and joining a domain changes the long name. Without it no place is safe to name.
    where = (answer.host.name or "").strip().lower()
    if not where:
        raise peer.bad_reply("it lists VMs, but not the host's own name", str(answer.host))
    relations: dict[str, list[Relation]] = {}
    for row in answer.relations:
        relations.setdefault(ident(row.vm, peer), []).append(_relation(row, peer))
    seen = {ident(vm.id, peer): vm for vm in answer.vms}
    if len(seen) != len(answer.vms):
        raise peer.bad_reply("it lists one VM id twice", _twice(vm.id.lower() for vm in answer.vms))
    return tuple(
        _sighting(vm, Place("hyperv", site, where, key), tuple(relations.get(key, ())))
        for key, vm in seen.items()
    )


def limits(answer: Light, peer: Peer) -> tuple[str, ...]:
    """Say what could not be seen; nothing to say means that the answer is complete."""
    found: list[str] = []
    if not (answer.host.name or "").strip():
        found.append(f"The host does not tell its name to {peer.user}.")
    if not answer.vms:
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
    told = ((answer.host.name or "").strip().lower(), (answer.host.fqdn or "").strip().lower())
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


def _sighting(vm: Machine, place: Place, relations: tuple[Relation, ...]) -> Sighting:
    uptime = _seconds(vm.uptime_s)
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
        unread=() if uptime is not None else ("uptime",),
    )


def _relation(row: Replication, peer: Peer) -> Relation:
    synced = stamp(row.last_sync, peer) if row.last_sync else None
    return Relation(
        mode=row.mode,
        state=row.state,
        health=row.health,
        relationship=row.relationship,
        primary=row.primary or "",
        replica=row.replica or "",
        receiver=row.receiver or "",
        last_sync=synced if synced and synced.year >= FIRST_YEAR else None,
        frequency_s=_seconds(row.frequency_s) or None,
        test_vm=ident(row.test_vm, peer) if row.test_vm else None,
    )


def _seconds(number: int | float | None) -> int | None:
    """A span that can be one; what no span can be is as if it had not been told."""
    return int(number) if number is not None and 0 <= number <= LONGEST_S else None


def _twice(ids: Iterable[str]) -> str:
    return next((one for one, times in Counter(ids).items() if times > 1), "")
