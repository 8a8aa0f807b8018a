"""The replication state machine: what each operation needs, what it does, and how it is refused.

Source: facts/hyperv, section 3. ``RULES`` are the preconditions; where they are not documented the stricter
reading was taken (FIDELITY). The refusals' ids are without the class name that PowerShell appends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drconsole.lab.hyperv.machines import FAILED_OVER, Host, Leg, Machine, Point
from drconsole.lab.hyperv.replication import find_host, sends

REPLICAS = ("Replica", "ExtendedReplica")
REPLICATED = ("Primary", *REPLICAS)
WAITING = "WaitingForInitialReplication"
READY = "ReadyForInitialReplication"
COPYING = "InitialReplicationInProgress"
PREPARED = "PreparedForFailover"
RESYNC_DUE = "WaitingForStartResynchronize"
RESYNC_PAUSED = "ResynchronizeSuspended"
IN_PROGRESS = "RecoveryInProgress"


class Operation(StrEnum):
    """What may be asked of a machine's replication, or of its power."""

    START_FIRST_COPY = "start-first-copy"
    STOP_FIRST_COPY = "stop-first-copy"
    IMPORT_FIRST_COPY = "import-first-copy"
    FINISH_COPY = "finish-copy"
    SUSPEND = "suspend"
    RESUME = "resume"
    RESYNCHRONIZE = "resynchronize"
    STOP_RESYNCHRONIZE = "stop-resynchronize"
    TEST = "test"
    PREPARE = "prepare"
    FAIL_OVER = "fail-over"
    COMPLETE = "complete"
    CANCEL = "cancel"
    REVERSE = "reverse"
    BECOME_REPLICA = "become-replica"
    CONTINUE = "continue"
    REMOVE = "remove"
    START = "start"
    STOP = "stop"


class Refused(Exception):
    """The platform refuses an operation: error id and category, as PowerShell tells them."""

    def __init__(self, error_id: str, text: str, category: str = "InvalidOperation") -> None:
        super().__init__(text)
        self.error_id = error_id
        self.text = text
        self.category = category


@dataclass(frozen=True, slots=True)
class Rule:
    """What an operation needs; an empty tuple admits all.

    ``off``: the machine must be off. ``synced``: at least one sync must have come. ``reaches``: the partner's
    host must answer.
    """

    modes: tuple[str, ...]
    states: tuple[str, ...] = ()
    off: bool = False
    synced: bool = False
    reaches: bool = False


RULES: Mapping[Operation, Rule] = {
    Operation.START_FIRST_COPY: Rule(("Primary",), (READY,), reaches=True),
    Operation.STOP_FIRST_COPY: Rule(("Primary",), (COPYING, "Suspended", "Error")),
    Operation.IMPORT_FIRST_COPY: Rule(REPLICAS, (WAITING,)),
    Operation.FINISH_COPY: Rule(("Primary",), (COPYING, "Resynchronizing"), reaches=True),
    Operation.SUSPEND: Rule(REPLICATED, ("Replicating", "Resynchronizing", COPYING, WAITING)),
    Operation.RESUME: Rule(REPLICATED, ("Suspended", RESYNC_DUE, RESYNC_PAUSED, "Error", "UpdateError")),
    Operation.RESYNCHRONIZE: Rule(
        ("Primary",), ("Suspended", RESYNC_DUE, RESYNC_PAUSED, "Error", "UpdateError"), reaches=True
    ),
    Operation.STOP_RESYNCHRONIZE: Rule(REPLICATED, ("Resynchronizing", RESYNC_PAUSED)),
    Operation.TEST: Rule(REPLICAS, ("Replicating", "Suspended"), off=True, synced=True),
    Operation.PREPARE: Rule(("Primary",), ("Replicating",), off=True, reaches=True),
    Operation.FAIL_OVER: Rule(
        REPLICAS,
        ("Replicating", "Resynchronizing", "Suspended", "WaitingForUpdateCompletion"),
        off=True,
        synced=True,
    ),
    Operation.COMPLETE: Rule(REPLICAS, ("FailedOverWaitingCompletion",)),
    # A test copy is removed in any state of its replica: see ``effects.cancel``.
    Operation.CANCEL: Rule(REPLICATED, ("FailedOverWaitingCompletion", PREPARED, IN_PROGRESS)),
    Operation.REVERSE: Rule(REPLICAS, FAILED_OVER, reaches=True),
    Operation.BECOME_REPLICA: Rule(("Primary",), off=True),
    Operation.CONTINUE: Rule(("Replica",), FAILED_OVER, reaches=True),
    Operation.REMOVE: Rule(REPLICATED),
    Operation.START: Rule(()),
    Operation.STOP: Rule(()),
}


@dataclass(frozen=True, slots=True)
class Ground:
    """What an operation stands on: the machine, all hosts, and the time.

    ``kind`` names one of two relationships, ``point`` the recovery point that is meant.
    """

    hosts: Mapping[str, Host]
    machine: Machine
    now: datetime
    kind: str | None = None
    point: Point | None = None

    @property
    def host(self) -> Host:
        """The machine's host."""
        return self.hosts[self.machine.host]

    @property
    def leg(self) -> Leg:
        """The relationship that operations mean: the one named, else the simple one, else the only other."""
        legs = self.machine.legs
        leg = next((leg for leg in legs if leg.kind == self.kind), None) or self.machine.simple
        assert leg is not None
        return leg

    def partner_host(self, leg: Leg) -> Host | None:
        """The host at the other end of a relationship."""
        return find_host(self.hosts, leg.receiver if sends(leg) else leg.primary)

    def partner(self, leg: Leg) -> Machine | None:
        """The machine at the other end."""
        host = self.partner_host(leg)
        return host.machines.get(self.machine.id) if host else None


def check(ground: Ground, operation: Operation) -> None:
    """Check the rule of an operation.

    Raises:
        Refused: it does not hold.
    """
    machine, rule = ground.machine, RULES[operation]
    if not rule.modes:
        return
    mode = machine.own_mode if machine.simple is None and machine.own_mode else machine.mode
    if mode not in rule.modes or machine.simple is None:
        raise Refused(
            "InvalidOperation", f"'{operation}' is not applicable on virtual machine '{machine.name}'."
        )
    leg = ground.leg
    if rule.states and leg.state not in rule.states:
        text = f"Virtual machine '{machine.name}' is not in a valid replication state ({leg.state})."
        raise Refused("InvalidState", text)
    if rule.off and machine.power != "Off":
        raise Refused("InvalidState", f"Virtual machine '{machine.name}' is not off ({machine.power}).")
    if rule.synced and leg.last_sync is None:
        raise Refused("InvalidState", f"Virtual machine '{machine.name}' has never been replicated.")
    if rule.reaches:
        check_partner(ground, leg)


def check_partner(ground: Ground, leg: Leg) -> Host:
    """The partner's host.

    Raises:
        Refused: it does not answer, or the line of this side is cut.
    """
    host = ground.partner_host(leg)
    if host is None or "Down" in (host.state, ground.host.state):
        name = leg.receiver if sends(leg) else leg.primary
        raise Refused("OperationFailed", f"The server '{name}' cannot be reached.", "NotSpecified")
    return host
