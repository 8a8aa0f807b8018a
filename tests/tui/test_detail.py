"""The page of a workload: every copy is told, at every width, with as many copies as there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from rich.cells import cell_len

from drconsole.domain.deep import Adapter, Consistency, Deep, Inspection, Measured, Point, Statistics
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import CopyState, Workload
from drconsole.tui.detail import detail, full_detail
from drconsole.tui.widgets.ink import plain
from drconsole.wording.ages import exact
from drconsole.wording.names import visible
from tests.tui.driver import Driver, drive
from tests.tui.pictures import NEW_YORK, NOW, STEADY, picture, protected, relation, split_brain, vsphere


def _workload(copies: int) -> Workload:
    """A workload with so many copies, each at a place of its own."""
    found = picture(protected("数据库-" + "long-name-" * 12, 1)).workloads[0]
    more: list[CopyState] = []
    for number in range(copies):
        copy = found.copies[number % 2]
        more.append(replace(copy, place=replace(copy.place, where=f"host-{number}")))
    return replace(found, copies=tuple(more))


@pytest.mark.parametrize("copies", [1, 2, 3, 6])
@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_every_copy_is_told_and_every_line_fits(copies: int, width: int) -> None:
    workload = _workload(copies)
    lines = [plain(line) for line in full_detail(workload, NOW, width)]
    assert max(map(cell_len, lines)) <= width
    for number in range(copies):
        assert any(f"host-{number}" in line for line in lines)
    roles = [line for line in lines if "role" in line or "also:" in line]
    assert sum(line.count("ORIGINAL") + line.count("REPLICA") for line in roles) == copies


def test_last_known_facts_are_marked_with_their_age() -> None:
    snapshot = picture(protected("web-01", 1), silent=frozenset({"goldr2-n1"}))
    text = "\n".join(plain(line) for line in detail(snapshot.workloads[0], NOW, 120))
    assert "goldr2-n1, last 9 h ago" in text
    assert "as seen 9 h ago" in text
    assert "gold-n1, just now" in text


def test_the_page_says_when_a_test_was_passed_and_how_long_that_counts() -> None:
    workload = replace(_workload(2), proven=NOW - timedelta(days=92))
    lines = [plain(line) for line in full_detail(workload, NOW, 80, proven_days=90)]
    assert lines[1].startswith(" proven 92 days ago, ")
    assert lines[1].endswith("a test counts for 90 days")
    never = [plain(line) for line in full_detail(replace(workload, proven=None), NOW, 80)]
    assert never[1] == " proven by no test-failover of this console yet"


def test_late_says_by_how_much() -> None:
    snapshot = picture(protected("web-01", 1, late_s=38 * 60))
    text = "\n".join(plain(line) for line in detail(snapshot.workloads[0], NOW, 120))
    assert "38 min ago (target 15m) !" in text or "37 min ago (target 15m) !" in text


def test_alarms_of_both_ends_are_said_once_and_the_worst_first() -> None:
    snapshot = picture(split_brain("erp-db", 1))
    lines = [plain(line).strip() for line in detail(snapshot.workloads[0], NOW, 120)]
    alarms = lines[lines.index("", 3) + 1 :]
    assert alarms[0].startswith("SPLIT-BRAIN")
    assert len(alarms) == len(set(alarms))


def test_a_vsphere_machine_shows_what_its_configuration_says() -> None:
    snapshot = picture([vsphere("printsrv", 8, NEW_YORK)])
    text = "\n".join(plain(line) for line in full_detail(snapshot.workloads[0], NOW, 80))
    assert "vSphere" in text
    assert "configured" in text


HOSTILE = "prod\x1b[31m-" * 12 + "数据库"


def looked(workload: Workload, **more: object) -> Workload:
    """The workload, every copy of which was looked at nine hours ago."""
    then = NOW - timedelta(hours=9)
    lan = Adapter("1", HOSTILE, HOSTILE, vlan=7, test_network=HOSTILE, addresses=("fe80::1",) * 8)
    points = tuple(Point(str(n), then - timedelta(hours=n), Consistency.CRASH) for n in range(24))
    legs = (relation("Replica"), replace(relation("Replica"), relationship="Extended", replica=HOSTILE))
    counted = Statistics("Simple", then, 10**12, 10**9, 10**10, 4, 19, 9, 141, 3, HOSTILE, then, (HOSTILE,))
    deep = Deep("x", then, then, HOSTILE, HOSTILE, points, (lan, lan), legs)
    values: dict[str, object] = {"deep": deep, "measured": Measured(then, (counted,)), **more}
    seen = Inspection(**values)  # type: ignore[arg-type]
    sightings = (replace(c.sighting, relations=legs, auto_start=HOSTILE) for c in workload.copies)
    copies = (
        replace(c, inspection=seen, sighting=sighting)
        for c, sighting in zip(workload.copies, sightings, strict=True)
    )
    return replace(workload, copies=tuple(copies))


@pytest.mark.parametrize("copies", [1, 2, 3])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_what_a_deep_read_tells_fits_and_stands_there_whole(copies: int, width: int) -> None:
    lines = [plain(line) for line in full_detail(looked(_workload(copies)), NOW, width)]
    assert max(map(cell_len, lines)) <= width
    assert not any("\x1b" in line for line in lines)
    assert sum("recovery point of" in line for line in lines) == 24 * copies
    whole = "".join(line.strip() for line in lines)
    assert whole.count(visible(HOSTILE)) >= 6 * copies
    (row,) = [line for line in lines if line.startswith("   read deep")]
    assert row[18:].startswith("9 h ago on ")


def test_what_failed_and_what_has_not_come_are_told_apart() -> None:
    snapshot = picture(protected("web-01", 1))
    (workload,) = snapshot.workloads
    replica = next(c for c in workload.copies if c.role is Role.REPLICA)

    def points(inspection: Inspection | None, *, awaited: bool = True) -> str:
        copy = replace(replica, inspection=inspection)
        lines = full_detail(replace(workload, copies=(copy,)), NOW, 100, awaited=awaited)
        return "".join(plain(line) for line in lines if plain(line).strip().startswith("points"))

    assert "not read yet" in points(None)
    assert points(None, awaited=False) == ""
    assert "could not be read" in points(Inspection(failed="no"))
    assert "none" in points(Inspection(deep=Deep("x", NOW, NOW, relations=(relation("Replica"),))))


def test_the_pane_says_why_a_copy_is_late() -> None:
    (workload,) = picture(protected("web-01", 1, late_s=38 * 60)).workloads
    original = next(c for c in workload.copies if c.role is Role.ORIGINAL)
    since = NOW - timedelta(hours=12)
    counted = Statistics("Simple", since, 302_000_000, 25_000_000, 10**9, None, None, 0, 141, 3, "None", None)

    def pane(inspection: Inspection) -> str:
        copies = tuple(replace(c, inspection=inspection) if c is original else c for c in workload.copies)
        return "\n".join(plain(line) for line in detail(replace(workload, copies=copies), NOW, 120))

    measured = pane(Inspection(measured=Measured(NOW, (counted,))))
    assert "\n why late: 3 cycles missed in 12h, 302 MB to send, 25 MB a cycle" in measured
    assert "\n why late: statistics: not answered yet" in pane(Inspection(measuring=NOW))
    before = NOW - timedelta(hours=3)
    old = pane(Inspection(deep=Deep("x", NOW, NOW), measured=Measured(before, (counted,))))
    assert "\n why late, counted 3 h ago: 3 cycles missed in 9h" in old
    assert "why late" not in pane(Inspection())


def test_a_silent_copy_is_not_awaited() -> None:
    snapshot = picture(protected("web-01", 1), silent=frozenset({"goldr2-n1"}))
    text = "\n".join(plain(line) for line in full_detail(snapshot.workloads[0], NOW, 120))
    assert "not read yet" not in text


@pytest.mark.parametrize(("action", "words"), [("Start", "yes"), ("Nothing", "no"), ("", None)])
def test_whether_it_starts_by_itself_is_told_by_the_light_read(action: str, words: str | None) -> None:
    sightings = [replace(s, auto_start=action) for s in protected("web-01", 1)]
    lines = [plain(line) for line in full_detail(picture(sightings).workloads[0], NOW, 120)]
    row = [line.split()[2:] for line in lines if "starts itself" in line]
    assert row == ([[words, words]] if words else [])


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_long_name_stands_on_the_page_letter_by_letter(width: int) -> None:
    workload = _workload(2)
    lines = [plain(line).strip() for line in full_detail(workload, NOW, width)]
    assert workload.name in "".join(lines)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_what_is_wrong_and_what_is_due_stand_above_the_keys_of_the_page(
    size: tuple[int, int],
) -> None:
    async def script(d: Driver) -> None:
        await d.press("G", "g", "enter")
        assert d.screen == "detail"
        for key in ("g", "G"):
            await d.press(key)
            *_, what, due, _keys = d.lines()
            assert what == " sql-archive: replication is paused since 13m"
            assert due.startswith(" next: resume by hand; how: w, or plan resume")
            assert due.endswith("w why")

    drive(script, picture([one for one in STEADY if one.name == "sql-archive"]), size=size)


def test_the_page_of_a_split_brain_names_no_key_that_it_has_not() -> None:
    async def script(d: Driver) -> None:
        await d.press("enter", "e")
        assert d.screen == "detail"
        assert d.lines()[-2].startswith(" next: compare the two copies ")

    drive(script, picture(STEADY))


def test_times_in_the_evidence_read_as_everywhere_else() -> None:
    workload = picture(protected("web-01", 1)).workloads[0]
    lines = [plain(line) for line in full_detail(workload, NOW, 80)]
    told = {
        line.split("last sync")[1].strip()
        for line in lines[lines.index(" why these roles") :]
        if "last sync" in line
    }
    assert told == {exact(NOW - timedelta(seconds=120))}
