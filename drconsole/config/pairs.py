"""Pairs of sites: which networks and addresses stand for each other, in both directions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Interface
from typing import Any

from drconsole.config.form import Form
from drconsole.config.mistakes import Keys, quoted
from drconsole.config.schema import UNIT_S, PairForm, SettingsForm
from drconsole.config.workloads import check_key
from drconsole.domain.deep import FailoverAddress
from drconsole.domain.endpoint import Pair
from drconsole.domain.mapping import AddressMap, NetworkMap

ENDS = ("from", "to")
MOST_DNS = 2
_WITH_LENGTH = re.compile(r"[0-9.]+/[0-9]{1,2}")
_LENGTHS = range(8, 31)
_WRITTEN = "write it with the length of its network: 10.1.10.21/24"


def check_pairs(data: Mapping[str, Any], form: Form) -> None:
    """Note what is wrong in pairs, and between them and the sites that they name."""
    sites = data.get("sites", {})
    seen: dict[frozenset[str], int] = {}
    taken: dict[tuple[str, str], int] = {}
    for at, pair in enumerate(data.get("pairs", [])):
        for end in ENDS:
            form.refers(("pairs", at, end), pair.get(end), list(sites), "sites")
        ends = frozenset(str(pair[end]) for end in ENDS if end in pair)
        line = form.line("pairs", at)
        if "from" in pair and pair.get("from") == pair.get("to"):
            form.mistakes.add(line, ("pairs", at), "a site is paired with itself", "name two sites")
        elif len(ends) == 2 and ends in seen:
            problem = f"this pair stands here again, first on line {seen[ends]}"
            form.mistakes.add(line, ("pairs", at), problem, "one pair is enough for both directions")
        seen.setdefault(ends, line)
        _networks(at, pair, sites, form)
        _addresses(at, pair, list(sites), taken, form)


def _networks(at: int, pair: Mapping[str, Any], sites: Mapping[str, Any], form: Form) -> None:
    lines = pair.get("networks", [])
    for end in ENDS:
        tests = sites.get(str(pair.get(end)), {}).get("test_networks", [])
        for number, one in enumerate(lines):
            keys = ("pairs", at, "networks", number, end)
            if one.get(end) is not None and one.get(end) in tests:
                problem = f"{quoted(one[end])} is a test network of {quoted(pair[end])}"
                remedy = "name a network where people work; tests find theirs by test_networks"
                form.mistakes.add(form.line(*keys), keys, problem, remedy)
        _told_apart(("pairs", at, "networks"), lines, end, form)


def _told_apart(keys: Keys, lines: Sequence[Mapping[str, Any]], end: str, form: Form) -> None:
    """Of several lines for one network, its VLAN must tell which holds; else the way back is a guess."""
    names = [one.get(end) for one in lines]
    for number, one in enumerate(lines):
        if one.get(end) is None or names.count(one[end]) == 1:
            continue
        vlan, first = one.get(f"{end}_vlan"), names.index(one[end])
        same = [n for n, other in enumerate(lines[:number]) if other.get(end) == one[end]]
        if vlan is None or any(lines[n].get(f"{end}_vlan") == vlan for n in same):
            problem = f"several lines are for {quoted(one[end])}, the first is line {form.line(*keys, first)}"
            remedy = f"give each of them a {end}_vlan of its own, or leave one"
            form.mistakes.add(form.line(*keys, number), (*keys, number, end), problem, remedy)


def _addresses(
    at: int, pair: Mapping[str, Any], sites: list[str], taken: dict[tuple[str, str], int], form: Form
) -> None:
    seen: dict[tuple[str, str], int] = {}
    for number, one in enumerate(pair.get("addresses", [])):
        keys = ("pairs", at, "addresses", number)
        line = form.line(*keys)
        check_key((*keys, "workload"), one.get("workload"), sites, form, hyperv_only=True)
        if not any(form.has(*keys, end) for end in ENDS) and keys not in form.spoilt:
            form.mistakes.add(line, keys, "it sets nothing", "add from:, to: or both")
        named = (str(one.get("workload")), str(one.get("adapter")))
        if "workload" in one and "adapter" in one and (first := seen.setdefault(named, line)) != line:
            problem = f"this adapter stands here again, first on line {first}"
            form.mistakes.add(line, keys, problem, "write both ends in one place")
        for end in ENDS:
            if isinstance(settings := one.get(end), dict):
                _settings((*keys, end), settings, str(pair.get(end)), taken, form)


def _settings(
    keys: Keys, settings: Mapping[str, Any], site: str, taken: dict[tuple[str, str], int], form: Form
) -> None:
    address, gateway = settings.get("address"), settings.get("gateway")
    own = _interface((*keys, "address"), address, form) if isinstance(address, str) else None
    if own is not None:
        line = form.line(*keys, "address")
        first = taken.setdefault((site, str(own.ip)), line)
        if first != line:
            problem = f"{own.ip} is given at {quoted(site)} already, on line {first}"
            form.mistakes.add(line, (*keys, "address"), problem, "give each adapter an address of its own")
    if isinstance(gateway, str):
        there = _plain((*keys, "gateway"), gateway, form)
        if there and own and (there not in own.network or there == own.ip):
            problem = f"{there} cannot be a gateway of {own.with_prefixlen}"
            remedy = f"name another address of {own.network}"
            form.mistakes.add(form.line(*keys, "gateway"), (*keys, "gateway"), problem, remedy)
    servers = settings.get("dns", [])
    for number, server in enumerate(servers):
        if isinstance(server, str):
            _plain((*keys, "dns", number), server, form)
    if len(servers) > MOST_DNS:
        problem, remedy = f"{len(servers)} DNS servers are named", f"Hyper-V takes {MOST_DNS} at most"
        form.mistakes.add(form.line(*keys, "dns"), (*keys, "dns"), problem, remedy)


def _interface(keys: Keys, text: str, form: Form) -> IPv4Interface | None:
    """An address with the length of its network; a mistake is noted where it is none."""
    try:
        own = IPv4Interface(text) if _WITH_LENGTH.fullmatch(text) else None
    except ValueError:
        own = None
    if own is None:
        problem, remedy = "this is not an IPv4 address with the length of its network", _WRITTEN
    elif own.network.prefixlen not in _LENGTHS:
        problem, remedy = f"a network of length {own.network.prefixlen} has no room", "write /8 to /30"
    elif own.ip in (own.network.network_address, own.network.broadcast_address) or not _usable(own.ip):
        problem, remedy = f"{own.ip} cannot be the address of a machine", _WRITTEN
    else:
        return own
    form.mistakes.add(form.line(*keys), keys, problem, remedy)
    return None


def _plain(keys: Keys, text: str, form: Form) -> IPv4Address | None:
    try:
        found = IPv4Address(text)
    except ValueError:
        form.mistakes.add(form.line(*keys), keys, "this is not an IPv4 address", "write it as 10.1.10.1")
        return None
    if _usable(found):
        return found
    problem = f"{found} cannot be the address of a machine"
    form.mistakes.add(form.line(*keys), keys, problem, "write it as 10.1.10.1")
    return None


def _usable(address: IPv4Address) -> bool:
    return not (address.is_multicast or address.is_loopback or address.is_unspecified or address.is_reserved)


def pair_of(form: PairForm) -> Pair:
    """A pair that has no mistakes, for the rest of the house."""
    return Pair(
        form.left,
        form.right,
        int(form.rpo[:-1]) * UNIT_S[form.rpo[-1]] if form.rpo else None,
        networks=tuple(NetworkMap(n.left, n.right, n.left_vlan, n.right_vlan) for n in form.networks),
        addresses=tuple(_maps(form)),
    )


def _maps(form: PairForm) -> Iterator[AddressMap]:
    for one in form.addresses:
        yield AddressMap(one.workload, one.adapter, _failover(one.left), _failover(one.right))


def _failover(form: SettingsForm | None) -> FailoverAddress | None:
    if form is None:
        return None
    own = IPv4Interface(form.address)
    return FailoverAddress(str(own.ip), str(own.netmask), form.gateway or "", form.dns)
