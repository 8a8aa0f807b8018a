"""Hyper-V's replication modes and states, and what they mean for a verdict (facts/hyperv, section 1)."""

from __future__ import annotations

from drconsole.domain.reading import Relation, Sighting

NONE, PRIMARY, REPLICA, TEST, EXTENDED = "None", "Primary", "Replica", "TestReplica", "ExtendedReplica"

FAILED_OVER = frozenset({"FailedOver", "FailedOverWaitingCompletion", "FailOverWaitingCompletion"})
PREPARED = "PreparedForFailover"
WAITING_FIRST_COPY = "WaitingForInitialReplication"
FIRST_COPY = frozenset({"ReadyForInitialReplication", "InitialReplicationInProgress", WAITING_FIRST_COPY})
PAUSED = frozenset({"Suspended", "ResynchronizeSuspended"})
RESYNCHRONIZING = "Resynchronizing"
RESYNC_NEEDED = "WaitingForStartResynchronize"
BROKEN = frozenset({"Error", "UpdateError"})


def relation_of(sighting: Sighting) -> Relation | None:
    """The relation a copy is judged by: its Simple one, else the only other (rules, section 3)."""
    simple = [r for r in sighting.relations if r.relationship == "Simple"]
    return next(iter(simple or sighting.relations), None)


def mode_of(sighting: Sighting) -> str:
    """Get-VMReplication's mode; only a test VM, which has no row there, is known by what Get-VM says."""
    relation = relation_of(sighting)
    if relation is not None:
        return relation.mode
    return TEST if sighting.own_mode == TEST else NONE


def is_failed_over(sighting: Sighting) -> bool:
    """Whether the copy was failed over and not yet reversed."""
    relation = relation_of(sighting)
    return relation is not None and relation.state in FAILED_OVER


def same_host(one: str, other: str) -> bool:
    """Whether two host names mean one host: equal, or equal up to the domain that one of them leaves out."""
    a, b = one.casefold().rstrip("."), other.casefold().rstrip(".")
    if not a or not b:
        return False
    return a == b or (a.split(".")[0] == b.split(".")[0] and ("." not in a or "." not in b))


def rpo_target_s(relation: Relation) -> int | None:
    """The age of the last sync beyond which a copy is late: three cycles; None where no cycle is known."""
    return 3 * relation.frequency_s if relation.frequency_s else None
