"""All alarms: none is cut, each is reached, says what to do next, and opens what it concerns."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from drconsole.domain.endpoint import Endpoint
from drconsole.domain.roles import Alarm, AlarmCode, Severity
from drconsole.domain.snapshot import EndpointStatus, Snapshot
from drconsole.tui.alarm_list import Entry, entries_of, entry_lines
from drconsole.tui.widgets.ink import plain
from drconsole.wording.actions import action_of
from tests.tui.driver import Driver, drive
from tests.tui.pictures import (
    KINDS,
    NEW_JERSEY,
    NEW_YORK,
    NOW,
    STEADY,
    estate,
    failed_over,
    picture,
    protected,
    split_brain,
)
from tests.tui.reachable import SIZES, assert_sound, everything, squeezed
from tests.tui.test_names import CONTROLS, HOSTILE

LONG = (
    "The host answered, but its certificate " + "was issued by nobody that is known here, " * 12 + "says it."
)
NOTHING_TO_DO = {
    AlarmCode.SYNCING,
    AlarmCode.SEVERAL_POINTS,
    AlarmCode.FILES_NOT_SEEN,
    AlarmCode.MANAGED_BY,
}


def troubled() -> Snapshot:
    """Alarms of workloads and endpoints, one of them longer than a small screen."""
    snapshot = picture([*STEADY, *split_brain("mail", 20)], silent=frozenset({"vc-ny"}))
    said = Alarm(AlarmCode.SILENT, Severity.CRITICAL, NOW - timedelta(minutes=4), (("error", LONG),))
    partial = Alarm(AlarmCode.PARTIAL, Severity.WARNING, None, (("limits", LONG * 4),))
    first, second, third = snapshot.endpoints
    endpoints = (first, replace(second, error=LONG, alarms=(said,)), replace(third, alarms=(partial,)))
    return replace(snapshot, endpoints=endpoints)


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_every_alarm_is_reached_whole_the_worst_first(
    size: tuple[int, int], theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if theme == "ansi":
        monkeypatch.setenv("NO_COLOR", "1")
    snapshot = troubled()
    entries = entries_of(snapshot)
    assert len(entries) > 8

    async def script(d: Driver) -> None:
        await d.press("a")
        assert_sound(d)
        text = ""
        for number, entry in enumerate(entries, 1):
            while f"alarm {number} of {len(entries)}" not in d.text():
                await d.press("down")
            word = "CRITICAL" if entry.alarm.severity is Severity.CRITICAL else "warning"
            assert word in d.cursor_line
            text = squeezed("\n".join(d.lines()[3:-2]))
            for line in entry_lines(entry, NOW, size[0] - 2)[:10]:
                assert squeezed(plain(line)) in text
            assert_sound(d)

    drive(script, snapshot, size=size, theme=theme)


def test_an_alarm_that_is_longer_than_the_screen_is_read_to_its_end() -> None:
    async def script(d: Driver) -> None:
        await d.press("a")
        seen = set()
        for _ in range(80):
            seen |= {line.strip() for line in d.lines()[3:-2]}
            await d.press("down")
        (entry,) = [e for e in entries_of(troubled()) if e.alarm.code is AlarmCode.PARTIAL]
        lines = [plain(line).strip() for line in entry_lines(entry, NOW, 78)]
        assert len(lines) > 20
        assert not [line for line in lines[1:] if line not in seen]

    drive(script, troubled())


def test_an_alarm_says_where_since_when_and_what_next() -> None:
    late, *_ = entries_of(picture(protected("files-02", 2, late_s=38 * 60)))
    lines = [plain(line) for line in entry_lines(late, NOW, 100)]
    assert lines[0].startswith("warning   files-02: late since ")
    assert lines[1].startswith(
        " " * 10 + "ORIGINAL at New York, gold-n1; REPLICA at New Jersey, goldr2-n1; since "
    )
    assert lines[2] == " " * 10 + "next: see why it is late"


def test_a_split_brain_says_who_runs_and_since_when_at_least() -> None:
    sides = [replace(one, uptime_s=600 * (n + 1)) for n, one in enumerate(split_brain("erp-db", 1))]
    first, *_ = entries_of(picture(sides))
    text = " ".join(plain(line).strip() for line in entry_lines(first, NOW, 100))
    assert (
        "FORMER ORIGINAL at New York, gold-n1; RECOVERED at New Jersey, goldr2-n1; since 11:49:57 UTC" in text
    )
    assert "at least" in text
    assert "next: compare the two copies" in text


def test_every_silent_node_of_a_cluster_is_told() -> None:
    snapshot = picture(())
    alarms = tuple(
        Alarm(AlarmCode.NODE_SILENT, Severity.WARNING, None, (("node", name), ("error", "No route.")))
        for name in ("HV1", "HV2")
    )
    status = replace(snapshot.endpoints[0], alarms=alarms)
    found = entries_of(replace(snapshot, endpoints=(status,)))
    assert [entry.alarm.fact("node") for entry in found] == ["HV1", "HV2"]


def test_an_alarm_of_both_ends_is_one_and_the_worse_counts() -> None:
    snapshot = picture(protected("web-01", 1))
    (workload,) = snapshot.workloads
    severities = (Severity.WARNING, Severity.CRITICAL)
    copies = tuple(
        replace(copy, alarms=(Alarm(AlarmCode.PAUSED, severity),))
        for copy, severity in zip(workload.copies, severities, strict=True)
    )
    (entry,) = entries_of(replace(snapshot, workloads=(replace(workload, copies=copies),)))
    assert entry.alarm.severity is Severity.CRITICAL
    assert [copy.place.site for copy in entry.copies] == [NEW_YORK, NEW_JERSEY]


def entries_with(*alarms: Alarm) -> list[Entry]:
    """What is told of one workload whose copies raise one alarm each."""
    snapshot = picture(protected("web-01", 1))
    (workload,) = snapshot.workloads
    copies = tuple(replace(copy, alarms=(a,)) for copy, a in zip(workload.copies, alarms, strict=True))
    return list(entries_of(replace(snapshot, workloads=(replace(workload, copies=copies),))))


def test_of_two_ends_what_is_true_now_counts_and_what_has_lasted_longer() -> None:
    def late(hours: int, *facts: tuple[str, str]) -> Alarm:
        since = NOW - timedelta(hours=hours)
        return Alarm(AlarmCode.RPO, Severity.WARNING, since, (("target", "900"), *facts))

    seen = ("seen_at", (NOW - timedelta(hours=9)).isoformat())
    for one, other in ((late(10, seen), late(5)), (late(5), late(10, seen)), (late(1), late(5))):
        (entry,) = entries_with(one, other)
        assert entry.text(NOW) == "web-01: late since 5h: no sync within 15m"
        assert len(entry.copies) == 2


def test_what_two_copies_say_in_other_words_is_told_of_both() -> None:
    said = [
        Alarm(AlarmCode.TEST_ON_PRODUCTION, Severity.CRITICAL, None, (("networks", name),))
        for name in ("prod-10", "prod-20")
    ]
    assert [entry.text(NOW).rpartition(" ")[2] for entry in entries_with(*said)] == ["prod-10", "prod-20"]


@pytest.mark.parametrize("code", sorted(AlarmCode))
def test_every_alarm_says_what_to_do_or_is_known_to_need_nothing(code: AlarmCode) -> None:
    assert bool(action_of(Alarm(code, Severity.WARNING))) is (code not in NOTHING_TO_DO)


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_enter_opens_what_it_concerns(size: tuple[int, int], theme: str) -> None:
    snapshot = troubled()
    split = {w.key for w in snapshot.workloads if any(a.code is AlarmCode.SPLIT_BRAIN for a in w.alarms)}

    async def script(d: Driver) -> None:
        await d.press("a")
        for number, entry in enumerate(entries_of(snapshot), 1):
            while f"alarm {number} of" not in d.text():
                await d.press("down")
            await d.press("enter")
            if isinstance(entry.subject, EndpointStatus):
                wanted = "endpoints"
                assert entry.subject.name in d.cursor_line
            else:
                wanted = "comparison" if entry.subject.key in split else "detail"
                assert entry.subject.name in d.lines()[3]
            assert d.screen == wanted
            await d.press("escape")
            assert d.screen == "alarms"

    drive(script, snapshot, size=size, theme=theme)


def test_without_alarms_it_says_so() -> None:
    async def script(d: Driver) -> None:
        await d.press("a")
        assert "no alarms" in d.table()
        await d.press("enter", "down", "G")
        assert d.screen == "alarms"
        await d.press("b")
        assert d.screen == "inventory"

    drive(script, picture(protected("web-01", 1)))


def test_the_cursor_stays_on_its_alarm_when_a_worse_one_comes() -> None:
    before = failed_over("crm-app", 3)

    async def script(d: Driver) -> None:
        await d.press("a")
        assert "crm-app" in d.cursor_line
        await d.show(picture([*before, *split_brain("erp-db", 1)], serial=2))
        assert "crm-app" in d.cursor_line
        await d.press("g")
        assert "erp-db" in d.cursor_line

    drive(script, picture(before))


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_hostile_names_are_shown_letter_by_letter(size: tuple[int, int], theme: str) -> None:
    for name, shown in HOSTILE.items():
        host = Endpoint(f"hv {name}".strip(), NEW_JERSEY, KINDS["hv"], "10.2.0.11")
        where = estate((estate().endpoints[0], host))
        snapshot = picture(split_brain(name, 1), where=where)
        alarm = Alarm(AlarmCode.NODE_SILENT, Severity.CRITICAL, None, (("node", name), ("error", name)))
        endpoints = tuple(replace(one, alarms=(alarm,)) for one in snapshot.endpoints)

        async def script(d: Driver, shown: str = shown) -> None:
            await d.press("a")
            text = await everything(d)
            assert squeezed(f"SPLIT-BRAIN {shown} runs") in text
            assert squeezed(f"node {shown} does not answer: {shown}") in text
            assert not CONTROLS.search("".join(d.lines()))
            assert all(strip.cell_length == size[0] for strip in d.strips())

        drive(script, replace(snapshot, endpoints=endpoints), size=size, theme=theme)
