"""The list of shells that drconsole has open on one host: ``shells/<endpoint>.jsonl`` in the state folder."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import msgspec

from drconsole.parsing import parsed
from drconsole.platforms.hyperv.owner import Owner, is_dead, this_process

log = logging.getLogger(__name__)

READ, ACT = "read", "act"


class Listed(msgspec.Struct, frozen=True):
    """One shell; ``use`` is ``read`` for those that may be closed when their owner is dead.

    One with an act belongs to its run until that is settled or abandoned, whoever opened it and lives or not.
    """

    shell: str
    address: str
    use: str
    owner: Owner


class Shells:
    """What all consoles and commands of one state folder have open at one address.

    Losing a line costs a shell that its host ends by itself later, so nothing here stops a read: what fails
    is logged. Without a folder nothing is listed.
    """

    def __init__(self, state: Path | None, endpoint: str, address: str) -> None:
        self.address = address
        self._path = state / "shells" / f"{quote(endpoint, safe=' ')}.jsonl" if state else None
        self._mine: set[str] = set()
        self._tried: set[str] = set()

    def opened(self, shell: str, use: str = READ) -> None:
        """List a shell of this process: for reads, or for one act."""
        if use == READ:
            self._mine.add(shell)
        line = Listed(shell, self.address, use, this_process())
        with self._lines() as lines:
            lines.append(msgspec.json.encode(line))

    def closed(self, shell: str) -> None:
        """Take a shell from the list."""
        self._mine.discard(shell)
        with self._lines() as lines:
            lines[:] = [line for line in lines if (one := _listed(line)) is None or one.shell != shell]

    def left_over(self) -> list[str]:
        """Shells for reads that nobody uses, asked while we use none: their owner is dead, or we lost them.

        Each is told once, so that one which cannot be closed does not cost every read.
        """
        found: list[str] = []
        with self._lines() as lines:
            for one in filter(None, map(_listed, lines)):
                ours = one.shell in self._mine
                if one.use == READ and one.address == self.address and (ours or is_dead(one.owner)):
                    found.append(one.shell)
        fresh = [shell for shell in found if shell not in self._tried]
        self._tried.update(fresh)
        return fresh

    @contextmanager
    def _lines(self) -> Iterator[list[bytes]]:
        """The lines of the file, for one process at a time; written back when they were changed."""
        lines: list[bytes] = []
        if self._path is None:
            yield lines
            return
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = open(self._path, "a+b", buffering=0, opener=_private)  # noqa: SIM115
        except OSError as error:
            self._log(error)
            yield lines
            return
        with file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            before = file.read()
            lines += before.splitlines()
            yield lines
            after = b"".join(line + b"\n" for line in lines)
            if after != before:
                try:
                    # In place, under the lock: of a new file others would not know, who wait for this one's.
                    file.truncate(0)
                    file.write(after)
                except OSError as error:
                    self._log(error)

    def _log(self, error: OSError) -> None:
        log.warning("the list of shells %s cannot be used: %s", self._path, error.strerror)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _listed(line: bytes) -> Listed | None:
    try:
        return parsed(line, Listed)
    except msgspec.DecodeError:
        return None
