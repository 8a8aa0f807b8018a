"""The widths of the columns, at every width there is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from drconsole.tui.columns import ROLE, layout
from drconsole.tui.foot import Status, status_line
from drconsole.tui.views import View
from drconsole.tui.widgets.fitting import cut_end, fit, wrap
from drconsole.tui.widgets.ink import Span, plain
from drconsole.tui.widgets.table import MARK
from drconsole.wording.names import visible

VIEWS = (View("New York", "New Jersey"), View("Paris"))


@pytest.mark.parametrize("long_cells", [False, True])
@pytest.mark.parametrize("view", VIEWS)
def test_columns_fit_and_roles_are_never_cut(view: View, long_cells: bool) -> None:
    for width in range(60, 300):
        shares = layout(width, view, long_cells=long_cells)
        columns = shares.columns(view, "42")
        assert MARK + sum(c.width + c.gap for c in columns) <= width
        assert shares.site >= ROLE
        assert shares.name >= 11


@pytest.mark.parametrize("view", VIEWS)
def test_columns_leave_one_after_the_other(view: View) -> None:
    before = (True, True, True, True)
    for width in range(300, 59, -1):
        shares = layout(width, view)
        now = (bool(shares.next), bool(shares.proven), bool(shares.on), bool(shares.rpo))
        assert all(was or not is_ for was, is_ in zip(before, now, strict=True)), width
        assert now == tuple(sorted(now)), "what stands further right leaves first"
        before = now


@pytest.mark.parametrize("text", ["abcdef", "数据库服", "a数b据c", "🚀🚀🚀", ""])
def test_fit_takes_exactly_its_cells(text: str) -> None:
    for width in range(12):
        for right in (False, True):
            for middle in (False, True):
                assert (
                    cell_len(plain(fit((Span(text), Span("!")), width, right=right, middle=middle))) == width
                )
        assert cell_len(cut_end(text, width)) <= width


@given(st.text(max_size=40), st.integers(3, 60), st.booleans())
def test_any_name_takes_exactly_its_cells(name: str, width: int, middle: bool) -> None:
    shown = visible(name)
    fitted = plain(fit((Span(shown),), width, middle=middle))
    assert cell_len(fitted) == width
    if cell_len(shown) <= width:
        assert fitted.rstrip(" ") == shown.rstrip(" ")
    assert all(cell_len(piece) <= width for piece in wrap(shown, width))


@given(
    st.builds(
        Status,
        filter=st.text(max_size=60),
        problems=st.lists(st.text(max_size=60), max_size=2).map(tuple),
        marked=st.integers(0, 10_000),
        unseen=st.integers(0, 10_000),
        order=st.sampled_from(["", "by name"]),
        pair=st.tuples(st.integers(1, 3), st.integers(1, 3)),
        hidden=st.integers(0, 10_000),
        window=st.tuples(st.integers(0, 20), st.integers(0, 40), st.integers(0, 10_000)),
    ),
    st.integers(20, 160),
)
def test_the_status_line_takes_exactly_its_cells(status: Status, width: int) -> None:
    text = plain(status_line(status, width))
    assert cell_len(text) == width
    assert not set(text) & {"\n", "\x1b", "\u202e"}


def test_the_status_line_tells_the_most_important_first() -> None:
    status = Status("web", ("no role x: y?",), 3, 1, "by name", (1, 2), 5, (1, 15, 300))
    wide, narrow = plain(status_line(status, 160)), plain(status_line(status, 60))
    words = [
        "web",
        "no role x",
        "3 marked, 1 not shown",
        "by name",
        "pair 1 of 2",
        "5 unprotected",
        "1 to 15",
    ]
    places = [wide.index(word) for word in words]
    assert places == sorted(places)
    assert wide.endswith("read-only  ! arms ")
    assert narrow.endswith("1 to 15 of 300 ")
    assert "no role x" in narrow


@pytest.mark.parametrize("width", range(24, 120))
def test_the_status_line_leaves_out_whole_words_and_the_window_last(width: int) -> None:
    text = plain(status_line(Status(order="by name", pair=(1, 2), hidden=4, window=(1, 15, 28)), width))
    assert "…" not in text
    assert "1 to 15 of 28" in text


def test_wrap_loses_no_letter() -> None:
    text = "one two three " + "x" * 50 + " 数据库服务器 end"
    for width in range(4, 60):
        lines = wrap(text, width)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
