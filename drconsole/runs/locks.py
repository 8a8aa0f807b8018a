"""The lock that a living run holds: who finds it free knows that the run's process is gone."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from drconsole.errors import Refused, StateError

_FOLDER = "running"
_PROBES_S = 2.0


class RunLock:
    """The lock of one run, held by this process until ``release`` or its end.

    Raises:
        Refused: another process holds it: the run lives.
        StateError: the lock file cannot be made.
    """

    def __init__(self, state: Path, run: str) -> None:
        path = _path(state, run)
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise StateError(
                f"The lock {path} cannot be made: {error.strerror}.",
                subject=str(path),
                hint="Make the state folder writable.",
            ) from None
        if not _locked(self._handle):
            os.close(self._handle)
            raise Refused(
                f"Run {run} is alive: its process goes on by itself.",
                subject=run,
                hint=f"Look on: drconsole runs follow {run}",
            )

    def release(self) -> None:
        """Give the lock back."""
        os.close(self._handle)


def is_alive(state: Path, run: str) -> bool:
    """Whether a process holds the run's lock."""
    try:
        handle = os.open(_path(state, run), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def _locked(handle: int) -> bool:
    """Take the lock; somebody who only asks whether it is held has it for a moment."""
    end = time.monotonic() + _PROBES_S
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > end:
                return False
            time.sleep(0.02)
        else:
            return True


def _path(state: Path, run: str) -> Path:
    return state / _FOLDER / f"{run}.lock"
