"""Hyper-V's replication modes and states, and what they mean for a verdict (facts/hyperv, section 1)."""

from __future__ import annotations

from functools import lru_cache

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
    return relation_of_all(sighting.relations)


def relation_of_all(relations: tuple[Relation, ...]) -> Relation | None:
    """The one of a copy's relations that it is judged by."""
    first = relations[0] if relations else None
    return first if len(relations) < 2 else next((r for r in relations if r.relationship == "Simple"), first)


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


def is_named(name: str, known: tuple[str, ...]) -> bool:
    """Whether a partner's name for a host means the host that tells these names of itself.

    A full name matches a full name; only where one side has none the short ones decide, because two
    domains may hold two hosts of one short name.
    """
    asked = name.casefold().rstrip(".")
    full, short = _full_and_short(known)
    if "." in asked and full:
        return asked in full
    return bool(asked) and asked.split(".")[0] in short


@lru_cache(maxsize=4096)
def _full_and_short(known: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str]]:
    """The full names of a host, and its short ones; each host is asked for once for every VM."""
    told = {one.casefold().rstrip(".") for one in known}
    return frozenset(one for one in told if "." in one), frozenset(one.split(".")[0] for one in told)


def rpo_target_s(relation: Relation) -> int | None:
    """The age of the last sync beyond which a copy is late: three cycles; None where no cycle is known."""
    return 3 * relation.frequency_s if relation.frequency_s else None
