"""The lab's server as a child process."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from drconsole.errors import DrConsoleError, UsageError

STOP_S = 15.0
WRONG_ARGUMENTS = 2


class Server:
    """A lab that is served; ``description`` is what it says about its endpoints."""

    def __init__(self, process: subprocess.Popen[bytes], description: dict[str, Any], log: Path) -> None:
        self._process = process
        self._log = log
        self.description = description

    def said(self) -> str:
        """What the lab told on its way up: which PowerShell answers, and that it is fenced in."""
        return self._log.read_text(encoding="utf-8", errors="replace").strip()

    def wait(self) -> None:
        """Return when the lab ends by itself.

        Raises:
            DrConsoleError: it did not end well.
        """
        code = self._process.wait()
        if code:
            raise _ended(code, self._log)


@contextmanager
def running(arguments: Sequence[str], folder: Path) -> Iterator[Server]:
    """Start the lab, and end it at the end of the block.

    Raises:
        UsageError: the lab cannot be started with these arguments.
        DrConsoleError: it ended before it was ready.
    """
    from drconsole.parsing import parsed

    log = folder / "lab.log"
    # -P: a file of the current folder must not take the place of a module.
    command = [sys.executable, "-P", "-m", "drconsole.lab", *arguments]
    command += ["--folder", str(folder), "--stdin-guard"]
    with _private(log) as errors:
        # Its standard input stays open as long as we live; when we are killed, the lab sees the end of it.
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            start_new_session=True,
        )
    try:
        assert process.stdout
        first = process.stdout.readline()
        if not first:
            raise _ended(process.wait(), log)
        yield Server(process, parsed(first, dict[str, Any]), log)
    finally:
        _stop(process)


def _private(path: Path) -> IO[bytes]:
    path.touch(mode=0o600)
    return path.open("ab")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            pipe.close()


def _ended(code: int, log: Path) -> DrConsoleError:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    message = "\n".join(lines[-12:]) or f"It ended with code {code} and said nothing."
    if code == WRONG_ARGUMENTS:
        return UsageError(message, hint="See: drconsole lab --help")
    return DrConsoleError(f"The lab ended with code {code}:\n{message}")
