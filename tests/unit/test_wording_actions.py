"""What is recommended is offered now; else what comes first is said, or where one reads how it is done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drconsole.cli import wiring
from drconsole.domain.operations import offers_of
from drconsole.domain.plan import Operation
from drconsole.domain.reading import Power, Sighting
from drconsole.domain.record import Record, written
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import Workload
from drconsole.wording.actions import action_of, next_action
from drconsole.wording.ages import exact
from drconsole.wording.operations import because
from tests.unit.domain.builders import NOW, only, picture, reading, relation, vm
from tests.unit.domain.cases import CASES

WAITING, PREPARED = "FailedOverWaitingCompletion", "PreparedForFailover"
TEST = "77777777-7777-4777-8777-777777777777"
VM_ID = "5c1f0000-0000-4000-8000-0000000000e2"
ON, OFF = Power.ON, Power.OFF


def two(left: Sighting, right: Sighting, *silent: str) -> Workload:
    """One workload of these two copies."""
    return only(picture(reading("ny", left), reading("nj", right), silent=silent))


def moved(former: str, *silent: str, power: Power = OFF) -> Workload:
    """Failed over to New Jersey; the old original is in this state."""
    return two(
        vm("ny", power, relation("Primary", former)), vm("nj", ON, relation("Replica", WAITING)), *silent
    )


def paused() -> Workload:
    return two(vm("ny", ON, relation("Primary", "Suspended")), vm("nj", OFF, relation("Replica")))


def locked(*silent: str) -> Workload:
    return two(vm("ny", OFF, relation("Primary", PREPARED)), vm("nj", OFF, relation("Replica")), *silent)


@pytest.mark.parametrize(
    ("workload", "action"),
    [
        (moved(PREPARED), "reverse: nothing protects it"),
        (moved("Replicating"), "reverse by hand; how: w, or plan reverse"),
        (moved(PREPARED, "ny"), "see that the original is off"),
        (moved(PREPARED, power=Power.SAVED), "see that the original is off"),
        (paused(), "resume by hand; how: w, or plan resume"),
        (
            two(
                vm("ny", ON, relation("Primary", "WaitingForStartResynchronize")),
                vm("nj", OFF, relation("Replica")),
            ),
            "resync by hand; how: w, or plan resync",
        ),
        (locked(), "finish or cancel the failover"),
        (locked("nj"), "wait until nj answers, then planned failover"),
        (two(vm("ny", ON, relation("Primary")), vm("nj", OFF, relation("Replica"))), ""),
    ],
)
def test_only_what_is_offered_now_is_recommended(workload: Workload, action: str) -> None:
    assert next_action(workload) == action


def test_no_alarm_of_any_case_recommends_an_operation_that_is_blocked() -> None:
    words = {
        "reverse: nothing protects it": (Operation.REVERSE,),
        "resume replication": (Operation.RESUME,),
        "resynchronize": (Operation.RESYNC,),
        "stop the test when it is done": (Operation.STOP_TEST,),
        "stop the test: wrong network": (Operation.STOP_TEST,),
        "test it: run a test failover": (Operation.TEST_FAILOVER,),
        "finish or cancel the failover": (Operation.PLANNED_FAILOVER, Operation.CANCEL),
        "finish the failover": (Operation.PLANNED_FAILOVER,),
        "cancel the failover": (Operation.CANCEL,),
    }
    met = set()
    for case in CASES:
        for workload in picture(*case.readings, silent=case.silent).workloads:
            offered = {one.operation for one in offers_of(workload) if one.allowed}
            told = [next_action(workload), *(action_of(alarm, workload) for alarm in workload.all_alarms)]
            for text in told:
                assert offered.issuperset(words.get(text, ())), (case, text)
                met.add(text)
    assert met & words.keys()
    assert any("by hand" in text for text in met)


def by_id(state: str) -> Sighting:
    return vm("ny", ON, relation("Primary", state), ident=VM_ID)


@pytest.mark.parametrize(
    ("operation", "told"),
    [
        (
            Operation.RESUME,
            f"do it by hand: on the side that is paused: Resume-VMReplication -VM (Get-VM -Id {VM_ID})",
        ),
        (Operation.STOP_TEST, ""),
        (Operation.CANCEL, ""),
    ],
)
def test_a_plan_that_only_a_person_can_do_says_how(operation: Operation, told: str) -> None:
    """As the key for it does; and what is not there needs no clearing."""
    workload = two(by_id("Suspended"), vm("nj", OFF, relation("Replica"), ident=VM_ID))
    check = wiring.refusal(operation, workload)
    assert check is not None
    assert check.clear == told


def test_a_test_copy_in_the_way_says_since_when_and_by_whom() -> None:
    replica = vm("nj", OFF, relation("Replica", test_vm=TEST))
    copy = vm("nj", ON, relation("TestReplica"), ident=TEST, created=NOW)
    record = Record("hv:v1", Role.TEST_COPY, copy.place, "7f3c0a11", NOW, "operator@jump")

    def told(test: Sighting) -> str:
        found = only(
            picture(
                reading("ny", vm("ny", ON, relation("Primary"))),
                reading("nj", replica, test),
            )
        )
        (one,) = (o for o in offers_of(found) if o.operation is Operation.TEST_FAILOVER)
        return because(one)

    noted = replace(copy, notes=written("", record, "Made for a test."))
    assert told(noted) == f"a test copy exists since {exact(NOW)}, made by run 7f3c0a11 of operator@jump"
    assert told(copy) == f"a test copy exists since {exact(NOW)}"
    assert told(replace(copy, created=None)) == "a test copy exists"
