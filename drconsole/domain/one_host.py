"""A node of a cluster that stands in the config as a host too: what it shows is at its cluster's place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from drconsole.domain.place import Place
from drconsole.domain.reading import Reading, Sighting

Nodes = Mapping[tuple[str, str], tuple[str, str]]
"""By site and short name of a node: its cluster's name in places, and its own as its cluster has it."""


def nodes_in(readings: Iterable[Reading]) -> Nodes:
    """The nodes of all clusters that show a VM."""
    return {
        (reading.site, _short(node.name)): (reading.sightings[0].place.where, node.name)
        for reading in readings
        if reading.sightings
        for node in reading.nodes
    }


def at_cluster_places(reading: Reading, nodes: Nodes) -> Reading:
    """The reading of a host with its VMs where its cluster shows them: one VM is one copy, seen twice."""
    if not nodes or reading.nodes or not any(_node_of(one.place, nodes) for one in reading.sightings):
        return reading
    return replace(reading, sightings=tuple(_moved(one, nodes) for one in reading.sightings))


def _moved(sighting: Sighting, nodes: Nodes) -> Sighting:
    found = _node_of(sighting.place, nodes)
    if found is None:
        return sighting
    where, node = found
    return replace(sighting, place=replace(sighting.place, where=where), node=node)


def _node_of(place: Place, nodes: Nodes) -> tuple[str, str] | None:
    return nodes.get((place.site, _short(place.where))) if place.platform == "hyperv" else None


def _short(name: str) -> str:
    return name.split(".")[0].casefold()
