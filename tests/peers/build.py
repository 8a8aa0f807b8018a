"""Build the Go peers once per state of their sources, into the user's cache folder."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import platformdirs

SOURCES = Path(__file__).parent


class NoGo(Exception):
    """There is no Go on this machine."""


def simulator() -> Path:
    """The vSphere simulator's program; the first build of a state of the sources takes about 40 seconds.

    Raises:
        NoGo: no Go on this machine.
        subprocess.CalledProcessError: the build failed; its output was printed.
    """
    go = shutil.which("go")
    if go is None:
        raise NoGo("no Go on this machine: the vSphere peers cannot be built")
    folder = platformdirs.user_cache_path("drconsole") / "peers" / _key(go)
    program = folder / "simulator"
    folder.mkdir(parents=True, exist_ok=True)
    # Test workers start at once: one builds, the others wait for it.
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            fresh = folder / "simulator.new"
            command = [go, "build", "-trimpath", "-buildvcs=false", "-o", str(fresh), "./simulator"]
            subprocess.run(command, cwd=SOURCES, check=True)
            os.replace(fresh, program)
    return program


def _key(go: str) -> str:
    version = subprocess.run([go, "version"], check=True, capture_output=True).stdout
    digest = hashlib.sha256(version)
    for path in sorted([SOURCES / "go.mod", SOURCES / "go.sum", *SOURCES.glob("simulator/*.go")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
