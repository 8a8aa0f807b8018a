"""Standard output that says what is wrong with it, in words of its own."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

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
    if not isinstance(before, io.TextIOWrapper) or not isinstance(
        before.buffer, io.BufferedWriter | io.FileIO
    ):
        # A test's, that holds all in memory.
        yield
        return
    before.flush()
    # A terminal that cannot show a letter gets its number, not the end of the list.
    sys.stdout = io.TextIOWrapper(
        io.BufferedWriter(_Raw(before.fileno())),
        before.encoding,
        "backslashreplace",
        line_buffering=before.line_buffering,
    )
    try:
        yield
        sys.stdout.flush()
    finally:
        sys.stdout = before


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
