"""Where replication was seen, on disk: protection that somebody removed is missed after a restart too."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import msgspec

from drconsole.domain.endpoint import Endpoint
from drconsole.domain.place import Place
from drconsole.inventory.folder import Folder
from drconsole.inventory.store import why
from drconsole.parsing import parsed

log = logging.getLogger(__name__)

_SCHEMA = 1


class _Stored(msgspec.Struct, forbid_unknown_fields=True):
    schema: Annotated[int, msgspec.Meta(ge=_SCHEMA, le=_SCHEMA)]
    address: str
    places: list[Place]


class ProtectedPlaces:
    """``protected/<endpoint>.json`` in the state folder, beside the readings.

    A reading tells what is replicated now; what was stands here. Consoles add and take away what they
    learned, and leave alone what others know.

    Args:
        state: the state folder; ``protected`` is made in it, private to its owner.

    Raises:
        StateError: the folder cannot be made.
    """

    def __init__(self, state: Path) -> None:
        self._folder = Folder(state / "protected")
        self._kept: dict[str, frozenset[Place]] = {}

    def load(self, endpoint: Endpoint) -> frozenset[Place]:
        """The places of an endpoint at which replication was seen; none where the file cannot be read."""
        try:
            places = _places(self._folder.read(endpoint.name), endpoint)
        except (OSError, ValueError, RecursionError) as error:
            path = self._folder.file(endpoint.name)
            log.warning("what of %r was protected cannot be read from %s: %s", endpoint.name, path, error)
            places = frozenset()
        self._kept[endpoint.name] = places
        return places

    def keep(self, endpoint: Endpoint, places: frozenset[Place]) -> str:
        """Keep what is known now; gives the reason why it could not be kept, if so. Never raises."""
        before = self._kept.get(endpoint.name, frozenset())
        if places == before:
            return ""

        def change(data: bytes | None) -> bytes:
            try:
                others = _places(data, endpoint)
            except (ValueError, RecursionError):
                others = frozenset()
            now = places | {place for place in others if place not in before}
            return msgspec.json.encode(_Stored(_SCHEMA, endpoint.address, sorted(now)))

        try:
            self._folder.change(endpoint.name, change)
        except (OSError, ValueError) as error:
            log.warning("what of %r is protected cannot be kept: %s", endpoint.name, error)
            return why(error)
        self._kept[endpoint.name] = places
        return ""


def _places(data: bytes | None, endpoint: Endpoint) -> frozenset[Place]:
    """The places in a file, none of those of another address.

    Raises:
        ValueError: it is no file of ours.
    """
    if data is None:
        return frozenset()
    stored = parsed(data, _Stored)
    return frozenset(stored.places) if stored.address == endpoint.address else frozenset()
