"""A test engine: the last word of a ``powershell`` command line names what its process does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

from drconsole.lab.powershell.process import Output, Process, Start


class SmallProcess:
    """A process in a thread of its own that reads its input and writes its output."""

    def __init__(self, start: Start, output: Output, act: Callable[[SmallProcess], int]) -> None:
        self.start = start
        self.output = output
        self.killed = threading.Event()
        self._input: SimpleQueue[bytes | None] = SimpleQueue()
        self.thread = threading.Thread(target=self._run, args=(act,), daemon=True)
        self.thread.start()

    def feed(self, data: bytes) -> None:
        """Queue input."""
        self._input.put(data)

    def close_input(self) -> None:
        """Queue the end of input."""
        self._input.put(None)

    def kill(self) -> None:
        """End the process: a waiting read sees the end of input."""
        self.killed.set()
        self._input.put(None)

    def wait(self) -> None:
        """Return when the process has ended, which it must."""
        self.thread.join(60)
        assert not self.thread.is_alive()

    def read(self) -> bytes | None:
        """The next piece of input, None at its end."""
        return self._input.get()

    def read_all(self) -> bytes:
        """All input."""
        pieces = []
        while (piece := self.read()) is not None:
            pieces.append(piece)
        return b"".join(pieces)

    @property
    def encoding(self) -> str:
        """The encoding of the shell's code page."""
        return "utf-8" if self.start.codepage == 65001 else f"cp{self.start.codepage}"

    def _run(self, act: Callable[[SmallProcess], int]) -> None:
        self.output.exited(act(self))


def _cat(process: SmallProcess) -> int:
    """Write the input back, all at its end."""
    process.output.write("stdout", process.read_all())
    return 0


def _pieces(process: SmallProcess) -> int:
    """Say how large each piece of input was."""
    while (piece := process.read()) is not None:
        process.output.write("stdout", f"{len(piece)}\n".encode())
    return 0


def _wait(process: SmallProcess) -> int:
    """Write a word, then run until killed or until the input ends."""
    process.output.write("stdout", b"waiting")
    process.read_all()
    return 3


def _silent(process: SmallProcess) -> int:
    """Run without a word until the input ends, then write one."""
    process.read_all()
    process.output.write("stdout", b"at last")
    return 0


def _long(process: SmallProcess) -> int:
    """Write 200 kB of numbered lines, and as many on the error stream."""
    lines = [f"line {number:05}\n".encode() for number in range(18_200)]
    for stream in ("stdout", "stderr"):
        process.output.write(stream, b"".join(lines))
    return 0


def _umlaut(process: SmallProcess) -> int:
    """Write text in the encoding of the shell's code page."""
    process.output.write("stdout", "Größe €".encode(process.encoding, "replace"))
    return 0


def _environment(process: SmallProcess) -> int:
    """Write the variables that the client set."""
    lines = [f"{name}={value}\n" for name, value in process.start.environment.items()]
    process.output.write("stdout", "".join(lines).encode(process.encoding))
    return 0


def _line(process: SmallProcess) -> int:
    """Write the command line as it arrived, and fail."""
    process.output.write("stderr", process.start.command_line.encode(process.encoding))
    return 7


ACTS = {
    "cat": _cat,
    "pieces": _pieces,
    "wait": _wait,
    "silent": _silent,
    "long": _long,
    "umlaut": _umlaut,
    "environment": _environment,
    "line": _line,
}


class SmallEngine:
    """Starts the processes above and remembers them."""

    def __init__(self) -> None:
        self.processes: list[SmallProcess] = []

    async def start(self, start: Start, output: Output) -> Process:
        """Start what the last word says."""
        process = SmallProcess(start, output, ACTS[start.command_line.split()[-1]])
        self.processes.append(process)
        return process

    async def close(self) -> None:
        """Kill what still runs."""
        for process in self.processes:
            process.kill()
