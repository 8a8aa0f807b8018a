"""Whether a run's process outlives the login that starts it, and what has to be put before its command."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Ask = Callable[[Sequence[str]], str]
"""Runs a program and gives what it prints, or nothing when it fails."""

_KILLS = "KillUserProcesses"
_LINGERS = "Linger"


@dataclass(frozen=True, slots=True)
class Survival:
    """How a run's process is started.

    Args:
        prefix: what stands before its command.
        ended_by: what would end it; empty: only its host's end does.
        clear: how to let it survive.
    """

    prefix: tuple[str, ...] = ()
    ended_by: str = ""
    clear: str = ""


def survival(
    environment: Mapping[str, str] = os.environ, ask: Ask | None = None, user: int | None = None
) -> Survival:
    """A session of its own is enough, unless this machine ends all processes of a user at logout.

    Then a systemd user scope survives, where the user's manager goes on without a login (``Linger``).
    """
    asked = ask or _printed
    user = os.getuid() if user is None else user
    if user == 0 or "XDG_SESSION_ID" not in environment:
        # logind ends what belongs to a session; root's are left out by its default.
        return Survival()
    if _setting(asked, ("busctl", "get-property", *_MANAGER, _KILLS)) != "b true":
        return Survival()
    lingers = _setting(asked, ("loginctl", "show-user", str(user), f"--property={_LINGERS}", "--value"))
    if lingers == "yes":
        scope = ("systemd-run", "--user", "--scope", "--quiet", "--collect")
        if asked((*scope, "echo", "ok")).strip() == "ok":
            return Survival((*scope, "--"))
    return Survival(
        ended_by="this machine ends all processes of a user at logout (KillUserProcesses)",
        clear="Let them go on: loginctl enable-linger",
    )


_MANAGER = ("org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager")


def _setting(ask: Ask, command: Sequence[str]) -> str:
    return ask(command).strip()


def _printed(command: Sequence[str]) -> str:
    if shutil.which(command[0]) is None:
        return ""
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=10, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return ran.stdout if ran.returncode == 0 else ""
