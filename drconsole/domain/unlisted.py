"""Hosts that answers name and the config lacks: partners of replications, and nodes of clusters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from drconsole.domain.endpoint import Endpoint, EndpointKind, Estate
from drconsole.domain.reading import Reading, Relation
from drconsole.domain.replication import PRIMARY, REPLICA, is_named


@dataclass(frozen=True, slots=True)
class Unlisted:
    """One host that no endpoint of the config is, as an endpoint names it (raw platform text).

    Args:
        named_by: the endpoint that names it first.
        cluster: the endpoint whose node it is; empty for a partner.
        sites: where it may stand, the likeliest first: the paired sites of those that name it.
        nodes: what of it receives replication under another name, as nodes of a cluster do.
        workloads: of how many VMs it is the partner.
    """

    name: str
    named_by: str
    cluster: str = ""
    sites: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    workloads: int = 0


def unlisted_in(estate: Estate, readings: Mapping[str, Reading]) -> tuple[Unlisted, ...]:
    """All hosts that these readings name and that are no endpoint of the estate.

    A partner may be an endpoint that has never told its names: then its name and address in the config
    count. Names that differ in nothing but case are one host.
    """
    known = [(one, _names(one, readings.get(one.name))) for one in estate.endpoints]
    nodes = [node for one, _ in known for node in _nodes(one, readings.get(one.name))]
    names = [names for _, names in known]
    return (*nodes, *_partners(estate, readings, names))


def _names(endpoint: Endpoint, reading: Reading | None) -> tuple[str, ...]:
    """The names by which partners may call an endpoint; an IP address in the config is none of them."""
    told = reading.names if reading else ()
    host = endpoint.address.rsplit(":", 1)[0]
    of_config = (host, *((endpoint.name,) if not told else ()))
    return (*told, *(name for name in of_config if not name.replace(".", "").isdigit() and ":" not in name))


def _nodes(endpoint: Endpoint, reading: Reading | None) -> Iterator[Unlisted]:
    for name in reading.unlisted_nodes if reading else ():
        yield Unlisted(name, endpoint.name, cluster=endpoint.name, sites=(endpoint.site,))


def _partners(
    estate: Estate, readings: Mapping[str, Reading], known: Iterable[tuple[str, ...]]
) -> tuple[Unlisted, ...]:
    listed = tuple(known)
    found: dict[str, Unlisted] = {}
    for endpoint in estate.endpoints:
        reading = readings.get(endpoint.name)
        if reading is None or endpoint.kind is EndpointKind.VSPHERE:
            continue
        for (name, receiver), count in _named(reading).items():
            if any(is_named(name, names) for names in listed):
                continue
            key = name.casefold().rstrip(".")
            before = found.get(key) or Unlisted(name, endpoint.name)
            sites = (*before.sites, *_paired(estate, endpoint.site))
            more = (receiver,) if receiver and receiver.casefold().rstrip(".") != key else ()
            found[key] = Unlisted(
                before.name,
                before.named_by,
                sites=tuple(dict.fromkeys(sites)),
                nodes=tuple(dict.fromkeys((*before.nodes, *more))),
                workloads=before.workloads + count,
            )
    return tuple(found.values())


def _named(reading: Reading) -> dict[tuple[str, str], int]:
    """The other ends of an endpoint's relations, each with the node that receives; how many VMs have them."""
    ends: dict[tuple[str, str], int] = {}
    for sighting in reading.sightings:
        for end in {_other_end(relation) for relation in sighting.relations}:
            if end[0]:
                ends[end] = ends.get(end, 0) + 1
    return ends


def _other_end(relation: Relation) -> tuple[str, str]:
    """Of an extended leg the middle copy is the sending end, whatever its mode."""
    if relation.mode == PRIMARY or (relation.mode == REPLICA and relation.relationship == "Extended"):
        return relation.replica, relation.receiver
    return relation.primary, ""


def _paired(estate: Estate, site: str) -> tuple[str, ...]:
    others = [pair.right if pair.left == site else pair.left for pair in estate.pairs if pair.has(site)]
    return tuple(others) or (site,)
