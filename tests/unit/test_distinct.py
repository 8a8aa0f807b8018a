"""Two different names never look alike, however narrow the column is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from drconsole.wording.distinct import LEAST, distinct
from drconsole.wording.names import visible

LONG = "hyperv-production-building-A-rack-{}-newjersey-datacenter-primary-host"


def test_names_with_room_stay_as_they_are() -> None:
    assert distinct(["gold", "njhv01"], 10) == {"gold": "gold", "njhv01": "njhv01"}


@pytest.mark.parametrize("cells", [LEAST, 8, 13, 20, 33, 60])
def test_names_that_differ_in_their_middle_stay_apart(cells: int) -> None:
    names = [LONG.format(rack) for rack in ("1", "2", "11", "12")] + ["gold"]
    shown = distinct(names, cells)
    assert len(set(shown.values())) == len(names)
    assert all(cell_len(text) <= cells for text in shown.values())


def test_the_word_that_differs_is_shown_whole() -> None:
    shown = distinct([LONG.format("07"), LONG.format("08")], 30)
    assert [text[11:13] for text in shown.values()] == ["07", "08"]


LETTERS = st.sampled_from("ab-1数é ")


@given(st.lists(st.text(LETTERS, min_size=1, max_size=40), max_size=6), st.integers(LEAST, 30))
def test_any_names_stay_in_their_cells(names: list[str], cells: int) -> None:
    shown = distinct(map(visible, names), cells)
    assert all(cell_len(text) <= cells for text in shown.values())


@given(st.text("ab-", min_size=30, max_size=40), st.integers(0, 29), st.integers(LEAST, 20))
def test_one_letter_anywhere_is_enough(name: str, place: int, cells: int) -> None:
    other = f"{name[:place]}x{name[place + 1 :]}"
    shown = distinct([name, other], cells)
    assert shown[name] != shown[other]
