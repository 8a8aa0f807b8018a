"""The vocabulary of a verdict: roles, alarms, arrows and the evidence they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum


class Role(StrEnum):
    """What a copy is now (rules, section 3)."""

    ORIGINAL = "ORIGINAL"
    REPLICA = "REPLICA"
    RECOVERED = "RECOVERED"
    FORMER_ORIGINAL = "FORMER ORIGINAL"
    TEST_COPY = "TEST COPY"
    PLACEHOLDER = "PLACEHOLDER"
    LEFTOVER = "LEFTOVER"
    UNPROTECTED = "UNPROTECTED"
    UNKNOWN = "UNKNOWN"


class Severity(IntEnum):
    """How bad an alarm is; the larger, the worse."""

    INFO = 0
    WARNING = 1
    CRITICAL = 2


class AlarmCode(StrEnum):
    """Stable codes of alarms, used in JSON, ground truths and acknowledgements."""

    SPLIT_BRAIN = "split-brain"
    RUN_INTERRUPTED = "run-interrupted"
    CONTRADICTION = "contradiction"
    NO_ORIGINAL = "no-original"
    STALE_ORIGINAL_SERVES = "stale-original-serves"
    NOTHING_SERVES = "nothing-serves"
    RUN_ASKS = "run-asks"
    PLANNED_IN_PROGRESS = "planned-in-progress"
    NO_GOOD_REPLICA = "no-good-replica"
    UNPROTECTED_SINCE = "unprotected"
    ORIGINAL_NOT_VERIFIED_OFF = "original-not-verified-off"
    SOURCE_GONE = "source-gone"
    REPLICA_GONE = "replica-gone"
    FIRST_COPY = "first-copy"
    PAUSED = "paused"
    RESYNCHRONIZING = "resynchronizing"
    RESYNC_NEEDED = "resync-needed"
    REPLICATION_ERROR = "replication-error"
    RPO = "rpo"
    ORIGINAL_OFF = "original-off"
    MANAGED_BY = "managed-by"
    NOT_REPLICATING = "not-replicating"
    TEST_ON_PRODUCTION = "test-on-production"
    TEST_NETWORK_UNKNOWN = "test-network-unknown"
    ORPHAN_TEST = "orphan-test"
    TEST_RUNNING = "test-running"
    EXTENDED_LEG = "extended-leg"
    EXTENDED_TROUBLE = "extended-trouble"
    ORIGINAL_NOT_RUNNING = "original-not-running"
    STARTS_BY_ITSELF = "starts-by-itself"
    NOT_PROVEN = "not-proven"
    NOT_PROTECTED = "not-protected"
    STALE_JOB = "stale-job"
    GROUP_SHARED = "group-shared"
    STATES_DIFFER = "states-differ"
    RECORD_GONE = "record-gone"
    RECORD_STRANGE = "record-strange"
    TORN = "torn"
    SYNCING = "syncing"
    SEVERAL_POINTS = "several-points"
    FILES_NOT_SEEN = "files-not-seen"
    REBUILD_POSSIBLE = "rebuild-possible"
    BROKER_DOWN = "broker-down"
    NODE_SILENT = "node-silent"
    TWINS = "twins"
    CERTIFICATE = "certificate"
    CLOCK_SKEW = "clock-skew"
    SILENT = "silent"
    PARTIAL = "partial"
    NOT_KEPT = "not-kept"
    INSECURE = "insecure"


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that is wrong. ``facts`` are (name, value) pairs that its wording may use."""

    code: AlarmCode
    severity: Severity
    since: datetime | None = None
    facts: tuple[tuple[str, str], ...] = ()

    def fact(self, name: str) -> str:
        """The value of one fact, empty where it is not known."""
        return dict(self.facts).get(name, "")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observed fact that a verdict rests on, with the endpoint that told it and that endpoint's time."""

    what: str
    value: str
    endpoint: str
    at: datetime


class ArrowKind(StrEnum):
    """How data flows between the two copies of a workload, drawn towards the right."""

    FLOWS = "==>"
    PAUSED = "=||"
    COPYING = "~~>"
    FAILED_OVER = "-x-"
    CONTRADICTION = "=/="
    UNKNOWN = "?"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Arrow:
    """The direction of replication between two sites; sites are empty where there is no direction."""

    kind: ArrowKind
    source: str = ""
    target: str = ""
