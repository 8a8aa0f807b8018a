"""What of the config a plan rests on, as digests: whether it is still the same when the run starts."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from drconsole.config.model import Config, Connection
    from drconsole.domain.plan import Plan


def basis_of(config: Config, plan: Plan) -> dict[str, str]:
    """Where its endpoints are, which networks of their sites are for tests, and what the pairs map, by name.

    Logins and certificates are no part of it: they change nothing of what is done.
    """
    connections = {one.endpoint.name: one for one in config.connections}
    found: dict[str, Any] = {f"endpoint {name}": _where(connections.get(name)) for name in plan.endpoints}
    sites = {one.endpoint.site for name, one in connections.items() if name in plan.endpoints}
    for site in sites:
        found[f"test networks of {site}"] = sorted(config.estate.test_networks(site))
    for pair in config.estate.pairs:
        if sites.issuperset(pair.sites):
            both = f"{pair.left} and {pair.right}"
            found[f"networks of {both}"] = pair.networks
            for subject in plan.subjects:
                found[f"addresses of {subject.key} at {both}"] = pair.addresses_of(subject.key)
    return {name: _digest(value) for name, value in found.items()}


def _where(one: Connection | None) -> list[Any]:
    if one is None:
        return []
    nodes = sorted((node.name, node.host, node.port) for node in one.nodes)
    return [one.endpoint.kind, one.endpoint.site, one.host, one.port, nodes]


def _digest(value: object) -> str:
    return hashlib.sha256(msgspec.json.encode(value)).hexdigest()
