"""Five of six endpoints are dead or lie: the sixth is shown, and the keyboard answers all the while."""

from __future__ import annotations

from pathlib import Path

from tests.contract.commands import Terminal


def test_the_keyboard_answers_while_endpoints_hang(tmp_path: Path) -> None:
    terminal = Terminal("lab", "--scenario", "dead-endpoints", home=tmp_path)
    terminal.until("(silent)")
    terminal.until("ORIGINAL")

    terminal.type("e")
    # The first endpoint never answers and has twenty seconds: its read goes on behind these keys.
    terminal.until("asking")
    terminal.type("b")
    terminal.type("?")
    terminal.until("all keys")
    terminal.type("b")
    terminal.type("/web\r")
    terminal.until("web-shop")
    terminal.type("q")

    assert terminal.end() == 0
    assert "Traceback" not in terminal.seen
