"""A password is entered again from the endpoints screen; it is shown nowhere."""

from __future__ import annotations

import pytest
from textual.events import Paste

from drconsole.tui.keys.action import ENDPOINT, ENDPOINTS, PASSWORD
from tests.tui.desks import FakeDesk
from tests.tui.driver import Driver, drive
from tests.tui.operating import until
from tests.tui.pictures import picture
from tests.tui.reachable import SIZES

SECRET = "c4n4ry-0123456789"
DARK = frozenset({"gold-n1"})


def prompted() -> FakeDesk:
    """A desk whose first endpoint has a password that a person enters."""
    desk = FakeDesk()
    desk.prompted = {"gold-n1": "lab\\operator (credential domain)"}
    return desk


@pytest.mark.parametrize(("size", "theme"), SIZES)
def test_it_is_entered_again_and_never_shown(
    size: tuple[int, int], theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if theme == "ansi":
        monkeypatch.setenv("NO_COLOR", "1")
    desk = prompted()

    async def script(d: Driver) -> None:
        await d.press("e")
        assert "p enter password" in d.lines()[-1]
        await d.press("p")
        assert d.screen == PASSWORD
        assert "Password of lab\\operator (credential domain), as for gold-n1:" in d.text()
        assert "It said: no complete answer within 20 s" in d.text()
        await d.press(*SECRET)
        assert SECRET not in d.text()
        assert "c4n4" not in d.text()
        await d.press("enter")
        await until(d, lambda: d.screen == ENDPOINTS)
        assert "reading ..." in d.text()

    drive(script, picture(silent=DARK), size=size, theme=theme, desk=desk)
    assert desk.entered == [("gold-n1", SECRET)]


def test_a_burst_and_a_paste_go_into_it_and_nowhere_else() -> None:
    desk = prompted()

    async def script(d: Driver) -> None:
        await d.press("e")
        await d.burst("p", "q", "y", "n")
        assert d.screen == PASSWORD
        d.app.post_message(Paste("pasted\nmore"))
        await d.pilot.pause()
        await d.press("enter")
        await until(d, lambda: bool(desk.entered))

    drive(script, picture(silent=DARK), desk=desk)
    assert desk.entered == [("gold-n1", "qynpasted")]


def test_nothing_typed_and_esc_leave_all_as_it_is() -> None:
    desk = prompted()

    async def script(d: Driver) -> None:
        await d.press("e", "enter")
        assert d.screen == ENDPOINT
        for key in ("enter", "escape", "tab"):
            await d.press("p")
            assert d.screen == PASSWORD
            await d.press(*([] if key == "enter" else ["x"]), key)
            assert d.screen == ENDPOINT

    drive(script, picture(silent=DARK), desk=desk)
    assert desk.entered == []


def test_where_another_source_gives_it_there_is_no_such_key() -> None:
    async def script(d: Driver) -> None:
        await d.press("e", "down")
        assert "enter password" not in d.text()
        await d.press("p")
        assert d.screen == ENDPOINTS

    drive(script, picture(silent=DARK), desk=prompted())
