"""The compiled proxy: built once per sources and shell, by one rename, with a clear error when it fails."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from drconsole.lab.powershell.proxy import build
from drconsole.lab.powershell.proxy.build import Build, BuildError
from drconsole.lab.powershell.real_engine import RealEngine
from tests.contract.real_lab import SmallWorld


@pytest.fixture
def counted(pwsh: Path, tmp_path: Path) -> Path:
    """A PowerShell that writes a line into ``starts`` beside it whenever it is started."""
    program = tmp_path / "pwsh"
    program.write_text(f'#!/bin/sh\necho x >> "{tmp_path}/starts"\nexec "{pwsh}" "$@"\n')
    program.chmod(0o700)
    return program


async def proven(made: Build) -> None:
    """Stand for the proof of the hook where a test is about the folder alone."""
    assert made.assembly.is_file()


async def opened(shell: Path, cache: Path) -> None:
    """Open an engine and close it."""
    engine = RealEngine(SmallWorld(), shell, cache)
    try:
        await engine.open()
    finally:
        await engine.close()


@pytest.mark.pwsh
def test_two_at_once_and_a_third_later(counted: Path, tmp_path: Path) -> None:
    cache, starts = tmp_path / "cache", tmp_path / "starts"

    async def scenario() -> None:
        await asyncio.gather(opened(counted, cache), opened(counted, cache))
        (final,) = cache.iterdir()
        assert (final / build.DESCRIPTION).is_file()
        before = starts.read_text()
        await opened(counted, cache)
        assert starts.read_text() == before, "it was built already"
        # two compilers and two proofs, or the second one came so late that it found the first one's work
        assert len(before.split()) in (2, 4)

    asyncio.run(scenario())


@pytest.mark.pwsh
def test_other_sources_or_another_shell_are_another_build(
    counted: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario() -> None:
        first = await build.ensure(counted, proven, tmp_path / "cache")
        assert (first.shell, first.version[:2]) == (counted, "7.")
        assert first == await build.ensure(counted, proven, tmp_path / "cache")
        counted.write_text(counted.read_text() + "# changed\n")
        second = await build.ensure(counted, proven, tmp_path / "cache")
        monkeypatch.setattr(build, "MANIFEST", build.MANIFEST + "# changed\n")
        third = await build.ensure(counted, proven, tmp_path / "cache")
        assert len({first.folder, second.folder, third.folder}) == 3

    asyncio.run(scenario())


@pytest.mark.pwsh
def test_sources_that_do_not_compile(pwsh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    shutil.copytree(build.HERE / "sources", here / "sources")
    shutil.copy(build.HERE / "compile.ps1", here)
    (here / "sources" / "Broken.cs").write_text("class Broken { int x = ; }\n")
    monkeypatch.setattr(build, "HERE", here)
    with pytest.raises(BuildError, match=r"(?s)does not compile.*Broken\.cs\(1,\d+\): error CS1525"):
        asyncio.run(build.ensure(pwsh, proven, tmp_path / "cache"))
    assert list((tmp_path / "cache").iterdir()) == []


@pytest.mark.parametrize(
    ("text", "mode", "why"),
    [
        (None, 0, "there is no PowerShell at"),
        ("#!/bin/sh\n", 0o600, "cannot be started: Permission denied"),
        ("#!/bin/sh\necho hello\n", 0o700, r"(?s)does not behave as a PowerShell 7:\nhello"),
        ("#!/bin/sh\necho broken >&2; exit 3\n", 0o700, r"(?s)exit code 3\):\nbroken"),
    ],
)
def test_what_is_no_powershell(tmp_path: Path, text: str | None, mode: int, why: str) -> None:
    shell = tmp_path / "pwsh"
    if text is not None:
        shell.write_text(text)
        shell.chmod(mode)
    with pytest.raises(BuildError, match=why):
        asyncio.run(opened(shell, tmp_path / "cache"))
    cache = tmp_path / "cache"
    assert not cache.exists() or not list(cache.iterdir())


@pytest.mark.pwsh
def test_a_failed_proof_leaves_nothing(pwsh: Path, tmp_path: Path) -> None:
    async def fails(made: Build) -> None:
        raise BuildError("no hook")

    with pytest.raises(BuildError, match="no hook"):
        asyncio.run(build.ensure(pwsh, fails, tmp_path / "cache"))
    assert list((tmp_path / "cache").iterdir()) == []
