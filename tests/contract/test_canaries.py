"""Whole sessions with every source of passwords, right and wrong: none shows anywhere afterwards."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract import canaries
from tests.contract.canaries import Watch
from tests.contract.commands import Terminal, run, serving

# It prints the password of the file named on its command line, and leaves a note of all that it was given.
COMMAND = """
import os, sys
from pathlib import Path
vault, notes, name = map(Path, sys.argv[1:])
with open(notes / f"{os.getpid()}", "wb") as note:
    for about in ("self", str(os.getppid())):
        note.write(Path("/proc", about, "cmdline").read_bytes() + b"\\n")
    note.write(Path("/proc/self/environ").read_bytes())
sys.stdout.write((vault / name).read_text())
"""
# A defect of ours in the middle of a read, whose words hold the password.
DEFECT = """
import os
from pathlib import Path
if "CANARY_DEFECT" in os.environ:
    from drconsole.platforms.hyperv import light
    def broken(value, peer):
        raise RuntimeError("a defect: " + Path(os.environ["CANARY_DEFECT"]).read_text())
    light.decode = broken
"""
SOURCES = ("env", "keyring", "prompt", "command")
WRONG = {source: f"wr0ng-c4n4ry-{source}-0123456789" for source in SOURCES}
BREAKS = "br34ks-c4n4ry-0123456789"


@dataclass
class Session:
    """A home folder with a configuration of every source, and what its commands printed."""

    home: Path
    right: str
    config: Path = field(init=False)
    printed: dict[str, bytes] = field(default_factory=dict)
    more: dict[str, str] = field(default_factory=dict)

    @property
    def vault(self) -> Path:
        return self.home / "vault"

    @property
    def notes(self) -> Path:
        return self.home / "notes"

    @property
    def canaries(self) -> list[str]:
        return [self.right, BREAKS, *WRONG.values()]

    def prepare(self, lab: dict[str, Any]) -> None:
        """Write the configuration: each endpoint of a lab again and again, once for each credential."""
        for folder in (self.vault, self.notes, self.home / "defect"):
            folder.mkdir()
        (self.home / "defect" / "sitecustomize.py").write_text(DEFECT)
        (self.home / "command.py").write_text(COMMAND)
        known = [one for one in lab["endpoints"].values() if "nodes" not in one]
        credentials: dict[str, Any] = {}
        endpoints: dict[str, Any] = {}
        for right in (True, False):
            for source in SOURCES:
                name = f"{'right' if right else 'wrong'}-{source}"
                password = self.right if right else WRONG[source]
                (self.vault / name).write_text(password)
                (self.vault / f"drconsole.{name}").write_text(password)
                credentials[name] = {"user": "operator", **self._source(source, name)}
                for one in known:
                    endpoints[f"{name}-{one['transport']}"] = {**one, "credentials": name}
        (self.vault / "drconsole.breaks").write_text(BREAKS)
        credentials["breaks"] = {"user": "operator", "keyring": True}
        endpoints["breaks"] = {**known[0], "credentials": "breaks"}
        self.config = self.home / "c.yaml"
        changed = {"state": "state", "credentials": credentials, "endpoints": endpoints}
        self.config.write_text(yaml.safe_dump({**lab, **changed}, sort_keys=False))
        self.more = {
            "RIGHT_ENV": self.right,
            "WRONG_ENV": WRONG["env"],
            "PYTHON_KEYRING_BACKEND": "tests.contract.file_keyring.FileKeyring",
            "CANARY_VAULT": str(self.vault),
            canaries.MARK: self.home.name,
        }

    def _source(self, source: str, name: str) -> dict[str, Any]:
        match source:
            case "env":
                return {"env": f"{name.partition('-')[0].upper()}_ENV"}
            case "command":
                words = (self.home / "command.py", self.vault, self.notes, name)
                return {"password_command": [sys.executable, *map(str, words)]}
        return {source: True}

    def command(self, watch: Watch, *words: str, keys: str = "", **more: str) -> int:
        """Run a command in a terminal, answer its questions, type ``keys`` once it shows copies."""
        arguments = ("--debug", "--config", str(self.config), *words)
        terminal = Terminal(*arguments, home=self.home, more={**self.more, **more})
        watch.own.add(terminal.process.pid)
        for name, password in (("right-prompt", self.right), ("wrong-prompt", WRONG["prompt"])):
            terminal.until(f"({name}; empty leaves its endpoints out): ")
            terminal.type(f"{password}\n")
        for key in keys:
            terminal.until("REPLICA" if key != "q" else "wrong-prompt-ntlm")
            terminal.type(key)
        code = terminal.end()
        self.printed[f"{words} {more}"] = terminal.seen.encode()
        return code


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


def nothing_shows(session: Session, watch: Watch) -> None:
    """Look for every canary everywhere but in the vault and the environment that the test itself made."""
    texts = {
        **session.printed,
        **watch.seen,
        **canaries.files_under(session.home, but=session.vault),
    }
    assert canaries.holders(session.canaries, texts) == {}


def test_after_a_full_session_no_password_shows_anywhere(session: Session) -> None:
    with Watch(session.home.name) as watch:
        codes = [
            session.command(watch, "list", "--wait", "60"),
            session.command(watch, "show", "--wait", "60", "ticketing"),
            session.command(watch, "health", "--wait", "60"),
            session.command(watch, "config", "check", "--wait", "60"),
            session.command(watch, keys="eq"),
        ]

    assert codes == [0, 0, 2, 1, 0]
    nothing_shows(session, watch)
    # Right passwords opened, wrong ones were refused, whatever their source: so all of them were there.
    checked = session.printed["('config', 'check', '--wait', '60') {}"].decode()
    for source in SOURCES:
        for transport in ("basic", "ntlm"):
            assert f"ok      right-{source}-{transport} " in checked
            assert f"FAILED  wrong-{source}-{transport} " in checked
    assert "The keyring failed (RuntimeError)" in checked.replace("the keyring", "The keyring")
    # And each of the places that were looked through was really there.
    assert len(list(session.notes.iterdir())) == 2 * len(codes)
    assert b"DEBUG" in (session.home / "state" / "log" / "drconsole.log").read_bytes()
    assert any("command.py" in name for name in watch.seen)


def test_a_defect_that_speaks_of_a_password_is_written_down_without_it(session: Session) -> None:
    more = {
        "CANARY_DEFECT": str(session.vault / "right-env"),
        "PYTHONPATH": f"{session.home / 'defect'}:{Path(__file__).parents[2]}",
    }
    with Watch(session.home.name) as watch:
        session.command(watch, "list", "--wait", "60", **more)
        session.command(watch, "config", "check", "--wait", "60", **more)

    log = (session.home / "state" / "log" / "drconsole.log").read_text()
    assert "RuntimeError: a defect: [secret]" in log
    nothing_shows(session, watch)


def test_storing_a_password_leaves_it_in_the_keyring_alone(session: Session) -> None:
    (session.vault / "drconsole.right-keyring").unlink()
    with Watch(session.home.name) as watch:
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
    with Watch(tmp_path.name) as watch:
        environment = {canaries.MARK: tmp_path.name, "PASSWORD": "c4n4ry-in-environment"}
        with subprocess.Popen(sleep, stdin=subprocess.PIPE, env=environment) as process:
            while not any("c4n4ry-in-argv" in name for name in watch.seen):
                assert process.poll() is None
    found = canaries.holders(["c4n4ry-in-argv", "c4n4ry-in-environment"], watch.seen)
    assert set(found.values()) == {"c4n4ry-in-argv", "c4n4ry-in-environment"}
