"""An alarm is set aside until a date by a key, is shown last, and counts again by the same key."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from drconsole.domain.acknowledged import Acknowledgement
from drconsole.domain.roles import Alarm, AlarmCode, Severity
from drconsole.tui.alarm_list import summary_of
from drconsole.tui.keys.action import ACKNOWLEDGE, ALARMS
from tests.tui.desks import FakeDesk
from tests.tui.driver import Driver, drive
from tests.tui.operating import until
from tests.tui.pictures import NOW, STEADY, picture, protected
from tests.tui.reachable import SIZES, assert_sound

LATE = [*protected("files-01", 1, late_s=3000), *protected("files-02", 2, late_s=3000)]
KNOWN = [*protected("files-01", 1, late_s=3000)]


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_it_is_set_aside_and_counts_again(
    size: tuple[int, int], theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if theme == "ansi":
        monkeypatch.setenv("NO_COLOR", "1")
    desk = FakeDesk()

    async def script(d: Driver) -> None:
        await d.press("a")
        assert "files-01: late" in d.cursor_line
        assert " 2 alarms " in d.lines()[1]
        await d.press("K")
        assert d.screen == ACKNOWLEDGE
        assert "files-01: late" in d.text()
        assert "2026-03-09" in d.text()
        assert "esc/tab back" in d.lines()[-1]
        await d.press(*"disk", "space", *"ordered", "enter")
        await until(d, lambda: " 1 alarm " in d.lines()[1])
        assert d.screen == ALARMS
        assert_sound(d)
        assert "files-02: late" in d.lines()[1]
        assert "1 acknowledged, last" in d.text()
        assert "acknowledged until 2026-03-09 00:00:00 UTC by operator@jump: disk ordered" in " ".join(
            d.text().split()
        )
        assert d.text().index("files-01") > d.text().index("files-02", len(d.lines()[0]))
        assert "files-01: late" in d.cursor_line
        await d.press("K", "y")
        await until(d, lambda: " 2 alarms " in d.lines()[1])
        assert "acknowledged" not in d.table()

    drive(script, picture(LATE), size=size, theme=theme, desk=desk)
    assert desk.known == []


def test_nothing_is_kept_without_a_reason_or_a_date_and_what_is_wrong_is_said() -> None:
    desk = FakeDesk()

    async def script(d: Driver) -> None:
        await d.press("a", "K", "enter")
        assert "a date and a reason are wanted" in d.text()
        await d.press("home", *"x", "end", *"why", "enter")
        await until(d, lambda: "is no date" in d.text())
        assert d.screen == ACKNOWLEDGE
        await d.press("tab")
        assert d.screen == ALARMS

    drive(script, picture(LATE), desk=desk)
    assert desk.known == []


def test_a_time_behind_the_date_is_its_time_and_no_reason() -> None:
    desk = FakeDesk()

    async def script(d: Driver) -> None:
        await d.press("a", "K", *"18:30", "enter")
        assert "a date and a reason are wanted" in d.text()
        await d.press("space", *"disk", "enter")
        await until(d, lambda: " 1 alarm " in d.lines()[1])

    drive(script, picture(LATE), desk=desk)
    assert [(one.until.isoformat(), one.reason) for one in desk.known] == [
        ("2026-03-09T18:30:00+00:00", "disk")
    ]


def test_a_split_brain_is_never_set_aside() -> None:
    desk = FakeDesk()

    async def script(d: Driver) -> None:
        await d.press("a", "K")
        assert d.screen == ALARMS
        assert "split-brain is never set aside" in d.text()

    drive(script, picture(STEADY), desk=desk)
    assert desk.known == []


def test_what_was_set_aside_elsewhere_does_not_hide_what_is_new() -> None:
    desk = FakeDesk()
    snapshot = picture(LATE)
    key = snapshot.workloads[0].key
    desk.known.append(_known(key))

    async def script(d: Driver) -> None:
        await until(d, lambda: " 1 alarm " in d.lines()[1])
        assert "files-02: late" in d.lines()[1]

    drive(script, snapshot, desk=desk)


def test_where_all_is_known_it_says_so_in_a_calm_line() -> None:
    snapshot = picture(KNOWN)
    desk = FakeDesk()
    desk.known.append(_known(snapshot.workloads[0].key))

    async def script(d: Driver) -> None:
        await until(d, lambda: " 1 acknowledged " in d.lines()[1])
        assert "files-01: late" in d.lines()[1]

    drive(script, snapshot, desk=desk)


def test_it_ends_at_its_time_and_with_what_is_worse() -> None:
    snapshot = picture(KNOWN)
    one = _known(snapshot.workloads[0].key)
    assert summary_of(snapshot, [one], NOW).open == 0
    assert summary_of(snapshot, [one], one.until).open == 1
    milder = Acknowledgement(one.subject, one.code, Severity.INFO, one.by, one.at, one.until, one.reason)
    assert summary_of(snapshot, [milder], NOW).open == 1


def _known(key: str) -> Acknowledgement:
    """The late sync of a workload, known until tomorrow."""
    until = NOW + timedelta(days=1)
    return Acknowledgement(
        key, AlarmCode.RPO, Severity.WARNING, "operator@jump", NOW, until, "disk is ordered"
    )


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_however_much_an_alarm_says_the_field_is_seen(size: tuple[int, int], theme: str) -> None:
    told = "; ".join(f"not all VMs are seen: no rights on folder number {n}" for n in range(90))
    snapshot = picture(LATE)
    alarm = Alarm(AlarmCode.PARTIAL, Severity.CRITICAL, None, (("limits", told),))
    first, *others = snapshot.endpoints
    snapshot = replace(snapshot, endpoints=(replace(first, alarms=(alarm,)), *others))

    async def script(d: Driver) -> None:
        await d.press("a", "K")
        assert d.screen == ACKNOWLEDGE
        assert "no rights on folder number 0" in d.text()
        assert "a date, or a date and a time, then the reason" in " ".join(d.text().split())
        assert "2026-03-09" in d.text()
        await d.press("enter")
        assert "a date and a reason are wanted" in d.text()
        # Of two nodes that are silent, say, both are set aside by either.
        assert "workload or endpoint go with it." in " ".join(d.text().split())
        assert "Nothing else is changed." in d.text()
        assert "esc/tab back" in d.lines()[-1]

    drive(script, snapshot, size=size, theme=theme, desk=FakeDesk())
