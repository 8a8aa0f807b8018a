"""Readings on disk: what was last known of each endpoint, for a console opened on a dark site."""

from __future__ import annotations

import logging
import os
import stat
import tempfile
from pathlib import Path
from typing import Annotated
from urllib.parse import quote

import msgspec

from drconsole.domain.reading import Reading
from drconsole.errors import StateError

log = logging.getLogger(__name__)

_SCHEMA = 1


class _Stored(msgspec.Struct, forbid_unknown_fields=True):
    schema: Annotated[int, msgspec.Meta(ge=_SCHEMA, le=_SCHEMA)]
    reading: Reading


class ReadingStore:
    """``readings/<endpoint>.json`` in the state folder; every console and command writes and reads it.

    Args:
        state: the state folder; ``readings`` is made in it, private to its owner.

    Raises:
        StateError: the folder cannot be made.
    """

    def __init__(self, state: Path) -> None:
        self.folder = state / "readings"
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise StateError(
                f"The folder for readings cannot be made: {error.strerror}.",
                subject=str(self.folder),
                hint="Name a folder that you may write to as `state:` in the config.",
            ) from error

    def path(self, endpoint: str) -> Path:
        """The file of one endpoint; its name is quoted so that no endpoint name can leave the folder."""
        return self.folder / f"{quote(endpoint, safe=' ')}.json"

    def load(self, endpoint: str, site: str) -> Reading | None:
        """The last reading kept of an endpoint; None where there is none, or it cannot be understood.

        A reading of the same endpoint name at another site belongs to another config and is not used.
        """
        path = self.path(endpoint)
        try:
            reading = _decoded(path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            log.warning("what was last known of %r cannot be read from %s: %s", endpoint, path, error)
            return None
        return reading if (reading.endpoint, reading.site) == (endpoint, site) else None

    def save(self, reading: Reading) -> None:
        """Keep a reading: written aside, then renamed, so that nobody ever sees half of it. Never raises."""
        path = self.path(reading.endpoint)
        try:
            data = msgspec.json.encode(_Stored(_SCHEMA, reading))
            handle, name = tempfile.mkstemp(dir=self.folder, prefix=".", suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                os.replace(name, path)
            except OSError:
                os.unlink(name)
                raise
        except (OSError, UnicodeError) as error:
            log.warning("the reading of %r cannot be kept in %s: %s", reading.endpoint, path, error)


def _decoded(path: Path) -> Reading:
    """Read one file.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no file of ours, or holds something else than a reading.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise ValueError("it is not a regular file")
    reading = msgspec.json.decode(path.read_bytes(), type=_Stored).reading
    times = [reading.taken_at, reading.clock]
    times += [t for s in reading.sightings for t in (s.created, *(r.last_sync for r in s.relations))]
    if any(when is not None and when.tzinfo is None for when in times):
        raise ValueError("a time in it has no zone")
    return reading
