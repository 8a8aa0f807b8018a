"""A run that has not ended is seen on the workloads that it holds, and nothing else is offered meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from drconsole.domain.open_run import OpenRun, RunStanding
from drconsole.domain.open_runs import with_open_runs
from drconsole.domain.operations import offers_of
from drconsole.domain.plan import Operation
from drconsole.domain.reading import Power
from drconsole.domain.reasons import Reason
from drconsole.domain.roles import AlarmCode, Severity
from drconsole.domain.snapshot import Snapshot, difference
from drconsole.wording.actions import action_of, next_action
from drconsole.wording.alarms import alarm_text
from drconsole.wording.operations import blocked
from tests.unit.domain.builders import NOW, codes, picture, reading, relation, vm

ASKED = "The guest did not shut down in 120 s."
RUN = OpenRun("7f3c0a11", Operation.PLANNED_FAILOVER, RunStanding.UNDER_WAY)
ASKS = replace(RUN, standing=RunStanding.ASKS, since=NOW - timedelta(minutes=4), step="2", asks=ASKED)
GONE = replace(RUN, standing=RunStanding.INTERRUPTED, since=NOW - timedelta(hours=9))


def two() -> Snapshot:
    """Two healthy workloads: a-first and b-second."""
    names = (("v1", "a-first"), ("v2", "b-second"))
    left = [vm("ny", Power.ON, relation("Primary"), ident=i, name=n) for i, n in names]
    right = [vm("nj", Power.OFF, relation("Replica"), ident=i, name=n) for i, n in names]
    return picture(reading("ny", *left), reading("nj", *right))


@pytest.mark.parametrize(
    ("run", "code", "severity", "text", "action"),
    [
        (
            GONE,
            AlarmCode.RUN_INTERRUPTED,
            Severity.CRITICAL,
            "run 7f3c0a11 planned failover INTERRUPTED since 9h: look, then continue or abandon it",
            "run 7f3c0a11 INTERRUPTED: R",
        ),
        (
            ASKS,
            AlarmCode.RUN_ASKS,
            Severity.WARNING,
            f"run 7f3c0a11 planned failover asks at step 2 since 4m: {ASKED}",
            "run 7f3c0a11 asks: R",
        ),
    ],
)
def test_a_run_that_needs_a_person_is_an_alarm_and_comes_first(
    run: OpenRun, code: AlarmCode, severity: Severity, text: str, action: str
) -> None:
    found = with_open_runs(two(), {"hv:v2": run})
    second, first = found.workloads
    assert (second.name, first.name) == ("b-second", "a-first")
    (alarm,) = second.alarms
    assert (alarm.code, alarm.severity, alarm_text(alarm, NOW)) == (code, severity, text)
    assert next_action(second) == action
    assert "drconsole runs show 7f3c0a11" in action_of(alarm, second)
    assert (first.run, first.alarms) == (None, ())


def test_a_run_under_way_is_no_alarm_and_still_what_comes_next() -> None:
    first, second = with_open_runs(two(), {"hv:v2": RUN}).workloads
    assert (second.name, second.run, second.alarms) == ("b-second", RUN, ())
    assert next_action(second) == "run 7f3c0a11 is under way: R"
    assert next_action(first) == ""


@pytest.mark.parametrize(
    ("run", "reason"),
    [(RUN, Reason.RUN_UNDER_WAY), (ASKS, Reason.RUN_ASKS), (GONE, Reason.RUN_INTERRUPTED)],
)
def test_an_open_run_forbids_every_operation_and_names_itself(run: OpenRun, reason: Reason) -> None:
    for held in with_open_runs(two(), {"hv:v1": run, "hv:v2": run}).workloads:
        told = offers_of(held)
        assert {one.reason for one in told} == {reason, Reason.NO_SUCH_CALL}
        assert all("7f3c0a11" in blocked(one) for one in told if one.reason is reason)


def test_two_copies_that_run_at_once_stay_above_everything() -> None:
    split = picture(
        reading("ny", vm("ny", Power.ON, relation("Primary", "Error"))),
        reading("nj", vm("nj", Power.ON, relation("Replica", "FailedOverWaitingCompletion"))),
    )
    (workload,) = with_open_runs(split, {"hv:v1": GONE}).workloads
    assert [alarm.code for alarm in workload.all_alarms][:2] == [
        AlarmCode.SPLIT_BRAIN,
        AlarmCode.RUN_INTERRUPTED,
    ]
    assert next_action(workload) == "compare the two copies"


def test_a_run_of_another_version_has_no_operation() -> None:
    (workload, _) = with_open_runs(two(), {"hv:v1": replace(GONE, operation=None)}).workloads
    assert alarm_text(workload.alarms[0]) == "run 7f3c0a11 INTERRUPTED: look, then continue or abandon it"


def test_what_has_ended_is_gone_and_what_changed_is_a_difference() -> None:
    calm = two()
    assert with_open_runs(calm, {}) is calm
    held = with_open_runs(calm, {"hv:v1": RUN})
    assert difference(calm, held).changed == {"hv:v1"}
    asked = with_open_runs(held, {"hv:v1": ASKS})
    assert difference(held, asked).changed == {"hv:v1"}
    ended = with_open_runs(asked, {})
    assert [(one.run, codes(one)) for one in ended.workloads] == [(None, set()), (None, set())]


def test_a_machine_that_nothing_protects_is_listed_while_a_run_holds_it() -> None:
    alone = picture(reading("ny", vm("ny", Power.ON)))
    assert [one.listed for one in alone.workloads] == [False]
    assert [one.listed for one in with_open_runs(alone, {"hv:v1": RUN}).workloads] == [True]
