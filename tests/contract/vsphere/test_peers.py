"""The peers themselves: their sources are in form, and they end with their tests."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.peers import build
from tests.peers.certificates import Authority
from tests.peers.peer import Peer

pytestmark = pytest.mark.peers


def test_the_sources_are_formatted_and_vetted(simulator: Path) -> None:
    go = shutil.which("go")
    assert go
    form = subprocess.run(
        [str(Path(go).resolve().with_name("gofmt")), "-l", "."],
        cwd=build.SOURCES, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert form.stdout == ""
    subprocess.run([go, "vet", "./..."], cwd=build.SOURCES, check=True)


def test_a_peer_ends_when_its_test_run_dies(simulator: Path, authority: Authority) -> None:
    with Peer(simulator, authority.issue("127.0.0.1"), authority.ca_file) as peer:
        assert peer.process.stdin
        peer.process.stdin.close()
        assert peer.process.wait() == 0


def test_a_program_is_built_once_for_a_state_of_its_sources(simulator: Path) -> None:
    before = simulator.stat().st_mtime_ns
    assert build.simulator() == simulator
    assert simulator.stat().st_mtime_ns == before


def test_a_machine_without_go_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(build.NoGo):
        build.simulator()
