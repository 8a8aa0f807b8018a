"""The list of open shells: which of them nobody uses any more."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from drconsole.platforms.hyperv import owner, shells
from drconsole.platforms.hyperv.owner import Owner, is_dead, this_process
from drconsole.platforms.hyperv.shells import Listed, Shells

ADDRESS = "hv-ny1.example.com:5986"
ME = this_process()
DEAD = msgspec.structs.replace(ME, started="1")


def listing(state: Path, *lines: Listed) -> Path:
    """A list with these lines."""
    file = state / "shells" / "ny-hv1.jsonl"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"".join(msgspec.json.encode(line) + b"\n" for line in lines))
    return file


def test_this_process_lives() -> None:
    assert ME.pid == os.getpid()
    assert not is_dead(ME)


@pytest.mark.parametrize(
    ("change", "dead"),
    [
        ({"started": "1"}, True),
        ({"boot": "another boot"}, True),
        ({"pid": 2**22 + 1}, True),
        ({"machine": "another-machine", "started": "1"}, False),
        ({"boot": ""}, False),
    ],
    ids=["number used again", "booted since", "gone", "of another machine", "told no boot"],
)
def test_who_is_dead_for_certain(change: dict[str, object], dead: bool) -> None:
    assert is_dead(msgspec.structs.replace(ME, **change)) is dead


def test_without_proc_nobody_is_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(owner, "PROC", tmp_path)
    assert not is_dead(DEAD)
    assert not is_dead(this_process())


def test_a_programs_name_does_not_confuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sys/kernel/random").mkdir(parents=True)
    (tmp_path / "sys/kernel/random/boot_id").write_text("boot\n", encoding="ascii")
    (tmp_path / "9").mkdir()
    fields = " ".join(str(number) for number in range(4, 53))
    (tmp_path / "9/stat").write_text(f"9 (a) Z (b) S {fields}", encoding="ascii")
    monkeypatch.setattr(owner, "PROC", tmp_path)
    told = Owner(ME.machine, "boot", 9, "22")
    assert not is_dead(told)
    (tmp_path / "9/stat").write_text(f"9 (a) S (b) Z {fields}", encoding="ascii")
    assert is_dead(told)


def test_what_was_opened_is_listed_until_it_is_closed(tmp_path: Path) -> None:
    one, other = Shells(tmp_path, "ny-hv1", ADDRESS), Shells(tmp_path, "ny-hv1", ADDRESS)
    one.opened("A")
    other.opened("B")
    file = tmp_path / "shells" / "ny-hv1.jsonl"
    lines = [msgspec.json.decode(line, type=Listed) for line in file.read_bytes().splitlines()]
    assert lines == [Listed("A", ADDRESS, "read", ME), Listed("B", ADDRESS, "read", ME)]
    one.closed("A")
    other.closed("B")
    assert file.read_bytes() == b""


def test_only_the_dead_s_shells_for_reads_at_this_address_are_left_over(tmp_path: Path) -> None:
    file = listing(
        tmp_path,
        Listed("dead", ADDRESS, "read", DEAD),
        Listed("living", ADDRESS, "read", ME),
        Listed("act", ADDRESS, "act", DEAD),
        Listed("elsewhere", "other:5986", "read", DEAD),
    )
    file.write_bytes(b'\xff\xfe{"shell"\n{}\n' + file.read_bytes())
    assert Shells(tmp_path, "ny-hv1", ADDRESS).left_over() == ["dead"]


def test_what_we_lost_ourselves_is_left_over_and_each_is_told_once(tmp_path: Path) -> None:
    one = Shells(tmp_path, "ny-hv1", ADDRESS)
    one.opened("lost")
    assert one.left_over() == ["lost"]
    assert one.left_over() == []
    assert Shells(tmp_path, "ny-hv1", ADDRESS).left_over() == []


def test_lines_that_are_not_understood_are_kept(tmp_path: Path) -> None:
    file = listing(tmp_path)
    file.write_bytes(b'{"from": "a newer version"}\n')
    one = Shells(tmp_path, "ny-hv1", ADDRESS)
    one.opened("A")
    one.closed("A")
    assert file.read_bytes() == b'{"from": "a newer version"}\n'


@pytest.mark.parametrize("name", ["../../etc", "a/b", "ä\n", "ny hv1"])
def test_no_endpoint_name_leaves_the_folder(tmp_path: Path, name: str) -> None:
    Shells(tmp_path, name, ADDRESS).opened("A")
    assert len(list((tmp_path / "shells").iterdir())) == 1


def test_without_a_folder_nothing_is_listed() -> None:
    one = Shells(None, "ny-hv1", ADDRESS)
    one.opened("A")
    assert one.left_over() == []


def test_a_list_that_cannot_be_written_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(shells, "_private", lambda path, _: os.open(path, os.O_RDONLY | os.O_CREAT, 0o600))
    one = Shells(tmp_path, "ny-hv1", ADDRESS)
    one.opened("A")
    one.closed("A")
    assert "ny-hv1.jsonl cannot be used" in caplog.text
