"""The console in a terminal: what the cursor rests on is read deep, and a dead partner holds up nobody."""

from __future__ import annotations

from pathlib import Path

from tests.contract.commands import Terminal
from tests.contract.hyperv.test_cluster_on_the_lab import CLUSTERED
from tests.contract.test_show_deep import PARTNER_DEAD


def opened(scenario: str, home: Path) -> Terminal:
    """A console on a lab of its own."""
    file = home / "scenario.yaml"
    file.write_text(scenario, encoding="utf-8")
    return Terminal("lab", "--scenario", str(file), home=home)


def test_recovery_points_appear_where_the_cursor_rests(tmp_path: Path) -> None:
    terminal = opened(CLUSTERED.replace("NJCL02RIGHTS", "rights: true"), tmp_path)
    terminal.until("TEST COPY")
    terminal.type("g")
    terminal.until("3, newest ")
    terminal.type("\r")
    terminal.until("whose clock said ")
    terminal.until(" done, ")
    terminal.type("q")
    assert terminal.end() == 0
    assert "Traceback" not in terminal.seen


def test_a_dead_partner_holds_up_neither_keys_nor_leaving(tmp_path: Path) -> None:
    terminal = opened(PARTNER_DEAD, tmp_path)
    terminal.until("ORIGINAL")
    terminal.type("\r")
    terminal.until("not answered yet")
    terminal.type("be")
    terminal.until("njhv01")
    terminal.type("bq")
    assert terminal.end() == 0
    assert "Traceback" not in terminal.seen
