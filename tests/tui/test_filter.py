"""The live filter: it narrows as letters come, tells what it does not understand, and outlives refreshes."""

from __future__ import annotations

import pytest

from tests.tui.driver import Driver, drive
from tests.tui.pictures import STEADY, picture, protected


def names(d: Driver) -> set[str]:
    known = (
        "erp-db",
        "sql-archive",
        "crm-app",
        "files-02",
        "printsrv",
        "web-01",
        "web-02",
        "jumphost",
        "web-03",
    )
    rows = "\n".join(d.lines()[4:19])
    return {name for name in known if name in rows}


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("web", {"web-01", "web-02"}),
        ("!", {"erp-db", "crm-app", "files-02", "sql-archive"}),
        ("role:recovered", {"erp-db", "crm-app"}),
        ('role:recovered site:"new york"', set()),
        ("platform:vs", {"printsrv"}),
        ("health:critical !", {"erp-db", "sql-archive"}),
        ("role:unprotected", {"jumphost"}),
    ],
)
def test_it_narrows_while_one_types(typed: str, shown: set[str]) -> None:
    async def script(d: Driver) -> None:
        await d.press("slash", *typed)
        assert names(d) == shown
        await d.press("enter")
        assert names(d) == shown
        assert f"filter: {typed}" in d.text()
        await d.press("x")
        assert len(names(d)) == 7

    drive(script, picture())


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_what_is_not_understood_is_told_on_the_status_line(size: tuple[int, int]) -> None:
    async def script(d: Driver) -> None:
        await d.press("slash", *"role:orignal web")
        assert "no role orignal: original?" in d.lines()[-2]
        assert names(d) == {"web-01", "web-02"}
        await d.press("enter")
        assert "no role orignal: original?" in d.lines()[-2]

    drive(script, picture(), size=size)


def test_a_term_that_is_being_typed_is_no_mistake() -> None:
    async def typed(d: Driver) -> None:
        await d.press("slash")
        for letter in "role:original":
            await d.press("colon" if letter == ":" else letter)
            assert "no role" not in d.text()
            assert "no term" not in d.text()

    drive(typed, picture())


def test_it_outlives_a_refresh() -> None:
    async def script(d: Driver) -> None:
        await d.press("slash", *"web", "enter")
        await d.show(picture([*STEADY, *protected("web-03", 60), *protected("zz-late", 61)], serial=2))
        assert names(d) == {"web-01", "web-02", "web-03"}
        assert "3/9" in d.line("WORKLOAD")

    drive(script, picture())


def test_it_outlives_other_screens() -> None:
    async def script(d: Driver) -> None:
        await d.press("slash", *"web", "enter", "a", "b", "enter", "b")
        assert names(d) == {"web-01", "web-02"}

    drive(script, picture())


def test_a_picture_that_comes_while_one_types_takes_no_letter_away() -> None:
    async def script(d: Driver) -> None:
        await d.press("slash", *"we")
        await d.show(picture(STEADY[:-1], serial=2))
        await d.press(*"b-02")
        assert names(d) == {"web-02"}

    drive(script, picture())


def test_a_long_filter_leaves_the_rest_of_the_status_line_in_its_cells() -> None:
    async def script(d: Driver) -> None:
        await d.press("m", "slash", *("w" * 60), "enter")
        assert all(strip.cell_length == 60 for strip in d.strips())
        assert "nothing here passes the filter" in d.text()

    drive(script, picture(), size=(60, 20))
