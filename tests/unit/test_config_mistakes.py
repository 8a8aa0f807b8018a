"""Wrong configurations: each gives one message with file, line, key and remedy, and nothing is started."""

from __future__ import annotations

import os
import ssl
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner

from drconsole.cli.main import main
from drconsole.config.load import load
from drconsole.errors import ConfigError
from drconsole.lab.certificates import Authority
from tests.unit.wrong_configs import BYTES, GOOD, WRONG, Wrong
from tests.unit.wrong_mappings import CONTRADICTING, PAIR, WRONG_MAPPINGS


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with files that a configuration may name; nobody connects or starts anything meanwhile."""

    def forbidden(*_: object, **__: object) -> None:
        pytest.fail("something was connected, looked up or started for a wrong configuration")

    for target in (
        "socket.socket.connect",
        "socket.socket.connect_ex",
        "socket.getaddrinfo",
        "subprocess.Popen",
        "getpass.getpass",
        "keyring.get_keyring",
    ):
        monkeypatch.setattr(target, forbidden)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "usual-state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "usual-config"))
    folder = tmp_path / "folder"
    folder.mkdir()
    authority = Authority(tmp_path / "authority")
    shown = authority.certificate_file.read_bytes()
    (folder / "c.pem").write_bytes(shown)
    (folder / "cut.pem").write_bytes(shown[: len(shown) // 2])
    (folder / "key.pem").write_bytes((tmp_path / "authority" / "ca.key").read_bytes())
    (folder / "der.pem").write_bytes(ssl.PEM_cert_to_DER_cert(shown.decode()))
    (folder / "empty.pem").write_bytes(b"")
    (folder / "circle.pem").symlink_to("circle.pem")
    return folder


def answers(folder: Path, path: Path) -> list[str]:
    """The mistakes that every command tells alike, without leaving anything behind."""
    before = sorted(folder.parent.rglob("*"))
    told = []
    for code, words in ((64, ["list"]), (64, ["config", "check"]), (64, ["secret", "list"]), (3, ["health"])):
        outcome = CliRunner().invoke(main, ["--config", str(path), *words])
        assert (outcome.exit_code, outcome.stdout) == (code, ""), outcome.stderr
        assert outcome.stderr.splitlines()[0] == "The configuration is wrong:"
        told.append([line[2:] for line in outcome.stderr.splitlines() if line.startswith("  ")])
    assert sorted(folder.parent.rglob("*")) == before
    assert told[1:] == told[:1] * 3
    return told[0]


@pytest.mark.parametrize("wrong", [*WRONG, *WRONG_MAPPINGS], ids=lambda w: w.name)
def test_wrong_file_is_answered_with_file_line_key_and_remedy(wrong: Wrong, folder: Path) -> None:
    path = folder / "c.yaml"
    assert GOOD.count(wrong.old) >= 1, wrong.old
    path.write_text(GOOD.replace(wrong.old, wrong.new, 1), encoding="utf-8")

    (told,) = answers(folder, path)

    assert told.startswith(f"{path}:{wrong.line}: ")
    assert wrong.key in told
    assert wrong.remedy in told


def test_each_mistake_of_the_list_has_its_own_name() -> None:
    names = [wrong.name for wrong in (*WRONG, *WRONG_MAPPINGS)]

    assert len(names) == len(set(names))
    assert len(names) >= 40


@pytest.mark.parametrize("name", CONTRADICTING)
def test_what_contradicts_itself_is_told_where_it_does(name: str, folder: Path) -> None:
    text, keys, remedy = CONTRADICTING[name]
    path = folder / "c.yaml"
    path.write_text(GOOD.replace(PAIR, text), encoding="utf-8")

    told = answers(folder, path)

    assert [line.split(" ", 1)[1].split(": ")[0] for line in told] == keys
    assert all(remedy in line for line in told)


@pytest.mark.parametrize("name", BYTES)
def test_bytes_that_are_no_configuration(name: str, folder: Path) -> None:
    data, line, remedy = BYTES[name]
    path = folder / "c.yaml"
    path.write_bytes(data)

    (told,) = answers(folder, path)

    assert told.startswith(f"{path}:{line}: " if line else f"{path}: ")
    assert remedy in told


@pytest.mark.parametrize(
    ("theme", "told"),
    [
        ("primary: '#zzzzzz'\n", ":1"),
        ("dark: true\n", "primary"),
        ("primary: '#ffffff'\ncolour: red\n", ":2"),
        ("primary: [\n", "YAML"),
        ("", "not a list of fields"),
    ],
)
def test_own_theme_that_is_wrong_is_told_with_file_and_line(theme: str, told: str, folder: Path) -> None:
    path = folder / "c.yaml"
    path.write_text(GOOD.replace("theme: dark", "theme: mine.yaml"), encoding="utf-8")
    (folder / "mine.yaml").write_text(theme)
    before = sorted(folder.parent.rglob("*"))

    for words in (["list"], ["config", "check"], ["secret", "list"], []):
        outcome = CliRunner().invoke(main, ["--config", str(path), *words])
        assert (outcome.exit_code, outcome.stdout) == (64, "")
        assert outcome.stderr.splitlines()[0] == "The theme is wrong:"
        assert str(folder / "mine.yaml") in outcome.stderr
        assert told in outcome.stderr
    assert sorted(folder.parent.rglob("*")) == before


def test_aliases_of_aliases_are_never_unfolded(folder: Path) -> None:
    names = "abcdefghijklmnopqrstuvwxyz"
    lines = [f"{one}: &{one} [{', '.join([f'*{before}'] * 20)}]" for before, one in pairwise(names)]
    path = folder / "c.yaml"
    path.write_text("\n".join(["a: &a [x]", *lines]) + "\n")

    told = answers(folder, path)

    assert len(told) == len(names) + 4


def test_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    for name, told in {
        "missing.yaml": "there is no such file",
        ".": "it is a directory",
        "pipe": "it is not a plain file",
        "loop": "it cannot be opened",
    }.items():
        with pytest.raises(ConfigError, match=told) as caught:
            load(tmp_path / name)
        assert str(tmp_path) in caught.value.message


def test_a_file_that_opens_and_cannot_be_read() -> None:
    # Its first bytes are never mapped, so reading them fails as on a broken disk.
    with pytest.raises(ConfigError, match="it cannot be read: Input/output error"):
        load(Path("/proc/self/mem"))


def test_file_that_everybody_may_change_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(GOOD)
    path.chmod(0o666)

    with pytest.raises(ConfigError, match="chmod o-w"):
        load(path)


def test_all_mistakes_are_told_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    text = GOOD.replace("theme: dark", "theme: drak").replace("kind: hyperv", "kind: hiperv")
    text = text.replace("refresh_s: 30", "refresh_s: -3").replace("site: New Jersey,", "site: New Jersy,")
    path.write_text(text.replace("to: New Jersey", "to: Jersey").replace("env", "envi", 1))

    with pytest.raises(ConfigError) as caught:
        load(path)

    lines = [int(line.removeprefix(f"{path}:").split(":")[0]) for line in caught.value.message.splitlines()]
    assert lines == [1, 3, 8, 13, 18, 20]
    assert caught.value.hint == "6 mistakes to correct; nothing was started."


def test_values_under_credentials_are_never_repeated(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    for line in ("env: 'hunter2!'", "password: hunter2!", "password_command: hunter2!", "prompt: hunter2!"):
        path.write_text(GOOD.replace("password_command: [pass, ops]", line))
        with pytest.raises(ConfigError) as caught:
            load(path)
        assert "hunter2" not in str(caught.value)


def test_names_from_the_file_cannot_steer_a_terminal(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    path.write_text(GOOD.replace("theme: dark", '"\\e[31m\\nred": x'))

    outcome = CliRunner().invoke(main, ["--config", str(path), "list"])

    assert outcome.exit_code == 64
    assert "\x1b" not in outcome.stderr
    assert r"\x1b[31m\nred" in outcome.stderr
