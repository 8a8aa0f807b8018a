"""The inventory at all sizes: no role is lost, the cursor stays, the filter narrows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from drconsole.domain.endpoint import Endpoint, Pair
from drconsole.domain.reading import Power
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import EndpointState
from tests.tui.driver import Driver, drive
from tests.tui.pictures import (
    KINDS,
    NEW_JERSEY,
    NEW_YORK,
    STEADY,
    estate,
    picture,
    protected,
    split_brain,
)

SIZES = [(60, 20), (72, 24), (80, 24), (120, 40), (200, 50)]


@pytest.mark.parametrize("no_colour", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_every_role_stands_in_full_under_its_site(
    size: tuple[int, int], no_colour: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if no_colour:
        monkeypatch.setenv("NO_COLOR", "1")
    snapshot = picture()

    async def script(d: Driver) -> None:
        titles = d.line("WORKLOAD")
        left, right = titles.index("NEW YORK"), titles.index("NEW JERSEY")
        for workload in snapshot.workloads:
            if not workload.listed:
                continue
            text = d.line(workload.name)
            for copy in workload.copies:
                start = left if copy.place.site == NEW_YORK else right
                assert text[start:].startswith(copy.role.value)
        assert all(strip.cell_length == size[0] for strip in d.strips())

    drive(script, snapshot, size=size, theme="ansi" if no_colour else "dark")


def test_without_colour_only_bold_and_reverse_reach_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def script(d: Driver) -> None:
        styles = {
            s.style
            for strip in d.strips()
            for s in strip.apply_filter(d.app._filters[-1], d.app.screen.background_colors[1])
            if s.style
        }
        assert {style.color.name for style in styles if style.color} <= {"default"}
        assert {style.bgcolor.name for style in styles if style.bgcolor} <= {"default"}
        assert any(style.reverse for style in styles)
        assert any(style.bold for style in styles)

    drive(script, picture(), theme="ansi")


def test_arrows_stand_between_the_sites() -> None:
    async def script(d: Driver) -> None:
        column = d.line("WORKLOAD").index("NEW JERSEY") - 4
        expected = {"erp-db": "=/=", "crm-app": "-x-", "sql-archive": "=||", "web-01": "==>"}
        assert {name: d.line(name)[column : column + 3] for name in expected} == expected

    drive(script, picture())


def test_columns_leave_in_their_order_and_keep_the_sites() -> None:
    seen: list[set[str]] = []
    for width in (120, 80, 70, 64, 60):

        async def script(d: Driver) -> None:
            words = set(d.line("WORKLOAD").split())
            assert {"YORK", "JERSEY"} <= words
            seen.append(words & {"NEXT", "ON", "RPO"})

        drive(script, picture(), size=(width, 24))
    assert seen == [{"NEXT", "ON", "RPO"}, {"ON", "RPO"}, {"RPO"}, set(), set()]


def test_what_is_due_loses_how_it_is_done_before_it_is_cut() -> None:
    async def script(d: Driver) -> None:
        start = d.line("WORKLOAD").index("NEXT")
        shown = d.line("sql-archive")[start:].rstrip()
        assert shown == (
            "resume by hand" if d.app.size.width == 120 else "resume by hand; how: w, or plan resume"
        )

    for width in (120, 200):
        drive(script, picture(), size=(width, 40))


def test_split_brain_stands_first_and_above_everything() -> None:
    async def script(d: Driver) -> None:
        assert "SPLIT-BRAIN erp-db" in d.lines()[1]
        assert "erp-db" in d.cursor_line
        await d.press("a")
        assert "SPLIT-BRAIN erp-db" in d.cursor_line

    drive(script, picture([*STEADY, *protected("aaa-late", 50, late_s=9000)]))


def test_the_cursor_stays_on_its_workload_while_lines_come_and_go() -> None:
    async def script(d: Driver) -> None:
        await d.press("down", "down", "down")
        name = d.cursor_line.split()[1]
        assert name == "files-02"
        await d.show(picture([*STEADY, *split_brain("aaa", 70), *split_brain("bbb", 71)], serial=2))
        assert d.cursor_line.split()[1] == name
        await d.show(picture([s for s in STEADY if s.name != "erp-db"], serial=3))
        assert d.cursor_line.split()[1] == name
        await d.show(picture([s for s in STEADY if s.name != name], serial=4))
        assert d.cursor_line.split()[1] != name

    drive(script, picture())


def test_the_filter_narrows_and_keeps_the_cursor() -> None:
    async def script(d: Driver) -> None:
        await d.press("end")
        assert "web-02" in d.cursor_line
        await d.press("slash", *"WEB", "enter")
        assert [w for w in ("web-01", "web-02", "erp-db") if w in d.table()] == ["web-01", "web-02"]
        assert "2/7" in d.line("WORKLOAD")
        assert "web-02" in d.cursor_line
        assert "esc/x all lines" in d.text()
        await d.press("x")
        assert "erp-db" in d.table()
        assert "web-02" in d.cursor_line

    drive(script, picture())


def test_the_filter_finds_roles_and_says_when_nothing_fits() -> None:
    async def script(d: Driver) -> None:
        await d.press("slash", *"recovered", "down")
        assert "2/7" in d.line("WORKLOAD")
        await d.press("slash", *"xyz", "enter")
        assert "nothing here passes the filter" in d.text()

    drive(script, picture())


def test_letters_in_the_filter_are_letters() -> None:
    async def script(d: Driver) -> None:
        await d.press("slash", "q", "a", "e", "question_mark")
        assert d.screen == "inventory"
        assert "qae?" in d.text()
        await d.press("escape")
        assert "qae" not in d.text()

    drive(script, picture())


def test_unprotected_machines_are_hidden_until_asked_for() -> None:
    async def script(d: Driver) -> None:
        assert "jumphost" not in d.text()
        assert "1 unprotected hidden" in d.text()
        await d.press("A")
        assert "UNPROTECTED" in d.line("jumphost")
        await d.press("A")
        assert "jumphost" not in d.text()

    drive(script, picture())


def test_tab_shows_the_next_pair() -> None:
    endpoints = (
        *estate().endpoints,
        Endpoint("vc-par", "Paris", KINDS["vc"], "10.3.0.20"),
        Endpoint("vc-rom", "Rome", KINDS["vc"], "10.4.0.20"),
    )
    where = estate(endpoints, (Pair(NEW_YORK, NEW_JERSEY), Pair("Paris", "Rome")))

    async def script(d: Driver) -> None:
        assert "pair 1 of 2" in d.text()
        await d.press("tab")
        assert {"PARIS", "ROME"} <= set(d.line("WORKLOAD").split())
        assert "erp-db" not in d.table()
        await d.press("shift+tab")
        assert "erp-db" in d.cursor_line

    drive(script, picture(where=where))


def test_one_pair_has_no_key_for_the_next() -> None:
    async def script(d: Driver) -> None:
        assert "next pair" not in d.text()
        await d.press("tab")
        assert "erp-db" in d.cursor_line

    drive(script, picture())


def test_a_silent_site_keeps_its_roles_with_their_age() -> None:
    async def script(d: Driver) -> None:
        assert "New Jersey ! silent" in d.lines()[0]
        assert "REPLICA seen 9h" in d.line("web-01")
        assert "(silent)" in d.line("printsrv")
        assert "SPLIT-BRAIN" not in d.text()

    drive(script, picture(silent=frozenset({"goldr2-n1"})))


def test_names_are_cut_in_the_middle() -> None:
    name = "production-database-of-the-head-office-01"

    async def script(d: Driver) -> None:
        shown = d.line("01 ").split()[0 if "▸" not in d.line("01 ") else 1]
        assert shown.startswith("produc")
        assert shown.endswith("-01")
        assert "…" in shown

    drive(script, picture([*protected(name, 9), *protected("zz", 10)]))


def test_a_terminal_that_is_too_small_says_so_and_recovers() -> None:
    async def script(d: Driver) -> None:
        await d.pilot.resize_terminal(50, 24)
        await d.settle()
        assert "needs 60x20, this is 50x24" in d.text()
        assert "erp-db" not in d.text()
        await d.pilot.resize_terminal(80, 24)
        await d.settle()
        assert "erp-db" in d.cursor_line

    drive(script, picture())


def test_long_lists_show_where_the_window_stands() -> None:
    async def script(d: Driver) -> None:
        height = 15
        assert f"1 to {height} of 100" in d.text()
        await d.press("G")
        assert f"{101 - height} to 100 of 100" in d.text()
        assert "vm-099" in d.cursor_line
        await d.press("g")
        assert "vm-000" in d.cursor_line

    drive(script, picture([vm for i in range(100) for vm in protected(f"vm-{i:03d}", i)]))


def test_the_line_above_the_keys_answers_what_now() -> None:
    async def script(d: Driver) -> None:
        assert "next: enter compares the two copies" in d.text()
        await d.press("G")
        assert "nothing is due" in d.text()

    drive(script, picture())


def test_before_the_first_answer_the_screen_says_that_it_waits() -> None:
    async def script(d: Driver) -> None:
        assert "waiting for the first answer" in d.text()
        assert "no alarms" not in d.text()

    drive(script, None)


def test_that_there_is_nothing_is_said_only_where_all_of_it_was_seen() -> None:
    async def script(d: Driver) -> None:
        assert "no workload at these sites" in d.text()
        everybody = frozenset(endpoint.name for endpoint in estate().endpoints)
        await d.show(picture((), silent=everybody, serial=2))
        assert "no workload" not in d.text()
        assert "nothing is known, and not all was seen: e tells why" in d.text()

        unheard = picture((), serial=3)
        asked = (replace(unheard.endpoints[0], state=EndpointState.NEVER), *unheard.endpoints[1:])
        await d.show(replace(unheard, endpoints=asked))
        assert f"waiting for the first answer of {asked[0].name}" in d.text()

    drive(script, picture(()))


def test_a_change_of_role_is_bold_until_it_was_looked_at() -> None:
    def is_bold(d: Driver) -> bool:
        line = next(s for s in d.strips()[3:] if "web-02" in s.text)
        return any(s.style and s.style.bold for s in line if "web-02" in s.text)

    async def script(d: Driver) -> None:
        assert not is_bold(d)
        stopped = [replace(s, power=Power.OFF) if s.name == "web-02" else s for s in STEADY]
        await d.show(picture(stopped, serial=2))
        assert is_bold(d)
        while "web-02" not in d.cursor_line:
            await d.press("down")
        await d.press("g")
        assert not is_bold(d)

    drive(script, picture())


def test_what_changed_behind_another_screen_is_bold_on_return() -> None:
    async def script(d: Driver) -> None:
        await d.press("question_mark")
        stopped = [replace(s, power=Power.OFF) if s.name == "web-02" else s for s in STEADY]
        await d.show(picture(stopped, serial=2))
        await d.press("b")
        bold = {s.text.strip() for line in d.strips()[3:19] for s in line if s.style and s.style.bold}
        assert "web-02" in bold
        assert "web-01" not in bold

    drive(script, picture())


def test_all_roles_have_an_ink() -> None:
    from drconsole.tui.rows import role_ink
    from drconsole.tui.widgets.ink import INKS

    assert {role_ink(role) for role in Role} <= set(INKS)
    assert max(cell_len(role) for role in Role) == 15
