"""A program in a pseudo-terminal: when its bytes come, and how many."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Burst:
    """What came after a stimulus: milliseconds until its last byte, and how many bytes."""

    ms: float
    size: int


class Terminal:
    """Run a program in a pty of its own; a context manager that kills it at the end."""

    def __init__(
        self, argv: Sequence[str], *, columns: int, lines: int, env: Mapping[str, str] | None = None
    ) -> None:
        environment = {
            k: v for k, v in os.environ.items() if k not in ("COLORTERM", "NO_COLOR", "TMUX", "STY")
        }
        environment |= {"TERM": "xterm-256color", **(env or {})}
        self.output = bytearray()
        self._started = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
            os.execvpe(argv[0], list(argv), environment)

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._fd)

    def until(self, marker: bytes) -> float:
        """Milliseconds from the start of the program until ``marker`` was painted.

        Raises:
            TimeoutError: it never came; the message ends with what came instead.
        """
        end = time.perf_counter() + LIMIT_S
        while marker not in self.output:
            if not self._read(end):
                raise TimeoutError(f"{marker!r} was not painted: {bytes(self.output[-400:])!r}")
        return (time.perf_counter() - self._started) * 1000

    def settle(self, quiet_s: float = 0.3, limit_s: float = LIMIT_S) -> Burst:
        """Wait until nothing comes for a while."""
        return self._burst(time.perf_counter(), quiet_s, limit_s)

    def press(self, key: bytes, quiet_s: float = 0.06) -> Burst:
        """Send a key and wait for the frame that it causes."""
        began = time.perf_counter()
        os.write(self._fd, key)
        if not self._read(began + LIMIT_S):
            raise TimeoutError(f"no frame after {key!r}")
        return self._burst(began, quiet_s, LIMIT_S, self._size, self._last)

    def type(self, key: bytes) -> None:
        """Send a key and wait for nothing."""
        os.write(self._fd, key)

    def listen(self, seconds: float) -> list[Burst]:
        """The bursts within some time: when each began, in milliseconds from now, and its size."""
        began = time.perf_counter()
        bursts: list[Burst] = []
        while time.perf_counter() < began + seconds:
            if self._read(began + seconds):
                at, first = (self._last - began) * 1000, self._size
                bursts.append(Burst(at, first + self._burst(self._last, 0.2, LIMIT_S).size))
        return bursts

    @property
    def resident_mib(self) -> float:
        """Resident memory of the program."""
        for text in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
            if text.startswith("VmRSS"):
                return int(text.split()[1]) / 1024
        raise ValueError("the kernel does not tell the resident memory")

    @property
    def cpu_s(self) -> float:
        """Processor time of all its threads so far."""
        nanoseconds = 0
        for task in Path(f"/proc/{self.pid}/task").iterdir():
            nanoseconds += int((task / "schedstat").read_text(encoding="ascii").split()[0])
        return nanoseconds / 1e9

    _size = 0
    _last = 0.0

    def _burst(
        self, began: float, quiet_s: float, limit_s: float, size: int = 0, last: float | None = None
    ) -> Burst:
        end = began + limit_s
        while self._read(min(time.perf_counter() + quiet_s, end)):
            size += self._size
            last = self._last
        return Burst(((last or began) - began) * 1000, size)

    def _read(self, end: float) -> bool:
        """Read what is there or comes before ``end``; False when nothing came."""
        ready, _, _ = select.select([self._fd], [], [], max(end - time.perf_counter(), 0))
        if not ready:
            return False
        data = os.read(self._fd, 1 << 16)
        self.output += data
        self._size, self._last = len(data), time.perf_counter()
        return True
