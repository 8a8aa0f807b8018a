"""A private folder of small files that several consoles share: each file is whole, or as it was before."""

from __future__ import annotations

import fcntl
import logging
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from drconsole.errors import StateError

log = logging.getLogger(__name__)

_PART = ".part"
_LOCK = ".lock"
# Writing takes a moment; who holds the lock for longer was stopped, or waits for a dead file server.
PATIENCE_S = 2.0
_LOOK_S = 0.02
# Then it is not waited for again so soon: 64 endpoints would wait one after the other.
AGAIN_S = 60.0


class Folder:
    """A folder of one file for each endpoint; what killed consoles left half written is removed.

    Args:
        path: it is made where it is not there, for its owner alone.

    Raises:
        StateError: it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._impatient_until = 0.0
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StateError(
                f"The folder for {path.name} cannot be made: {error.strerror}.",
                subject=str(path),
                hint="Name a folder that you may write to as `state:` in the config.",
            ) from error
        self._clear()

    def file(self, endpoint: str) -> Path:
        """The file of one endpoint; its name is quoted so that no endpoint name can leave the folder."""
        return self.path / f"{quote(endpoint, safe=' ')}.json"

    def read(self, endpoint: str) -> bytes | None:
        """What the file of an endpoint holds; None where there is none.

        Raises:
            OSError: it cannot be read.
            ValueError: it is not a regular file.
        """
        path = self.file(endpoint)
        try:
            if not stat.S_ISREG(path.stat().st_mode):
                raise ValueError("it is not a regular file")
            return path.read_bytes()
        except FileNotFoundError:
            return None

    def write(self, endpoint: str, data: bytes) -> None:
        """Replace the file of an endpoint.

        Raises:
            OSError: it cannot be written; it is as it was before.
        """
        with self._locked(fcntl.LOCK_SH):
            self._write(endpoint, data)

    def change(self, endpoint: str, change: Callable[[bytes | None], bytes]) -> None:
        """Replace the file of an endpoint by what ``change`` makes of it, while nobody else writes.

        Raises:
            OSError, ValueError: it cannot be read or written; it is as it was before.
        """
        with self._locked(fcntl.LOCK_EX):
            self._write(endpoint, change(self.read(endpoint)))

    def _write(self, endpoint: str, data: bytes) -> None:
        handle, name = tempfile.mkstemp(dir=self.path, prefix=".", suffix=_PART)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.file(endpoint))
        except OSError:
            os.unlink(name)
            raise

    def _clear(self) -> None:
        """Remove unfinished files, unless somebody writes just now: then one of them may be theirs."""
        try:
            with self._locked(fcntl.LOCK_EX, 0.0):
                for left in self.path.glob(f".*{_PART}"):
                    left.unlink()
        except BlockingIOError:
            return
        except OSError as error:
            log.warning("what is unfinished in %s cannot be removed: %s", self.path, error.strerror)

    @contextmanager
    def _locked(self, how: int, patience_s: float | None = None) -> Iterator[None]:
        """Hold the folder's lock, which is a file of its own: on NFS only what can be written can be locked.

        Raises:
            OSError: another console holds it for longer than can be waited for.
        """
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        handle = os.open(self.path / _LOCK, flags, 0o600)
        began = time.monotonic()
        if patience_s is None:
            patience_s = PATIENCE_S if began >= self._impatient_until else 0.0
        try:
            while True:
                try:
                    fcntl.flock(handle, how | fcntl.LOCK_NB)
                    break
                except BlockingIOError as error:
                    if time.monotonic() - began >= patience_s:
                        self._impatient_until = began + AGAIN_S
                        raise BlockingIOError(error.errno, "another console holds it locked") from None
                    time.sleep(_LOOK_S)
            yield
        finally:
            os.close(handle)
