"""The console in a terminal: what the cursor rests on is read deep, and a dead partner holds up nobody."""

from __future__ import annotations

from pathlib import Path

import yaml

from drconsole.cli.lab_place import config_of
from tests.contract.commands import Terminal
from tests.contract.hyperv.test_cluster_on_the_lab import CLUSTERED
from tests.contract.test_show_deep import PARTNER_DEAD
from tests.lab import LabProcess


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


def test_a_wrong_password_is_entered_again_without_a_restart(tmp_path: Path) -> None:
    lab = LabProcess.start("steady", tmp_path / "lab")
    try:
        content = config_of(lab.description, tmp_path / "state")
        for credential in content["credentials"].values():
            user = credential["user"]
            credential.clear()
            credential.update(user=user, prompt=True)
        config = tmp_path / "config.yaml"
        config.write_text(yaml.safe_dump(content), encoding="utf-8")
        terminal = Terminal("--debug", "--config", config, home=tmp_path)
        terminal.until("leaves its endpoints out")
        terminal.type("wr0ng-c4n4ry\n")
        terminal.until("silent")
        terminal.type("e")
        terminal.until("enter password")
        # A host of its own: nodes of a cluster are asked again a little later, lest an account is locked.
        terminal.type("G")
        terminal.type("p")
        terminal.until("It stays in the memory")
        terminal.type(f"{lab.password}\r")
        terminal.until("reading ...")
        terminal.until("answers; read")
        terminal.type("bg")
        terminal.until("ORIGINAL")
        terminal.type("q")
        assert terminal.end() == 0
        assert lab.password not in terminal.seen
        written = [one for folder in ("state", ".local", ".config") for one in (tmp_path / folder).rglob("*")]
        written = [one for one in written if one.is_file()]
        assert any(one.suffix == ".log" for one in written)
        for one in written:
            assert lab.password.encode() not in one.read_bytes(), one
            assert b"wr0ng-c4n4ry" not in one.read_bytes(), one
    finally:
        lab.stop()
