"""One real PowerShell process of a simulated host: its pipes, its end, and what the client sees of both."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Mapping
from typing import cast

from drconsole.lab.powershell.process import Output

KILLED = 1
"""Exit code of a process that was ended from outside; what a real host answers is not documented."""

BAD_LINE = 0xFFFD0000 - 2**32
"""Exit code of a powershell.exe whose command line is wrong, as a signed number."""


STREAMS = {1: "stdout", 2: "stderr"}


class Child(asyncio.SubprocessProtocol):
    """Implements ``process.Process``. All methods belong to the lab's loop.

    ``told`` returns the whole exit code if the process told it. ``ended`` is done when the process is
    reaped, its pipes are empty and its output was told so.
    """

    def __init__(self, output: Output, told: Callable[[], int | None]) -> None:
        self._output = output
        self._told = told
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

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
        _, child = await asyncio.get_running_loop().subprocess_exec(
            lambda: cls(output, told),
            *command,
            env=environment,
            cwd=environment["HOME"],
            start_new_session=True,
        )
        return child

    def feed(self, data: bytes) -> None:
        """Bytes for its standard input; nothing happens once it has ended."""
        if not self._input.is_closing():
            self._input.write(data)

    def close_input(self) -> None:
        """End of its standard input, after what was fed."""
        self._input.close()

    def kill(self) -> None:
        """End it and whatever it started."""
        if self._transport.get_returncode() is None:
            self._kill_session()

    def _kill_session(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(self._transport.get_pid(), signal.SIGKILL)
            else:
                self._transport.kill()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The process has started."""
        self._transport = cast("asyncio.SubprocessTransport", transport)
        self._input = cast("asyncio.WriteTransport", self._transport.get_pipe_transport(0))

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """The process has written."""
        self._output.write(STREAMS[fd], data)

    def process_exited(self) -> None:
        """The process has ended; a program that it left behind would hold the pipes open."""
        self._kill_session()

    def connection_lost(self, exc: Exception | None) -> None:
        """The process has ended and its pipes are empty."""
        code, told = self._transport.get_returncode(), self._told()
        self._transport.close()
        self._output.exited(told if told is not None else code if code is not None and code >= 0 else KILLED)
        self.ended.set_result(None)


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
