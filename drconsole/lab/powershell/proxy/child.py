"""One real PowerShell process of a simulated host: its pipes, its end, and what the client sees of both."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping

from drconsole.lab.powershell.process import Output

CHUNK = 65536

KILLED = 1
"""Exit code of a process that was ended from outside; what a real host answers is not documented."""

BAD_LINE = 0xFFFD0000 - 2**32
"""Exit code of a powershell.exe whose command line is wrong, as a signed number."""


class Child:
    """Implements ``process.Process``. All methods belong to the lab's loop.

    ``told`` returns the whole exit code if the process told it.
    """

    def __init__(
        self, process: asyncio.subprocess.Process, output: Output, told: Callable[[], int | None]
    ) -> None:
        self._process = process
        self._output = output
        self._told = told
        self.ended = asyncio.create_task(self._follow())

    @classmethod
    async def start(
        cls,
        command: list[str],
        environment: Mapping[str, str],
        output: Output,
        told: Callable[[], int | None],
    ) -> Child:
        """Start the program in a session of its own: our terminal's signals are not for it.

        Raises:
            OSError: it cannot be started.
        """
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            *command,
            env=environment,
            cwd=environment["HOME"],
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            start_new_session=True,
        )
        return cls(process, output, told)

    def feed(self, data: bytes) -> None:
        """Bytes for its standard input; nothing happens once it has ended."""
        if self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(data)

    def close_input(self) -> None:
        """End of its standard input, after what was fed."""
        if self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.close()

    def kill(self) -> None:
        """End it and whatever it started; ``ended`` is done when it is reaped and its pipes are empty."""
        if self._process.returncode is None:
            self._kill_session()

    def _kill_session(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()

    async def _follow(self) -> None:
        """Carry its output until both pipes have ended, then its exit code."""
        stdin, stdout, stderr = self._process.stdin, self._process.stdout, self._process.stderr
        assert stdin is not None
        assert stdout is not None
        assert stderr is not None
        pumps = asyncio.gather(self._pump("stdout", stdout), self._pump("stderr", stderr))
        code = await self._process.wait()
        # a program that it left behind would hold the pipes open
        self._kill_session()
        await pumps
        stdin.close()
        told = self._told()
        self._output.exited(told if told is not None else code if code >= 0 else KILLED)

    async def _pump(self, stream: str, reader: asyncio.StreamReader) -> None:
        while data := await reader.read(CHUNK):
            self._output.write(stream, data)


class Refusal:
    """A process that ended at once: the shell did not understand its command line."""

    def __init__(self, why: str, output: Output) -> None:
        output.write("stderr", f"{why}\r\n".encode())
        output.exited(BAD_LINE)

    def feed(self, data: bytes) -> None:
        """Take nothing: it has ended."""

    def close_input(self) -> None:
        """Do nothing: it has ended."""

    def kill(self) -> None:
        """Do nothing: it has ended."""
