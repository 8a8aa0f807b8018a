"""Looking closely from the screens: who is asked when the cursor rests, and what is shown when it came."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from drconsole.domain.deep import Adapter, Consistency, Deep, Inspection, Measured, Point, Statistics
from drconsole.domain.snapshot import Snapshot, inspected
from drconsole.tui import app
from tests.tui.driver import Driver, drive
from tests.tui.pictures import NEW_JERSEY, NOW, picture, protected
from tests.tui.test_quiet import Painted

SIZES = [((80, 24), "dark"), ((120, 40), "dark"), ((120, 40), "ansi")]
STATISTICS = Statistics("Simple", NOW, 48_000_000, 24_000_000, 96_000_000, 4, 19, 0, 141, 3, "None", None)


@pytest.fixture(autouse=True)
def _by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test says when the console looks whether the cursor rests."""
    monkeypatch.setattr(app, "REST_S", 3600.0)


def in_theme(monkeypatch: pytest.MonkeyPatch, theme: str) -> None:
    """The theme ``ansi`` is shown without colour."""
    if theme == "ansi":
        monkeypatch.setenv("NO_COLOR", "1")


def deep(vm: str, *, points: int = 12, ago_s: int = 5) -> Deep:
    """A deep read of a replica with hourly points."""
    when = NOW - timedelta(seconds=ago_s)
    found = tuple(Point(str(n), when - timedelta(hours=n), Consistency.CRASH) for n in range(points))
    lan = Adapter("1", "LAN", "prod-10", vlan=10, test_network="isolated")
    return Deep(vm, when, when, points=found, adapters=(lan,))


def looked(snapshot: Snapshot, name: str, site: str = NEW_JERSEY, **more: object) -> Snapshot:
    """The same picture, one copy of a workload looked at closely."""
    workload = next(w for w in snapshot.workloads if w.name == name)
    copy = next(c for c in workload.copies if c.place.site == site)
    values: dict[str, object] = {"deep": deep(copy.sighting.handle), **more}
    inspections = {copy.place: Inspection(**values)}  # type: ignore[arg-type]
    return inspected(snapshot, workload.key, inspections, snapshot.serial + 1)


def key(snapshot: Snapshot, name: str) -> str:
    return next(w.key for w in snapshot.workloads if w.name == name)


def rest(d: Driver) -> None:
    """Let the cursor rest where it is."""
    d.app.look()
    d.app.look()


TWO = picture([*protected("web-01", 1), *protected("web-02", 2), *protected("web-03", 3)])


def test_where_the_cursor_rests_is_looked_at_and_not_what_it_passes() -> None:
    async def script(d: Driver) -> None:
        rest(d)
        await d.press("down")
        d.app.look()
        await d.press("down")
        d.app.look()
        d.app.look()
        d.app.look()

    source = drive(script, TWO)
    assert source.looked == [key(TWO, "web-01"), key(TWO, "web-03")]


def test_a_page_is_looked_at_and_elsewhere_nothing_is() -> None:
    async def script(d: Driver) -> None:
        await d.press("down", "enter")
        rest(d)
        await d.press("e")
        rest(d)
        await d.press("b", "b")
        rest(d)

    source = drive(script, TWO)
    assert source.looked == [key(TWO, "web-02"), "", key(TWO, "web-02")]


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_the_page_shows_what_came_and_all_of_it(
    size: tuple[int, int], theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_theme(monkeypatch, theme)

    async def script(d: Driver) -> None:
        await d.press("enter")
        rest(d)
        assert "not read yet" in d.text()
        await d.show(looked(TWO, "web-01", measured=Measured(NOW, (STATISTICS,))))
        text = d.text()
        assert "not read yet" not in text
        assert "12, newest " in text
        assert "12 crash" in text
        assert "prod-10 (VLAN 10)" in text
        seen = [*d.lines()]
        while "more below" in d.text():
            await d.press("space")
            seen += d.lines()
        assert len({line for line in seen if "recovery point of" in line}) == 12
        whole = " ".join(" ".join(seen).split())
        assert "its test copy connects to isolated by itself" in whole
        assert "141 done, 3 missed" in whole

    drive(script, TWO, size=size, theme=theme)


@pytest.mark.parametrize("theme", ["dark", "ansi"])
def test_the_pane_shows_it_as_soon_as_it_comes(theme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    in_theme(monkeypatch, theme)

    async def script(d: Driver) -> None:
        rest(d)
        await d.show(looked(TWO, "web-01"))
        assert "12, newest " in d.text()

    drive(script, TWO, size=(120, 40), theme=theme)


def test_what_came_of_another_workload_paints_nothing() -> None:
    async def script(d: Driver) -> None:
        rest(d)
        painted = Painted(d)
        await d.show(looked(TWO, "web-02"))
        assert painted.lines == []

    drive(script, TWO, size=(120, 40))


def test_the_same_read_again_paints_nothing() -> None:
    first = looked(TWO, "web-01")

    async def script(d: Driver) -> None:
        rest(d)
        painted = Painted(d)
        again = first.workloads[0].copies[1].inspection
        assert again is not None
        assert again.deep is not None
        newer = replace(again.deep, taken_at=NOW + timedelta(seconds=60), clock=NOW + timedelta(seconds=60))
        await d.show(looked(first, "web-01", deep=newer))
        assert painted.lines == []

    drive(script, first, size=(120, 40))


def test_what_came_by_itself_is_there_when_the_cursor_comes_to_rest() -> None:
    async def script(d: Driver) -> None:
        rest(d)
        await d.show(looked(TWO, "web-02"))
        await d.press("down")
        rest(d)
        await d.pilot.pause()
        await d.pilot.pause()
        assert "12, newest " in d.text()

    drive(script, TWO, size=(120, 40))


def test_statistics_that_do_not_come_are_told_as_such() -> None:
    async def script(d: Driver) -> None:
        await d.press("enter")
        rest(d)
        await d.show(looked(TWO, "web-01", measuring=NOW - timedelta(minutes=3)))
        assert "not answered yet, asked" in d.text()

    drive(script, TWO, size=(120, 40))


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_what_is_old_carries_its_age(size: tuple[int, int]) -> None:
    old = looked(TWO, "web-01", deep=replace(deep("x"), taken_at=NOW - timedelta(minutes=14)))

    async def script(d: Driver) -> None:
        await d.press("enter")
        row = next(line for line in d.lines() if "read deep" in line)
        assert "14 min ago" in row
        await d.press("b")

    drive(script, old, size=size)
