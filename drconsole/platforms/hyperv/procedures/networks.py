"""Which network and which addresses every adapter of a copy gets when it takes over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from drconsole.domain.deep import Adapter, Deep, FailoverAddress
from drconsole.domain.plan import Check
from drconsole.domain.snapshot import CopyState
from drconsole.platforms.acting import Case
from drconsole.platforms.hyperv.procedures import preflight
from drconsole.platforms.hyperv.procedures.base import blocked, ready, warning


@dataclass(frozen=True, slots=True)
class Wiring:
    """``adapters`` by id (lower case): ``switch`` (empty: not connected) and ``vlan`` (None: as it is)."""

    adapters: dict[str, dict[str, Any]]
    checks: tuple[Check, ...]


def matched(source: Deep, target: Deep) -> tuple[tuple[Adapter, Adapter], ...] | None:
    """The adapters of both copies that are one: by MAC address where each has its own, else in order.

    None where that cannot be told.
    """
    if len(source.adapters) != len(target.adapters):
        return None
    here, there = ({a.mac: a for a in deep.adapters} for deep in (source, target))
    if len(here) == len(source.adapters) and here.keys() == there.keys() and "" not in here:
        return tuple((one, there[mac]) for mac, one in here.items())
    return tuple(zip(source.adapters, target.adapters, strict=True))


def wiring(case: Case, source: CopyState, target: CopyState, here: Deep, there: Deep) -> Wiring:
    """Where every adapter of the target is connected, by the pair's networks.

    Without a word in the config an adapter keeps the network that somebody has given the replica, else one of
    the same name is taken; both are said.
    """
    who = target.endpoint
    pairs = matched(here, there)
    if pairs is None:
        text = f"the original has {len(here.adapters)} adapters, its replica {len(there.adapters)}"
        return Wiring({}, (blocked(text, "Make them equal on the replica's host.", who),))
    pair = case.estate.pair(source.place.site, target.place.site)
    found: dict[str, dict[str, Any]] = {}
    checks: list[Check] = [*preflight.unread(here.adapters, "the original", source.endpoint)]
    for ours, theirs in pairs:
        mapped = (
            pair.network_at(target.place.site, ours.network, ours.vlan) if pair and ours.network else None
        )
        network, vlan = mapped or (theirs.network or ours.network if ours.network else "", None)
        found[theirs.id.lower()] = {"switch": network, "vlan": vlan}
        checks += _said(case, target, ours, (network, vlan), mapped is not None, there)
    return Wiring(found, tuple(dict.fromkeys(checks)))


def _said(
    case: Case,
    target: CopyState,
    ours: Adapter,
    to: tuple[str, int | None],
    mapped: bool,
    there: Deep,
) -> list[Check]:
    network, who = to[0], target.endpoint
    if not network:
        return [ready(f"{ours.name} is not connected, and stays so", who)]
    checks = [preflight.has_network(there, network, who)]
    if network in case.estate.test_networks(target.place.site):
        clear = "Correct the networks of the pair in the config, or reconnect the replica's adapter."
        return [*checks, blocked(f"{ours.name} would be connected to the test network {network}", clear, who)]
    tag = f" (VLAN {to[1]})" if to[1] else ""
    if mapped:
        return [*checks, ready(f"network {ours.network} -> {network}{tag}", "config")]
    text = f"no network of the pair stands for {ours.network}: {network} is taken"
    return [*checks, warning(text, who, "Name it under networks of the pair in the config.")]


def addresses(
    case: Case, source: CopyState, target: CopyState, there: Deep
) -> tuple[dict[str, dict[str, str]], tuple[Check, ...]]:
    """What the adapters of the target get by address after a failover, by adapter id, as the config says."""
    pair = case.estate.pair(source.place.site, target.place.site)
    told = pair.addresses_at(target.place.site, case.workload.key) if pair else {}
    found: dict[str, dict[str, str]] = {}
    checks: list[Check] = []
    for name, address in told.items():
        named = [adapter for adapter in there.adapters if adapter.name == name]
        if len(named) != 1:
            text = (
                f"{len(named) or 'no'} adapters are called {name}: nobody knows which gets {address.address}"
            )
            checks.append(blocked(text, "Name the adapters of the VM apart.", target.endpoint))
            continue
        found[named[0].id.lower()] = _settings(address)
        checks.append(ready(f"{name} gets {address.address} at {target.place.site}", "config"))
    return found, tuple(checks)


def _settings(address: FailoverAddress) -> dict[str, str]:
    first, second = (*address.dns, "", "")[:2]
    return {
        "address": address.address,
        "mask": address.mask,
        "gateway": address.gateway,
        "dns": first,
        "dns2": second,
    }
