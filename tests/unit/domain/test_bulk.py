"""Plans of several workloads of which some cannot run: what stands on top, and going on without them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from drconsole.domain.bulk import can_leave_out, hindered_first, readiness, readiness_of, without_blocked
from drconsole.domain.confirmation import Planned, What, confirmation
from drconsole.domain.plan import Check, LeftOut, Plan, Readiness, Subject
from tests.runs.plans import plan, step, subject

ON_FIRE = Check(Readiness.BLOCKED, "the replica is on fire", "nj", "Put it out.")
UNREAD = Check(Readiness.UNKNOWN, "the original could not be read", "ny")
WAITS = Check(Readiness.WAIT, "a test exists", "nj", "It is stopped first.")
NAMES = ("a", "b", "c", "c")


def bulk(**checks: Check) -> Plan:
    """A plan of workloads, each with one check; ``none`` as a name has no steps."""
    subjects = [
        subject(f"hv:{name}", checks=(check,), reads=(f"host-of-{name}",)) for name, check in checks.items()
    ]
    steps = [
        step(f"{n}.1", workload=one.key, endpoint=f"host-of-{one.name}")
        for n, one in enumerate(subjects, 1)
        if one.name != "none"
    ]
    back = tuple(replace(one, id=f"{one.id}b") for one in steps)
    return plan(steps, subjects=tuple(subjects), compensation=back)


def planned(of: Plan) -> Planned:
    return Planned("7f3c0a11", of, confirmation(of, NAMES), NAMES)


def names(subjects: tuple[Subject, ...]) -> list[str]:
    return [one.name for one in subjects]


def test_blocked_ones_stand_on_top_and_the_others_keep_their_order() -> None:
    made = bulk(a=WAITS, b=UNREAD, c=ON_FIRE, d=WAITS, none=WAITS)
    assert names(hindered_first(made)) == ["c", "none", "b", "a", "d"]
    assert [readiness_of(one, made).value for one in made.subjects] == [
        *("ready", "unknown", "blocked", "ready", "blocked")
    ]


def test_those_that_can_go_on_without_those_that_cannot() -> None:
    made = planned(bulk(a=WAITS, b=ON_FIRE, c=UNREAD, d=WAITS))
    assert (made.asked.what, made.asked.command) == (What.NUMBER, "4")
    assert can_leave_out(made)

    smaller = without_blocked(made)

    assert smaller.run == made.run
    assert names(smaller.plan.subjects) == ["a", "d"]
    assert [one.id for one in smaller.plan.steps] == ["1.1", "4.1"]
    assert [one.id for one in smaller.plan.compensation] == ["1.1b", "4.1b"]
    assert smaller.plan.endpoints == {"host-of-a", "host-of-d"}, "nobody asks the hosts of the others"
    assert readiness(smaller.plan) is Readiness.READY
    assert smaller.plan.left_out == (
        LeftOut("hv:b", "b", "the replica is on fire", "Put it out."),
        LeftOut("hv:c", "c", "the original could not be read", ""),
    )
    assert (smaller.asked.what, smaller.asked.command, smaller.asked.expected) == (What.NUMBER, "2", "2")
    assert not can_leave_out(smaller)
    assert without_blocked(smaller) == smaller


@pytest.mark.parametrize(("name", "command"), [("a", "a"), ("c", "hv:c"[3:])])
def test_where_one_stays_it_is_confirmed_by_what_it_is_called(name: str, command: str) -> None:
    """A name that two workloads have names none: then the beginning of its identifier does."""
    smaller = without_blocked(planned(bulk(b=ON_FIRE, **{name: WAITS})))
    assert smaller.asked.command == command
    assert smaller.asked.what is What.LETTER
    assert smaller.asked == confirmation(smaller.plan, NAMES)


@pytest.mark.parametrize("made", [bulk(a=ON_FIRE, b=UNREAD), bulk(a=WAITS, b=WAITS), bulk(none=WAITS)])
def test_where_none_or_all_can_nothing_is_left_out(made: Plan) -> None:
    assert not can_leave_out(planned(made))
    assert without_blocked(planned(made)) == planned(made)


def test_what_concerns_the_whole_run_is_no_reason_to_leave_one_out() -> None:
    made = replace(bulk(a=WAITS, b=WAITS), checks=(ON_FIRE,))
    assert readiness(made) is Readiness.BLOCKED
    assert not can_leave_out(planned(made))
