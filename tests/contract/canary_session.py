"""A home folder in which every source of a password is configured, and whole sessions in it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from tests.contract import canaries
from tests.contract.canaries import Watch
from tests.contract.commands import Terminal

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
    user: str = "operator"
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

    @property
    def asked(self) -> int:
        """How many times a password_command was run."""
        return len(list(self.notes.iterdir()))

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
                credentials[name] = {"user": self.user, **self._source(source, name)}
                for one in known:
                    told = one.get("transport", one["kind"])
                    endpoints[f"{name}-{told}"] = {**one, "credentials": name}
        (self.vault / "drconsole.breaks").write_text(BREAKS)
        credentials["breaks"] = {"user": self.user, "keyring": True}
        endpoints["breaks"] = {**known[0], "credentials": "breaks"}
        self.config = self.home / "c.yaml"
        changed = {"state": "state", "credentials": credentials, "endpoints": endpoints}
        self.config.write_text(yaml.safe_dump({**lab, **changed}, sort_keys=False))
        self.more = {
            "RIGHT_ENV": self.right,
            "WRONG_ENV": WRONG["env"],
            "PYTHON_KEYRING_BACKEND": "tests.contract.file_keyring.FileKeyring",
            "CANARY_VAULT": str(self.vault),
            canaries.MARK: str(self.home),
        }

    def _source(self, source: str, name: str) -> dict[str, Any]:
        match source:
            case "env":
                return {"env": f"{name.partition('-')[0].upper()}_ENV"}
            case "command":
                words = (self.home / "command.py", self.vault, self.notes, name)
                return {"password_command": [sys.executable, *map(str, words)]}
        return {source: True}

    def command(
        self,
        watch: Watch,
        *words: str,
        keys: tuple[tuple[str, str], ...] = (),
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> int:
        """Run a command in a terminal, and answer its questions; ``keys`` are typed once their text stands.

        Where there are any it is the console: it is left when every source was asked.
        """
        before = self.asked
        arguments = ("--debug", "--config", str(self.config), *words)
        terminal = Terminal(*arguments, home=self.home, more={**self.more, **more})
        watch.own.add(terminal.process.pid)
        for name, password in (("right-prompt", self.right), ("wrong-prompt", WRONG["prompt"])):
            terminal.until(f"({name}; empty leaves its endpoints out): ")
            terminal.type(f"{password}\n")
        for text, key in keys:
            terminal.until(text)
            terminal.type(key)
        if keys:
            # Both commands have been asked; what they gave is used from then on.
            terminal.until_true(lambda: self.asked >= before + 2, "asking the commands")
            terminal.type("q")
        code = terminal.end()
        self.printed[" ".join(words)] = terminal.seen.encode()
        return code


def nothing_shows(session: Session, watch: Watch) -> None:
    """Look for every canary everywhere but in the vault and the environment that the test itself made."""
    texts = {
        **session.printed,
        **watch.seen,
        **canaries.files_under(session.home, but=session.vault),
    }
    found = canaries.holders(session.canaries, texts)
    assert not found, found
