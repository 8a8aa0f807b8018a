"""Starting the process of a run: detached from terminal and session, given its passwords through a pipe."""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

import msgspec

from drconsole.errors import StateError
from drconsole.parsing import parsed

LOG = "runs.log"


class RunProcess:
    """A run's process that was started; it needs nothing of us any more."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        # Somebody must take its end, or it stays in the list of processes as long as the console lives.
        threading.Thread(target=process.wait, name="run process", daemon=True).start()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def ended(self) -> int | None:
        """Its exit code, once it has ended."""
        return self._process.poll()


def start(
    command: Sequence[str], passwords: Mapping[str, str], state: Path, prefix: Sequence[str] = ()
) -> RunProcess:
    """Start a run's process in a session of its own; its passwords go into its standard input alone.

    What it says before its log is open, and only that, is added to ``log/runs.log``.

    Raises:
        StateError: it could not be started.
    """
    try:
        with _private(state / "log" / LOG) as said:
            process = subprocess.Popen(
                [*prefix, *command],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=said,
                cwd="/",
                env=_without(os.environ, passwords),
                start_new_session=True,
            )
        assert process.stdin is not None
        with process.stdin as pipe:
            pipe.write(msgspec.json.encode(dict(passwords)))
    except OSError as error:
        raise StateError(
            f"The process of the run could not be started: {error.strerror or error}.",
            hint="The order is in the journal: drconsole runs",
        ) from None
    return RunProcess(process)


def passwords_from(pipe: int = 0) -> dict[str, str]:
    """What was given by ``start``; the pipe is closed, so that no child has it.

    Raises:
        StateError: it is something else.
    """
    with os.fdopen(os.dup(pipe), "rb") as file:
        content = file.read()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, pipe)
    os.close(nothing)
    try:
        return parsed(content, dict[str, str])
    except msgspec.MsgspecError:
        # Its text may hold a password: nothing of it goes into the message.
        raise StateError(
            "The process of a run got no credentials.", hint="It is started by drconsole."
        ) from None


def _private(path: Path) -> IO[bytes]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.fdopen(os.open(path, flags, 0o600), "ab")


def _without(environment: Mapping[str, str], passwords: Mapping[str, str]) -> dict[str, str]:
    """The environment without variables that hold a password: other programs of this user can see it."""
    secret = {value for value in passwords.values() if value}
    return {name: value for name, value in environment.items() if value not in secret}
