"""Cancelling a planned failover: the recovered side first, then the original (rules, section 6)."""

from __future__ import annotations

from drconsole.domain.plan import Check, Operation
from drconsole.domain.replication import PREPARED, relation_of
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import CopyState
from drconsole.platforms.acting import Case, Procedure
from drconsole.platforms.hyperv.actions.failover import WAITING
from drconsole.platforms.hyperv.procedures import preflight
from drconsole.platforms.hyperv.procedures.base import (
    FAILOVER_S,
    QUICK_S,
    START_S,
    Steps,
    blocked,
    deep_of,
    end_of,
    nothing,
    options_of,
    ready,
    subject,
    the_copy,
)

OPTIONS = {"start_original": ("yes", "no"), "heartbeat": ("wait", "skip")}


def cancel(case: Case) -> Procedure:
    """Take the recovered copy back, read it off and replicating, unlock the original, start it if chosen.

    Raises:
        UsageError: an option is unknown or its value cannot be.
    """
    options = options_of(case, OPTIONS)
    recovered = the_copy(case, Role.RECOVERED)
    original = the_copy(case, Role.FORMER_ORIGINAL if recovered else Role.ORIGINAL)
    other = recovered or the_copy(case, Role.REPLICA, mode="Replica")
    if original is None or other is None or not _locked(original):
        reason = "no planned failover is under way"
        return nothing(case, Operation.CANCEL, reason, "Nothing is to be cancelled.", original)
    checks = [*preflight.answers(case, other, "the recovered side"), *_no_test(other)]
    checks += preflight.answers(case, original, "the original")
    steps = Steps(case)
    turn = ""
    if recovered:
        checks.append(_cancellable(recovered))
        title = "take it back: turned off, changes discarded"
        turn = steps.add("cancel-failover", recovered, title, FAILOVER_S)
        steps.add("remove-record", recovered, "remove its failover record", QUICK_S, optional=True)
    back = {"taken_back": [end_of(other)]}
    steps.add("unlock", original, f"unlock the original at {original.place.site}", FAILOVER_S, back)
    if options["start_original"] == "yes":
        rivals = {"rivals": [end_of(other)]}
        steps.add("start", original, "start the original", START_S, rivals)
        if options["heartbeat"] == "wait":
            steps.add("await-heartbeat", original, "wait for its heartbeat", START_S, optional=True)
            known = deep_of(case, original)
            if known and any(one.network for one in known.adapters):
                steps.addresses(original)
    lost = f"What was written at {other.place.site} since the failover is lost: it is turned off there."
    told = subject(
        case,
        other,
        original,
        tuple(checks),
        point_of_no_return=turn,
        way_back=Operation.PLANNED_FAILOVER.value,
        costs=(lost,) if recovered else ("Nothing is lost: nothing was failed over yet.",),
        after=(f"{original.place.site} serves again and is replicated as before.",),
        **steps.down("cancel-failover"),
    )
    return Procedure(told, tuple(steps.made))


def _locked(original: CopyState) -> bool:
    relation = relation_of(original.sighting)
    return relation is not None and relation.state == PREPARED


def _cancellable(recovered: CopyState) -> Check:
    relation = relation_of(recovered.sighting)
    if relation and relation.state in WAITING:
        return ready("the failover is not completed yet", recovered.endpoint)
    clear = "A completed failover cannot be cancelled; reverse it instead."
    return blocked("the failover is completed", clear, recovered.endpoint)


def _no_test(copy: CopyState) -> tuple[Check, ...]:
    if any(r.test_vm for r in copy.sighting.relations):
        clear = "Stop the test first: the same call would remove that and nothing else."
        return (blocked("a test copy exists", clear, copy.endpoint),)
    return ()
