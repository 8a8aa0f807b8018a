"""The IP settings that a guest gets after a failover, adapter by adapter."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

from drconsole.domain.step import Effect, Json, Observation
from drconsole.platforms.hyperv.actions.base import Action, View, quoted, the_one, the_vm
from drconsole.platforms.hyperv.deep import AdapterRow

# What each setting is called by the cmdlet; the address comes first, then what makes no sense without it.
V4 = {
    "address": "IPv4Address",
    "mask": "IPv4SubnetMask",
    "gateway": "IPv4DefaultGateway",
    "dns": "IPv4PreferredDNSServer",
    "dns2": "IPv4AlternateDNSServer",
}
V6 = {
    "v6": "IPv6Address",
    "v6_length": "IPv6SubnetPrefixLength",
    "v6_gateway": "IPv6DefaultGateway",
    "v6_dns": "IPv6PreferredDNSServer",
    "v6_dns2": "IPv6AlternateDNSServer",
}
FAMILIES = {"IPv4": V4, "IPv6": V6}


def observe(view: View, baseline: Json | None) -> Observation:
    """Done when every adapter named has the settings that are planned, read back one by one."""
    target = view.target
    if target is None:
        return view.missing()
    here = {adapter.id.lower(): adapter for adapter in target.adapters}
    planned = view.params["addresses"]
    for ident in planned:
        if ident not in here:
            return view.conflict(f"adapter {ident} is not there")
    told = {"addresses": ", ".join(_told(here[ident], wanted) for ident, wanted in planned.items())}
    same = all(_has(here[ident], wanted) for ident, wanted in planned.items())
    return view.done(**told) if same else view.ready(**told)


def _families(wanted: Json) -> dict[str, dict[str, str]]:
    """The families that an address is planned of; the others stay as they are."""
    return {family: names for family, names in FAMILIES.items() if wanted[next(iter(names))]}


def _has(adapter: AdapterRow, wanted: Json) -> bool:
    row = adapter.failover
    return row is not None and all(
        _same(getattr(row, name), wanted[name]) for names in _families(wanted).values() for name in names
    )


def _same(told: str, wanted: Any) -> bool:
    """Whether two texts mean one address: IPv6 may be written in many ways."""
    try:
        return ip_address(told) == ip_address(wanted)
    except ValueError:
        return told == str(wanted)


def _told(adapter: AdapterRow, wanted: Json) -> str:
    """What is set of the families that are planned."""
    row, name = adapter.failover, adapter.name or adapter.id
    if row is None:
        return f"{name}: not read"
    addresses = [getattr(row, next(iter(names))) for names in _families(wanted).values()]
    return f"{name}: {' and '.join(one or 'none' for one in addresses)}"


def arguments(view: View) -> Json:
    """The settings of each adapter, by its id as the host spells it."""
    target = view.target
    assert target is not None
    planned = view.params["addresses"]
    return {
        "vm": target.id.lower(),
        "adapters": [
            {"id": one.id, **planned[one.id.lower()]} for one in target.adapters if one.id.lower() in planned
        ],
    }


def manual(params: Json) -> str:
    """For each adapter and family: clear what was set before, then set what is planned."""
    every = f"Get-VMNetworkAdapter -VM {the_vm(params)}"
    commands = []
    for ident, wanted in params["addresses"].items():
        adapter = the_one(every, "Id", ident)
        for family, names in _families(wanted).items():
            given = " ".join(f"-{names[n]} {quoted(str(wanted[n]))}" for n in names if wanted[n])
            commands += [f"-VMNetworkAdapter {adapter} -ClearFailover{family}Settings"]
            commands += [f"-VMNetworkAdapter {adapter} {given}"]
    return "; ".join(f"Set-VMNetworkAdapterFailoverConfiguration {one}" for one in commands)


ACTIONS = (Action("set-addresses", Effect.NETWORK, observe, manual, "addresses_set.ps1", arguments),)
