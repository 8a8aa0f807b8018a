"""Turning replication round after a planned failover, and the end of the cycle after failback."""

from __future__ import annotations

from drconsole.domain.deep import Deep
from drconsole.domain.plan import Check, Operation
from drconsole.domain.record import believed
from drconsole.domain.replication import relation_of
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import CopyState
from drconsole.platforms.acting import Case, Procedure
from drconsole.platforms.hyperv.procedures import accepting, networks, preflight
from drconsole.platforms.hyperv.procedures.base import (
    FAILOVER_S,
    QUICK_S,
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

COSTS = (
    "Reverse merges the recovery points: none of them can be chosen any more.",
    "After reverse cancel is not possible any more: the way back is a planned failover.",
)


def reverse_step(steps: Steps, old: CopyState, new: CopyState, *, optional: bool) -> None:
    """Add the step that turns replication round, from the copy that serves now to the old original."""
    title = f"reverse: replicate back to {old.place.site}"
    steps.add("reverse", new, title, FAILOVER_S, {"partner": [end_of(old)]}, optional=optional)


def home_addresses_step(steps: Steps, old: CopyState, new: CopyState, there: Deep) -> tuple[Check, ...]:
    """Add the step that sets what the old side gets back when it takes over again, if anything.

    It is a replica then, so replication was turned round before.
    """
    addresses, said = networks.addresses(steps.case, new, old, there)
    if addresses:
        title = f"set the addresses it gets back at {old.place.site}"
        steps.add("set-addresses", old, title, QUICK_S, {"addresses": addresses}, optional=True)
    return said


def end_cycle_steps(steps: Steps, old: CopyState, new: CopyState) -> None:
    """After failback nothing is failed over any more: the records of both copies are removed."""
    if ends_cycle(old):
        for copy, mode in ((old, "Replica"), (new, "Primary")):
            title = f"remove the record at {copy.place.site}: the cycle is over"
            steps.add("remove-record", copy, title, QUICK_S, {"mode": mode}, optional=True)


def ends_cycle(old: CopyState) -> bool:
    """Whether the copy that is left now had been failed over to itself: then failback ends the cycle."""
    record = believed(old.sighting.notes, old.place)
    return record is not None and record.role is Role.RECOVERED


def reverse(case: Case) -> Procedure:
    """Turn replication round after a planned failover: no copy starts anew.

    Raises:
        UsageError: an option is given; there is none.
    """
    options_of(case, {})
    new, old = the_copy(case, Role.RECOVERED), the_copy(case, Role.FORMER_ORIGINAL)
    if new is None or old is None:
        return nothing(case, Operation.REVERSE, "nothing is failed over", "Fail over first.", new)
    checks = list(preflight.answers(case, new, "the recovered copy"))
    checks += preflight.answers(case, old, "the old original")
    there = deep_of(case, old)
    if there is None:
        return Procedure(subject(case, new, old, tuple(checks)), ())
    checks.append(_prepared(old))
    checks.append(preflight.is_off(old, "the old original"))
    checks += accepting.can_reverse(case, old, new)
    if any(r.relationship != "Simple" for r in new.sighting.relations):
        clear = "Continue the extended leg, or remove it first."
        checks.append(blocked("an extended replica hangs on the recovered copy", clear, new.endpoint))
    steps = Steps(case)
    reverse_step(steps, old, new, optional=False)
    said = home_addresses_step(steps, old, new, there)
    end_cycle_steps(steps, old, new)
    told = subject(
        case,
        new,
        old,
        (*checks, *said),
        point_of_no_return=steps.made[0].id,
        way_back=Operation.PLANNED_FAILOVER.value,
        costs=(f"What is at {old.place.site} is overwritten by what is at {new.place.site}.", *COSTS),
        after=(f"It is protected again: {new.place.site} replicates to {old.place.site}.",),
    )
    return Procedure(told, tuple(steps.made))


def _prepared(old: CopyState) -> Check:
    relation = relation_of(old.sighting)
    if relation and relation.state == "PreparedForFailover":
        return ready("the old original was prepared: no copy starts anew", old.endpoint)
    clear = "Reverse after an unplanned failover comes later."
    return blocked("the old original was not prepared by a planned failover", clear, old.endpoint)
