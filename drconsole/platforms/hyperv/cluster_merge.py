"""From what the nodes of a cluster told to one reading of the cluster."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from drconsole.domain.endpoint import Endpoint
from drconsole.domain.reading import Node, Reading, Sighting
from drconsole.errors import EndpointError
from drconsole.platforms.hyperv import cluster, light
from drconsole.platforms.hyperv.cluster import Cluster, same_node
from drconsole.platforms.hyperv.cluster_round import Told
from drconsole.platforms.hyperv.reader import transport


@dataclass(frozen=True, slots=True)
class Heard:
    """One node that answered: its own copies, its clock, and what it could not show."""

    node: str
    told: Told
    sightings: tuple[Sighting, ...]
    clock: datetime
    limits: tuple[str, ...]

    @property
    def skew_s(self) -> float:
        """Its clock minus the console's, seconds."""
        return (self.clock - datetime.fromtimestamp(self.told.middle, UTC)).total_seconds()


def reading_of(
    endpoint: Endpoint,
    facts: Cluster,
    told: Mapping[str, Told | EndpointError],
    unknown: str = "",
    *,
    by_the_way: tuple[str, ...] = (),
    taken_at: datetime,
    duration_s: float,
) -> Reading | EndpointError:
    """Merge what the nodes told.

    ``unknown`` says why the cluster's own facts are not those of this read: then nobody vouches for a node
    that is silent, and the broker is not known. ``by_the_way`` are further limits.
    Gives the error of a node when no node's answer can be used.
    """
    heard, silent = _sorted_out(endpoint, facts, told, bool(unknown))
    if not heard:
        return next(iter(silent.values()))
    down = {name for name in told if not unknown and facts.down(name)}
    limits = [
        *([unknown] if unknown else []),
        *by_the_way,
        *(f"{one.node}: {text}" for one in heard for text in one.limits),
        *(_silence(name, error, facts) for name, error in silent.items() if name not in down),
        *([] if unknown else _differences(facts, told, heard)),
    ]
    clock = sorted(heard, key=lambda one: abs(one.skew_s))[(len(heard) - 1) // 2]
    first = heard[0].told
    return Reading(
        endpoint=endpoint.name,
        site=endpoint.site,
        taken_at=taken_at,
        clock=clock.clock,
        complete=not limits,
        sightings=tuple(sighting for one in heard for sighting in one.sightings),
        names=cluster.names(facts, (name for one in heard for name in light.names(one.told.light))),
        limits=tuple(limits),
        # A node's wrong clock must show, whichever node's clock this reading goes by.
        skew_s=max((one.skew_s for one in heard), key=abs),
        version=f"PowerShell {first.light.version}",
        user=first.host.access.user,
        transport=transport(first.host.access, first.tls, first.way),
        duration_s=duration_s,
        broker=None if unknown else cluster.broker_of(facts),
        nodes=tuple(_node(name, silent.get(name), name in down) for name in told),
        unlisted_nodes=() if unknown else tuple(_unlisted(facts, told)),
        certificate_end=min((end for one in heard if (end := one.told.certificate_end)), default=None),
    )


def _sorted_out(
    endpoint: Endpoint, facts: Cluster, told: Mapping[str, Told | EndpointError], unknown: bool
) -> tuple[list[Heard], dict[str, EndpointError]]:
    """Tell nodes whose answer can be used from those that are as good as silent."""
    heard: list[Heard] = []
    silent: dict[str, EndpointError] = {}
    owned = facts.owned()
    for name, one in told.items():
        if isinstance(one, EndpointError):
            silent[name] = one
            continue
        empty = not unknown and _count(owned, name) == 0
        try:
            heard.append(_heard(endpoint, facts, name, one, empty))
        except EndpointError as error:
            silent[name] = error
    return heard, silent


def _heard(endpoint: Endpoint, facts: Cluster, name: str, told: Told, may_be_empty: bool) -> Heard:
    """Understand one node's answer.

    ``may_be_empty``: the cluster says that the node owns no VM role, so an empty list is no lack of rights.

    Raises:
        BadReply: the answer cannot be used, or comes from another host than the config says.
    """
    peer, answer = told.host.peer, told.light
    own = light.own_name(answer)
    if own and not same_node(own, name):
        raise peer.bad_reply(
            f"as {peer.shown(own)}, not as {peer.shown(name)}", hint="Check the node's address in the config."
        )
    return Heard(
        node=name,
        told=told,
        sightings=light.sightings(answer, endpoint.site, peer, facts.where, name),
        clock=light.stamp(answer.now, peer),
        limits=light.limits(answer, peer, may_be_empty=may_be_empty),
    )


def _silence(name: str, error: EndpointError, facts: Cluster) -> str:
    roles = _count(facts.owned(), name)
    held = f"; the cluster says that {roles} VM role(s) are there" if roles else ""
    return f"{name} could not be read: {short(error)}{held}."


def _differences(
    facts: Cluster, told: Mapping[str, Told | EndpointError], heard: Iterable[Heard]
) -> Iterable[str]:
    """What the cluster says and the nodes do not show."""
    down = {row.name for row in facts.nodes if row.state == cluster.DOWN}
    for name in _unlisted(facts, told):
        if name not in down:
            yield f"The cluster has a node {name} that the config lacks: add it to this endpoint's nodes."
    answering = [one.node for one in heard]
    roles = sum(_count(facts.owned(), name) for name in answering)
    shown = len({sighting.place for one in heard for sighting in one.sightings})
    if shown < roles:
        yield (
            f"The cluster says that {roles} VM role(s) are on {', '.join(answering)}, but only {shown} VM(s) "
            "are shown there: they moved while it was read, their configuration is offline, or not all may "
            "be seen."
        )


def _unlisted(facts: Cluster, told: Iterable[str]) -> Iterable[str]:
    """The cluster's nodes that the config lacks, whatever their state."""
    listed = tuple(told)
    return (row.name for row in facts.nodes if not any(same_node(row.name, name) for name in listed))


def _count(owned: Mapping[str, int], name: str) -> int:
    return sum(count for owner, count in owned.items() if same_node(owner, name))


def _node(name: str, error: EndpointError | None, down: bool) -> Node:
    if error is None:
        return Node(name, True)
    return Node(name, False, "the cluster calls it down" if down else short(error))


def short(error: EndpointError) -> str:
    """An error in few words: its first sentence without the full stop."""
    return error.message.split(". ")[0].rstrip(".")
