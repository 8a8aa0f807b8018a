"""How long a passed test counts, and of which workloads one is missed at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from drconsole.domain.endpoint import Wishes
from drconsole.domain.proven import with_proven
from drconsole.domain.reading import Power, Sighting
from drconsole.domain.roles import AlarmCode, Severity
from drconsole.domain.snapshot import Snapshot, Workload, difference
from drconsole.wording.actions import next_action
from drconsole.wording.alarms import workload_alarm
from drconsole.wording.proven import proven_text
from tests.unit.domain.builders import NOW, codes, only, picture, reading, relation, vm, vs

KEY = "hv:v1"


def seen(*, days: int | None = 90, own: int | None = None, replica: bool = True) -> Snapshot:
    """A protected VM, or one without any protection, under a config that says so."""
    ends: list[tuple[str, Sighting]] = [("ny", vm("ny", Power.ON, relation("Primary")))]
    ends.append(("nj", vm("nj", Power.OFF, relation("Replica"))))
    if not replica:
        ends = [("ny", vm("ny", Power.ON))]
    found = picture(*(reading(name, one) for name, one in ends))
    wishes = {KEY: Wishes(proven_days=own)} if own is not None else {}
    return replace(found, estate=replace(found.estate, proven_days=days, wishes=wishes))


def proven(snapshot: Snapshot, ago: timedelta | None = None) -> Workload:
    passed: dict[str, datetime] = {} if ago is None else {KEY: NOW - ago}
    return only(with_proven(snapshot, passed))


@pytest.mark.parametrize(
    ("ago", "own", "missed"),
    [
        (timedelta(days=89, hours=23), None, False),
        (timedelta(days=90), None, True),
        (timedelta(days=400), None, True),
        (None, None, True),
        (timedelta(days=8), 7, True),
        (timedelta(days=100), 120, False),
    ],
)
def test_a_test_counts_for_so_many_days(ago: timedelta | None, own: int | None, missed: bool) -> None:
    workload = proven(seen(own=own), ago)

    assert ("not-proven" in codes(workload)) is missed
    assert workload.proven == (None if ago is None else NOW - ago)
    if missed:
        (alarm,) = (one for one in workload.alarms if one.code is AlarmCode.NOT_PROVEN)
        assert alarm.severity is Severity.WARNING
        assert next_action(workload) == "test it: run a test failover"


def test_without_a_word_in_the_config_no_test_is_missed() -> None:
    assert codes(proven(seen(days=None))) == set()
    assert "not-proven" in codes(proven(seen(days=None, own=1)))


def test_where_no_test_can_be_made_none_is_missed() -> None:
    vsphere = replace(picture(reading("vc-ny", vs("vc-ny", "u1"))), estate=seen().estate)

    assert codes(proven(seen(replica=False))) == set()
    assert "not-proven" not in codes(only(with_proven(vsphere, {})))


def test_a_passed_test_ends_the_alarm_and_is_a_change() -> None:
    missing = with_proven(seen(), {})
    passed = with_proven(missing, {KEY: NOW})

    assert (codes(only(missing)), codes(only(passed))) == ({"not-proven"}, set())
    assert difference(missing, passed).changed == {KEY}
    assert not difference(passed, with_proven(passed, {KEY: NOW}))


def test_words() -> None:
    never, old = proven(seen()), proven(seen(), timedelta(days=92))

    assert workload_alarm(never, never.alarms[0], NOW) == "files-02: not proven: no test of it was passed yet"
    told = workload_alarm(old, old.alarms[0], NOW)
    assert told == "files-02: not proven since 2d: no passed test within 90 days"
    assert proven_text(never, NOW, 90) == "by no test-failover of this console yet; a test counts for 90 days"
    assert proven_text(old, NOW, None).startswith("92 days ago, 2025-11-29 ")
