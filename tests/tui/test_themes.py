"""Themes: what is shipped is legible, what is wrong is refused with its place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from rich.color import Color as RichColor
from rich.color import ColorSystem
from textual.color import Color
from textual.theme import Theme

from drconsole.config.paths import theme_names
from drconsole.errors import ConfigError, ThemeError
from drconsole.tui.app import ConsoleApp
from drconsole.tui.theming import (
    BADGE_VARIABLES,
    COLOUR_VARIABLES,
    INK_VARIABLES,
    PLANE_VARIABLES,
    STYLE_VARIABLES,
    find_theme,
    load_theme,
)
from tests.tui.desks import FakeDesk
from tests.tui.driver import Driver, drive
from tests.tui.pictures import NOW, Fixed, picture

LEGIBLE = 4.5
BADGES = ("badge-critical", "badge-warning")


def _contrast(text: str, ground: str) -> float:
    """The contrast ratio of WCAG 2."""

    def luminance(name: str) -> float:
        parts = [
            c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in Color.parse(name).normalized
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    one, other = sorted((luminance(text), luminance(ground)), reverse=True)
    return (one + 0.05) / (other + 0.05)


def _of_256(name: str) -> str:
    """The colour that a terminal of 256 colours shows, as most do over SSH."""
    return RichColor.parse(name).downgrade(ColorSystem.EIGHT_BIT).get_truecolor().hex


def _true_colour_themes() -> list[Theme]:
    return [theme for theme in map(find_theme, theme_names()) if not theme.ansi]


def test_a_dark_a_light_and_an_ansi_theme_are_shipped() -> None:
    assert {"ansi", "dark", "light"} <= set(theme_names())


@pytest.mark.parametrize("shown", [str, _of_256], ids=["true colours", "256 colours"])
@pytest.mark.parametrize("theme", _true_colour_themes(), ids=lambda theme: theme.name)
def test_text_is_legible_on_every_plane(theme: Theme, shown: Callable[[str], str]) -> None:
    assert theme.foreground
    assert theme.background
    grounds = [theme.background, *(theme.variables[name] for name in PLANE_VARIABLES)]
    texts = [theme.foreground, *(theme.variables[name] for name in INK_VARIABLES)]
    pairs = [(text, ground) for text in texts for ground in grounds]
    pairs += [(theme.variables[f"{name}-text"], theme.variables[name]) for name in BADGES]
    weak = [(text, ground) for text, ground in pairs if _contrast(shown(text), shown(ground)) < LEGIBLE]
    assert not weak


@pytest.mark.parametrize("theme", _true_colour_themes(), ids=lambda theme: theme.name)
def test_planes_stay_apart_in_256_colours(theme: Theme) -> None:
    assert theme.background
    grounds = [theme.background, *(theme.variables[name] for name in PLANE_VARIABLES)]
    assert len({_of_256(ground) for ground in grounds}) == len(grounds)


@pytest.mark.parametrize("name", theme_names())
def test_shipped_themes_say_everything(name: str) -> None:
    assert set(find_theme(name).variables) == {*COLOUR_VARIABLES, *STYLE_VARIABLES}
    assert set(BADGE_VARIABLES) <= set(COLOUR_VARIABLES)


@pytest.mark.parametrize("name", theme_names())
def test_shipped_themes_draw_every_screen(name: str) -> None:
    async def script(d: Driver) -> None:
        for keys in (("enter",), ("escape", "a"), ("escape", "e"), ("escape", "slash", "w")):
            await d.press(*keys)
        assert "web-01" in d.table()

    drive(script, picture(), theme=name)


def test_a_theme_of_ones_own_needs_one_colour(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text('primary: "#336699"\n', encoding="utf-8")

    async def script(d: Driver) -> None:
        assert d.app.theme == "mine"
        assert "ORIGINAL" in d.text()

    drive(script, picture(), theme=str(path))


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('primary: "#336699"\nprimry: red\n', 2, "unknown field 'primry'"),
        ('primary: "#33669"\n', 1, "'#33669' is not a colour"),
        ("primary: red\nvariables:\n  role-original: greenish\n", 3, "'greenish' is not a colour"),
        ("primary: red\nvariables:\n  role-orignal: green\n", 3, "unknown field 'role-orignal'"),
        ("primary: red\ndark: maybe\n", 2, "'maybe' is neither true nor false"),
        ("primary: red\nvariables:\n  cursor-text-style: loud\n", 3, "'loud' is not a text style"),
        ("primary: red\nprimary: blue\n", 2, "stands here twice"),
        ("primary: [red]\n", 1, "not a colour"),
        ("- primary\n", 1, "not a list of fields"),
        ("primary: 'red\n", 2, "not YAML"),
    ],
)
def test_a_wrong_theme_is_refused_with_its_place(tmp_path: Path, text: str, line: int, message: str) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ThemeError, match=message) as caught:
        load_theme(path)
    assert caught.value.subject == f"{path}:{line}"
    assert isinstance(caught.value, ConfigError)


def test_a_misspelt_field_names_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("primary: red\nbackgroud: black\n", encoding="utf-8")
    with pytest.raises(ThemeError) as caught:
        load_theme(path)
    assert caught.value.hint == "Did you mean 'background'?"


def test_a_theme_without_primary_or_file_or_name_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "empty.yaml"
    path.write_text("dark: true\n", encoding="utf-8")
    with pytest.raises(ThemeError, match="no primary colour"):
        load_theme(path)
    with pytest.raises(ThemeError, match="cannot be read"):
        find_theme(str(tmp_path / "missing.yaml"))
    with pytest.raises(ThemeError, match="no theme of this name") as caught:
        find_theme("drak")
    assert caught.value.hint == "Did you mean 'dark'?"


def test_the_next_theme_is_a_key_away() -> None:
    async def script(d: Driver) -> None:
        seen = []
        for _ in theme_names():
            await d.press("T")
            seen.append(d.app.theme)
        assert sorted(seen) == sorted(theme_names())

    drive(script, picture())


def test_a_theme_of_ones_own_comes_round_again(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text('primary: "#336699"\n', encoding="utf-8")

    async def script(d: Driver) -> None:
        path.unlink()
        seen = []
        for _ in (*theme_names(), "mine"):
            await d.press("T")
            seen.append(d.app.theme)
            assert f"theme {d.app.theme}" in d.lines()[-2]
        assert sorted(seen) == sorted((*theme_names(), "mine"))
        await d.press("colon", *"theme mine", "enter")
        assert d.app.theme == "mine"

    drive(script, picture(), theme=str(path))


def test_without_colour_there_is_no_other_theme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def script(d: Driver) -> None:
        await d.press("T")
        assert d.app.theme == "ansi"
        assert "NO_COLOR is set" in d.text()
        await d.press("colon", *"theme")
        assert "theme dark" not in d.text()

    drive(script, picture(), theme="ansi")


# Keys that show a screen, and keys that leave it.
WAYS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("A", "m", "R"), ("m", "A")),
    (("slash", *"role:x web"), ("enter", "x")),
    (("g",), ()),
    (("enter",), ("b",)),
    (("G", "enter"), ("b",)),
    (("a",), ("b",)),
    (("e",), ("b",)),
    (("question_mark",), ("b",)),
    (("w",), ("b",)),
    (("p",), ("b",)),
    (("colon", "t"), ("tab",)),
    (("y", *"/no/such", "enter"), ("tab",)),
)


@pytest.mark.parametrize("theme", _true_colour_themes(), ids=lambda theme: theme.name)
def test_every_letter_on_every_screen_is_legible(theme: Theme) -> None:
    """Measured on what is drawn: all inks on all grounds that they really meet, cursor and alarms too."""

    async def script(d: Driver) -> None:
        for keys, back in WAYS:
            await d.press(*keys)
            await d.app.workers.wait_for_complete()
            await d.pilot.pause()
            drawn = _drawn(d)
            assert len({ground for _, ground in drawn}) > 1
            assert not [pair for pair in drawn if _contrast(*pair) < LEGIBLE], keys
            await d.press(*back)

    drive(script, picture(silent=frozenset({"vc-ny"})), size=(120, 40), theme=theme.name)


def _drawn(d: Driver) -> set[tuple[str, str]]:
    """The colours of all letters on the screen, each with the ground it stands on."""
    pairs = set()
    for strip in d.strips():
        for text, style, _ in strip:
            if text.strip():
                assert style
                assert style.color
                assert style.bgcolor
                letter, ground = style.color.get_truecolor().hex, style.bgcolor.get_truecolor().hex
                pairs.add((ground, letter) if style.reverse else (letter, ground))
    return pairs


def test_defaults_of_our_variables_come_from_the_theme() -> None:
    app = ConsoleApp(
        Fixed(), FakeDesk(), Theme("bare", primary="#336699", foreground="#eeeeee"), clock=lambda: NOW
    )
    assert app.get_theme_variable_defaults()["role-original"] == "#eeeeee"
