"""What the environment decides: mouse, colours, theme."""

from __future__ import annotations

import pytest

from drconsole.tui.terminal import choose_theme, has_few_colours, is_gnu_screen, wants_no_colour

GOOD = {"TERM": "xterm-256color"}


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TERM": "screen"}, True),
        ({"TERM": "screen-256color"}, True),
        ({"TERM": "screen-256color", "TMUX": "/x,1,0"}, False),
        ({"TERM": "xterm-256color", "STY": "1.pts"}, True),
        ({"TERM": "tmux-256color"}, False),
        ({}, False),
    ],
)
def test_gnu_screen_is_known_by_its_environment(environment: dict[str, str], expected: bool) -> None:
    assert is_gnu_screen(environment) is expected


def test_an_empty_no_color_is_none() -> None:
    assert wants_no_colour({"NO_COLOR": "1"})
    assert not wants_no_colour({"NO_COLOR": ""})
    assert not wants_no_colour({})


@pytest.mark.parametrize(
    ("wanted", "environment", "expected"),
    [
        (None, GOOD, "dark"),
        ("light", GOOD, "light"),
        (None, GOOD | {"NO_COLOR": "1"}, "ansi"),
        ("light", GOOD | {"NO_COLOR": "1"}, "ansi"),
        ("light", GOOD | {"NO_COLOR": ""}, "light"),
        (None, {"TERM": "xterm"}, "ansi"),
        (None, {"TERM": "linux"}, "ansi"),
        (None, {"TERM": "xterm", "COLORTERM": "truecolor"}, "dark"),
        ("dark", {"TERM": "vt100"}, "dark"),
    ],
)
def test_the_theme_fits_the_terminal(wanted: str | None, environment: dict[str, str], expected: str) -> None:
    assert choose_theme(wanted, environment) == expected


def test_few_colours_are_told_by_term_alone() -> None:
    assert has_few_colours({"TERM": "screen"})
    assert not has_few_colours({"TERM": "screen-256color"})
