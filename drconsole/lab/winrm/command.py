"""One command of a shell: its output waits here until a client receives it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from drconsole.lab.powershell.process import Process
from drconsole.lab.winrm import faults

OUTPUT_LIMIT = 64 * 1024 * 1024
"""Bytes that may wait; a process that floods is killed where a real pipe would make it wait."""

CONTROL_C_EXIT = 0xC000013A - 2**32
"""STATUS_CONTROL_C_EXIT as the signed number that clients see."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one Receive answers: pieces of the streams in their order, and the exit code once all is told."""

    pieces: list[tuple[str, bytes]]
    exit_code: int | None


class Command:
    """A running or ended process and the output that nobody has received yet.

    ``write`` and ``exited`` may be called from any thread, everything else from the server's loop.
    """

    def __init__(self, command_id: str) -> None:
        self.id = command_id
        self._loop = asyncio.get_running_loop()
        self._pieces: deque[tuple[str, bytes]] = deque()
        self._waiting = 0
        self._exit_code: int | None = None
        self._gone = False
        self._input_open = True
        self._process: Process | None = None
        self._changed = asyncio.Event()

    def write(self, stream: str, data: bytes) -> None:
        """Take output of the process."""
        self._from_anywhere(lambda: self._append(stream, data))

    def exited(self, code: int) -> None:
        """Note that the process has ended; what it wrote before stays receivable."""
        self._from_anywhere(lambda: self._finish(code))

    def attach(self, process: Process) -> None:
        """Take the process whose output arrives here; kill it when the command was ended meanwhile."""
        self._process = process
        if self._gone:
            process.kill()

    def feed(self, data: bytes, *, end: bool) -> None:
        """Hand input to the process.

        Raises:
            Fault: the process has ended, or its input was closed before.
        """
        if self._process is None or self._exit_code is not None or not self._input_open:
            raise faults.pipe_closing()
        if data:
            self._process.feed(data)
        if end:
            self._input_open = False
            self._process.close_input()

    async def receive(self, limit: int, timeout_s: float, listening: Callable[[], bool]) -> Batch:
        """Wait for output or the end; at most ``limit`` bytes are taken.

        Output is left for the next Receive when the client has stopped ``listening``.

        Raises:
            Fault: nothing within ``timeout_s``, or the command was ended from outside.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while not (self._pieces or self._exit_code is not None or self._gone):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise faults.timed_out() from None
        if self._gone:
            raise faults.aborted()
        if not listening():
            return Batch([], None)
        pieces = self._take(limit)
        return Batch(pieces, None if self._pieces else self._exit_code)

    def interrupt(self) -> None:
        """Do what Ctrl+C does: the process ends, what it wrote and its exit code stay receivable."""
        if self._process is not None and self._exit_code is None:
            self._process.kill()
        self._finish(CONTROL_C_EXIT)

    def end(self) -> None:
        """End the process and wake whoever waits for its output."""
        if self._process is not None and self._exit_code is None:
            self._process.kill()
        self._gone = True
        self._pieces.clear()
        self._changed.set()

    def _from_anywhere(self, act: Callable[[], None]) -> None:
        # The loop is closed only when the whole lab is down and nobody is left to tell.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(act)

    def _append(self, stream: str, data: bytes) -> None:
        if self._gone or self._exit_code is not None or not data:
            return
        self._waiting += len(data)
        self._pieces.append((stream, data))
        self._changed.set()
        if self._waiting > OUTPUT_LIMIT:
            self.interrupt()

    def _finish(self, code: int) -> None:
        if self._exit_code is None:
            self._exit_code = code
            self._changed.set()

    def _take(self, limit: int) -> list[tuple[str, bytes]]:
        taken: list[tuple[str, bytes]] = []
        room = limit
        while self._pieces and room > 0:
            stream, data = self._pieces.popleft()
            piece, rest = data[:room], data[room:]
            if rest:
                self._pieces.appendleft((stream, rest))
            if taken and taken[-1][0] == stream:
                taken[-1] = (stream, taken[-1][1] + piece)
            else:
                taken.append((stream, piece))
            room -= len(piece)
        self._waiting -= limit - room
        return taken
