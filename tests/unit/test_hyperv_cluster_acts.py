"""What acts on clusters rest on: the node of the last look, and a Replica Broker that takes what is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from drconsole.domain.deep import Adapter, Deep
from drconsole.domain.endpoint import EndpointKind, Estate
from drconsole.domain.plan import Operation, Readiness
from drconsole.domain.reading import Broker, Power
from drconsole.domain.snapshot import Workload
from drconsole.domain.step import Observation, Verdict
from drconsole.platforms.acting import Case, Procedure
from drconsole.platforms.hyperv.procedures import HyperVProcedures
from tests.unit.domain import builders
from tests.unit.domain.builders import only, picture, reading, relation, vm
from tests.unit.hyperv_looks import NOW, leg, look, machine, seen

PLANNED, REVERSE = Operation.PLANNED_FAILOVER, Operation.REVERSE
TEST_FAILOVER, CANCEL = Operation.TEST_FAILOVER, Operation.CANCEL
ONLINE = Broker("DR-BROKER", "Online")


def running(node: str, up_s: float, after_s: float) -> Observation:
    """A guest that was to be shut down on N1, and is seen running on a node."""
    on = look(machine("Running"), leg("Primary"))
    on.node = "N1"
    baseline = seen("shut-down", on).baseline
    later = look(machine("Running", uptime_s=up_s), leg("Primary"), at=NOW + timedelta(seconds=after_s))
    later.node = node
    return seen("shut-down", later, baseline)


def test_a_machine_on_another_node_is_not_told_as_one_that_was_restarted_here() -> None:
    moved, again = running("N2", 5, 60), running("N1", 5, 60)
    assert (moved.verdict, moved.reason) == (Verdict.CONFLICT, "it was on N1 and runs on N2 now")
    assert (again.verdict, again.reason) == (Verdict.CONFLICT, "somebody or something started it again")
    assert running("N2", 9999, 60).verdict is Verdict.READY
    # Within what a host's two clocks leave open.
    assert running("N2", 60.5, 60).reason == running("N2", 59.5, 60).reason == moved.reason
    assert running("N1", 59.5, 60).verdict is Verdict.READY


def clusters() -> Estate:
    """The estate of the builders with clusters in place of its hosts."""
    told = builders.estate()
    kinds = (replace(one, kind=EndpointKind.HYPERV_CLUSTER) for one in told.endpoints)
    return replace(told, endpoints=tuple(kinds))


def healthy() -> Workload:
    """An original that runs at ny, and its replica at nj."""
    return only(
        picture(
            reading("ny", vm("ny", Power.ON, relation("Primary"))),
            reading("nj", vm("nj", Power.OFF, relation("Replica", "Replicating"))),
        )
    )


def moved() -> Workload:
    """Failed over to nj."""
    return only(
        picture(
            reading("ny", vm("ny", Power.OFF, relation("Primary", "PreparedForFailover"))),
            reading("nj", vm("nj", Power.ON, relation("Replica", "FailedOverWaitingCompletion"))),
        )
    )


def planned(operation: Operation, told: Workload, brokers: Mapping[str, Broker], **options: str) -> Procedure:
    """The procedure where both ends are clusters."""
    deep = Deep("v1", NOW, NOW, adapters=(Adapter("A", "Network Adapter", "Production", "00155D000001"),))
    deep = replace(deep, switches=("Production", "isolated"))
    reads = {copy.place.id: deep for copy in told.copies}
    case = Case(told, clusters(), reads, options, "7f3c0a11", "operator@jump", brokers)
    return HyperVProcedures().procedure(operation, case)


def said(procedure: Procedure, readiness: Readiness) -> list[str]:
    """What the checks of one readiness say of brokers, and on which endpoint."""
    checks = (check for check in procedure.subject.checks if check.readiness is readiness)
    return [f"{check.source}: {check.text}" for check in checks if "Broker" in check.text]


@pytest.mark.parametrize(
    ("operation", "options", "receiving"),
    [
        (PLANNED, {}, {"nj"}),
        (PLANNED, {"reverse": "yes"}, {"nj", "ny"}),
        (REVERSE, {}, {"ny"}),
        (TEST_FAILOVER, {}, set()),
        (CANCEL, {}, set()),
    ],
)
def test_whose_broker_must_be_online(
    operation: Operation, options: dict[str, str], receiving: set[str]
) -> None:
    told = moved() if operation in (REVERSE, CANCEL) else healthy()
    down = {name: Broker("DR-BROKER", "Failed") for name in ("ny", "nj")}
    text = "the Replica Broker DR-BROKER is Failed: nothing could be sent to"
    blocked = said(planned(operation, told, down, **options), Readiness.BLOCKED)
    assert set(blocked) == {f"{name}: {text} {name}" for name in receiving}
    online = planned(operation, told, {"ny": ONLINE, "nj": ONLINE}, **options)
    assert said(online, Readiness.BLOCKED) == []
    # Whether it could come back is asked before it goes, too.
    asked = receiving | ({"ny"} if operation is PLANNED else set())
    ready = {f"{name}: the Replica Broker DR-BROKER is online" for name in asked}
    assert set(said(online, Readiness.READY)) == ready
    unknown = said(planned(operation, told, {}, **options), Readiness.UNKNOWN)
    assert len(unknown) == len(receiving)
