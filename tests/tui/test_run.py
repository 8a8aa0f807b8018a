"""Running the console for good: what it stops, what it raises, and that it prints no local variable."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from textual.app import App

from drconsole.domain.snapshot import Snapshot
from drconsole.errors import ThemeError
from drconsole.tui import console
from tests.tui.desks import FakeDesk
from tests.tui.pictures import Fixed, picture


@pytest.fixture(autouse=True)
def _interpreter_as_before() -> Iterator[None]:
    interval, threshold = sys.getswitchinterval(), gc.get_threshold()
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*threshold)
    gc.unfreeze()


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Run without a terminal; tells with which options."""
    seen: dict[str, Any] = {}
    run = App.run

    def headless(self: App[None], **given: Any) -> None:
        seen.update(given, theme=self.theme)
        run(self, headless=True)

    monkeypatch.setattr(App, "run", headless)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    return seen


class Leaving(Fixed):
    """Ends the console as soon as it is started."""

    def start(self) -> None:
        """Leave."""
        from textual._context import active_app

        super().start()
        active_app.get().exit()


class Broken(Fixed):
    """Fails with something secret in a local variable."""

    def newest(self) -> Snapshot | None:
        """Fail."""
        password = "hunter2"
        raise RuntimeError(f"no picture of {len(password)} letters")


def test_it_starts_and_stops_the_source(options: dict[str, Any]) -> None:
    source = Leaving(picture())
    console.run_console(source, FakeDesk())
    assert source.calls == ["start", "stop"]
    assert sys.getswitchinterval() == pytest.approx(console.SWITCH_S)


def test_a_mistake_of_ours_is_raised_and_nothing_is_printed(
    options: dict[str, Any], capfd: pytest.CaptureFixture[str]
) -> None:
    source = Broken()
    with pytest.raises(RuntimeError, match="no picture"):
        console.run_console(source, FakeDesk())
    assert source.calls == ["stop"]
    out, err = capfd.readouterr()
    assert "hunter2" not in out + err
    assert "Traceback" not in out + err


@pytest.mark.parametrize(("variable", "mouse"), [("STY", False), ("UNUSED", True)])
def test_no_mouse_under_gnu_screen(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch, variable: str, mouse: bool
) -> None:
    monkeypatch.delenv("STY", raising=False)
    monkeypatch.setenv(variable, "1.pts")
    console.run_console(Leaving(), FakeDesk())
    assert options["mouse"] is mouse


@pytest.mark.parametrize(("value", "theme"), [("", "dark"), ("1", "ansi")])
def test_no_color_counts_only_when_it_is_not_empty(
    options: dict[str, Any], monkeypatch: pytest.MonkeyPatch, value: str, theme: str
) -> None:
    monkeypatch.setenv("NO_COLOR", value)
    console.run_console(Leaving(), FakeDesk())
    assert options["theme"] == theme
    assert os.environ.get("NO_COLOR", "") == value


def test_a_wrong_theme_is_told_before_anything_starts(options: dict[str, Any]) -> None:
    source = Leaving()
    with pytest.raises(ThemeError):
        console.run_console(source, FakeDesk(), "drak")
    assert source.calls == []
