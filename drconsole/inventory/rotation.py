"""Which VM of an endpoint is read deep when nobody asks for one: gently, and each of them at some time."""

from __future__ import annotations

import time
from collections.abc import Callable

from drconsole.domain.endpoint import Endpoint
from drconsole.domain.place import Place
from drconsole.domain.reading import Reading, Sighting
from drconsole.domain.replication import NONE, mode_of
from drconsole.inventory.agenda import Spare, Target
from drconsole.inventory.pace import rotation_pause_s

# A VM is not read deep again by itself before so many seconds are over.
AGAIN_S = 600.0
# It begins only while so many times its last duration are left before the next light read.
ROOM = 2.0


class Rotation:
    """One VM for each light read at most, the one that waited longest; belongs to the thread that reads.

    VMs that nothing protects are left out: nobody decides anything by them. The first light reads of a
    console stay alone, so that a command which reads once never asks for more.

    Args:
        clock: a monotonic clock, seconds.
    """

    def __init__(self, endpoint: Endpoint, clock: Callable[[], float] = time.monotonic) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._due = clock() + rotation_pause_s(endpoint, 0.0)
        self._looked: dict[Place, float] = {}
        self._cost_s: float | None = None

    def looked(self, place: Place, seconds: float) -> None:
        """A VM was read deep, for whatever reason, which took so long."""
        self._looked[place] = now = self._clock()
        self._cost_s = seconds
        self._due = now - seconds + rotation_pause_s(self._endpoint, seconds)

    def next(self, reading: Reading, pause_s: float) -> Spare | None:
        """The VM to be read deep before the next light read, which is due in ``pause_s``; None for none."""
        now = self._clock()
        present = {sighting.place for sighting in reading.sightings}
        self._looked = {place: at for place, at in self._looked.items() if place in present}
        cost = reading.duration_s if self._cost_s is None else self._cost_s
        if now < self._due or ROOM * cost > pause_s:
            return None
        waiting = [s for s in reading.sightings if _counts(s) and self._age(s, now) >= AGAIN_S]
        if not waiting:
            return None
        chosen = max(waiting, key=lambda sighting: self._age(sighting, now))
        return Spare(Target(chosen.place, chosen.handle), now + pause_s - ROOM * cost)

    def _age(self, sighting: Sighting, now: float) -> float:
        return now - self._looked.get(sighting.place, float("-inf"))


def _counts(sighting: Sighting) -> bool:
    return bool(sighting.handle) and mode_of(sighting) != NONE
