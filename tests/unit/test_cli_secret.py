"""``drconsole secret``: what it stores, refuses and tells, and that no password shows."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import keyring
import pytest
from click.testing import CliRunner, Result
from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError

from drconsole.cli.main import main

CANARY = "c4n4ry-p4ss"
CONFIG = """\
environment: X
state: state
sites: {A: {}}
credentials:
  hosts: {user: 'DOM\\dr', keyring: true}
  spare: {user: s, keyring: true}
  cmd: {user: c, password_command: [PROGRAM, drconsole/cmd]}
  gone: {user: g, password_command: [/nowhere/pass, x]}
  vc: {user: vc@x, env: VC_PASSWORD}
  me: {user: me, prompt: true}
  ticket: {user: t}
endpoints:
  hv1: {kind: hyperv, site: A, address: hv1, credentials: hosts}
  hv2: {kind: hyperv, site: A, address: hv2, credentials: hosts, transport: ntlm}
  vc: {kind: vsphere, site: A, address: vc, credentials: vc}
  k: {kind: hyperv, site: A, address: k, credentials: ticket, transport: kerberos}
"""


class Store(KeyringBackend):
    """A keyring in memory."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}
        self.forgets = False
        self.fails: Exception | None = None

    def get_password(self, service: str, username: str) -> str | None:
        if self.fails:
            raise self.fails
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if not self.forgets:
            self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.entries:
            raise PasswordDeleteError
        del self.entries[service, username]


class Plain(Store):
    """A keyring that keeps passwords in the clear."""


Plain.__module__, Plain.__qualname__ = "keyrings.alt.file", "PlaintextKeyring"


class Heir(Plain):
    """One made from it."""


class Asking(Store):
    """A keyring that asks on the terminal."""


Asking.__module__, Asking.__qualname__ = "keyrings.cryptfile.cryptfile", "CryptFileKeyring"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "c.yaml"
    path.write_text(CONFIG.replace("PROGRAM", sys.executable))
    return path


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    one = Store()
    monkeypatch.setattr(keyring.core, "_keyring_backend", one)
    yield one
    assert CANARY not in "".join(sys.argv)


def run(config: Path, *words: str, given: str | bytes = "") -> Result:
    ran = CliRunner().invoke(main, ["--config", str(config), "secret", *words], input=given)
    assert CANARY not in ran.stdout + ran.stderr
    assert [one.name for one in config.parent.iterdir()] == ["c.yaml"]
    return ran


@pytest.mark.parametrize("given", [CANARY, f"{CANARY}\n", f"{CANARY}\r\n", f"  {CANARY} ü \n"])
def test_set_stores_the_one_line_of_standard_input(given: str, config: Path, store: Store) -> None:
    ran = run(config, "set", "hosts", given=given)

    assert (ran.exit_code, ran.stderr) == (0, "")
    assert ran.stdout == "The keyring has a password for hosts now.\n"
    assert store.entries == {("drconsole", "hosts"): given.rstrip("\r\n")}


@pytest.mark.parametrize("given", ["", "\n", f"{CANARY}\n{CANARY}\n", b"\xff\xfe", CANARY * 10_000])
def test_what_is_no_password_is_not_stored(given: str | bytes, config: Path, store: Store) -> None:
    ran = run(config, "set", "hosts", given=given)

    assert ran.exit_code == 64
    assert "nothing was stored" in ran.stderr
    assert store.entries == {}


