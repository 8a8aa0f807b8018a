"""Standard output that says in words what is wrong with it, and standard error that nobody has to read."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO, TypeGuard

from drconsole.errors import DrConsoleError

if TYPE_CHECKING:
    from typing_extensions import Buffer


class OutputLost(DrConsoleError):
    """Standard output is closed or takes no more, so what was printed is not whole.

    ``unread``: whoever read it has gone away, as ``head`` does; that is told by the exit code alone.
    """

    title = "The output cannot be written"

    def __init__(self, message: str, *, unread: bool = False) -> None:
        super().__init__(message, hint="What was printed is not whole: do not go by it.")
        self.unread = unread


@contextmanager
def output() -> Iterator[None]:
    """Tell errors of standard output from all others while the block prints, and write all before its end.

    Raises:
        OutputLost: what was printed could not be written.
    """
    before = sys.stdout
    if before is None:
        raise OutputLost("Standard output is closed.")
    if not _is_file(before):
        yield
        return
    before.flush()
    sys.stdout = _over(_Raw(before.fileno()), before)
    try:
        yield
        sys.stdout.flush()
    finally:
        sys.stdout = before


@contextmanager
def complaints() -> Iterator[None]:
    """Let what cannot be written to standard error be lost in the block, and change no exit code after it."""
    before = sys.stderr
    if _is_file(before):
        sys.stderr = _over(_Losing(before.fileno()), before)
    try:
        yield
    finally:
        sys.stderr = before
        for stream in (sys.__stdout__, sys.__stderr__):
            _let_go(stream)


def _let_go(stream: TextIO | None) -> None:
    """Python writes what is left at its end, and where nobody takes it ends with a code of its own."""
    if not _is_file(stream):
        return
    try:
        stream.flush()
    except (OSError, ValueError):
        with suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)


def _is_file(stream: object) -> TypeGuard[io.TextIOWrapper]:
    """Whether it is the process's own, and not a test's that holds all in memory."""
    return isinstance(stream, io.TextIOWrapper) and isinstance(stream.buffer, io.BufferedWriter | io.FileIO)


def _over(raw: io.RawIOBase, before: io.TextIOWrapper) -> io.TextIOWrapper:
    # A terminal that cannot show a letter gets its number, not the end of the list.
    buffered = io.BufferedWriter(raw)
    return io.TextIOWrapper(
        buffered, before.encoding, "backslashreplace", line_buffering=before.line_buffering
    )


class _Raw(io.RawIOBase):
    """The file itself; once it took no more it swallows the rest, so that no clean-up fails for it."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._lost = False

    def fileno(self) -> int:
        return self._handle

    def isatty(self) -> bool:
        return os.isatty(self._handle)

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        if self._lost:
            return memoryview(data).nbytes
        try:
            return os.write(self._handle, data)
        except OSError as error:
            self._lost = True
            unread = isinstance(error, BrokenPipeError)
            raise OutputLost(f"{error.strerror or error}.", unread=unread) from None


class _Losing(_Raw):
    """The file itself; what it does not take is lost."""

    def write(self, data: Buffer, /) -> int:
        try:
            return super().write(data)
        except OutputLost:
            return memoryview(data).nbytes
