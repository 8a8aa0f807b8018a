"""The page of a workload: every copy is told, at every width, with as many copies as there are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.cells import cell_len

from drconsole.domain.snapshot import CopyState, Workload
from drconsole.tui.detail import detail, full_detail
from drconsole.tui.widgets.ink import plain
from tests.tui.pictures import NEW_YORK, NOW, picture, protected, split_brain, vsphere


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


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_long_name_stands_on_the_page_letter_by_letter(width: int) -> None:
    workload = _workload(2)
    lines = [plain(line).strip() for line in full_detail(workload, NOW, width)]
    assert workload.name in "".join(lines)
