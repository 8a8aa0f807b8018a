"""The compiled proxy: made once per sources and shell, kept in the user's cache folder."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

from drconsole.lab.powershell.proxy import csharp, signatures
from drconsole.lab.powershell.proxy.environment import QUIET

HERE = Path(__file__).resolve().parent
ASSEMBLY = "DrLabProxy.dll"
DESCRIPTION = "build.json"

EXTRA_MODULES = {"Storage": ["Get-Volume"], "Microsoft.PowerShell.Diagnostics": ["Get-WinEvent"]}
"""Modules of a host that are not among the documented signatures; their cmdlets are in BuiltIns.cs."""

MANIFEST = """\
@{{
    ModuleVersion     = '2.0.0.0'
    NestedModules     = '{assembly}'
    FunctionsToExport = @()
    AliasesToExport   = @()
    CmdletsToExport   = @({cmdlets})
}}
"""
# NestedModules: with RootModule a second module on the same assembly gets the first one's cmdlets


class BuildError(Exception):
    """Say why this PowerShell cannot stand for a simulated host."""


@dataclass(frozen=True, slots=True)
class Build:
    """A compiled proxy: its folder, the shell it was made with, that shell's version and module home."""

    folder: Path
    shell: Path
    version: str
    home: Path

    @property
    def assembly(self) -> Path:
        """The assembly that the start-up hook names."""
        return self.folder / ASSEMBLY

    @property
    def modules(self) -> Path:
        """Folder of the modules that a simulated host offers."""
        return self.folder / "modules"

    @property
    def empty(self) -> Path:
        """A PATH without programs."""
        return self.folder / "empty"


Prove = Callable[[Build], Awaitable[object]]
"""Starts a process on a new build and raises ``BuildError`` if its hook does not hold."""


async def ensure(shell: Path, prove: Prove, cache: Path | None = None) -> Build:
    """Return the compiled proxy for a shell; compile and prove it if there is none.

    The folder appears by one rename: of two that build at once both compile and the later one throws its own
    away, so there is no lock that could be left behind.

    Raises:
        BuildError: the shell cannot be run, does not compile the sources, or does not run the start-up hook.
    """
    cache = cache or user_cache_path("drconsole") / "lab-proxy"
    facts = signatures.load()
    final = cache / _key(shell, csharp.source(facts))
    if not (final / DESCRIPTION).exists():
        cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(dir=cache, prefix="part-") as place:
            part = Path(place) / "new"
            await _make(shell, facts, part)
            await prove(_described(part, shell))
            try:
                part.rename(final)
            except OSError:
                if not (final / DESCRIPTION).exists():
                    raise
    return _described(final, shell)


def _described(folder: Path, shell: Path) -> Build:
    about = json.loads((folder / DESCRIPTION).read_text(encoding="utf-8"))
    return Build(folder, shell, about["version"], Path(about["home"]))


def _sources() -> list[Path]:
    return sorted((HERE / "sources").glob("*.cs"))


def _key(shell: Path, generated: str) -> str:
    """Name the build after all it depends on; the shell's own settings can switch start-up hooks off."""
    parts = [generated, MANIFEST]
    parts += [f.read_text(encoding="utf-8") for f in (*_sources(), HERE / "compile.ps1")]
    try:
        for file in (shell, shell.with_name("pwsh.dll"), shell.with_name("pwsh.runtimeconfig.json")):
            if file == shell or file.exists():
                seen = file.stat()
                parts.append(f"{file} {seen.st_size} {seen.st_mtime_ns}")
    except OSError as error:
        raise BuildError(f"there is no PowerShell at {shell}: {error.strerror}") from error
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


async def _make(shell: Path, facts: signatures.Signatures, part: Path) -> None:
    part.mkdir()
    (part / "empty").mkdir()
    (part / "generated.cs").write_text(csharp.source(facts), encoding="utf-8")
    about = await _compile(shell, part)
    by_module = {name: list(cmdlets) for name, cmdlets in EXTRA_MODULES.items()}
    for cmdlet in facts.cmdlets:
        by_module.setdefault(cmdlet.module, []).append(cmdlet.name)
    for name, cmdlets in by_module.items():
        folder = part / "modules" / name
        folder.mkdir(parents=True)
        listed = ", ".join(f"'{one}'" for one in cmdlets)
        text = MANIFEST.format(assembly=f"../../{ASSEMBLY}", cmdlets=listed)
        (folder / f"{name}.psd1").write_text(text, encoding="utf-8")
    (part / DESCRIPTION).write_text(json.dumps(about), encoding="utf-8")


async def _compile(shell: Path, part: Path) -> dict[str, str]:
    """Run the compiler that the shell carries; its last line describes the shell."""
    arguments = ["-NoLogo", "-NoProfile", "-NonInteractive", "-File", str(HERE / "compile.ps1")]
    arguments += [str(part / ASSEMBLY), *map(str, _sources()), str(part / "generated.cs")]
    home = part / "home"
    home.mkdir()
    environment = {**QUIET, "HOME": str(home), "TMPDIR": str(home), "PATH": str(part / "empty")}
    try:
        process = await asyncio.create_subprocess_exec(
            shell,
            *arguments,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
    except OSError as error:
        raise BuildError(f"{shell} cannot be started: {error.strerror}") from error
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        shutil.rmtree(home)
    text = said.decode(errors="replace").strip()
    if process.returncode:
        raise BuildError(
            f"{shell} does not compile the lab's cmdlets (exit code {process.returncode}):\n{text}"
        )
    try:
        about = json.loads(text.rpartition("\n")[2])
        return {"version": about["version"], "home": about["home"]}
    except (ValueError, KeyError, TypeError) as error:
        raise BuildError(f"{shell} does not behave as a PowerShell 7:\n{text}") from error
