"""The file that holds the journal: SQLite, opened so that what was written is on disk and private."""

from __future__ import annotations

import errno
import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from drconsole.errors import StateError
from drconsole.runs.filesystems import network_filesystem
from drconsole.runs.tables import SCHEMA_VERSION, metadata

FILE = "journal.db"
_BUSY_MS = 30_000
_READING = "drconsole_reading"


class Store:
    """One journal file. ``fits`` is False for one of another schema version: that is only read.

    Args:
        folder: the state folder; it must exist.

    Raises:
        StateError: the file cannot be opened, or lies where locks do not hold.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / FILE
        self._check_place()
        try:
            _make_private(self.file)
        except OSError as error:
            raise _unusable(self.file, error.strerror or str(error)) from None
        except sqlite3.Error as error:
            raise _unusable(self.file, str(error)) from None
        self._engine = sa.create_engine(f"sqlite:///{self.file}")
        sa.event.listen(self._engine, "connect", _prepare)
        sa.event.listen(self._engine, "begin", _begin)
        self.version = self._opened()

    @property
    def fits(self) -> bool:
        """Whether the journal is of the schema version that is written here."""
        return self.version == SCHEMA_VERSION

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """One transaction that is on disk when the block ends, or leaves nothing.

        Raises:
            StateError: it could not be written (disk full, held too long, another schema version).
        """
        if not self.fits:
            raise StateError(
                f"The journal has schema version {self.version}; this drconsole writes version "
                f"{SCHEMA_VERSION}, so it is read and never changed.",
                subject=str(self.file),
                hint="Use the drconsole version that wrote it, or another state folder.",
            )
        try:
            with self._engine.begin() as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            if isinstance(error, sa.exc.IntegrityError):
                raise
            raise _unusable(self.file, str(error.orig)) from error

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """A consistent look at the journal; never waits for a writer.

        Raises:
            StateError: it cannot be read.
        """
        try:
            with self._engine.connect().execution_options(**{_READING: True}) as connection:
                yield connection
        except sa.exc.DBAPIError as error:
            raise _unusable(self.file, str(error.orig)) from error

    def watcher(self) -> Watcher:
        """What tells that something was written; close it."""
        return Watcher(self.file)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _check_place(self) -> None:
        try:
            kind = network_filesystem(self.folder)
        except OSError as error:
            raise _unusable(self.file, error.strerror or str(error)) from None
        if kind:
            raise StateError(
                f"The state folder {self.folder} lies on a network file system ({kind}), where locks may not "
                "hold; two runs could act on one workload.",
                subject=str(self.file),
                hint="Name a folder on a local disk in the config: state: PATH",
            )

    def _opened(self) -> int:
        """Create the tables in an empty file; the schema version of what is there."""
        try:
            version = self._version()
            if version == 0:
                with self._engine.begin() as connection:
                    # Another process may have created them while this one waited for the lock.
                    if not connection.exec_driver_sql("PRAGMA user_version").scalar_one():
                        metadata.create_all(connection)
                        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
                version = self._version()
        except sa.exc.DBAPIError as error:
            self._engine.dispose()
            raise _unusable(self.file, str(error.orig)) from error
        return version

    def _version(self) -> int:
        with self._engine.connect().execution_options(**{_READING: True}) as connection:
            return int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())


def _make_private(file: Path) -> None:
    """Make the file for its owner alone, if there is none: empty, and written ahead from the beginning.

    Two that switch it over to that at once lock each other out, and SQLite lets neither wait.

    It is never opened here once it is a journal: closing any handle of a file gives up all locks that this
    process has on it (fcntl(2)), also those of SQLite, and others could then spoil it (sqlite.org, "How To
    Corrupt An SQLite Database File", section 2.2).

    Raises:
        OSError, sqlite3.Error: it cannot be made, or is something else than a file.
    """
    if not file.is_symlink() and file.is_file():
        return
    handle, part = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        os.close(handle)
        with closing(sqlite3.connect(part)) as fresh:
            fresh.execute("PRAGMA journal_mode=WAL")
        with suppress(FileExistsError):
            os.link(part, file)
    finally:
        os.unlink(part)
    if file.is_symlink() or not file.is_file():
        raise OSError(errno.EINVAL, "it is not a regular file")


class Watcher:
    """A connection of its own that tells of others' commits (SQLite's ``data_version``)."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False)

    def __call__(self) -> int:
        """A number that is another one after somebody wrote.

        Raises:
            StateError: the journal cannot be read.
        """
        try:
            (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        except sqlite3.Error as error:
            raise _unusable(self._file, str(error)) from error
        return int(version)

    def close(self) -> None:
        """Give up the connection."""
        self._connection.close()


def _prepare(connection: Any, _record: object) -> None:
    # SQLAlchemy's begin event starts transactions itself, so that a writer locks at once.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={_BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    reading = connection.get_execution_options().get(_READING)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _unusable(file: Path, why: str) -> StateError:
    return StateError(
        f"The journal {file} cannot be used: {why}. Nothing is done that it cannot record.",
        subject=str(file),
        hint="Free space or rights there; a run that it stopped is looked at first when it is continued.",
    )
