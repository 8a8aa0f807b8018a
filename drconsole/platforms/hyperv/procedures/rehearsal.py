"""Test failover of a replica on a network that is not production, and its end."""

from __future__ import annotations

from drconsole.domain.deep import Deep
from drconsole.domain.plan import Check, Operation, Readiness
from drconsole.domain.replication import relation_of
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import CopyState
from drconsole.platforms.acting import Case, Procedure
from drconsole.platforms.hyperv.actions.rehearsal import STOPPABLE, TESTABLE
from drconsole.platforms.hyperv.procedures import ledger, preflight
from drconsole.platforms.hyperv.procedures.base import (
    QUICK_S,
    REMOVE_S,
    START_S,
    Steps,
    blocked,
    clustered,
    deep_of,
    nothing,
    options_of,
    ready,
    subject,
    the_copy,
)

LATEST, NOWHERE = "latest", "none"
OPTIONS = {"point": (), "network": (), "heartbeat": ("wait", "skip")}


def test_failover(case: Case) -> Procedure:
    """A test copy of the replica: made, recorded, connected, read back, started, heard.

    Raises:
        UsageError: an option is unknown or its value cannot be.
    """
    options = options_of(case, OPTIONS)
    replica = the_copy(case, Role.REPLICA, mode="Replica") or the_copy(case, Role.REPLICA)
    if replica is None:
        return nothing(case, Operation.TEST_FAILOVER, "there is no replica to test", "Enable replication.")
    original = the_copy(case, Role.ORIGINAL)
    deep, who = deep_of(case, replica), replica.endpoint
    allowed = case.estate.test_networks(replica.place.site)
    network, found = _network(options["network"], allowed, deep, replica)
    point = options["point"].lower() or LATEST
    checks = [*preflight.answers(case, replica, "the replica"), preflight.is_off(replica, "the replica")]
    checks += [preflight.replicates(replica, "the replica", TESTABLE), *_no_test(replica), found]
    if deep:
        checks.append(preflight.told_point(deep, point, who))
        checks += preflight.self_connecting(deep, allowed, who)
        if network and network != NOWHERE:
            checks.append(preflight.has_network(deep, network, who))
    if original and (sent := deep_of(case, original)):
        checks += preflight.all_replicated(sent, original)
    steps = Steps(case)
    if network:
        _steps_of_test(steps, replica, point, network, allowed, options["heartbeat"] == "wait")
    told = subject(
        case,
        original,
        replica,
        tuple(checks),
        costs=("Nothing is lost and nothing stops: the original runs on, replication goes on.",),
        after=("The test copy runs until stop-test removes it; meanwhile no failover is possible.",),
    )
    return Procedure(told, tuple(steps.made))


def _steps_of_test(
    steps: Steps, replica: CopyState, point: str, network: str, allowed: frozenset[str], wait: bool
) -> None:
    case = steps.case
    own = {"test": True, "run": case.run}
    nets = {"networks": {"every": {"switch": "" if network == NOWHERE else network, "vlan": None}}}
    where = "no network" if network == NOWHERE else network
    chosen = None if point == LATEST else point
    made = steps.add(
        "start-test",
        replica,
        "make the test copy",
        REMOVE_S,
        {"point": chosen, "allowed": sorted(allowed)},
    )
    sentence = f"Test copy of {case.workload.name} made by run {case.run}; stop-test removes it."
    steps.record(replica, Role.TEST_COPY, replica.place.site, sentence, test=True)
    steps.add(
        "connect-adapters", replica, f"connect it to {where}, read every adapter", QUICK_S, {**own, **nets}
    )
    # The host tells the point in its answer alone (rules, section 7).
    ask = f"The answer was lost: nobody can tell whether it is of the point {chosen}. Start it all the same?"
    steps.add(
        "start",
        replica,
        "start the test copy",
        START_S,
        {**own, **nets, "recorded": True},
        ask=ask if chosen else "",
        doubts=made if chosen else "",
    )
    if wait:
        steps.add("await-heartbeat", replica, "wait for its heartbeat", START_S, own)
        if network != NOWHERE:
            steps.addresses(replica, own)


def _network(
    wanted: str, allowed: frozenset[str], deep: Deep | None, replica: CopyState
) -> tuple[str, Check]:
    """The network for the test copy: the one asked for, the one its adapters name, or the site's only one."""
    site, who = replica.place.site, replica.endpoint
    if wanted == NOWHERE:
        return NOWHERE, ready("the test copy is connected to no network", who)
    if wanted:
        if wanted in allowed:
            return wanted, ready(f"{wanted} is a test network of {site}", "config")
        clear = f"Choose one of: {', '.join(sorted(allowed)) or 'none is listed'}; or network=none."
        return "", blocked(f"{wanted} is no test network of {site}", clear, "config")
    named = {a.test_network for a in deep.adapters if a.test_network} if deep else set()
    for known in (named & allowed, set(allowed)):
        if len(known) == 1:
            (one,) = known
            return one, ready(f"{one} is the test network of {site}", "config")
    if not allowed:
        clear = "List networks under test_networks of the site, or use network=none."
        return "", blocked(f"{site} has no test network", clear, "config")
    clear = f"Choose with the option network: {', '.join(sorted(allowed))}, or none."
    return "", blocked(f"{site} has several test networks", clear, "config")


def _no_test(replica: CopyState) -> tuple[Check, ...]:
    relation = relation_of(replica.sighting)
    if relation and relation.test_vm:
        return (blocked("a test copy exists already", "Stop the test first.", replica.endpoint),)
    return ()


def stop_test(case: Case) -> Procedure:
    """Remove the test copy, and prove that it, its disks and its cluster role are gone.

    Raises:
        UsageError: an option is given; there is none.
    """
    options_of(case, {})
    tested = [c for c in case.workload.copies if any(r.test_vm for r in c.sighting.relations)]
    if len(tested) != 1:
        reason = "several replicas have one" if tested else "no replica has a test copy"
        clear = "Nothing is to be stopped." if not tested else "Stop one of them on its host."
        return nothing(case, Operation.STOP_TEST, reason, clear)
    replica = tested[0]
    steps = Steps(case)
    stop_step(steps, replica)
    checks = (*preflight.answers(case, replica, "the replica"), _may_stop(replica))
    checks += ledger.whose(case, replica)
    told = subject(
        case,
        the_copy(case, Role.ORIGINAL),
        replica,
        checks,
        costs=("What was done in the test copy is lost: it is turned off and removed with its disks.",),
        after=("The replica is as it was before the test, and can be failed over.",),
    )
    return Procedure(told, tuple(steps.made))


def stop_step(steps: Steps, replica: CopyState) -> str:
    """Add the step that stops the test that is seen now, and no other one."""
    params = ledger.meant(steps.case, replica)
    if clustered(steps.case.estate, replica):
        params["roles"] = True
    return steps.add("stop-test", replica, "stop the test, prove it is gone", REMOVE_S, params)


def _may_stop(replica: CopyState) -> Check:
    relation = relation_of(replica.sighting)
    state = relation.state if relation else "none"
    if state in STOPPABLE:
        return Check(Readiness.READY, f"the replica is {state}, not failed over", replica.endpoint)
    clear = "Look at the replica: in this state the same call would discard a failover."
    return blocked(f"the replica is in state {state}", clear, replica.endpoint)
