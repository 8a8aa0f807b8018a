"""Why an operation is blocked, as stable words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from drconsole.domain.plan import Operation


class Reason(StrEnum):
    """Why an operation is blocked; stable words for machines, wording has the sentences."""

    LATER = "later"
    MANAGED = "managed"
    RUN_UNDER_WAY = "run-under-way"
    RUN_ASKS = "run-asks"
    RUN_INTERRUPTED = "run-interrupted"
    SPLIT_BRAIN = "split-brain"
    UNKNOWN_ROLE = "unknown-role"
    NOT_FRESH = "not-fresh"
    NO_REPLICA = "no-replica"
    NO_ORIGINAL = "no-original"
    NO_TEST = "no-test"
    ORPHAN_TEST = "orphan-test"
    TEST_EXISTS = "test-exists"
    REPLICA_NOT_OFF = "replica-not-off"
    ORIGINAL_RUNS = "original-runs"
    ORIGINAL_NOT_OFF = "original-not-off"
    ORIGINAL_BETWEEN = "original-between"
    COPY_RUNS = "copy-runs"
    OLD_RUNS = "old-runs"
    OLD_NOT_OFF = "old-not-off"
    FIRST_COPY = "first-copy"
    RESYNCHRONIZING = "resynchronizing"
    PAUSED = "paused"
    NOT_REPLICATING = "not-replicating"
    NEVER_SYNCED = "never-synced"
    FAILED_OVER = "failed-over"
    NOT_FAILED_OVER = "not-failed-over"
    COMPLETED = "completed"
    EXTENDED_LEG = "extended-leg"
    NOT_PAUSED = "not-paused"
    NO_RESYNC_NEEDED = "no-resync-needed"
    PROTECTED = "protected"
    UNPROTECTED = "unprotected"
    NO_LEFTOVER = "no-leftover"
    LEFTOVER_RUNS = "leftover-runs"
    UNPREPARED = "unprepared"
    NO_SUCH_CALL = "no-such-call"
    RECOVERY_FINAL = "recovery-final"
    NEEDS_APPLIANCE = "needs-appliance"
    NEEDS_BOTH_APPLIANCES = "needs-both-appliances"


@dataclass(frozen=True, slots=True)
class Block:
    """Why not, for the building of an offer."""

    reason: Reason
    facts: tuple[tuple[str, str], ...] = ()
    instead: tuple[Operation, ...] = ()
