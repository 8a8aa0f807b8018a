"""One look at an endpoint: what it lists, what of that is doubtful, and what time it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from drconsole.domain.reading import Sighting
from drconsole.platforms.vsphere import collect, limits
from drconsole.platforms.vsphere.presence import Presence
from drconsole.platforms.vsphere.reply import Found
from drconsole.platforms.vsphere.session import Session
from drconsole.platforms.vsphere.sightings import NAMES_UNREAD, sighting


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen, a sentence for each doubt whether it is everything, and the clocks.

    ``clock`` is the endpoint's time and ``taken_at`` the console's, both UTC; ``skew_s`` is their difference.
    """

    sightings: tuple[Sighting, ...]
    doubts: tuple[str, ...]
    clock: datetime
    taken_at: datetime
    skew_s: float


def look(session: Session, site: str, presence: Presence) -> Look:
    """Look once, with a session that is open.

    Raises:
        as ``collect.machines``.
    """
    cut: list[str] = []
    around = collect.surroundings(session, site, cut)
    seen: dict[str, Sighting] = {}
    unclear: dict[str, Found] = {}
    # Each page is put into our words while the endpoint makes the next.
    for machine in collect.machines(session, cut):
        one = seen[machine.ref] = sighting(machine, around)
        if one.unread or one.own_state:
            unclear[machine.ref] = machine
    if unclear:
        collect.fill_from_summary(session, unclear.values())
        if any(NAMES_UNREAD.intersection(seen[ref].unread) for ref in unclear):
            # Networks and datastores that were made since they were listed.
            around = collect.surroundings(session, site, [])
        seen |= {ref: sighting(machine, around) for ref, machine in unclear.items()}
    doubts = [*cut, *limits.unread((machine, seen[ref]) for ref, machine in unclear.items())]
    # Asked after the list: rights that ended before it was made have ended now.
    if not session.may_see_all():
        doubts.insert(0, limits.NOT_ALL)
    if not seen and around.empty:
        doubts.append(limits.NOTHING)
    if not cut:
        lost = presence.lost(seen.keys(), lambda ref: collect.still_there(session, ref))
        doubts += [limits.unlisted(lost)] if lost else []
    before = datetime.now(UTC)
    clock = session.now()
    after = datetime.now(UTC)
    skew = clock - (before + (after - before) / 2)
    return Look(tuple(seen.values()), tuple(doubts), clock, after, skew.total_seconds())
