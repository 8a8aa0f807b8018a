"""One look at an endpoint: what it lists, what of that is doubtful, and what time it is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from drconsole.platforms.vsphere import collect, limits
from drconsole.platforms.vsphere.presence import Presence
from drconsole.platforms.vsphere.reply import Found
from drconsole.platforms.vsphere.session import Session


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen, a sentence for each doubt whether it is everything, and the clocks.

    ``clock`` is the endpoint's time and ``taken_at`` the console's, both UTC; ``skew_s`` is their difference.
    """

    machines: list[Found]
    others: list[Found]
    doubts: list[str]
    clock: datetime
    taken_at: datetime
    skew_s: float


def look(session: Session, presence: Presence) -> Look:
    """Look once, with a session that is open.

    Raises:
        as ``collect.whole``.
    """
    listed = collect.whole(session)
    machines, others = listed.machines(), listed.others()
    collect.fill_from_summary(session, machines)
    doubts = list(listed.cut)
    # Asked after the list: rights that ended before it was made have ended now.
    if not session.may_see_all():
        doubts.insert(0, limits.NOT_ALL)
    if not machines and not others:
        doubts.append(limits.NOTHING)
    if not listed.cut:
        lost = presence.lost({one.ref for one in machines}, lambda ref: collect.still_there(session, ref))
        doubts += [limits.unlisted(lost)] if lost else []
    before = datetime.now(UTC)
    clock = session.now()
    after = datetime.now(UTC)
    skew = clock - (before + (after - before) / 2)
    return Look(machines, others, doubts, clock, after, skew.total_seconds())
