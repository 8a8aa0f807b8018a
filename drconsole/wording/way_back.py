"""Which way leads back from a failover, and what would stand in the way of reversing it."""

from __future__ import annotations

from drconsole.domain.deep import Deep
from drconsole.domain.operations import offer_of
from drconsole.domain.plan import Operation, Readiness
from drconsole.domain.reasons import Reason
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import CopyState, Workload
from drconsole.domain.taking_back import takes_back
from drconsole.wording.names import visible

OLD, NEW = (Role.ORIGINAL, Role.FORMER_ORIGINAL), (Role.REPLICA, Role.RECOVERED)


def way_back_texts(workload: Workload) -> list[str]:
    """What a person must know of the way back before going on, a sentence each."""
    return [*_cancel(workload), *_refused(workload)]


def _cancel(workload: Workload) -> list[str]:
    """Whether cancel still leads back, while a failover is there that it could take back."""
    recovered, offer = _the_only(workload, (Role.RECOVERED,)), offer_of(workload, Operation.CANCEL)
    if recovered is None:
        return []
    if offer.reason is Reason.COMPLETED:
        return ["cancel does not lead back any more: the failover is completed"]
    lost = f"what was written at {visible(recovered.place.site)} since is lost then"
    return [f"cancel still leads back, until reverse or complete; {lost}"] if offer.allowed else []


def _refused(workload: Workload) -> list[str]:
    """Why the old side would not become the replica, as far as both sides were looked at closely."""
    old, new = _the_only(workload, OLD), _the_only(workload, NEW)
    if old is None or new is None or not old.sighting.relations:
        return []
    here, there = _deep(old), _deep(new)
    if here is None or there is None:
        return []
    found = [one for one in takes_back(old, new, here, there) if one.readiness is Readiness.BLOCKED]
    return [f"reverse will be refused: {visible(one.text)}. {visible(one.clear)}" for one in found]


def _the_only(workload: Workload, roles: tuple[Role, ...]) -> CopyState | None:
    found = [copy for copy in workload.copies if copy.role in roles]
    return found[0] if len(found) == 1 else None


def _deep(copy: CopyState) -> Deep | None:
    return copy.inspection.deep if copy.inspection else None
