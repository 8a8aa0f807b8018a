"""Hosts with a PowerShell that is deaf or constrained, on top of any engine."""

from __future__ import annotations

import asyncio

import pytest

from drconsole.lab.powershell.process import Output, Process, Start
from drconsole.lab.powershell.stubborn import Habit, StubbornEngine

MODE_FIRST = (
    'powershell.exe -Command "$ExecutionContext.SessionState.LanguageMode; $t=[Console]::In.ReadLine(); $t"'
)
METHOD = 'powershell.exe -Command "[Convert]::FromBase64String($t)"'
PLAIN = 'powershell.exe -Command "Get-VM"'


class Told:
    """An engine, its process and its output in one: remembers in order what reached it."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def start(self, start: Start, output: Output) -> Process:
        """Remember the command line."""
        self.heard.append(start.command_line)
        return self

    async def close(self) -> None:
        """Remember it."""
        self.heard.append("closed")

    def feed(self, data: bytes) -> None:
        """Remember it."""
        self.heard.append(data.decode())

    def close_input(self) -> None:
        """Remember it."""
        self.heard.append("end of input")

    def kill(self) -> None:
        """Remember it."""
        self.heard.append("killed")

    def write(self, stream: str, data: bytes) -> None:
        """Remember what kind of line it is."""
        self.heard.append(f"{stream}: {data.decode().split()[0]}")

    def exited(self, code: int) -> None:
        """Remember it."""
        self.heard.append(f"exit {code}")


def run(habit: Habit, line: str) -> list[str]:
    """What an engine with one process under this habit hears and says."""

    async def go() -> list[str]:
        told = Told()
        engine = StubbornEngine(told, lambda host: habit if host == "H" else Habit.FULL)
        process = await engine.start(Start("H", line, 65001, {}), told)
        for piece in (b"one", b"two"):
            process.feed(piece)
        process.close_input()
        process.kill()
        await engine.close()
        return told.heard

    return asyncio.run(go())


def test_a_deaf_one_hears_all_its_input_at_the_end() -> None:
    assert run(Habit.DEAF, PLAIN) == [PLAIN, "onetwo", "end of input", "killed", "closed"]
    assert run(Habit.FULL, PLAIN) == [PLAIN, "one", "two", "end of input", "killed", "closed"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (MODE_FIRST, ["stdout: ConstrainedLanguage", "stderr: Cannot", "exit 1", "closed"]),
        (METHOD, ["stderr: Cannot", "exit 1", "closed"]),
        (PLAIN, [PLAIN, "one", "two", "end of input", "killed", "closed"]),
    ],
)
def test_a_constrained_one_tells_its_mode_and_calls_no_method(line: str, said: list[str]) -> None:
    assert run(Habit.CONSTRAINED, line) == said
