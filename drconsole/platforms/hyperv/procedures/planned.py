"""Planned failover: the original is shut down, all is sent, the replica takes over."""

from __future__ import annotations

from dataclasses import dataclass

from drconsole.domain.deep import Deep
from drconsole.domain.plan import Check, Operation, Readiness
from drconsole.domain.replication import PREPARED, relation_of
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import CopyState
from drconsole.domain.step import Step
from drconsole.platforms.acting import Case, Procedure
from drconsole.platforms.hyperv.procedures import accepting, ledger, networks, preflight
from drconsole.platforms.hyperv.procedures.base import (
    FAILOVER_S,
    OFF_TWICE_S,
    PREPARE_S,
    QUICK_S,
    START_S,
    STOP_S,
    Steps,
    blocked,
    deep_of,
    end_of,
    nothing,
    options_of,
    subject,
    the_copy,
    warning,
)
from drconsole.platforms.hyperv.procedures.rehearsal import stop_step
from drconsole.platforms.hyperv.procedures.reverse import (
    COSTS,
    end_cycle_steps,
    home_addresses_step,
    reverse_step,
)

ASK, TURN_OFF, SKIP = "ask", "turn-off", "skip"
OPTIONS = {
    "on_shutdown_timeout": (ASK, TURN_OFF, SKIP),
    "reverse": ("no", "yes"),
    "start": ("yes", "no"),
    "heartbeat": ("wait", "skip"),
}


@dataclass(frozen=True, slots=True)
class Move:
    """The two ends of a failover, as they were looked at for it."""

    source: CopyState
    target: CopyState
    here: Deep
    there: Deep


def planned_failover(case: Case) -> Procedure:
    """Stop, prepare, fail over, prove that nothing was lost, connect, reverse if chosen, start.

    Raises:
        UsageError: an option is unknown or its value cannot be.
    """
    options = options_of(case, OPTIONS)
    source = the_copy(case, Role.ORIGINAL)
    target = the_copy(case, Role.REPLICA, mode="Replica")
    if source is None or target is None:
        missing = "no original" if source is None else "no replica"
        clear = "Look at its copies: both sides must be known."
        return nothing(case, Operation.PLANNED_FAILOVER, f"there is {missing} that is one", clear, source)
    here, there = deep_of(case, source), deep_of(case, target)
    checks = list(preflight.answers(case, source, "the original"))
    checks += preflight.answers(case, target, "the replica")
    if here is None or there is None:
        return Procedure(subject(case, source, target, tuple(checks)), ())
    move = Move(source, target, here, there)
    steps = Steps(case)
    checks += _checks(move, reverse=options["reverse"] == "yes", start=options["start"] == "yes")
    checks += ledger.whose(case, target)
    checks += preflight.receives(case, target)
    reverse = options["reverse"] == "yes"
    checks += (accepting.can_reverse if reverse else accepting.could_reverse)(case, source, target)
    checks += preflight.all_replicated(here, source)
    checks += networks.one_way(case, source, target, here, there)
    turn, said = _steps(steps, move, options)
    told = subject(
        case,
        source,
        target,
        (*checks, *said),
        point_of_no_return=turn,
        way_back=Operation.CANCEL.value,
        costs=_costs(move, reverse=reverse),
        after=_after(source, reverse),
        **steps.down("shut-down"),
    )
    return Procedure(told, tuple(steps.made), _back(case, move))


def _costs(move: Move, *, reverse: bool) -> tuple[str, ...]:
    """What is lost, and how long it is down."""
    if move.here.unreplicated is None:
        lost = "What is replicated loses nothing: it is shut down first; which disks are, nobody tells."
    elif move.here.unreplicated:
        disks = ", ".join(move.here.unreplicated)
        lost = f"What is on {disks} stays at {move.source.place.site}; of the rest nothing is lost: "
        lost += "it is shut down first."
    else:
        lost = "Loses nothing: it is shut down first."
    down = "It is down until it is started at the other side."
    return (f"{lost} {down}", *(COSTS if reverse else ()))


def _after(source: CopyState, reverse: bool) -> tuple[str, ...]:
    if reverse:
        return (f"It is replicated back to {source.place.site}.",)
    return ("It is unprotected until reverse.", "Until then cancel leads back, and loses what was written.")


def _original_state(source: CopyState) -> Check:
    """Whether it can be prepared, or is: what somebody began is finished by the same steps."""
    if _prepared(source):
        text = "the original was prepared for a failover already, and cannot be started"
        return warning(text, source.endpoint, "This finishes what was begun; cancel takes it back.")
    return preflight.replicates(source, "the original")


def _prepared(source: CopyState) -> bool:
    relation = relation_of(source.sighting)
    return relation is not None and relation.state == PREPARED


