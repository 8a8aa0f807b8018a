"""The shipped example: right as it is, and with every line that it only names."""

from __future__ import annotations

import re
import socket
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec import inspect

from drconsole.cli.main import main
from drconsole.config import example
from drconsole.config.load import load
from drconsole.config.schema import Document
from drconsole.domain.endpoint import EndpointKind, Insecurity
from drconsole.lab.certificates import Authority

# A line that only names a key: '# key: value', with what may stand behind it.
NAMED = re.compile(r"^( *)# ([a-z_]+: \S+)( +#.*)?$", re.M)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    example.write(tmp_path / "c.yaml")
    return tmp_path / "c.yaml"


def test_the_strict_loader_takes_it(file: Path) -> None:
    config = load(file)

    assert {one.endpoint.kind for one in config.connections} == set(EndpointKind)
    assert {secret.kind for secret in config.secrets} == {"keyring", "password_command", "prompt", "env"}
    assert config.estate.pairs[0].rpo_s == 900
    assert [len(one.pins) for one in config.connections] == [0, 0, 0, 1]


def test_every_line_that_it_only_names_is_right_too(file: Path, tmp_path: Path) -> None:
    text = file.read_text(encoding="utf-8")
    named = [hit.group(2) for hit in NAMED.finditer(text)]
    assert len(named) == 12
    for line in named:
        changed = re.sub(rf"^( *)# ({re.escape(line)})", r"\1\2", text, count=1, flags=re.M)
        assert changed != text
        if line.startswith("ca_file"):
            Authority(tmp_path).certificate_file.rename(tmp_path / "corp-ca.pem")
        if line.startswith("insecure"):
            # One of the two is enough, as the loader says.
            changed = re.sub(r"^    pins: .*\n", "", changed, flags=re.M)
        file.write_text(changed, encoding="utf-8")
        config = load(file)
        if line.startswith("insecure"):
            assert config.estate.endpoints[-1].insecure is Insecurity.UNVERIFIED


def test_it_names_every_key_that_there_is(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    missing = {key for key in keys_of(inspect.type_info(Document)) if not re.search(rf"\b{key}:", text)}

    assert missing == set()


def keys_of(kind: Any) -> set[str]:
    """All keys of the schema, those of groups in it too."""
    match kind:
        case inspect.StructType():
            return {field.encode_name for field in kind.fields}.union(
                *(keys_of(field.type) for field in kind.fields)
            )
        case inspect.DictType():
            return keys_of(kind.value_type)
        case inspect.VarTupleType():
            return keys_of(kind.item_type)
        case inspect.UnionType():
            return set().union(*(keys_of(one) for one in kind.types))
    return set()


def test_it_is_printed_or_written_for_its_owner_alone(tmp_path: Path) -> None:
    printed = CliRunner().invoke(main, ["config", "example"])
    path = tmp_path / "new" / "folder" / "c.yaml"
    wrote = CliRunner().invoke(main, ["config", "example", str(path)])

    assert (printed.exit_code, printed.stdout) == (0, example.text())
    assert (wrote.exit_code, path.read_text(encoding="utf-8")) == (0, example.text())
    assert str(path) in wrote.stdout
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("what", ["file", "link", "folder"])
def test_what_is_there_already_is_left_as_it_is(what: str, tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    if what == "file":
        path.write_text("mine")
    elif what == "link":
        path.symlink_to(tmp_path / "elsewhere")
    else:
        path.mkdir()

    ran = CliRunner().invoke(main, ["config", "example", str(path)])

    assert ran.exit_code == 64
    assert "exists; it is left as it is" in ran.stderr
    assert [one.name for one in tmp_path.iterdir()] == ["c.yaml"]
    assert what != "file" or path.read_text() == "mine"


def test_where_nothing_can_be_written_it_says_so() -> None:
    ran = CliRunner().invoke(main, ["config", "example", "/proc/c.yaml"])

    assert ran.exit_code == 1
    assert "/proc/c.yaml cannot be written" in ran.stderr


def test_who_checks_it_as_it_is_hears_that_its_hosts_are_examples(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    outcome = CliRunner().invoke(main, ["--config", str(file), "config", "check", "--wait", "5"])
    assert outcome.exit_code == 1
    told = next(line for line in outcome.stdout.splitlines() if "example's" in line)
    assert told.startswith("nyhv01, goldr2, vc-nj, esx-ny-1: ")
    assert told.endswith(f"Put your own hosts into {file}.")

    file.write_text(file.read_text().replace(".corp.example", ".corp.invalid"))
    again = CliRunner().invoke(main, ["--config", str(file), "config", "check", "--wait", "5"])
    assert "example's" not in again.stdout