@pytest.mark.parametrize(
    ("typed", "code", "told"),
    [
        ([CANARY, CANARY], 0, ""),
        ([CANARY, "other"], 64, "The two are not the same; nothing was stored."),
        ([""], 64, "Nothing was entered; nothing was stored."),
    ],
)
def test_a_person_types_it_twice_without_echo(
    typed: list[str], code: int, told: str, config: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return typed[len(asked) - 1]

    monkeypatch.setattr("getpass.getpass", answer)
    monkeypatch.setattr(
        "drconsole.cli.secret_command.sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True))
    )

    ran = run(config, "set", "hosts")

    assert ran.exit_code == code
    assert told in ran.stderr
    assert store.entries == ({("drconsole", "hosts"): CANARY} if code == 0 else {})
    assert asked == [r"Password of DOM\dr (hosts): ", "The same again: "][: len(typed)]


def test_a_password_is_no_word_of_the_command_line(config: Path, store: Store) -> None:
    ran = CliRunner().invoke(main, ["--config", str(config), "secret", "set", "hosts", CANARY], input="x")

    assert ran.exit_code == 64
    assert store.entries == {}
    assert run(config, "list").exit_code == 0


def test_what_the_keyring_does_not_give_back_is_no_success(config: Path, store: Store) -> None:
    store.forgets = True

    ran = run(config, "set", "hosts", given=CANARY)

    assert ran.exit_code == 1
    assert "does not give it back" in ran.stderr
    assert "has a password" not in ran.stdout


def test_delete_removes_the_entry_once(config: Path, store: Store) -> None:
    store.entries["drconsole", "hosts"] = CANARY

    first, second = run(config, "delete", "hosts"), run(config, "delete", "hosts")

    assert (first.exit_code, second.exit_code) == (0, 1)
    assert store.entries == {}
    assert "has no password for hosts; nothing was changed" in second.stderr


@pytest.mark.parametrize("words", [("set", "host"), ("delete", "host")])
def test_a_credential_that_the_config_lacks(words: tuple[str, ...], config: Path, store: Store) -> None:
    ran = run(config, *words, given=CANARY)

    assert ran.exit_code == 64
    assert f"There is no credential 'host' in {config}; did you mean 'hosts'?" in ran.stderr
    assert store.entries == {}


@pytest.mark.parametrize("name", ["cmd", "vc", "me", "ticket"])
def test_a_credential_with_another_source_is_not_stored(name: str, config: Path, store: Store) -> None:
    ran = run(config, "set", name, given=CANARY)

    assert ran.exit_code == 64
    assert "not from the keyring" in ran.stderr
    assert "keyring: true" in ran.stderr
    assert store.entries == {}


@pytest.mark.parametrize(
    ("backend", "told"),
    [
        (Plain, "The keyring keyrings.alt.file.PlaintextKeyring keeps passwords in the clear."),
        (Heir, "The keyring keyrings.alt.file.PlaintextKeyring keeps passwords in the clear."),
        (Asking, "CryptFileKeyring asks for its own password on the terminal."),
    ],
)
def test_a_keyring_is_refused_by_name_before_anybody_is_asked(
    backend: type[Store], told: str, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weak = backend()
    monkeypatch.setattr(keyring.core, "_keyring_backend", weak)

    ran = run(config, "set", "hosts", given=CANARY)

    assert ran.exit_code == 1
    assert ran.stderr.splitlines()[0] == "The keyring cannot be used:"
    assert told in ran.stderr
    assert "password_command" in ran.stderr
    assert weak.entries == {}


def test_a_host_without_a_keyring_is_told_what_to_do(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.backends.fail import Keyring

    monkeypatch.setattr(keyring.core, "_keyring_backend", Keyring())  # type: ignore[no-untyped-call]

    for words in (("set", "hosts"), ("delete", "hosts")):
        ran = run(config, *words, given=CANARY)
        assert ran.exit_code == 1
        for part in ("no keyring that can be used", "password_command", "prompt: true"):
            assert part in ran.stderr
    listed = run(config, "list")
    assert listed.exit_code == 0
    assert "NO KEYRING" in listed.stdout
    assert "no keyring that can be used" in listed.stdout


@pytest.mark.parametrize("error", [KeyringLocked(CANARY), RuntimeError(f"cannot decrypt {CANARY}")])
def test_of_an_error_of_the_keyring_only_the_kind_is_told(
    error: Exception, config: Path, store: Store
) -> None:
    store.fails = error

    ran = run(config, "set", "hosts", given="x")

    assert ran.exit_code == 1
    assert f"The keyring failed ({type(error).__name__})." in ran.stderr


def test_list_tells_source_and_whether_there_is_one(
    config: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.entries["drconsole", "hosts"] = CANARY
    monkeypatch.setenv("VC_PASSWORD", CANARY)

    text = run(config, "list")
    # What a keyring may start from now on does not inherit it.
    assert "VC_PASSWORD" not in os.environ
    monkeypatch.setenv("VC_PASSWORD", CANARY)
    data = run(config, "list", "--json")

    assert (text.exit_code, data.exit_code) == (0, 0)
    found = {one["name"]: one for one in json.loads(data.stdout)["credentials"]}
    told = {name: (one["source"], one["set"], one["told"], one["used_by"]) for name, one in found.items()}
    assert told == {
        "hosts": ("keyring", True, "set", ["hv1", "hv2"]),
        "spare": ("keyring", False, "NOT SET", []),
        "cmd": (f"password_command {sys.executable}", None, "asked for when needed", []),
        "gone": ("password_command /nowhere/pass", False, "NO SUCH PROGRAM", []),
        "vc": ("env VC_PASSWORD", True, "set (other programs can read it)", ["vc"]),
        "me": ("prompt", None, "asked for at each start", []),
        "ticket": ("none (Kerberos)", None, "not needed", ["k"]),
    }
    heading, *rows = text.stdout.splitlines()
    assert heading.split() == ["CREDENTIAL", "USER", "SOURCE", "PASSWORD", "USED", "BY"]
    assert [row.split()[0] for row in rows] == list(found)
    assert all(one["told"] in row for one, row in zip(found.values(), rows, strict=True))
