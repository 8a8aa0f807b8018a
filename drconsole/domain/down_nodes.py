"""What a node held that is down: roles move to the others, VMs that are no role stay where they were."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from drconsole.domain.reading import Reading


def with_what_went_down(reading: Reading, before: Reading | None) -> Reading:
    """A reading that vouches for no VM which a silent node held ``before`` and no other node shows.

    A cluster says of a node that it is down, and others take over its roles; what it held beside them runs on
    there, or does not: nobody knows. ``before`` is the last complete reading.
    """
    silent = {node.name for node in reading.nodes if not node.answers}
    if before is None or not silent or not reading.complete:
        return reading
    shown = {sighting.place for sighting in reading.sightings}
    lost = Counter(s.node for s in before.sightings if s.node in silent and s.place not in shown)
    limits = tuple(
        f"{node} is down, and {count} VM(s) that it held are on no other node."
        for node, count in sorted(lost.items())
    )
    return replace(reading, complete=False, limits=(*reading.limits, *limits)) if limits else reading
