"""Readings on disk: what was last known of each endpoint, for a console opened on a dark site."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import msgspec

from drconsole.domain.endpoint import Endpoint
from drconsole.domain.reading import Reading
from drconsole.inventory.folder import Folder
from drconsole.parsing import parsed

log = logging.getLogger(__name__)

_SCHEMA = 2


class _Stored(msgspec.Struct, forbid_unknown_fields=True):
    schema: Annotated[int, msgspec.Meta(ge=_SCHEMA, le=_SCHEMA)]
    address: str
    reading: Reading


class ReadingStore:
    """``readings/<endpoint>.json`` in the state folder; every console and command writes and reads it.

    Args:
        state: the state folder; ``readings`` is made in it, private to its owner.

    Raises:
        StateError: the folder cannot be made.
    """

    def __init__(self, state: Path) -> None:
        self.folder = Folder(state / "readings")

    def load(self, endpoint: Endpoint) -> Reading | None:
        """The last reading kept of an endpoint; None where there is none, or it cannot be understood.

        A reading under the same name of another site or address tells of another machine and is not used.
        """
        try:
            stored = _decoded(self.folder.read(endpoint.name))
        except (OSError, ValueError, RecursionError) as error:
            path = self.folder.file(endpoint.name)
            log.warning("what was last known of %r cannot be read from %s: %s", endpoint.name, path, error)
            return None
        if stored is None:
            return None
        reading = stored.reading
        known = (reading.endpoint, reading.site, stored.address)
        return reading if known == (endpoint.name, endpoint.site, endpoint.address) else None

    def save(self, endpoint: Endpoint, reading: Reading) -> str:
        """Keep a reading; gives the reason why it could not be kept, nothing where it was. Never raises."""
        try:
            data = msgspec.json.encode(_Stored(_SCHEMA, endpoint.address, reading))
            self.folder.write(endpoint.name, data)
        except (OSError, UnicodeError) as error:
            log.warning("the reading of %r cannot be kept in %s: %s", endpoint.name, self.folder.path, error)
            return why(error)
        return ""


def why(error: Exception) -> str:
    """The system's word for what it did not do."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _decoded(data: bytes | None) -> _Stored | None:
    """Understand one file.

    Raises:
        ValueError: it is no file of ours, or holds something else than a reading.
    """
    if data is None:
        return None
    stored = parsed(data, _Stored)
    reading = stored.reading
    times = [reading.taken_at, reading.clock, reading.certificate_end]
    times += [t for s in reading.sightings for t in (s.created, *(r.last_sync for r in s.relations))]
    if any(when is not None and when.tzinfo is None for when in times):
        raise ValueError("a time in it has no zone")
    return stored
