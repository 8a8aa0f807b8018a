"""Which network and which addresses every adapter of a copy gets when it takes over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from drconsole.domain.deep import Adapter, Deep, FailoverAddress
from drconsole.domain.endpoint import Pair
from drconsole.domain.mapping import OneWay, families
from drconsole.domain.plan import Check
from drconsole.domain.snapshot import CopyState
from drconsole.platforms.acting import Case
from drconsole.platforms.hyperv.procedures import preflight
from drconsole.platforms.hyperv.procedures.base import blocked, ready, warning
from drconsole.platforms.hyperv.procedures.matching import Match, matched


@dataclass(frozen=True, slots=True)
class Place:
    """Where one adapter goes: a network (empty: nowhere), and its VLAN (None: as it is).

    ``mapped``: the config says so.
    """

    network: str
    vlan: int | None
    mapped: bool


@dataclass(frozen=True, slots=True)
class Wiring:
    """``adapters`` by id (lower case): ``switch`` (empty: not connected) and ``vlan`` (None: as it is)."""

    adapters: dict[str, dict[str, Any]]
    checks: tuple[Check, ...]


def wiring(case: Case, source: CopyState, target: CopyState, here: Deep, there: Deep) -> Wiring:
    """Where every adapter of the target is connected, by the pair's networks.

    Without a word in the config an adapter keeps the network that somebody has given the replica, else one of
    the same name is taken; both are said.
    """
    match = matched(here, there)
    if match is None:
        text = f"the original has {len(here.adapters)} adapters, its replica {len(there.adapters)}"
        check = blocked(text, "Make them equal on the replica's host.", target.endpoint)
        return Wiring({}, (check,))
    pair = case.estate.pair(source.place.site, target.place.site)
    found: dict[str, dict[str, Any]] = {}
    checks: list[Check] = [*preflight.unread(here.adapters, "the original", source.endpoint)]
    checks += _told_apart(match, pair, target)
    for ours, theirs in match.pairs:
        to = _place(pair, target, ours, theirs)
        found[theirs.id.lower()] = {"switch": to.network, "vlan": to.vlan}
        checks += _said(case, target, (ours, theirs), to, there)
    return Wiring(found, tuple(dict.fromkeys(checks)))


def _place(pair: Pair | None, target: CopyState, ours: Adapter, theirs: Adapter) -> Place:
    if not ours.network:
        return Place("", None, mapped=False)
    # One of another mode than access has no VLAN of its own, so a line for one does not hold for it.
    vlan = -1 if ours.vlan_mode else ours.vlan
    mapped = pair.network_at(target.place.site, ours.network, vlan) if pair else None
    if mapped is not None:
        return Place(*mapped, mapped=True)
    return Place(theirs.network or ours.network, None, mapped=False)


def _told_apart(match: Match, pair: Pair | None, target: CopyState) -> tuple[Check, ...]:
    """Whether it matters which of the guessed adapters is which: then nobody guesses."""
    ours, theirs = zip(*match.guessed, strict=True) if match.guessed else ((), ())
    if all(len({_place(pair, target, one, other) for one in ours}) == 1 for other in theirs):
        return ()
    names = ", ".join(dict.fromkeys(one.name or one.id for one in theirs))
    text = (
        f"{len(theirs)} adapters ({names}) cannot be told apart at both ends, and go to different networks: "
        "nobody knows which goes where"
    )
    clear = (
        "On both hosts give them names of their own, the same at both ends (Rename-VMNetworkAdapter), "
        "or fixed MAC addresses."
    )
    return (blocked(text, clear, target.endpoint),)


def _said(
    case: Case, target: CopyState, pair: tuple[Adapter, Adapter], to: Place, there: Deep
) -> list[Check]:
    ours, theirs = pair
    network, who = to.network, target.endpoint
    if not network:
        return [ready(f"{ours.name} is not connected, and stays so", who)]
    checks = [preflight.has_network(there, network, who)]
    if network in case.estate.test_networks(target.place.site):
        clear = "Correct the networks of the pair in the config, or reconnect the replica's adapter."
        return [*checks, blocked(f"{ours.name} would be connected to the test network {network}", clear, who)]
    if ours.vlan_mode and to.vlan is not None:
        text = (
            f"{ours.name} is in VLAN mode {ours.vlan_mode}; on VLAN {to.vlan} alone it would be another one"
        )
        clear = "Leave the VLAN out of its network in the pair: the replica's own setting is kept then."
        return [*checks, blocked(text, clear, who)]
    tag = _tag(ours, theirs, to)
    if to.mapped:
        return [*checks, ready(f"network {ours.network} -> {network}{tag}", "config")]
    text = f"no network of the pair stands for {ours.network}: {network} is taken{tag}"
    return [*checks, warning(text, who, "Name it under networks of the pair in the config.")]


def _tag(ours: Adapter, theirs: Adapter, to: Place) -> str:
    """The VLAN that it gets, or has there already; of two that are untagged nothing is said."""
    if to.vlan is not None:
        return f" (VLAN {to.vlan})" if to.vlan else ""
    if theirs.vlan_mode:
        return f" (VLAN mode {theirs.vlan_mode} as set there)"
    if theirs.vlan:
        return f" (VLAN {theirs.vlan} as set there)"
    return " (untagged there)" if ours.vlan or ours.vlan_mode else ""


def addresses(
    case: Case, source: CopyState, target: CopyState, there: Deep
) -> tuple[dict[str, dict[str, Any]], tuple[Check, ...]]:
    """What the adapters of the target get by address after a failover, by adapter id, as the config says."""
    pair = case.estate.pair(source.place.site, target.place.site)
    told = pair.addresses_at(target.place.site, case.workload.key) if pair else {}
    found: dict[str, dict[str, Any]] = {}
    checks: list[Check] = []
    for name, address in told.items():
        named = [adapter for adapter in there.adapters if adapter.name == name]
        if len(named) != 1:
            text = (
                f"{len(named) or 'no'} adapters are called {name}: nobody knows which gets {_told(address)}"
            )
            checks.append(blocked(text, "Name the adapters of the VM apart.", target.endpoint))
            continue
        found[named[0].id.lower()] = _settings(address)
        checks.append(ready(f"{name} gets {_told(address)} at {target.place.site}", "config"))
    return found, tuple(checks)


def one_way(case: Case, source: CopyState, target: CopyState, here: Deep, there: Deep) -> tuple[Check, ...]:
    """Addresses of one side alone: what a failover sets in a guest stays until another one sets another.

    Where the side that lacks one has it set on its host already, nothing is missing.
    """
    pair = case.estate.pair(source.place.site, target.place.site)
    checks = []
    for one in pair.one_way() if pair else ():
        known = there if one.site == target.place.site else here
        if one.workload != case.workload.key or _is_set(known, one):
            continue
        other = source.place.site if one.site == target.place.site else target.place.site
        text = f"{one.adapter} has an {one.family} address for {other} and none for {one.site}"
        come = "there it keeps the other site's" if known is there else "it comes home with the other site's"
        end = "from" if pair and one.site == pair.left else "to"
        clear = f"Add {end}: to its line under addresses of the pair in the config."
        checks.append(warning(f"{text}: {come}", "config", clear))
    return tuple(checks)


def _is_set(known: Deep, one: OneWay) -> bool:
    """Whether somebody has set an address of the family on the adapter."""
    return any(
        adapter.name == one.adapter and one.family in families(adapter.failover) for adapter in known.adapters
    )


def _told(address: FailoverAddress) -> str:
    """Its addresses as one text."""
    return " and ".join(address.addresses)


def _settings(address: FailoverAddress) -> dict[str, Any]:
    first, second = (*address.dns, "", "")[:2]
    v6_first, v6_second = (*address.v6_dns, "", "")[:2]
    return {
        "address": address.address,
        "mask": address.mask,
        "gateway": address.gateway,
        "dns": first,
        "dns2": second,
        "v6": address.v6,
        "v6_length": address.v6_length,
        "v6_gateway": address.v6_gateway,
        "v6_dns": v6_first,
        "v6_dns2": v6_second,
    }
