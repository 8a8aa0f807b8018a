"""The IP settings that a guest gets after a failover, adapter by adapter."""

from __future__ import annotations

from drconsole.domain.step import Effect, Json, Observation
from drconsole.platforms.hyperv.actions.base import Action, View, quoted, the_one, the_vm
from drconsole.platforms.hyperv.deep import AdapterRow

_PARAMETERS = {
    "address": "IPv4Address",
    "mask": "IPv4SubnetMask",
    "gateway": "IPv4DefaultGateway",
    "dns": "IPv4PreferredDNSServer",
    "dns2": "IPv4AlternateDNSServer",
}
NAMES = tuple(_PARAMETERS)


def observe(view: View, baseline: Json | None) -> Observation:
    """Done when every adapter named has the settings that are planned, read back one by one."""
    target = view.target
    if target is None:
        return view.missing()
    here = {adapter.id.lower(): adapter for adapter in target.adapters}
    for ident in view.params["addresses"]:
        if ident not in here:
            return view.conflict(f"adapter {ident} is not there")
    told = {"addresses": ", ".join(_told(here[ident]) for ident in view.params["addresses"])}
    same = all(_settings(here[ident]) == wanted for ident, wanted in view.params["addresses"].items())
    return view.done(**told) if same else view.ready(**told)


def _settings(adapter: AdapterRow) -> dict[str, str] | None:
    row = adapter.failover
    return {name: getattr(row, name) for name in NAMES} if row else None


def _told(adapter: AdapterRow) -> str:
    row = adapter.failover
    return f"{adapter.name or adapter.id}: {row.address or 'none' if row else 'not read'}"


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
    """One command for each adapter."""
    every = f"Get-VMNetworkAdapter -VM {the_vm(params)}"
    return "; ".join(
        f"Set-VMNetworkAdapterFailoverConfiguration -VMNetworkAdapter {the_one(every, 'Id', ident)}"
        + "".join(f" -{_PARAMETERS[name]} {quoted(wanted[name])}" for name in NAMES if wanted[name])
        for ident, wanted in params["addresses"].items()
    )


ACTIONS = (Action("set-addresses", Effect.NETWORK, observe, manual, "addresses_set.ps1", arguments),)
