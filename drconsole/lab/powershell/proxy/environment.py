"""The environment of a simulated host's process: its own, not a copy of ours."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

QUIET = {
    "POWERSHELL_TELEMETRY_OPTOUT": "1",
    "POWERSHELL_UPDATECHECK": "Off",
    "POWERSHELL_DIAGNOSTICS_OPTOUT": "1",
    "DOTNET_CLI_TELEMETRY_OPTOUT": "1",
    "DOTNET_EnableDiagnostics": "0",
    # 7 colours tables and errors even when redirected, 5.1 never does
    "NO_COLOR": "1",
}

CONTROLS = ("DOTNET_", "COMPLUS_", "CORECLR_", "POWERSHELL_", "LD_", "DYLD_", "DRLAB_", "XDG_", "LC_")
"""Beginnings of names that would steer this machine's shell and not the simulated host."""

NEEDED = ("SYSTEMROOT", "WINDIR")
"""Without these no program starts on Windows."""


OURS = {
    "PATH",
    "HOME",
    "TMPDIR",
    "TZ",
    "LANG",
    "NO_COLOR",
    "COMPUTERNAME",
    "PSMODULEPATH",
    "PSMODULEANALYSISCACHEPATH",
}
"""Names that are set here, whatever a client says."""


def refused(name: str) -> bool:
    """Tell whether a variable that a client sets for its shell must not reach the real process."""
    upper = name.upper()
    return upper.startswith(CONTROLS) or upper in OURS


def environment(
    host: str,
    *,
    client: Mapping[str, str],
    modules: list[Path],
    home: Path,
    programs: Path,
    assembly: Path,
    settings: Mapping[str, str],
) -> dict[str, str]:
    """Make the environment of one process.

    Args:
        host: the simulated host's name.
        client: what the client set for its shell.
        modules: module folders; the shell puts its own before ours unless all are named.
        home: a writable folder without profile and modules, for temporary files too.
        programs: the only folder in PATH: ``hostname`` must not answer for this machine.
        assembly: the start-up hook.
        settings: what the hook is told, by name without prefix; it wipes them.
    """
    folders = dict.fromkeys(
        ("HOME", "TMPDIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), str(home)
    )
    return {
        **{name: value for name, value in client.items() if not refused(name)},
        **{name: os.environ[name] for name in NEEDED if name in os.environ},
        **QUIET,
        **folders,
        **{f"DRLAB_{name}": value for name, value in settings.items()},
        "COMPUTERNAME": host,
        "TZ": "UTC",
        "LC_ALL": "en_US.UTF-8",
        "PATH": str(programs),
        "PSModulePath": os.pathsep.join(map(str, modules)),
        "PSModuleAnalysisCachePath": str(home / "analysis"),
        "DOTNET_STARTUP_HOOKS": str(assembly),
    }
