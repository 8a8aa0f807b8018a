"""Every screen at 80x24, 120x40 and without colour: nothing overlaps or is lost, no alarm is cut."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from itertools import combinations

import pytest
from textual.widget import Widget

from drconsole.domain.roles import Alarm, AlarmCode, Severity
from drconsole.tui.foot import now_lines
from drconsole.tui.views import Row
from drconsole.tui.widgets.ink import plain
from drconsole.wording.alarms import alarm_text
from tests.tui.driver import Driver, drive
from tests.tui.pictures import NOW, picture

SIZES = [(80, 24), (120, 40)]
# How each screen is reached; those of the inventory itself with the keys that undo it.
WAYS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "inventory": ((), ()),
    "filter": (("slash", "w"), ("enter", "x")),
    "said": (("Y",), ("down", "up")),
    "runs": (("R",), ()),
    "options": (("G", "t"), ("b", "g")),
    "arming": (("exclamation_mark",), ()),
    "everything": (("A", "o", "m"), ("m", "A")),
    "comparison": (("o", "o", "o", "o", "g", "enter"), ()),
    "detail": (("G", "enter"), ()),
    "alarms": (("a",), ()),
    "acknowledge": (("a", "G", "K"), ("tab", "b")),
    "endpoints": (("e",), ()),
    "help": (("question_mark",), ()),
    "why": (("w",), ()),
    "operation": (("p",), ()),
    "palette": (("colon",), ()),
    "copy": (("y",), ()),
}
FACTS = {
    "site1": "New York",
    "site2": "New Jersey",
    "why": "runs on two nodes",
    "networks": "prod-110",
    "state": "WaitingForStartResynchronize",
    "power": "paused",
    "own": "Primary Replicating",
    "points": "12",
    "target": "900",
    "primary": "gold-n1.corp.example",
    "replica": "goldr2-n1.corp.example",
    "extension": "com.vmware.vcDr",
}
OF_ENDPOINTS = {
    AlarmCode.BROKER_DOWN,
    AlarmCode.NODE_SILENT,
    AlarmCode.TWINS,
    AlarmCode.CLOCK_SKEW,
    AlarmCode.SILENT,
    AlarmCode.PARTIAL,
    AlarmCode.INSECURE,
    AlarmCode.NOT_KEPT,
    AlarmCode.CERTIFICATE,
}


def leaves(widgets: Iterable[Widget]) -> list[Widget]:
    """What draws itself and is on the screen."""
    return [w for w in widgets if not list(w.children) and w.region.area and w.display and w.is_attached]


@pytest.mark.parametrize("no_colour", [False, True], ids=["colour", "no colour"])
@pytest.mark.parametrize("size", SIZES, ids=["80x24", "120x40"])
def test_nothing_overlaps_and_every_screen_names_a_plain_key_that_leaves_it(
    size: tuple[int, int], no_colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if no_colour:
        monkeypatch.setenv("NO_COLOR", "1")

    async def script(d: Driver) -> None:
        head = d.lines()[:2]
        for way, (keys, undo) in WAYS.items():
            await d.press(*keys)
            assert d.lines()[:2] == head, way
            _check_cells(d, way)
            await d.press(*(undo or _way_back(d)))
            assert d.app.screen is d.app.screen_stack[1], way

    drive(script, picture(), size=size, theme="ansi" if no_colour else "dark")


def _check_cells(d: Driver, way: str) -> None:
    """Every line has its cells, and every widget its own."""
    width, height = d.app.size
    assert len(d.strips()) == height, way
    assert all(strip.cell_length == width for strip in d.strips()), way
    assert "SPLIT-BRAIN erp-db runs at New Jersey and New York" in d.lines()[1], way
    shown = leaves(d.app.screen.walk_children(Widget))
    assert all(d.app.screen.region.contains_region(widget.region) for widget in shown), way
    for one, other in combinations(shown, 2):
        assert not one.region.overlaps(other.region), (way, one, other)


def _way_back(d: Driver) -> tuple[str, ...]:
    """The plain key that the line of keys names for leaving; none where one need not leave."""
    if d.app.screen is d.app.screen_stack[1]:
        assert "q quit" in d.lines()[-1]
        return ()
    named = next(text.strip() for text in d.lines()[-1].split("  ") if text.strip().endswith(" back"))
    keys = named.removesuffix(" back").split("/")
    assert keys[1:], named
    return (keys[-1],)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("code", sorted(set(AlarmCode) - OF_ENDPOINTS))
def test_no_alarm_of_a_workload_is_cut_above_the_keys(code: AlarmCode, width: int) -> None:
    workload = picture().workloads[0]
    alarm = Alarm(code, Severity.CRITICAL, NOW - timedelta(minutes=80), tuple(FACTS.items()))
    if code in (AlarmCode.RECORD_STRANGE, AlarmCode.STATES_DIFFER):
        alarm = replace(alarm, since=None)
    for name in ("web", "production-database-of-the-head-office-01"):
        row = Row(replace(workload, name=name, alarms=(alarm,), copies=()))
        what, due = now_lines(row, NOW, width)
        assert alarm_text(alarm, NOW) in plain(what)
        assert len(plain(what)) == len(plain(due)) == width
        assert plain(due).endswith("w why ")


def test_the_longest_alarm_keeps_both_its_ends() -> None:
    workload = picture().workloads[0]
    networks = ("networks", "prod-110, " * 20 + "prod-130")
    alarm = Alarm(AlarmCode.TEST_ON_PRODUCTION, Severity.CRITICAL, None, (networks,))
    what, _ = now_lines(Row(replace(workload, alarms=(alarm,), copies=())), NOW, 80)
    assert plain(what).startswith(" TEST COPY on a network that is not")
    assert plain(what).rstrip().endswith("prod-130")
