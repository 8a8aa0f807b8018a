"""Failover records by their places, on disk: one that vanishes is missed after a restart too."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec

from drconsole.domain.endpoint import Endpoint
from drconsole.domain.place import Place
from drconsole.domain.record import Record, newer
from drconsole.inventory.folder import Folder
from drconsole.inventory.store import why
from drconsole.parsing import parsed

log = logging.getLogger(__name__)

_SCHEMA = 2


class _Place(msgspec.Struct, forbid_unknown_fields=True):
    place: Place
    record: Record | None = None


class _Stored(msgspec.Struct, forbid_unknown_fields=True):
    schema: Annotated[int, msgspec.Meta(ge=_SCHEMA, le=_SCHEMA)]
    address: str
    places: list[_Place]


class _Older(msgspec.Struct, forbid_unknown_fields=True):
    """What earlier versions wrote: places alone."""

    schema: Annotated[int, msgspec.Meta(ge=1, le=1)]
    address: str
    places: list[Place]


class RecordedPlaces:
    """``records/<endpoint>.json`` in the state folder, beside the readings.

    A reading holds the notes as they are now; what they held before stands here. Consoles add and take away
    what they learned, and leave alone what others know.

    Args:
        state: the state folder; ``records`` is made in it, private to its owner.

    Raises:
        StateError: the folder cannot be made.
    """

    def __init__(self, state: Path) -> None:
        self._folder = Folder(state / "records")
        self._kept: dict[str, Mapping[Place, Record | None]] = {}

    def load(self, endpoint: Endpoint) -> Mapping[Place, Record | None]:
        """The places of an endpoint, each with the last record that was read there, where that is known.

        None where nothing is known, or it cannot be understood.
        """
        try:
            places = _places(self._folder.read(endpoint.name), endpoint)
        except (OSError, ValueError, RecursionError) as error:
            path = self._folder.file(endpoint.name)
            log.warning("known records of %r cannot be read from %s: %s", endpoint.name, path, error)
            places = {}
        self._kept[endpoint.name] = places
        return places

    def keep(self, endpoint: Endpoint, places: Mapping[Place, Record | None]) -> str:
        """Keep what is known now; gives the reason why it could not be kept, if so. Never raises."""
        before = self._kept.get(endpoint.name, {})
        if places == before:
            return ""

        def change(data: bytes | None) -> bytes:
            try:
                others = _places(data, endpoint)
            except (ValueError, RecursionError):
                others = {}
            now = {
                place: record for place, record in others.items() if place in places or place not in before
            }
            now |= {place: newer(record, others.get(place)) for place, record in places.items()}
            stored = [_Place(place, now[place]) for place in sorted(now)]
            return msgspec.json.encode(_Stored(_SCHEMA, endpoint.address, stored))

        try:
            self._folder.change(endpoint.name, change)
        except (OSError, ValueError) as error:
            log.warning("records of %r cannot be kept in %s: %s", endpoint.name, self._folder.path, error)
            return why(error)
        self._kept[endpoint.name] = dict(places)
        return ""


def _places(data: bytes | None, endpoint: Endpoint) -> dict[Place, Record | None]:
    """The places in a file, none of those of another address.

    Raises:
        ValueError: it is no file of ours.
    """
    if data is None:
        return {}
    stored = _decoded(data)
    if stored.address != endpoint.address:
        return {}
    if isinstance(stored, _Older):
        return dict.fromkeys(stored.places)
    if any(one.record is not None and one.record.at.tzinfo is None for one in stored.places):
        raise ValueError("a time in it has no zone")
    return {one.place: one.record for one in stored.places}


def _decoded(data: bytes) -> _Stored | _Older:
    try:
        return parsed(data, _Stored)
    except msgspec.ValidationError:
        return parsed(data, _Older)
