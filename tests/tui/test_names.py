"""No name becomes code, markup or a terminal control; wide letters keep the columns straight."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from drconsole.domain.endpoint import Endpoint
from drconsole.domain.reading import Power, Sighting
from tests.tui.driver import Driver, drive
from tests.tui.pictures import KINDS, NEW_JERSEY, NEW_YORK, estate, picture, protected, sighting, vsphere

CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
HOSTILE = {
    "a'b\"; $(x)": "a'b\"; $(x)",
    "[@click=app.quit]x[/]": "[@click=app.quit]x[/]",
    "[bold red]y[/]": "[bold red]y[/]",
    "esc\x1b[31mred": "esc␛[31mred",
    "osc\x1b]52;c;aGk=\x07": "osc␛]52;c;aGk=␇",
    "two\r\nlines": "two␍␊lines",
    "csi\x9b2J": "csi<U+009B>2J",
    "rtl\u202egnp": "rtl<U+202E>gnp",
    " pad ": "␠pad␠",
    "Grüße-Ä": "Grüße-Ä",
    "数据库-01": "数据库-01",
    "🚀rocket": "🚀rocket",
}


def _both_platforms(name: str, number: int) -> list[Sighting]:
    return [*protected(name, number), vsphere(name, 1000 + number, NEW_YORK)]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_hostile_names_are_shown_letter_by_letter_on_both_platforms(size: tuple[int, int]) -> None:
    for number, (name, shown) in enumerate(HOSTILE.items(), 1):

        async def script(d: Driver, shown: str = shown) -> None:
            rows = [line for line in d.lines()[4:] if "ORIGINAL on" in line]
            assert len(rows) == 2
            wanted = shown if cell_len(shown) <= 10 else shown[:5]
            assert all(row[2:].startswith(wanted) for row in rows), rows
            await d.press("enter")
            assert shown in d.lines()[3]
            assert not CONTROLS.search("".join(d.lines()))

        drive(script, picture(_both_platforms(name, number)), size=size)


def test_a_name_is_never_an_action() -> None:
    async def script(d: Driver) -> None:
        metas = [s.style.meta for strip in d.strips() for s in strip if s.style and "[@click" in s.text]
        assert metas
        assert not any("@click" in meta for meta in metas)
        y = next(y for y, line in enumerate(d.lines()) if "[@click" in line)
        await d.pilot.click(offset=(6, y))
        assert d.screen == "inventory"

    drive(script, picture(_both_platforms("[@click=app.bell]x[/]", 1)))


def test_no_control_character_reaches_any_screen() -> None:
    """Every text that a platform or a config can bring carries controls here."""
    evil = "e\x1b[2J\x9b\u202e\r\n\x07"
    hosts = (
        Endpoint(f"hv{evil}", NEW_YORK, KINDS["hv"], f"10.1{evil}"),
        Endpoint(f"hr{evil}", NEW_JERSEY, KINDS["hv"], f"10.2{evil}"),
    )
    vm = protected(f"vm{evil}", 1)
    relations = tuple(replace(r, state=f"State{evil}", health=f"Bad{evil}") for r in vm[0].relations)
    ends = [replace(s, networks=(f"net{evil}",), datastores=(f"ds{evil}",), relations=relations) for s in vm]
    snapshot = picture(ends, where=estate(hosts), silent=frozenset({hosts[1].name}))
    bad = tuple(
        replace(e, error=f"said{evil}", limits=(f"unseen{evil}",), user=evil, version=evil, transport=evil)
        for e in snapshot.endpoints
    )
    snapshot = replace(snapshot, endpoints=bad, estate=replace(snapshot.estate, environment=f"LAB{evil}"))

    async def script(d: Driver) -> None:
        for keys in ((), ("enter",), ("escape", "a"), ("escape", "e"), ("down",), ("question_mark",)):
            await d.press(*keys)
            found = [line for line in d.lines() if CONTROLS.search(line)]
            assert not found

    for size in ((80, 24), (120, 40)):
        drive(script, snapshot, size=size)


def test_a_pasted_filter_brings_no_control_character() -> None:
    from textual.events import Paste

    async def script(d: Driver) -> None:
        await d.press("slash")
        assert d.app.focused is not None
        d.app.focused.post_message(Paste("we\x1b]52;c;aGk=\x07b"))
        await d.press("w")
        assert not CONTROLS.search("".join(d.lines()))

    drive(script, picture())


@pytest.mark.parametrize("name", ["数据库服务器生产环境一号机", "日本語-01", "🚀🚀🚀", "plain", "é" * 30])
def test_wide_letters_keep_the_columns_straight(name: str) -> None:
    async def script(d: Driver) -> None:
        def cells_before(line: str, word: str) -> int:
            return cell_len(line[: line.index(word)])

        rows = [line for line in d.lines()[4:] if "==>" in line]
        assert len(rows) == 2
        for word in ("ORIGINAL", "==>", "REPLICA"):
            assert len({cells_before(row, word) for row in rows}) == 1
        assert all(strip.cell_length == 80 for strip in d.strips())

    drive(script, picture([*protected(name, 1), *protected("other", 2)]))


def test_two_machines_of_one_name_are_two_lines() -> None:
    async def script(d: Driver) -> None:
        assert sum("twin" in line for line in d.lines()[4:18]) == 2
        await d.press("down")
        assert "twin" in d.cursor_line

    drive(script, picture([*protected("twin", 1), *protected("twin", 2)]))


def test_a_further_copy_has_a_line_of_its_own() -> None:
    both = [*protected("files-02", 2), sighting("files-02", 2, NEW_YORK, power=Power.ON)]
    other = replace(both[2].place, where="gold-n9")
    where = replace(both[2], place=other)

    async def script(d: Driver) -> None:
        lines = [line for line in d.lines()[4:18] if line.strip()]
        assert any("further copy" in line for line in lines)
        assert sum("files-02" in line for line in lines) == 1
        await d.press("down")
        assert "further copy" in d.cursor_line

    drive(script, picture([*both[:2], where]))


def test_two_workloads_of_one_name_are_told_apart_by_their_ids() -> None:
    async def script(d: Driver) -> None:
        lines = [line for line in d.lines() if "web-01" in line and "==>" in line]
        assert [line[2:].split("  ")[0] for line in lines] == ["web-01 0b0000", "web-01 0c0000"]
        assert "web-02 " in d.line("web-02")
        assert "0d0000" not in d.text()

    names = ((0x0B000000, "web-01"), (0x0C000000, "web-01"), (0x0D000000, "web-02"))
    drive(script, picture([one for number, name in names for one in protected(name, number)]))
