"""How a deep read of one copy reads."""

from __future__ import annotations

from drconsole.domain.deep import Adapter, Consistency, Deep
from drconsole.errors import EndpointError
from drconsole.wording.ages import exact
from drconsole.wording.names import visible

CONSISTENT = {
    Consistency.CRASH: "crash-consistent",
    Consistency.APPLICATION: "application-consistent",
    Consistency.SYNCED: "all that was sent",
}


def deep_texts(role: str, site: str, result: Deep | EndpointError) -> list[str]:
    """What is told of one copy: a heading, then each recovery point and adapter, or why there are none."""
    copy = f"{role} at {visible(site)}"
    if isinstance(result, EndpointError):
        return [f"{copy} was not looked at closely", visible(" ".join(str(result).split()))]
    receives = any(relation.mode != "Primary" for relation in result.relations)
    told = f" on {visible(result.node)}" if result.node else ""
    points = [f"recovery point of {exact(one.at)}, {CONSISTENT[one.consistency]}" for one in result.points]
    adapters = [adapter_text(one) for one in result.adapters]
    return [
        f"{copy} looked at closely{told}, whose clock said {exact(result.clock)}",
        *(points or (["no recovery points"] if receives else [])),
        *(adapters or ["no network adapters"]),
    ]


def adapter_text(adapter: Adapter) -> str:
    """One adapter: where it is connected, its addresses, and what it gets after a failover."""
    parts = [f"connected to {visible(adapter.network)}" if adapter.network else "not connected"]
    if "network" in adapter.unread:
        parts = ["connected to a network that is not named"]
    if adapter.vlan is not None:
        parts.append(f"VLAN {adapter.vlan}")
    elif "vlan" in adapter.unread:
        parts.append("VLAN could not be read")
    parts += [visible(address) for address in adapter.addresses]
    if adapter.test_network:
        parts.append(f"its test copy connects to {visible(adapter.test_network)} by itself")
    if adapter.failover:
        address = adapter.failover.address or adapter.failover.v6
        parts.append(f"gets {visible(address)} after a failover")
    elif "failover" in adapter.unread:
        parts.append("addresses after a failover could not be read")
    return f"{visible(adapter.name)}: {', '.join(parts)}"
