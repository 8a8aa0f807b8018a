"""What the adapters of workloads get by address at the sites of a pair: IPv4, IPv6 or both."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from typing import Any

from drconsole.config.form import Form
from drconsole.config.mistakes import Keys, quoted
from drconsole.config.schema import FamilyForm, PairForm, SettingsForm
from drconsole.config.workloads import check_key
from drconsole.domain.deep import FailoverAddress
from drconsole.domain.mapping import AddressMap

ENDS = ("from", "to")
MOST_DNS = 2

Interface = IPv4Interface | IPv6Interface
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Family:
    """One of the two: how an address with the length of its network is written, and how one alone."""

    name: str
    interface: type[Interface]
    address: type[Address]
    form: re.Pattern[str]
    lengths: range
    with_length: str
    alone: str


V4 = Family(
    "IPv4",
    IPv4Interface,
    IPv4Address,
    re.compile(r"[0-9.]+/[0-9]{1,2}"),
    range(8, 31),
    "10.1.10.21/24",
    "10.1.10.1",
)
V6 = Family(
    "IPv6",
    IPv6Interface,
    IPv6Address,
    re.compile(r"[0-9A-Fa-f:.]+/[0-9]{1,3}"),
    range(16, 128),
    "fd00:1:10::21/64",
    "fd00:1:10::1",
)


def check_addresses(
    at: int, pair: Mapping[str, Any], sites: list[str], taken: dict[tuple[str, str], int], form: Form
) -> None:
    """Note what is wrong in the addresses of a pair; ``taken`` are those of the pairs before, by site."""
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
    """Both families of one adapter at one site; IPv4 may be left out where IPv6 stands."""
    v4 = any(form.has(*keys, name) for name in ("address", "gateway", "dns"))
    if (v4 or not form.has(*keys, "ipv6")) and not form.has(*keys, "address") and keys not in form.spoilt:
        line = form.line(*keys)
        form.mistakes.add(line, (*keys, "address"), "it is missing", "add 'address:' here, or 'ipv6:' alone")
    _family(V4, keys, settings, site, taken, form)
    if isinstance(v6 := settings.get("ipv6"), dict):
        _family(V6, (*keys, "ipv6"), v6, site, taken, form)


def _family(
    family: Family,
    keys: Keys,
    settings: Mapping[str, Any],
    site: str,
    taken: dict[tuple[str, str], int],
    form: Form,
) -> None:
    address, gateway = settings.get("address"), settings.get("gateway")
    own = _interface(family, (*keys, "address"), address, form) if isinstance(address, str) else None
    if own is not None:
        line = form.line(*keys, "address")
        first = taken.setdefault((site, str(own.ip)), line)
        if first != line:
            problem = f"{own.ip} is given at {quoted(site)} already, on line {first}"
            form.mistakes.add(line, (*keys, "address"), problem, "give each adapter an address of its own")
    if isinstance(gateway, str):
        there = _plain(family, (*keys, "gateway"), gateway, form)
        # In IPv6 routers are known by addresses of the link as well.
        near = there is not None and own is not None and (there in own.network or there.is_link_local)
        if there and own and (not near or there == own.ip):
            problem = f"{there} cannot be a gateway of {own.with_prefixlen}"
            remedy = f"name another address of {own.network}"
            form.mistakes.add(form.line(*keys, "gateway"), (*keys, "gateway"), problem, remedy)
    servers = settings.get("dns", [])
    for number, server in enumerate(servers):
        if isinstance(server, str):
            _plain(family, (*keys, "dns", number), server, form)
    if len(servers) > MOST_DNS:
        problem, remedy = f"{len(servers)} DNS servers are named", f"Hyper-V takes {MOST_DNS} at most"
        form.mistakes.add(form.line(*keys, "dns"), (*keys, "dns"), problem, remedy)


def _interface(family: Family, keys: Keys, text: str, form: Form) -> Interface | None:
    """An address with the length of its network; a mistake is noted where it is none."""
    remedy = f"write it with the length of its network: {family.with_length}"
    try:
        own = family.interface(text) if family.form.fullmatch(text) else None
    except ValueError:
        own = None
    if own is None:
        problem = f"this is not an {family.name} address with the length of its network"
        if family is V4 and V6.form.fullmatch(text) and ":" in text:
            problem, remedy = "this is an IPv6 address", "write it under ipv6: {address: ...}"
    elif own.network.prefixlen not in family.lengths:
        first, last = family.lengths[0], family.lengths[-1]
        problem, remedy = f"a network of length {own.network.prefixlen} is none", f"write /{first} to /{last}"
    elif _of_all(own) or own.ip.is_link_local or not _usable(own.ip):
        problem = f"{own.ip} cannot be the address of a machine"
    else:
        return own
    form.mistakes.add(form.line(*keys), keys, problem, remedy)
    return None


def _of_all(own: Interface) -> bool:
    """Whether an address is that of its whole network, of all machines in it, or of all its routers."""
    if isinstance(own, IPv4Interface):
        return own.ip in (own.network.network_address, own.network.broadcast_address)
    # A network of two has no address of its routers (RFC 6164).
    return own.network.prefixlen < 127 and own.ip == own.network.network_address


def _plain(family: Family, keys: Keys, text: str, form: Form) -> Address | None:
    remedy = f"write it as {family.alone}"
    try:
        found = family.address(text)
    except ValueError:
        form.mistakes.add(form.line(*keys), keys, f"this is not an {family.name} address", remedy)
        return None
    if "%" not in text and _usable(found):
        return found
    problem = f"{quoted(text)} cannot be the address of a machine"
    form.mistakes.add(form.line(*keys), keys, problem, remedy)
    return None


def _usable(address: Address) -> bool:
    mapped = isinstance(address, IPv6Address) and address.ipv4_mapped is not None
    return not (
        mapped
        or address.is_multicast
        or address.is_loopback
        or address.is_unspecified
        or (address.is_reserved and not address.is_link_local)
    )


def maps_of(form: PairForm) -> Iterator[AddressMap]:
    """The addresses of a pair that has no mistakes, for the rest of the house."""
    for one in form.addresses:
        yield AddressMap(one.workload, one.adapter, _failover(one.left), _failover(one.right))


def _failover(form: SettingsForm | None) -> FailoverAddress | None:
    if form is None:
        return None
    own = IPv4Interface(form.address) if form.address else None
    v6 = form.ipv6 or FamilyForm("")
    other = IPv6Interface(v6.address) if v6.address else None
    return FailoverAddress(
        str(own.ip) if own else "",
        str(own.netmask) if own else "",
        form.gateway or "",
        form.dns,
        v6=str(other.ip) if other else "",
        v6_length=other.network.prefixlen if other else 0,
        v6_gateway=str(IPv6Address(v6.gateway)) if v6.gateway else "",
        v6_dns=tuple(str(IPv6Address(server)) for server in v6.dns),
    )