def _checks(move: Move, *, reverse: bool, start: bool) -> list[Check]:
    source, target = move.source, move.target
    checks = [_original_state(source), preflight.replicates(target, "the replica")]
    if start and source.power.value == "off" and not _prepared(source):
        text = "the original is off, and the other side is started"
        checks.append(warning(text, source.endpoint, "Plan with start=no where it is to stay off."))
    checks.append(preflight.is_off(target, "the replica"))
    relation = relation_of(target.sighting)
    if relation and relation.test_vm:
        text = "a test copy exists: it is stopped first"
        checks.append(Check(Readiness.WAIT, text, target.endpoint, "It is the first step; or keep it."))
    if source.power.value not in ("on", "off"):
        text = f"the original is {source.power.value}: a guest must run, or be off"
        checks.append(blocked(text, "Start it, or turn it off, on its host.", source.endpoint))
    outer = [r for r in target.sighting.relations if r.relationship != "Simple"]
    if outer and reverse:
        clear = "Plan without reverse; continue or remove the extended leg afterwards."
        checks.append(blocked("an extended replica hangs on the replica", clear, target.endpoint))
    elif outer:
        text = "an extended replica hangs on the replica: afterwards continue or remove that leg"
        checks.append(Check(Readiness.WARNING, text, target.endpoint))
    return checks


def _steps(steps: Steps, move: Move, options: dict[str, str]) -> tuple[str, tuple[Check, ...]]:
    """Add all steps; the id of the one from which on the way back is another operation."""
    case, source, target = steps.case, move.source, move.target
    name, run = case.workload.name, {"run": case.run}
    relation = relation_of(target.sighting)
    wires = networks.wiring(case, source, target, move.here, move.there)
    addresses, said = networks.addresses(case, source, target, move.there)
    if relation and relation.test_vm:
        stop_step(steps, target)
    if addresses:
        steps.add(
            "set-addresses",
            target,
            "set the addresses it gets, read them back",
            QUICK_S,
            {"addresses": addresses},
        )
    _off(steps, move, options["on_shutdown_timeout"])
    steps.add("prepare", source, "prepare: send what is left", PREPARE_S)
    steps.add("nothing-pending", source, "read that nothing is left to send", START_S)
    title = "fail over, read the state back"
    turn = steps.add("fail-over", target, title, FAILOVER_S, {"prepared": [end_of(source)]})
    whole = "nothing was lost" if move.here.unreplicated == () else "all that is replicated is there"
    steps.add("planned-type", target, f"read that it was a planned one: {whole}", START_S)
    sentence = f"Failed over from {source.place.site} by run {case.run}; this copy serves now."
    steps.record(target, Role.RECOVERED, source.place.site, sentence)
    nets = {"networks": {"adapters": wires.adapters}}
    steps.add(
        "connect-adapters",
        target,
        "connect it as planned, read every adapter",
        QUICK_S,
        {**run, **nets},
    )
    if options["reverse"] == "yes":
        reverse_step(steps, source, target, optional=True)
    if options["start"] == "yes":
        params = {**run, **nets, "rivals": [end_of(source)], "recorded": True}
        steps.add("start", target, f"start {name}", START_S, params)
        if options["heartbeat"] == "wait":
            steps.add("await-heartbeat", target, "wait for its heartbeat", START_S, optional=True)
            if any(one["switch"] for one in wires.adapters.values()):
                steps.addresses(target, planned=addresses)
    if options["reverse"] == "yes":
        # What serves first comes first: none of this holds up the start.
        said = (*said, *home_addresses_step(steps, source, target, move.here))
        end_cycle_steps(steps, source, target)
    return turn, (*wires.checks, *said)


def _off(steps: Steps, move: Move, on_timeout: str) -> None:
    """Shut the guest down; what happens when it does not obey was chosen before."""
    source = move.source
    name = steps.case.workload.name
    over = {"takes_over": [end_of(move.target)]}
    obeys = steps.add(
        "shut-down",
        source,
        f"shut {name} down, wait until it is off",
        STOP_S,
        over,
        optional=on_timeout != SKIP,
        expected="it is turned off then, as was chosen" if on_timeout == TURN_OFF else "",
    )
    if on_timeout != SKIP:
        question = f"{name} did not shut down in time. Turn it off? What it has not written is lost."
        ask = question if on_timeout == ASK else ""
        also = {**over, "waited_s": STOP_S}
        title = "turn it off if it is not off"
        steps.add("turn-off", source, title, QUICK_S, also, ask=ask, fallback_of=obeys)
    steps.add("read-off-twice", source, "read it off a second time, 30 s later", OFF_TWICE_S)


def _back(case: Case, move: Move) -> tuple[Step, ...]:
    """Before anything was failed over: unlock the original and start it again."""
    steps = Steps(case, prefix="b")
    other = [end_of(move.target)]
    steps.add("unlock", move.source, "unlock the original", QUICK_S, {"taken_back": other})
    if move.source.power.value == "on":
        steps.add("start", move.source, "start the original again", START_S, {"rivals": other})
    return tuple(steps.made)
