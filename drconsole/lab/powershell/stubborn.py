"""Hosts whose PowerShell is not as one would like it: deaf while its input is open, or constrained."""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

from drconsole.lab.powershell.process import Engine, Output, Process, Start

MODE = "ConstrainedLanguage"
ASKS_MODE = re.compile(r'-Command "?\$ExecutionContext\.SessionState\.LanguageMode\b')
CALLS_METHOD = re.compile(r"\]::[\w.]+\(")
REFUSAL = (
    "Cannot invoke method. Method invocation is supported only on core types in this language mode.\r\n"
    "    + CategoryInfo          : InvalidOperation: (:) [], RuntimeException\r\n"
    "    + FullyQualifiedErrorId : MethodInvocationNotSupportedInConstrainedLanguage\r\n"
)


class Habit(StrEnum):
    """How the PowerShell of a host behaves.

    DEAF: it reads its standard input only when that has ended, as Windows PowerShell was reported to do with
    some pipes: what waits for a first line waits for ever. CONSTRAINED: it is in constrained language mode;
    command lines that call no method run as ever.
    """

    FULL = "full"
    DEAF = "deaf"
    CONSTRAINED = "constrained"


class StubbornEngine:
    """An engine with the habits of its hosts: ``habit_of`` a host is asked at each start."""

    def __init__(self, engine: Engine, habit_of: Callable[[str], Habit]) -> None:
        self._engine = engine
        self._habit_of = habit_of

    async def start(self, start: Start, output: Output) -> Process:
        """Start a process as that host would."""
        habit = self._habit_of(start.host)
        if habit is Habit.CONSTRAINED and CALLS_METHOD.search(start.command_line):
            return _refuse(start, output)
        process = await self._engine.start(start, output)
        return _DeafProcess(process) if habit is Habit.DEAF else process

    async def close(self) -> None:
        """Close the engine."""
        await self._engine.close()


def _refuse(start: Start, output: Output) -> Process:
    """Tell the mode to who asks for it first, and refuse the method call that follows."""
    if ASKS_MODE.search(start.command_line):
        output.write("stdout", f"{MODE}\r\n".encode())
    output.write("stderr", REFUSAL.encode())
    output.exited(1)
    return _Ended()


class _DeafProcess:
    def __init__(self, process: Process) -> None:
        self._process = process
        self._held = bytearray()

    def feed(self, data: bytes) -> None:
        """Hold it back."""
        self._held += data

    def close_input(self) -> None:
        """Hand over all at once."""
        self._process.feed(bytes(self._held))
        self._process.close_input()

    def kill(self) -> None:
        """End it."""
        self._process.kill()


class _Ended:
    """A process that has ended already: nothing reaches it."""

    def feed(self, data: bytes) -> None:
        """Lose it."""

    def close_input(self) -> None:
        """Have none."""

    def kill(self) -> None:
        """Be dead."""
