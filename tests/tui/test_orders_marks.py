"""Orders and marks: shown where they apply, and both outlive refreshes and filters."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from drconsole.tui.marks import Marks
from drconsole.tui.sorting import Order, ordered
from drconsole.tui.views import Row, View, rows_of
from tests.tui.driver import Driver, drive
from tests.tui.pictures import NEW_JERSEY, NEW_YORK, STEADY, picture, protected, sighting

VIEW = View(NEW_YORK, NEW_JERSEY)
ALARMS = ["erp-db", "sql-archive", "crm-app", "files-02", "printsrv", "web-01", "web-02"]
NAMES = sorted(ALARMS)
RPO = ["crm-app", "files-02", "sql-archive", "web-01", "web-02", "erp-db", "printsrv"]
LEFT = ["sql-archive", "files-02", "printsrv", "web-01", "web-02", "erp-db", "crm-app"]
RIGHT = ["sql-archive", "files-02", "web-01", "web-02", "erp-db", "crm-app", "printsrv"]


def names(d: Driver) -> list[str]:
    rows = [line[2:].split() for line in d.lines()[4:16]]
    return [row[0] for row in rows if row and row[0] in ALARMS]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_the_key_goes_through_all_orders_and_the_head_shows_which(size: tuple[int, int]) -> None:
    async def script(d: Driver) -> None:
        for shown, sign in (
            (ALARMS, "!▾WORKLOAD"),
            (NAMES, " ▾WORKLOAD"),
            (RPO, "RPO ▾"),
            (LEFT, "NEW YORK ▾"),
            (RIGHT, "NEW JERSEY ▾"),
            (ALARMS, "!▾WORKLOAD"),
        ):
            assert names(d) == shown
            assert sign in d.line("WORKLOAD")
            assert d.line("WORKLOAD").count("▾") == 1
            await d.press("o")

    drive(script, picture(), size=size)


def test_an_order_outlives_refresh_filter_and_cursor_stays() -> None:
    async def script(d: Driver) -> None:
        await d.press("o", "G")
        assert "web-02" in d.cursor_line
        await d.press("slash", *"0", "enter")
        assert names(d) == ["files-02", "web-01", "web-02"]
        await d.show(picture([*protected("a-0", 90), *STEADY], serial=2))
        assert "a-0" in "\n".join(d.lines()[4:6])
        assert names(d) == ["files-02", "web-01", "web-02"]
        assert "web-02" in d.cursor_line
        assert "by name" in d.text()

    drive(script, picture())


@pytest.mark.parametrize("order", Order)
def test_lines_of_one_workload_stay_together_in_every_order(order: Order) -> None:
    second = sighting("files-02", 2, NEW_YORK)
    third = replace(second, place=replace(second.place, where="gold-n9"))
    rows: list[Row] = [row for w in picture([*STEADY, third]).workloads for row in rows_of(w, VIEW)]
    assert any(row.third for row in rows)
    keys = [rows[i].workload.key for i in ordered(rows, VIEW, order)]
    assert sorted(keys) == sorted(row.workload.key for row in rows)
    assert sum(one != other for one, other in pairwise(keys)) == len(set(keys)) - 1


@pytest.mark.parametrize("order", Order)
def test_equal_lines_stay_as_they_were(order: Order) -> None:
    twins = [s for number in range(40) for s in protected("same", number, late_s=120)]
    rows = [row for w in picture(twins).workloads for row in rows_of(w, VIEW)]
    assert list(ordered(rows, VIEW, order)) == list(range(40))


def test_marks_are_seen_counted_and_taken_away() -> None:
    async def script(d: Driver) -> None:
        await d.press("space", "down", "down", "space")
        assert d.line("erp-db").startswith(" *erp-db")
        assert d.cursor_line.startswith("▸*crm-app")
        assert "2 marked" in d.text()
        await d.press("space")
        assert "1 marked" in d.text()
        assert d.cursor_line.startswith("▸ crm-app")
        await d.press("m")
        assert "7 marked" in d.text()
        await d.press("m")
        assert "marked" not in d.text()

    drive(script, picture())


def test_marks_outlive_refresh_filter_and_order() -> None:
    async def script(d: Driver) -> None:
        await d.press("space", "slash", *"web", "enter", "m")
        assert "3 marked, 1 not shown" in d.text()
        await d.show(picture([*STEADY, *protected("web-03", 60)], serial=2))
        assert "3 marked, 1 not shown" in d.text()
        assert d.line("web-03").startswith("  web-03")
        await d.press("x", "o")
        assert "3 marked" in d.text()
        assert "not shown" not in d.text()
        assert all(d.line(name)[1] == "*" for name in ("erp-db", "web-01", "web-02"))

    drive(script, picture())


def test_marks_of_what_is_gone_are_dropped_and_told() -> None:
    async def script(d: Driver) -> None:
        await d.press("m")
        await d.show(picture([s for s in STEADY if not s.name.startswith("web")], serial=2))
        assert "web-01, web-02 are no longer seen: their marks are dropped" in d.text()
        assert "5 marked" in d.text()
        await d.press("down")
        assert "no longer seen" not in d.text()

    drive(script, picture())


def test_marks_dropped_behind_another_screen_are_told_on_return() -> None:
    async def script(d: Driver) -> None:
        await d.press("m", "a")
        await d.show(picture([s for s in STEADY if s.name != "web-01"], serial=2))
        await d.press("b")
        assert "web-01 is no longer seen: the mark is dropped" in d.text()

    drive(script, picture())


def test_what_is_silent_keeps_its_mark() -> None:
    async def script(d: Driver) -> None:
        await d.press("m")
        await d.show(picture(silent=frozenset({"gold-n1", "goldr2-n1"}), serial=2))
        assert "7 marked" in d.text()

    drive(script, picture())


def test_a_further_copy_marks_its_workload() -> None:
    marks, (workload, *_) = Marks(), picture().workloads
    marks.toggle_all([workload, workload])
    assert list(marks) == [workload.key]
    marks.toggle_all([workload, workload])
    assert not marks


def test_many_dropped_marks_are_told_in_few_words() -> None:
    marks, workloads = Marks(), picture().workloads
    marks.toggle_all(workloads)
    told = marks.keep(set())
    assert told.endswith(f"and {len(workloads) - 3} more are no longer seen: their marks are dropped")
    assert marks.keep(set()) == ""
