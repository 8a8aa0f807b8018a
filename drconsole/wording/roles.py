"""How a copy reads: its role, its power, and the reason for its role."""

from __future__ import annotations

from datetime import datetime

from drconsole.domain.reading import Power
from drconsole.domain.replication import FIRST_COPY, PAUSED, RESYNCHRONIZING, relation_of
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import CopyState
from drconsole.wording.ages import age

_REASONS = {
    "C1": "registered by SRM to hold the place of a recovered VM; original not established",
    "C2": "made for a test: by its mode, its appliance or its record",
    "H1": "both ends say that they are the primary",
    "H2": "both ends say that they are replicas, and neither was failed over",
    "H3": "its replica was failed over and took its place",
    "H4": "prepared for a planned failover: locked until it is completed or cancelled",
    "H5": "its old replica took over and now copies back to it",
    "H6": "failed over to this copy, and not reversed yet",
    "H7": "a replica whose named primary host has no such VM any more",
    "H8": "the receiving end of an extended leg: the replica of a replica",
    "H9": "the receiving end of its replication",
    "H10": "the sending end of its replication",
    "H11": "no replication, but the same VM exists elsewhere",
    "V1": "recovered here, by the appliance, a record, or the replica directory that holds it",
    "V2": "a directory with nothing but disks of a known replica",
    "V3": "its own configuration says that it is replicated",
    "V4": "replica files whose source or appliance is known",
    "V5": "replica files without a source that is known",
    "V6": "known from the replication appliance",
    "X1": "the same VM at two places, with no relation between them",
    "X2": "no replication is configured",
}
_UNJUDGED = "no row of the verdict covers what its endpoint says"


def reason(copy: CopyState) -> str:
    """Why the copy has its role, one clause."""
    text = _REASONS.get(copy.row, _UNJUDGED)
    if not copy.row and not copy.sighting.relations and copy.sighting.own_mode not in ("", "None"):
        return "Get-VM says that it is replicated, Get-VMReplication does not know it"
    if not copy.row and copy.place.platform == "vsphere" and copy.sighting.unread:
        return "its endpoint does not say whether it is replicated"
    if copy.row == "H11" and copy.role is Role.LEFTOVER:
        return "switched off, without replication, and the same VM runs elsewhere"
    if copy.row == "H6" and copy.power is Power.OFF:
        return "failed over to this copy, which is not started"
    if copy.row == "V1" and copy.role is Role.FORMER_ORIGINAL:
        return "its recovered copy took its place"
    if copy.row == "H1" and copy.role is not Role.UNKNOWN:
        return "both ends say that they are the primary; a failover record decides"
    return text


def power(copy: CopyState) -> str:
    """The power state in one word."""
    return copy.sighting.power.value


def cell(copy: CopyState, now: datetime) -> str:
    """A copy in its site's column: role, then power or what matters more (screens, idea 2)."""
    if not copy.fresh:
        return f"{copy.role} seen {age((now - copy.taken_at).total_seconds())}"
    return f"{copy.role} {detail}" if (detail := _detail(copy)) else str(copy.role)


def _detail(copy: CopyState) -> str:
    relation = relation_of(copy.sighting)
    state = relation.state if relation else ""
    if copy.role is Role.REPLICA:
        if copy.power is Power.ON:
            return "on"
        if state in PAUSED:
            return "paused"
        if state in FIRST_COPY:
            return "first copy"
        if state == RESYNCHRONIZING:
            return "resync"
        return "" if copy.power is Power.OFF else power(copy)
    if copy.row == "H4":
        return "locked"
    return power(copy)
