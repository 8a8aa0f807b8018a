"""The replication state machine, row by row (facts: hyperv, 3): what operations do, and when not."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drconsole.lab.hyperv.effects import EFFECTS, perform
from drconsole.lab.hyperv.enabling import enable
from drconsole.lab.hyperv.machines import Broker, Cluster, Host, Leg, Machine
from drconsole.lab.hyperv.replication import settle
from drconsole.lab.hyperv.transitions import RULES, Operation, Refused

from .hyperv_world import DB, NJ, NY, POINT, START, WEB, hosts

NOW = START + timedelta(minutes=10)
Change = Callable[[Machine, Machine], None]


class World:
    """``web`` at both ends; ``web`` is the original, ``copy`` its replica."""

    def __init__(self, *changes: Change) -> None:
        self.hosts = {host.name: host for host in hosts()}
        for change in changes:
            change(self.web, self.copy)

    @property
    def web(self) -> Machine:
        """The machine in New York."""
        return self.hosts["NYHV01"].machines[WEB]

    @property
    def copy(self) -> Machine:
        """The machine in New Jersey."""
        return self.hosts["NJHV01"].machines[WEB]

    def do(self, where: str, *operations: Operation) -> Machine:
        """Do operations on one of the two; what the last one gave."""
        for operation in operations:
            machine = self.web if where == "web" else self.copy
            given = perform(self.hosts, machine, operation, NOW)
        return given

    @property
    def said(self) -> tuple[str, str]:
        """Mode and state of both."""
        return tuple(f"{one.mode} {one.state}" for one in (self.web, self.copy))  # type: ignore[return-value]


def states(web: str, copy: str) -> Change:
    """Put both ends into these states."""

    def change(one: Machine, other: Machine) -> None:
        one.legs[0].state, other.legs[0].state = web, copy

    return change


def off(web: Machine, copy: Machine) -> None:
    """Switch the original off."""
    web.power, web.since = "Off", None


def never(web: Machine, copy: Machine) -> None:
    """Nothing was ever sent."""
    web.legs[0].last_sync = copy.legs[0].last_sync = None


def stalled(web: Machine, copy: Machine) -> None:
    """Both ends say that they replicate, and nothing arrives."""
    web.legs[0].stalled = True


def alone(web: Machine, copy: Machine) -> None:
    """The replica takes no part any more."""
    copy.legs.clear()


def recovered(web: Machine, copy: Machine) -> None:
    """The replica was failed over and runs, its original is off and in error."""
    off(web, copy)
    states("Error", "FailedOver")(web, copy)
    copy.power = "Running"


FIRST = states("ReadyForInitialReplication", "WaitingForInitialReplication")
COPYING = states("InitialReplicationInProgress", "WaitingForInitialReplication")
FLOWS = "Primary Replicating", "Replica Replicating"
Do = Operation


@pytest.mark.parametrize(
    ("changes", "where", "operations", "said"),
    [
        (
            [FIRST, never],
            "web",
            [Do.START_FIRST_COPY],
            ("Primary InitialReplicationInProgress", "Replica WaitingForInitialReplication"),
        ),
        ([COPYING, never], "web", [Do.FINISH_COPY], FLOWS),
        (
            [COPYING, never],
            "web",
            [Do.STOP_FIRST_COPY],
            ("Primary ReadyForInitialReplication", "Replica WaitingForInitialReplication"),
        ),
        ([FIRST, never], "copy", [Do.IMPORT_FIRST_COPY], FLOWS),
        ([], "web", [Do.SUSPEND], ("Primary Suspended", "Replica Replicating")),
        ([], "copy", [Do.SUSPEND], ("Primary Replicating", "Replica Suspended")),
        ([], "copy", [Do.SUSPEND, Do.RESUME], FLOWS),
        (
            [COPYING, never],
            "web",
            [Do.SUSPEND, Do.RESUME],
            ("Primary InitialReplicationInProgress", "Replica WaitingForInitialReplication"),
        ),
        ([states("Error", "Replicating")], "web", [Do.RESUME], FLOWS),
        ([], "web", [Do.SUSPEND, Do.RESYNCHRONIZE], ("Primary Resynchronizing", "Replica Resynchronizing")),
        (
            [states("WaitingForStartResynchronize", "Replicating")],
            "web",
            [Do.RESYNCHRONIZE, Do.FINISH_COPY],
            FLOWS,
        ),
        (
            [states("Resynchronizing", "Resynchronizing")],
            "web",
            [Do.SUSPEND],
            ("Primary ResynchronizeSuspended", "Replica Resynchronizing"),
        ),
        (
            [states("Resynchronizing", "Resynchronizing")],
            "web",
            [Do.STOP_RESYNCHRONIZE],
            ("Primary WaitingForStartResynchronize", "Replica Replicating"),
        ),
        ([off], "web", [Do.PREPARE], ("Primary PreparedForFailover", "Replica Replicating")),
        ([off], "web", [Do.PREPARE, Do.CANCEL], FLOWS),
        ([], "copy", [Do.FAIL_OVER], ("Primary Replicating", "Replica FailedOverWaitingCompletion")),
        (
            [states("Resynchronizing", "Resynchronizing")],
            "copy",
            [Do.FAIL_OVER],
            ("Primary Resynchronizing", "Replica FailedOverWaitingCompletion"),
        ),
        ([], "copy", [Do.FAIL_OVER, Do.CANCEL], FLOWS),
        ([], "copy", [Do.FAIL_OVER, Do.COMPLETE], ("Primary Replicating", "Replica FailedOver")),
        (
            [states("Resynchronizing", "FailedOver")],
            "web",
            [Do.STOP_RESYNCHRONIZE],
            ("Primary WaitingForStartResynchronize", "Replica FailedOver"),
        ),
        (
            [recovered],
            "web",
            [Do.BECOME_REPLICA],
            ("Replica WaitingForInitialReplication", "Replica FailedOver"),
        ),
        ([], "web", [Do.REMOVE], ("None Disabled", "Replica Replicating")),
        ([], "copy", [Do.REMOVE], ("Primary Replicating", "None Disabled")),
    ],
)
def test_what_an_operation_does(
    changes: list[Change], where: str, operations: list[Operation], said: tuple[str, str]
) -> None:
    world = World(*changes)
    world.do(where, *operations)
    assert world.said == said


@pytest.mark.parametrize(
    ("changes", "where", "operation", "error_id"),
    [
        ([], "web", Do.START_FIRST_COPY, "InvalidState"),
        ([FIRST], "copy", Do.START_FIRST_COPY, "InvalidOperation"),
        ([], "web", Do.STOP_FIRST_COPY, "InvalidState"),
        ([FIRST], "web", Do.IMPORT_FIRST_COPY, "InvalidOperation"),
        ([], "copy", Do.IMPORT_FIRST_COPY, "InvalidState"),
        ([], "web", Do.FINISH_COPY, "InvalidState"),
        ([states("Suspended", "Suspended")], "web", Do.SUSPEND, "InvalidState"),
        ([], "web", Do.RESUME, "InvalidState"),
        ([], "web", Do.RESYNCHRONIZE, "InvalidState"),
        ([states("Suspended", "Suspended")], "copy", Do.RESYNCHRONIZE, "InvalidOperation"),
        ([], "web", Do.STOP_RESYNCHRONIZE, "InvalidState"),
        ([], "web", Do.TEST, "InvalidOperation"),
        ([never, states("Error", "Replicating")], "copy", Do.TEST, "InvalidState"),
        ([states("Resynchronizing", "Resynchronizing")], "copy", Do.TEST, "InvalidState"),
        ([], "web", Do.PREPARE, "InvalidState"),
        ([off, states("Suspended", "Replicating")], "web", Do.PREPARE, "InvalidState"),
        ([off, states("Replicating", "Suspended")], "web", Do.PREPARE, "OperationFailed"),
        ([off, stalled], "web", Do.PREPARE, "OperationFailed"),
        ([off, alone], "web", Do.PREPARE, "OperationFailed"),
        ([FIRST, alone], "web", Do.START_FIRST_COPY, "OperationFailed"),
        (
            [states("ReadyForInitialReplication", "Replicating")],
            "web",
            Do.START_FIRST_COPY,
            "OperationFailed",
        ),
        ([states("Error", "FailedOver")], "web", Do.RESYNCHRONIZE, "OperationFailed"),
        ([states("Resynchronizing", "FailedOver")], "web", Do.FINISH_COPY, "OperationFailed"),
        ([off], "copy", Do.PREPARE, "InvalidOperation"),
        ([], "web", Do.FAIL_OVER, "InvalidOperation"),
        ([never, states("Error", "Replicating")], "copy", Do.FAIL_OVER, "InvalidState"),
        ([states("Error", "Error")], "copy", Do.FAIL_OVER, "InvalidState"),
        ([lambda web, copy: setattr(copy, "power", "Running")], "copy", Do.FAIL_OVER, "InvalidState"),
        ([], "copy", Do.COMPLETE, "InvalidState"),
        ([recovered], "copy", Do.COMPLETE, "InvalidState"),
        ([recovered], "copy", Do.CANCEL, "InvalidState"),
        ([], "web", Do.CANCEL, "InvalidState"),
        ([], "copy", Do.REVERSE, "InvalidState"),
        ([off], "web", Do.REVERSE, "InvalidOperation"),
        ([recovered], "copy", Do.REVERSE, "OperationFailed"),
        ([], "web", Do.BECOME_REPLICA, "InvalidState"),
        ([recovered], "copy", Do.CONTINUE, "InvalidOperation"),
        ([], "copy", Do.START, "OperationFailed"),
        ([off, states("PreparedForFailover", "Replicating")], "web", Do.START, "OperationFailed"),
    ],
)
def test_what_is_refused_changes_nothing(
    changes: list[Change], where: str, operation: Operation, error_id: str
) -> None:
    world, untouched = World(*changes), World(*changes)
    with pytest.raises(Refused) as refused:
        world.do(where, operation)
    assert refused.value.error_id == error_id
    assert world.said == untouched.said
    assert (world.web.power, world.copy.power) == (untouched.web.power, untouched.copy.power)


def test_every_operation_has_a_rule_and_an_effect() -> None:
    assert set(RULES) == set(EFFECTS) == set(Operation)


@pytest.mark.parametrize("operation", [o for o, rule in RULES.items() if rule.modes])
def test_a_machine_without_replication_is_refused_by_its_mode(operation: Operation) -> None:
    world = World()
    with pytest.raises(Refused) as refused:
        perform(world.hosts, world.hosts["NYHV01"].machines[DB], operation, NOW)
    assert (refused.value.error_id, refused.value.category) == ("InvalidOperation", "InvalidOperation")


def test_a_whole_planned_failover_and_the_way_back() -> None:
    world = World()
    world.do("web", Do.STOP, Do.PREPARE)
    world.do("copy", Do.FAIL_OVER, Do.REVERSE, Do.START)
    assert world.said == ("Replica Replicating", "Primary Replicating")
    assert (world.web.power, world.copy.power) == ("Off", "Running")
    (sent,), (received,) = world.copy.legs, world.web.legs
    assert (
        (sent.primary, sent.replica, sent.receiver)
        == (NJ, NY, NY)
        == (received.primary, received.replica, received.receiver)
    )
    assert world.copy.points == []
    world.do("copy", Do.STOP, Do.PREPARE)
    world.do("web", Do.FAIL_OVER, Do.REVERSE, Do.START)
    assert world.said == FLOWS


def test_a_whole_unplanned_failover_and_the_way_back() -> None:
    world = World()
    world.hosts["NYHV01"].state = "Down"
    world.do("copy", Do.FAIL_OVER, Do.START, Do.COMPLETE)
    assert world.copy.points == []
    with pytest.raises(Refused, match="cannot be reached"):
        world.do("copy", Do.REVERSE)
    world.hosts["NYHV01"].state = "Up"
    world.web.legs[0].state = "Error"
    world.do("web", Do.STOP, Do.BECOME_REPLICA)
    world.do("copy", Do.REVERSE)
    assert world.said == ("Replica WaitingForInitialReplication", "Primary ReadyForInitialReplication")
    world.do("copy", Do.START_FIRST_COPY, Do.FINISH_COPY)
    assert world.said == ("Replica Replicating", "Primary Replicating")


def test_the_last_changes_are_sent_before_a_planned_failover() -> None:
    world = World(off)
    world.do("web", Do.PREPARE)
    assert world.web.legs[0].last_sync == world.copy.legs[0].last_sync == NOW
    world.hosts["NJHV01"].state = "Down"
    for cut in ("NJHV01", "NYHV01"):
        silent = World(off)
        silent.hosts[cut].state = "Down"
        with pytest.raises(Refused, match="cannot be reached"):
            silent.do("web", Do.PREPARE)


@pytest.mark.parametrize("operation", [Do.TEST, Do.FAIL_OVER])
@pytest.mark.parametrize(
    ("kind", "taken"),
    [
        ("Replica", True),
        ("AppConsistentReplica", True),
        ("SyncedReplica", True),
        ("Standard", False),
        ("Recovery", False),
    ],
)
def test_a_replica_is_failed_over_to_recovery_points_alone(
    operation: Operation, kind: str, taken: bool
) -> None:
    world = World()
    world.copy.points[0].kind = kind
    if taken:
        perform(world.hosts, world.copy, operation, NOW, POINT)
        return
    with pytest.raises(Refused, match="no recovery point"):
        perform(world.hosts, world.copy, operation, NOW, POINT)
    assert (world.copy.state, world.copy.test) == ("Replicating", None)


def test_cancelling_turns_the_recovered_copy_off_but_not_a_prepared_original() -> None:
    world = World()
    world.do("copy", Do.FAIL_OVER, Do.START, Do.CANCEL)
    assert (world.copy.power, world.copy.state) == ("Off", "Replicating")


def test_a_test_copy_is_off_and_unconnected_and_goes_first_when_cancelled() -> None:
    world = World()
    world.copy.adapters = [replace(world.web.adapters[0], test_switch="")]
    test = world.do("copy", Do.TEST)
    assert (test.name, test.power, test.mode, test.adapters[0].switch) == (
        "web - Test",
        "Off",
        "TestReplica",
        None,
    )
    assert (world.copy.test, world.copy.state) == (test.id, "Replicating")
    with pytest.raises(Refused, match="test copy already"):
        world.do("copy", Do.TEST)
    world.do("copy", Do.FAIL_OVER, Do.CANCEL)
    assert (world.copy.test, world.copy.state) == (None, "FailedOverWaitingCompletion")
    assert test.id not in world.hosts["NJHV01"].machines


def test_a_test_copy_is_connected_where_its_switch_is_preset() -> None:
    world = World()
    world.copy.adapters = [replace(world.web.adapters[0], test_switch="Isolated")]
    assert world.do("copy", Do.TEST).adapters[0].switch == "Isolated"


def test_a_point_that_is_gone_is_an_error_before_anything_happens() -> None:
    world = World()
    with pytest.raises(Refused) as refused:
        perform(world.hosts, world.copy, Do.FAIL_OVER, NOW, point=DB)
    assert (refused.value.error_id, world.copy.state) == ("ObjectNotFound", "Replicating")
    perform(world.hosts, world.copy, Do.FAIL_OVER, NOW, point=POINT)
    assert world.copy.state == "FailedOverWaitingCompletion"


def test_resynchronizing_deletes_the_recovery_points() -> None:
    world = World(states("Error", "Replicating"))
    assert world.copy.points
    world.do("web", Do.RESYNCHRONIZE)
    assert world.copy.points == []


def test_enabling_makes_a_replica_that_waits() -> None:
    world = World()
    db = world.hosts["NYHV01"].machines[DB]
    copy = enable(world.hosts, db, NJ, NOW)
    assert (db.mode, db.state) == ("Primary", "ReadyForInitialReplication")
    assert (copy.host, copy.power, copy.mode, copy.state) == (
        "NJHV01",
        "Off",
        "Replica",
        "WaitingForInitialReplication",
    )
    with pytest.raises(Refused, match="not applicable"):
        enable(world.hosts, db, NJ, NOW)
    with pytest.raises(Refused, match="cannot be reached"):
        enable(world.hosts, replace(db, legs=[]), "nobody.corp.example", NOW)


def test_a_broker_places_the_replica_on_its_node_while_it_is_online() -> None:
    world = World()
    cluster = Cluster(
        "GOLDR2", "goldr2.corp.example", ("NJCL01",), "NJCL01", Broker("R2B", "r2b.corp.example", "NJCL01")
    )
    world.hosts["NJCL01"] = Host("NJCL01", "njcl01.corp.example", cluster=cluster)
    db = world.hosts["NYHV01"].machines[DB]
    assert cluster.broker is not None
    cluster.broker.state = "Failed"
    with pytest.raises(Refused, match="not online"):
        enable(world.hosts, db, "r2b.corp.example", NOW)
    cluster.broker.state = "Online"
    assert enable(world.hosts, db, "r2b.corp.example", NOW).host == "NJCL01"
    assert (db.legs[0].replica, db.legs[0].receiver) == ("r2b.corp.example", "njcl01.corp.example")


def test_the_middle_one_goes_on_as_the_primary_of_the_third_site() -> None:
    world = World(recovered)
    third = replace(world.copy, host="CHHV01", power="Off", legs=[])
    third.legs.append(
        Leg(
            "ExtendedReplica",
            "Replicating",
            NJ,
            "chhv01.corp.example",
            "chhv01.corp.example",
            kind="Extended",
        )
    )
    world.hosts["CHHV01"] = Host("CHHV01", "chhv01.corp.example", machines={WEB: third})
    world.copy.legs.append(
        Leg("Replica", "Replicating", NJ, "chhv01.corp.example", "chhv01.corp.example", kind="Extended")
    )
    world.do("copy", Do.CONTINUE)
    assert [(leg.mode, leg.kind, leg.replica) for leg in world.copy.legs] == [
        ("Primary", "Simple", "chhv01.corp.example")
    ]
    assert (third.mode, third.legs[0].kind) == ("Replica", "Simple")


Step = st.tuples(st.sampled_from(["web", "copy"]), st.sampled_from(list(Operation)))


@given(st.lists(Step, max_size=12))
def test_after_any_operations_the_ends_are_what_they_can_be(steps: list[tuple[str, Operation]]) -> None:
    world = World()
    for where, operation in steps:
        settle(world.hosts, NOW)
        before = deepcopy(world.hosts)
        try:
            world.do(where, operation)
        except Refused:
            assert world.hosts == before, f"{operation} was refused and changed something"
    for machine in (world.web, world.copy):
        assert len(machine.legs) <= 1
        assert machine.power != "Running" or machine.state != "PreparedForFailover"
        assert machine.mode != "Replica" or machine.power == "Off" or machine.state.startswith("FailedOver")


def test_a_test_copy_that_is_gone_is_no_test_copy() -> None:
    world = World()
    test = world.do("copy", Do.TEST)
    del world.hosts["NJHV01"].machines[test.id]
    with pytest.raises(Refused) as refused:
        world.do("copy", Do.CANCEL)
    assert refused.value.error_id == "InvalidState"
    assert world.do("copy", Do.TEST).id in world.hosts["NJHV01"].machines
