"""The acting sides of all Hyper-V endpoints of one run; they look at each other's copies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from drconsole.domain.endpoint import Endpoint
from drconsole.platforms.base import Access
from drconsole.platforms.hyperv.actor import HyperVActor
from drconsole.platforms.hyperv.reach import Reach

Ends = Mapping[str, tuple[Endpoint, Access, Mapping[str, Access] | None]]


def actors(ends: Ends, state: Path | None) -> dict[str, HyperVActor]:
    """An actor for each endpoint; a cluster's is reached by its nodes, by their names.

    Nothing is asked before the first step.
    """
    made: dict[str, HyperVActor] = {}
    for name, (endpoint, access, nodes) in ends.items():
        reaches = {"": Reach(endpoint, access, state)}
        if nodes:
            reaches = {node: _of_node(endpoint, node, one, state) for node, one in nodes.items()}
        peer = next(iter(reaches.values())).peer if not nodes else Reach(endpoint, access, state).peer
        made[name] = HyperVActor(name, reaches, peer, lambda other: made.get(other))
    return made


def _of_node(endpoint: Endpoint, node: str, access: Access, state: Path | None) -> Reach:
    named = replace(endpoint, name=f"{endpoint.name}.{node}", address=access.host)
    return Reach(named, access, state, node)
