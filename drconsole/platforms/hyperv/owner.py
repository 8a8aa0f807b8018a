"""Whose a shell is: processes told apart for certain, across restarts and re-used numbers."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import msgspec

PROC = Path("/proc")


class Owner(msgspec.Struct, frozen=True):
    """One process: the machine by name, its boot, the process number and when it was started (clock ticks).

    ``boot`` and ``started`` are empty where the system does not tell them.
    """

    machine: str
    boot: str
    pid: int
    started: str


def this_process() -> Owner:
    """The process that asks."""
    return Owner(socket.gethostname(), _boot(), os.getpid(), _started(os.getpid()) or "")


def is_dead(owner: Owner) -> bool:
    """Tell whether a process has ended for certain; what cannot be judged from here counts as alive."""
    boot = _boot()
    if owner.machine != socket.gethostname() or not boot or not owner.boot:
        return False
    return owner.boot != boot or _started(owner.pid) != owner.started


def _boot() -> str:
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """Field 22 of proc(5)'s stat; None for a process that is gone, or dead and not yet taken leave of."""
    try:
        told = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The second field is the program's name, which may hold anything.
    state, *rest = told.rpartition(")")[2].split()
    return None if state in "ZX" else rest[18]
