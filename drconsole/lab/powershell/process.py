"""The seam between the WinRM server and what a command line starts: one process of one simulated host."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Start:
    """What a client asked to start.

    ``command_line`` is the whole Windows command line, untouched; ``codepage`` is the shell's
    (437 unless the client set WINRS_CODEPAGE); ``environment`` is what the client set for its shell.
    """

    host: str
    command_line: str
    codepage: int
    environment: Mapping[str, str]


class Output(Protocol):
    """The server's end of a process: takes its output. Thread-safe; never blocks."""

    def write(self, stream: str, data: bytes) -> None:
        """``stream`` is ``stdout`` or ``stderr``."""
        ...

    def exited(self, code: int) -> None:
        """The process has ended; nothing is written after it."""
        ...


class Process(Protocol):
    """A running process. All methods return at once and may be called from the server's loop."""

    def feed(self, data: bytes) -> None:
        """Bytes for its standard input."""
        ...

    def close_input(self) -> None:
        """End of its standard input."""
        ...

    def kill(self) -> None:
        """End it (Signal, Delete, shutdown): waiting readers wake up, its threads are released."""
        ...


class Engine(Protocol):
    """Starts processes for ``powershell.exe`` command lines; the server itself knows the few others."""

    async def start(self, start: Start, output: Output) -> Process:
        """Start a process; its output goes to ``output`` until ``exited``."""
        ...

    async def close(self) -> None:
        """Kill all processes and release threads, pools and sockets."""
        ...
