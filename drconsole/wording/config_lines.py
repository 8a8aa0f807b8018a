"""The lines of a config that a host which answers name would need, as YAML to be copied."""

from __future__ import annotations

from collections.abc import Collection

from drconsole.domain.unlisted import Unlisted

# The one word that nobody but the reader of the lines can know.
CREDENTIALS = "NAME"


def config_lines(host: Unlisted, taken: Collection[str] = (), credentials: str = CREDENTIALS) -> list[str]:
    """YAML lines for one host: an endpoint of its own, or one more node of its cluster.

    A host that receives under the name of a broker is written as a cluster with the nodes that are known.

    Args:
        taken: names of endpoints that the config has.
        credentials: the name of credentials in the config.
    """
    import yaml

    if host.cluster:
        entry: dict[str, object] = {"nodes": {_short(host.name): host.name}}
        tree = {"endpoints": {host.cluster: entry}}
    else:
        entry = {"kind": "hyperv", "site": host.sites[0] if host.sites else "", "address": host.name}
        entry["credentials"] = credentials
        if host.nodes:
            entry["nodes"] = {_short(name): name for name in host.nodes}
        tree = {"endpoints": {_free(_short(host.name).lower(), taken): entry}}
    # The dumper quotes and escapes whatever a platform may call its hosts; nothing is ever folded.
    text: str = yaml.safe_dump(tree, sort_keys=False, allow_unicode=False, width=1_000_000)
    return text.splitlines()


def _short(name: str) -> str:
    return name.split(".")[0] or name


def _free(name: str, taken: Collection[str]) -> str:
    """The name, or with the first number behind it that no endpoint has."""
    numbered = (f"{name}-{number}" for number in range(2, len(taken) + 3))
    return name if name not in taken else next(one for one in numbered if one not in taken)
