"""Whole sessions with every source of passwords, right and wrong: none shows anywhere afterwards."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract import canaries
from tests.contract.canaries import Watch
from tests.contract.canary_session import SOURCES, Session, nothing_shows
from tests.contract.commands import Terminal, run, serving


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[dict[str, Any], str]]:
    """The configuration of a lab that takes Basic on one host and NTLM on the other, and its password."""
    home = tmp_path_factory.mktemp("lab")
    steady = files("drconsole.lab").joinpath("scenarios", "steady.yaml").read_text(encoding="utf-8")
    scenario = yaml.safe_load(steady)
    next(one for one in scenario["endpoints"] if one["name"] == "njhv01")["transport"] = "ntlm"
    (home / "scenario.yaml").write_text(yaml.safe_dump(scenario, sort_keys=False), encoding="utf-8")
    command = ("lab", "--serve", "--scenario", home / "scenario.yaml", "--write-config", "lab.yaml")
    with serving(*command, home=home) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("ready ")
        content: dict[str, Any] = yaml.safe_load((home / "lab.yaml").read_text())
        yield content, (home / "lab.yaml.lab" / "password").read_text().strip()


@pytest.fixture
def session(tmp_path: Path, lab: tuple[dict[str, Any], str]) -> Session:
    content, password = lab
    made = Session(tmp_path, password)
    made.prepare(content)
    return made


def test_after_a_full_session_no_password_shows_anywhere(session: Session) -> None:
    with Watch(str(session.home)) as watch:
        codes = [
            session.command(watch, "list", "--wait", "60"),
            session.command(watch, "show", "--wait", "60", "ticketing"),
            session.command(watch, "health", "--wait", "60"),
            session.command(watch, "config", "check", "--wait", "60"),
            session.command(watch, keys=(("REPLICA", "e"),)),
        ]

    assert codes == [0, 0, 2, 1, 0]
    nothing_shows(session, watch)
    # Right passwords opened, wrong ones were refused, whatever their source: so all of them were there.
    checked = session.printed["config check --wait 60"].decode()
    for source in SOURCES:
        for transport in ("basic", "ntlm"):
            assert f"ok      right-{source}-{transport} " in checked
            assert f"FAILED  wrong-{source}-{transport} " in checked
    assert "The keyring failed (RuntimeError)" in checked.replace("the keyring", "The keyring")
    # And each of the places that were looked through was really there.
    assert session.asked == 2 * len(codes)
    assert b"DEBUG" in (session.home / "state" / "log" / "drconsole.log").read_bytes()
    assert any("command.py" in name for name in watch.seen)


def test_a_defect_that_speaks_of_a_password_is_written_down_without_it(session: Session) -> None:
    more = {
        "CANARY_DEFECT": str(session.vault / "right-env"),
        "PYTHONPATH": f"{session.home / 'defect'}:{Path(__file__).parents[2]}",
    }
    with Watch(str(session.home)) as watch:
        session.command(watch, "list", "--wait", "60", more=more)
        session.command(watch, "config", "check", "--wait", "60", more=more)

    log = (session.home / "state" / "log" / "drconsole.log").read_text()
    assert "RuntimeError: a defect: [secret]" in log
    nothing_shows(session, watch)


def test_storing_a_password_leaves_it_in_the_keyring_alone(session: Session) -> None:
    (session.vault / "drconsole.right-keyring").unlink()
    with Watch(str(session.home)) as watch:
        for name, words in {
            "set": ("set", "right-keyring"),
            "list": ("list",),
            "again": ("set", "right-command"),
        }.items():
            ran = run(
                *("--config", str(session.config), "secret", *words),
                home=session.home,
                more={**session.more, "RIGHT_ENV": "", "WRONG_ENV": ""},
                stdin=session.right,
            )
            session.printed[name] = (ran.stdout + ran.stderr).encode()

    assert (session.vault / "drconsole.right-keyring").read_text() == session.right
    assert b"has a password for right-keyring now" in session.printed["set"]
    nothing_shows(session, watch)


def test_a_person_stores_a_password_without_seeing_it(session: Session) -> None:
    stored = session.vault / "drconsole.right-keyring"
    stored.unlink()
    terminal = Terminal(
        *("--config", str(session.config), "secret", "set", "right-keyring"),
        home=session.home,
        more={**session.more, "RIGHT_ENV": "", "WRONG_ENV": ""},
    )
    for question in ("Password of operator (right-keyring): ", "The same again: "):
        terminal.until(question)
        terminal.type(f"{session.right}\n")

    assert terminal.end() == 0
    assert stored.read_text() == session.right
    session.printed["set"] = terminal.seen.encode()
    nothing_shows(session, Watch("nobody"))


@pytest.mark.parametrize("how", ["plain", "base64", "utf-16", "argv", "environment"])
def test_the_search_finds_what_it_looks_for(how: str, session: Session) -> None:
    import base64

    watch = Watch("nobody")
    pair = f"operator:{session.right}".encode()
    seen: dict[str, bytes] = {}
    match how:
        case "plain":
            (session.home / "file").write_text(f"text {session.right} text")
        case "base64":
            (session.home / "file").write_bytes(b"Basic " + base64.b64encode(pair))
        case "utf-16":
            (session.home / "file").write_text(session.right, encoding="utf-16")
        case "argv":
            seen["command"] = b"program\0" + session.right.encode()
        case "environment":
            seen["environment"] = b"PASSWORD=" + session.right.encode()

    session.printed |= seen
    with pytest.raises(AssertionError):
        nothing_shows(session, watch)


def test_the_watch_sees_command_lines_and_environments_of_a_run(tmp_path: Path) -> None:
    sleep = [sys.executable, "-c", "import sys; sys.stdin.read()", "c4n4ry-in-argv"]
    with Watch(str(tmp_path)) as watch:
        environment = {canaries.MARK: str(tmp_path), "PASSWORD": "c4n4ry-in-environment"}
        with subprocess.Popen(sleep, stdin=subprocess.PIPE, env=environment) as process:
            while not any("c4n4ry-in-argv" in name for name in watch.seen):
                assert process.poll() is None
    found = canaries.holders(["c4n4ry-in-argv", "c4n4ry-in-environment"], watch.seen)
    assert set(found.values()) == {"c4n4ry-in-argv", "c4n4ry-in-environment"}
