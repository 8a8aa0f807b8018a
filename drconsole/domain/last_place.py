"""Where a vSphere VM is whose place its endpoint could not tell this time: where it was last seen to be."""

from __future__ import annotations

from dataclasses import replace

from drconsole.domain.reading import Reading, Sighting

UNREAD = "place"


def at_known_places(reading: Reading, before: Reading | None) -> Reading:
    """A reading whose sightings without a place have the place of a complete reading before it.

    Without it a datastore whose name cannot be read once would make two copies of each of its VMs: one that
    is last-known, and one that is nowhere.
    """
    if before is None or before.instance != reading.instance:
        return reading
    if not any(UNREAD in sighting.unread for sighting in reading.sightings):
        return reading
    known = {sighting.handle: sighting for sighting in before.sightings if UNREAD not in sighting.unread}
    # A vCenter gives a reference once; a host may give it again.
    lasting = bool(reading.instance)
    placed = (_placed(sighting, known.get(sighting.handle), lasting) for sighting in reading.sightings)
    return replace(reading, sightings=tuple(placed))


def _placed(sighting: Sighting, before: Sighting | None, lasting: bool) -> Sighting:
    if before is None or UNREAD not in sighting.unread:
        return sighting
    told = sighting.place.ident
    same_path = told == sighting.handle or told.endswith(f"] {before.place.ident}")
    same_uuid = sighting.uuid == before.uuid if sighting.uuid else lasting
    return replace(sighting, place=before.place) if same_path and same_uuid else sighting
