"""The plain list: the screen's words in the screen's order, every letter of every name, and who is silent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from drconsole.cli.listing import lines, listed
from drconsole.domain.acknowledged import Acknowledgement
from drconsole.domain.endpoint import Pair
from drconsole.domain.reading import Power
from drconsole.domain.roles import AlarmCode, Role, Severity
from drconsole.domain.snapshot import Snapshot
from drconsole.wording.fit import width as cells_of
from drconsole.wording.names import visible
from tests.tui.pictures import NEW_JERSEY, NEW_YORK, NOW, estate, picture, protected, sighting

HOSTILE = [
    "a'b\"; $(x)",
    "[@click=x]bold[/]",
    "esc\x1b[31mred\x9b0m",
    "two\nlines\ttab\r",
    "x" * 100,
    "rocket 🚀 日本語",
    "Zürich-ß",
    "right\u202eleft\u200b",
    " blanks ",
]


def text(snapshot: Snapshot, width: int = 120, *, everything: bool = False) -> list[str]:
    return list(lines(snapshot, listed(snapshot, everything=everything), width))


def row(found: list[str], name: str) -> str:
    (one,) = [line for line in found if line.startswith(name)]
    return one


def test_first_lines_say_where_who_answers_and_the_worst() -> None:
    found = text(picture())

    assert found[0].split("   ")[:2] == ["drconsole", "LAB steady"]
    assert "New York  gold-n1 ok  vc-ny ok   New Jersey  goldr2-n1 ok" in found[0]
    assert found[1].endswith("SPLIT-BRAIN erp-db runs at New Jersey and New York")


def test_each_workload_is_a_line_with_its_roles_under_their_sites() -> None:
    found = text(picture())
    header = row(found, "WORKLOAD")
    left, right = header.index("NEW YORK"), header.index("NEW JERSEY")

    for name, at_left, arrow, at_right in [
        ("erp-db", "FORMER ORIGINAL on", "=/=", "RECOVERED on"),
        ("files-02", "ORIGINAL on", "==>", "REPLICA"),
        ("crm-app", "FORMER ORIGINAL off", "-x-", "RECOVERED on"),
        ("sql-archive", "ORIGINAL on", "=||", "REPLICA paused"),
    ]:
        line = row(found, name)
        assert line[left:].startswith(at_left)
        assert line[right:].startswith(at_right)
        assert line[right - 4 : right - 1] == arrow


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_no_role_is_cut_at_any_width_and_lines_fit(width: int) -> None:
    table = text(picture(), width)
    start = next(at for at, line in enumerate(table) if line.startswith("WORKLOAD"))
    table = table[start : table.index("", start)]

    assert max(map(cells_of, table)) <= width
    shown = [
        role for line in table for role in Role if role.value in line.replace("FORMER ORIGINAL", "FORMER")
    ]
    assert shown.count(Role.REPLICA) == 4
    assert shown.count(Role.RECOVERED) == 2
    assert sum("FORMER ORIGINAL" in line for line in table) == 2


def test_columns_leave_before_roles_do() -> None:
    wide, narrow = text(picture(), 140), text(picture(), 60)

    assert "NEXT" in row(wide, "WORKLOAD")
    assert "compare the two copies" in row(wide, "erp-db")
    assert "NEXT" not in row(narrow, "WORKLOAD")


@pytest.mark.parametrize("name", HOSTILE)
def test_every_letter_of_a_name_is_shown_and_none_is_obeyed(name: str) -> None:
    found = text(picture(protected(name, 1)), 1000)

    printed = "\n".join(found)
    assert printed.replace("\n", "").isprintable()
    assert "\x1b" not in printed
    table = [line for line in found if "ORIGINAL on" in line]
    assert len(table) == 1
    shown = visible(name)
    if cells_of(shown) <= 32:
        assert table[0].startswith(shown)
    else:
        assert table[0].startswith(shown[:10])
        assert "…" in table[0]


def test_two_of_one_name_are_two_lines() -> None:
    found = text(picture([*protected("web", 1), *protected("web", 2)]))

    assert len([line for line in found if line.startswith("web ")]) == 2


def test_unprotected_vms_are_hidden_counted_and_shown_on_demand() -> None:
    hidden, shown = text(picture()), text(picture(), everything=True)

    assert not any(line.startswith("jumphost") for line in hidden)
    assert "1 without protection is not shown: --all shows all" in hidden
    assert "UNPROTECTED on" in row(shown, "jumphost")
    assert not any("not shown" in line for line in shown)


def test_silent_endpoints_stand_at_the_end_with_time_and_error() -> None:
    found = text(picture(silent=frozenset({"goldr2-n1"})))

    assert found[-2] == "DO NOT ANSWER 1 of 3"
    assert found[-1].startswith("  goldr2-n1 (New Jersey) since 2026-03-02 ")
    assert found[-1].endswith("last read 9 h ago: no complete answer within 20 s")
    assert "REPLICA seen 9h" in row(found, "web-01")
    assert not any("critical: goldr2-n1" in line for line in found)


def test_error_of_an_endpoint_is_one_safe_line() -> None:
    snapshot = picture(silent=frozenset({"goldr2-n1"}))
    loud = [replace(e, error="lies:\n\x1b[2J<html>") if e.error else e for e in snapshot.endpoints]

    found = text(replace(snapshot, endpoints=tuple(loud)))

    assert found[-1].endswith(": lies: ␛[2J<html>")


def test_all_alarms_are_told_the_worst_first() -> None:
    found = text(picture())
    start = found.index(next(line for line in found if line.startswith("ALARMS ")))

    alarms = found[start + 1 :]
    assert alarms[0] == "  critical: SPLIT-BRAIN erp-db runs at New Jersey and New York"
    assert [line for line in alarms if line.startswith("  warning: files-02: late")]
    assert len(alarms) == int(found[start].split()[1])


def test_what_was_acknowledged_is_counted_and_told_last() -> None:
    snapshot = picture([*protected("files-01", 1, late_s=3000), *protected("files-02", 2, late_s=3000)])
    until = datetime(2999, 1, 31, tzinfo=UTC)
    key = snapshot.workloads[0].key
    one = Acknowledgement(key, AlarmCode.RPO, Severity.WARNING, "ada@here", NOW, until, "line is cut")

    found = list(lines(snapshot, listed(snapshot, everything=False), 120, known=[one]))

    assert found[1].startswith("1 alarm, 1 acknowledged  files-02: late")
    start = found.index("ALARMS 2")
    assert found[start + 1].startswith("  warning: files-02: late")
    assert found[start + 2].startswith("  warning: files-01: late")
    assert found[start + 2].endswith("; acknowledged until 2999-01-31 00:00:00 UTC by ada@here: line is cut")


def test_sites_without_a_pair_and_further_copies_have_their_place() -> None:
    alone = picture([sighting("lonely", 1, NEW_YORK, power=Power.ON)], where=estate(pairs=()))
    mirrored = picture(where=estate(pairs=(Pair(NEW_JERSEY, NEW_YORK),)))

    assert "UNPROTECTED on" in row(text(alone, everything=True), "lonely")
    header = row(text(mirrored), "WORKLOAD")
    assert header.index("NEW JERSEY") < header.index("NEW YORK")
    assert "<==" in row(text(mirrored), "web-01")
