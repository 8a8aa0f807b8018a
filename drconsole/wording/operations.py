"""How operations read: their names, why one is blocked and what clears it, and what a person is asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from drconsole.domain.confirmation import Confirmation, Strength, What
from drconsole.domain.operations import Offer
from drconsole.domain.plan import Operation
from drconsole.domain.reasons import Reason
from drconsole.domain.snapshot import Workload
from drconsole.wording.ages import exact
from drconsole.wording.by_hand import by_hand, operation_called
from drconsole.wording.names import visible

_HAND = "do it by hand"
# For each reason: why, and what clears it, where anything is to be cleared. Braces are facts of the block.
_SENTENCES: Mapping[Reason, tuple[str, str]] = MappingProxyType(
    {
        Reason.LATER: ("this version cannot do it yet", _HAND),
        Reason.MANAGED: ("{extension} manages this VM", "do it in that product"),
        Reason.RUN_UNDER_WAY: (
            "run {run} is under way on it",
            "wait for its end, or look on: R, or drconsole runs follow {run}",
        ),
        Reason.RUN_ASKS: (
            "run {run} is open on it and asks",
            "answer it: R, or drconsole runs show {run}",
        ),
        Reason.RUN_INTERRUPTED: (
            "run {run} is open on it and was interrupted",
            "look, then continue or abandon it: R, or drconsole runs show {run}",
        ),
        Reason.SPLIT_BRAIN: ("two copies run at once", "compare them and stop one first"),
        Reason.UNKNOWN_ROLE: (
            "nobody can tell what the copy at {site} is",
            "look at its evidence on both sides",
        ),
        Reason.NOT_FRESH: ("the {role} at {site} was not seen lately", "wait until {endpoint} answers"),
        Reason.NO_REPLICA: ("no replica of it is known", "see that the endpoint of its replica answers"),
        Reason.NO_ORIGINAL: ("no original of it is known", "see that the endpoint of its original answers"),
        Reason.NO_TEST: ("no test is running", ""),
        Reason.ORPHAN_TEST: (
            "the replica of the test copy at {site} is gone",
            "remove the test copy by hand on {endpoint}",
        ),
        Reason.TEST_EXISTS: ("a test copy exists{made}", "stop the test"),
        Reason.REPLICA_NOT_OFF: (
            "the replica at {site} is {power}, not off",
            "see who started it on {endpoint}",
        ),
        Reason.ORIGINAL_RUNS: (
            "the original at {site} runs",
            "do a planned failover, or shut it down and see it off",
        ),
        Reason.ORIGINAL_NOT_OFF: (
            "the original at {site} is {power}, which is not off",
            "see it off, or bring it back and do a planned failover",
        ),
        Reason.ORIGINAL_BETWEEN: (
            "the original at {site} is {power}",
            "start it or turn it off on {endpoint}",
        ),
        Reason.COPY_RUNS: (
            "the copy at {site}, which nothing protects, is {power}",
            "see which of them serves; to fail over, turn that one off on {endpoint} first",
        ),
        Reason.OLD_RUNS: ("the old original at {site} runs", "shut it down on {endpoint}"),
        Reason.OLD_NOT_OFF: (
            "the old original at {site} is {power}, which is not off",
            "turn it off on {endpoint}",
        ),
        Reason.FIRST_COPY: ("the first copy is not complete", "wait until it is"),
        Reason.RESYNCHRONIZING: ("it is being resynchronized", "wait until that is done"),
        Reason.PAUSED: ("replication is paused at {site}", "resume it"),
        Reason.NOT_REPLICATING: (
            "replication at {site} is in state {state}",
            "see why on {endpoint}",
        ),
        Reason.NEVER_SYNCED: ("nothing was ever replicated to {site}", "wait for the first synchronization"),
        Reason.FAILED_OVER: ("it is failed over to {site}", "finish that first: reverse or cancel it"),
        Reason.NOT_FAILED_OVER: ("nothing is failed over", ""),
        Reason.COMPLETED: ("the failover to {site} is completed: it cannot be taken back any more", ""),
        Reason.EXTENDED_LEG: (
            "an extended replica hangs on the copy at {site}",
            "continue the extended leg, or remove it",
        ),
        Reason.NOT_PAUSED: ("it is not paused", ""),
        Reason.NO_RESYNC_NEEDED: ("no resynchronization is due", ""),
        Reason.PROTECTED: ("it is protected already, or not by a single copy", "look at its copies"),
        Reason.UNPROTECTED: ("it is not replicated", "protect it first, on its host"),
        Reason.NO_LEFTOVER: ("nothing is left over", ""),
        Reason.LEFTOVER_RUNS: ("the leftover at {site} is not off", "see who uses it on {endpoint}"),
        Reason.UNPREPARED: (
            "the old original at {site} was not prepared by a planned failover; this version needs that",
            _HAND,
        ),
        Reason.NO_SUCH_CALL: ("the vendor has no such call; replication goes on by its own cycle", ""),
        Reason.RECOVERY_FINAL: (
            "a recovery is final on vSphere; a recovered copy that is not wanted is removed by hand",
            "",
        ),
        Reason.NEEDS_APPLIANCE: (
            "no replication appliance is known",
            "add the site's appliance to the config",
        ),
        Reason.NEEDS_BOTH_APPLIANCES: (
            "it needs a newer replication appliance on both sides",
            "do it in the vendor's console",
        ),
    }
)


def because(offer: Offer) -> str:
    """Why an operation is blocked, a clause; empty where it is allowed."""
    return _filled(offer, 0)


def to_clear(offer: Offer) -> str:
    """What would clear it, a clause; empty where it is allowed, or nothing is to be cleared."""
    return _filled(offer, 1)


def blocked(offer: Offer) -> str:
    """Why, and what clears it where anything is to be cleared: the words behind the name of an operation."""
    clear = to_clear(offer)
    return f"blocked: {because(offer)}" + (f"; to clear it: {clear}" if clear else "")


# A person can do these; this console does not, whatever the workload's state is.
BY_HAND = frozenset(
    {
        Reason.LATER,
        Reason.UNPREPARED,
        Reason.NEEDS_APPLIANCE,
        Reason.NEEDS_BOTH_APPLIANCES,
    }
)


def to_clear_of(offer: Offer, workload: Workload) -> str:
    """What would clear it; where only a person can do it, with how that is done by hand."""
    clear, known = to_clear(offer), operation_called(offer.operation.value)
    if offer.reason not in BY_HAND or known is None:
        return clear
    how = by_hand(known, workload)
    return f"{clear}: {how}" if clear == _HAND else f"{clear}; by hand: {how}"


def _filled(offer: Offer, which: int) -> str:
    if offer.reason is None:
        return ""
    facts = {name: visible(value) for name, value in offer.facts} | {"made": _made(offer)}
    return _SENTENCES[offer.reason][which].format_map(_Facts(facts))


def _made(offer: Offer) -> str:
    """Since when a test copy exists and who made it, where its record tells."""
    at, run, by = (offer.fact(name) for name in ("at", "run", "by"))
    told = [f"since {exact(datetime.fromisoformat(at))}"] if at else []
    told += [f"made by run {visible(run)} of {visible(by)}"] if run else []
    return f" {', '.join(told)}" if told else ""


class _Facts(dict[str, str]):
    """Facts of a block; what is not told reads as not known."""

    def __missing__(self, key: str) -> str:
        return "?"


_WHAT = {
    What.LETTER: "Press {expected} to go on",
    What.NAME: "Type the name of the workload, {expected}, to go on",
    What.IDENTIFIER: "Type the first letters of its identifier, {expected}, to go on",
    What.SITE: "Type the name of the side that loses its data, {expected}, to go on",
    What.NUMBER: "Type the number of workloads, {expected}, to go on",
}


def asked(confirmation: Confirmation) -> str:
    """What a person is asked on a screen; empty where nothing is."""
    if confirmation.strength is Strength.NOTHING:
        return ""
    return _WHAT[confirmation.what].format(expected=confirmation.expected)


def asked_of_command(operation: Operation, confirmation: Confirmation) -> str:
    """What a command must be given."""
    if confirmation.strength is Strength.NOTHING:
        return ""
    attest = " --attest-how TEXT --attest-at TIME --attest-by NAME" if confirmation.attest else ""
    return f"{operation} asks for --confirm {visible(confirmation.command)}{attest}"
