"""Plans from procedures, what must be given before they are ordered, and what outlives a login."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from drconsole.domain.bulk import readiness
from drconsole.domain.confirmation import Attestation, Confirmation, Strength, What
from drconsole.domain.plan import Check, Operation, Plan, Readiness
from drconsole.domain.step import Effect
from drconsole.errors import Refused
from drconsole.platforms.acting import Procedure
from drconsole.runs.ordering import Permission, changed_by, ordered, sound
from drconsole.runs.planner import merged, with_check, with_open_runs
from drconsole.runs.survival import survival
from tests.runs.plans import plan, step, subject

ASKED = Confirmation(Strength.NAME, What.NAME, "one", "one")
GIVEN = Permission("--allow-changes", "one")


def now() -> datetime:
    """Whatever it is: a plan counts for minutes only, and tests may begin late."""
    return datetime.now(UTC)


def procedure(key: str, priority: int = 3) -> Procedure:
    steps = (
        step("1", workload=key),
        step("2", workload=key, after=("1",)),
        step("3", workload=key, ask="?", doubts="1"),
    )
    back = (step("b1", workload=key), step("b2", workload=key))
    told = subject(key, point_of_no_return="2", priority=priority, reads=("nj", "ny"))
    return Procedure(told, steps, back)


def make(*procedures: Procedure, priorities: dict[str, int] | None = None) -> Plan:
    return merged(Operation.PLANNED_FAILOVER, "LAB", procedures, priorities=priorities)


def test_one_workloads_plan_is_its_procedure() -> None:
    made = make(procedure("hv:a"))
    assert [(s.id, s.after) for s in made.steps] == [("1", ()), ("2", ("1",)), ("3", ("2",))]
    assert [(s.id, s.after) for s in made.compensation] == [("b1", ()), ("b2", ("b1",))]
    assert made.subjects[0].point_of_no_return == "2"
    assert made.endpoints == {"host", "nj", "ny"}
    assert made.limits == {"host": 4}


def test_several_workloads_stand_in_the_order_of_their_priority() -> None:
    made = make(procedure("hv:a"), procedure("hv:b"), procedure("hv:c"), priorities={"hv:c": 1, "hv:a": 5})
    assert [s.key for s in made.subjects] == ["hv:c", "hv:b", "hv:a"]
    assert [s.id for s in made.steps] == [f"{n}.{m}" for n in (1, 2, 3) for m in (1, 2, 3)]
    assert made.steps[4].after == ("2.1",)
    assert [made.steps[n].doubts for n in (2, 5)] == ["1.1", "2.1"]
    assert [s.point_of_no_return for s in made.subjects] == ["1.2", "2.2", "3.2"]
    assert {s.workload for s in made.steps if s.id.startswith("1.")} == {"hv:c"}
    assert made.compensation[1].after == ("1.b1",)


def test_an_open_run_blocks_its_workload() -> None:
    made = with_open_runs(make(procedure("hv:a"), procedure("hv:b")), {"hv:b": "7f3c0a11"})
    assert readiness(made) is Readiness.BLOCKED
    assert [bool(s.checks) for s in made.subjects] == [False, True]
    assert "7f3c0a11" in made.subjects[1].checks[0].text


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (None, Readiness.READY),
        (Readiness.READY, Readiness.READY),
        (Readiness.WAIT, Readiness.READY),
        (Readiness.WARNING, Readiness.READY),
        (Readiness.UNKNOWN, Readiness.UNKNOWN),
        (Readiness.BLOCKED, Readiness.BLOCKED),
    ],
)
def test_the_worst_check_decides(check: Readiness | None, expected: Readiness) -> None:
    made = make(procedure("hv:a"), procedure("hv:b"))
    if check:
        made = with_check(made, Check(check, "text", "host"))
    assert readiness(made) is expected


def test_a_workload_without_steps_cannot_be_run() -> None:
    assert readiness(make(procedure("hv:a"), Procedure(subject("hv:b"), ()))) is Readiness.BLOCKED


def test_what_is_given_makes_an_order() -> None:
    order = ordered(plan([step("1")]), ASKED, GIVEN, "ada@here", now(), {})
    assert (order.by, order.confirmed, order.allowed_by) == ("ada@here", "one", "--allow-changes")
    sound(order, {})


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (replace(GIVEN, allowed_by=""), "read-only"),
        (replace(GIVEN, said=""), "name is asked"),
        (replace(GIVEN, said="One"), "name is asked"),
        (replace(GIVEN, said="y"), "name is asked"),
    ],
)
def test_what_is_not_given_is_refused(given: Permission, said: str) -> None:
    with pytest.raises(Refused, match=said):
        ordered(plan([step("1")]), ASKED, given, "ada@here", now(), {})


def test_a_letter_is_enough_on_a_screen_alone() -> None:
    asked = Confirmation(Strength.YES, What.LETTER, "y", "one")
    ordered(plan([step("1")]), asked, replace(GIVEN, said="y", on_screen=True), "ada", now(), {})
    with pytest.raises(Refused):
        ordered(plan([step("1")]), asked, replace(GIVEN, said="y"), "ada", now(), {})


def test_an_unknown_site_is_confirmed_by_nothing() -> None:
    asked = Confirmation(Strength.LOSING_SIDE, What.SITE, "", "one")
    assert not asked.accepts("")
    with pytest.raises(Refused):
        ordered(plan([step("1")]), asked, replace(GIVEN, said="", on_screen=False), "ada", now(), {})
    with pytest.raises(Refused):
        ordered(plan([step("1")]), asked, replace(GIVEN, said="any", on_screen=True), "ada", now(), {})


def test_a_silent_original_is_attested() -> None:
    asked = replace(ASKED, attest=("hv:one",))
    for attestation in (None, Attestation("", "", ""), Attestation("seen", "12:04", "")):
        with pytest.raises(Refused, match="attest"):
            ordered(plan([step("1")]), asked, replace(GIVEN, attestation=attestation), "ada", now(), {})
    whole = Attestation("power in the rack", "12:04", "ada")
    order = ordered(plan([step("1")]), asked, replace(GIVEN, attestation=whole), "ada", now(), {})
    assert order.attested == {"how": "power in the rack", "at": "12:04", "by": "ada"}


FROZEN = {"host": "frozen until Monday"}


def test_a_plan_of_the_lab_is_not_run_on_live_sites() -> None:
    """Their endpoints may have the same names."""
    order = ordered(plan([step("1")]), ASKED, GIVEN, "ada", now(), {})
    sound(order, {}, "LAB")
    with pytest.raises(Refused, match="planned in the environment 'LAB'"):
        sound(order, {}, "")


def test_the_other_end_that_a_step_changes_is_changed() -> None:
    """A reverse is called at one end, and it is the other one that loses its data."""
    made = plan([step("1", endpoint="there", also=("host",))])
    assert changed_by(made) == ("there", "host")
    with pytest.raises(Refused, match="frozen"):
        ordered(made, ASKED, GIVEN, "ada", now(), FROZEN)


@pytest.mark.parametrize("way_back", [False, True])
def test_nothing_is_changed_where_the_config_forbids_it(way_back: bool) -> None:
    looks = step("0", effect=Effect.LOOK, endpoint="other")
    made = plan([looks], compensation=(step("b1"),)) if way_back else plan([looks, step("1", after=("0",))])
    assert changed_by(made) == ("host",)
    order = ordered(made, ASKED, GIVEN, "ada", now(), {"other": "only looked at"})
    for refused in (
        lambda: ordered(made, ASKED, GIVEN, "ada", now(), FROZEN),
        lambda: sound(order, FROZEN),
    ):
        with pytest.raises(Refused, match="frozen"):
            refused()


@pytest.mark.parametrize("ago", [None, timedelta(minutes=16), timedelta(days=9), timedelta(hours=-1)])
def test_a_plan_that_somebody_saw_long_ago_is_refused(ago: timedelta | None) -> None:
    """A screen may stand open for hours; and a clock that was set back says nothing of how long."""
    old = plan([step("1")], made_at=None if ago is None else now() - ago)
    with pytest.raises(Refused, match="too old"):
        ordered(old, ASKED, GIVEN, "ada", now(), {})
    ordered(replace(old, made_at=now() - timedelta(minutes=14)), ASKED, GIVEN, "ada", now(), {})


@pytest.mark.parametrize("check", [Readiness.BLOCKED, Readiness.UNKNOWN])
def test_a_blocked_plan_is_refused_with_its_reason(check: Readiness) -> None:
    blocked = with_check(plan([step("1")]), Check(check, "the replica is on fire", "host", "Put it out."))
    with pytest.raises(Refused, match="on fire") as told:
        ordered(blocked, ASKED, GIVEN, "ada", now(), {})
    assert told.value.hint == "Put it out."


def test_the_engine_takes_no_order_that_went_round_the_front_door() -> None:
    order = ordered(plan([step("1")]), ASKED, GIVEN, "ada", now(), {})
    blocked = with_check(order.plan, Check(Readiness.BLOCKED, "no", "host"))
    for forged in (
        replace(order, allowed_by=""),
        replace(order, confirmed="y"),
        replace(order, asked="", confirmed=""),
        replace(order, plan=blocked),
    ):
        with pytest.raises(Refused):
            sound(forged, {})


def machine(kills: str, lingers: str = "no", scope: str = "") -> object:
    def ask(command: Sequence[str]) -> str:
        return {"busctl": f"b {kills}\n", "loginctl": f"{lingers}\n", "systemd-run": scope}[command[0]]

    return ask


SESSION = {"XDG_SESSION_ID": "3"}


@pytest.mark.parametrize(
    ("environment", "ask", "user", "prefix", "ends"),
    [
        ({}, machine("true"), 1000, False, False),
        (SESSION, machine("true"), 0, False, False),
        (SESSION, machine("false"), 1000, False, False),
        (SESSION, machine("true"), 1000, False, True),
        (SESSION, machine("true", "yes", ""), 1000, False, True),
        (SESSION, machine("true", "yes", "ok\n"), 1000, True, False),
    ],
)
def test_what_outlives_a_login(
    environment: dict[str, str], ask: object, user: int, prefix: bool, ends: bool
) -> None:
    assert callable(ask)
    lives = survival(environment, ask, user)
    assert (bool(lives.prefix), bool(lives.ended_by), bool(lives.clear)) == (prefix, ends, ends)
