"""Connecting a copy that is not started yet: every adapter disconnected, then connected as planned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from drconsole.domain.step import Effect, Json, Observation
from drconsole.platforms.hyperv.actions.base import Action, View, the_one, the_vm
from drconsole.platforms.hyperv.deep import AdapterRow
from drconsole.platforms.hyperv.looking import MachineRow, vlan_of


def planned(params: Json, adapter: AdapterRow) -> Mapping[str, Any] | None:
    """Where an adapter is to be connected: ``switch`` and ``vlan`` (None: as it is); None: nowhere.

    A test copy has adapters of its own, whose ids nobody knows beforehand: ``every`` names one place for all.
    """
    nets = params["networks"]
    found: Mapping[str, Any] | None = nets.get("every") or nets.get("adapters", {}).get(adapter.id.lower())
    return found if found and found["switch"] else None


def differences(params: Json, target: MachineRow) -> tuple[str, ...]:
    """What is not as planned, adapter by adapter, in words; every adapter is looked at."""
    found: list[str] = []
    for adapter in target.adapters:
        name = adapter.name or adapter.id
        plan = planned(params, adapter)
        if plan is None:
            if adapter.connected:
                found.append(f"{name} is connected to {adapter.switch or 'a switch without a name'}")
        elif not adapter.connected:
            found.append(f"{name} is not connected")
        elif adapter.switch != plan["switch"]:
            found.append(f"{name} is connected to {adapter.switch or 'a switch without a name'}")
        elif plan["vlan"] is not None and vlan_of(adapter) != plan["vlan"]:
            found.append(f"{name} is not on VLAN {plan['vlan']}")
    known = {adapter.id.lower() for adapter in target.adapters}
    gone = [ident for ident in params["networks"].get("adapters", {}) if ident not in known]
    return (*found, *(f"adapter {ident} is not there" for ident in gone))


def adapters_of(target: MachineRow) -> str:
    """Every adapter and where it is connected, for evidence."""
    return ", ".join(
        f"{one.name or one.id}: {one.switch if one.connected else 'not connected'}" for one in target.adapters
    )


def observe(view: View, baseline: Json | None) -> Observation:
    """Done when every adapter is as planned; a copy that runs already is never rewired here."""
    target = view.target
    if target is None:
        return view.missing()
    if view.params.get("test") and (view.record is None or view.record.run != view.params["run"]):
        return view.conflict("the test copy does not carry the record of this run")
    different = differences(view.params, target)
    told = {"adapters": adapters_of(target) or "none"}
    if not different:
        return view.done(**told)
    if not target.off:
        return view.conflict(f"it is {target.power} already, and {different[0]}", **told)
    return view.ready(**told)


def arguments(view: View) -> Json:
    """What every adapter is connected to; those that are not named stay disconnected."""
    target = view.target
    assert target is not None
    pairs = [(adapter, planned(view.params, adapter)) for adapter in target.adapters]
    wanted = [{"id": a.id, "switch": p["switch"], "vlan": p["vlan"]} for a, p in pairs if p]
    return {"vm": target.id.lower(), "adapters": wanted}


def manual(params: Json) -> str:
    """Disconnect all; then connect as planned."""
    every = params["networks"].get("every")
    vm = the_vm(params)
    adapters = f"Get-VMNetworkAdapter -VM {vm}"
    lines = [f"Disconnect-VMNetworkAdapter -VMNetworkAdapter ({adapters})"]
    if every and every["switch"]:
        lines.append(_connected(f"({adapters})", every["switch"]))
    for ident, place in params["networks"].get("adapters", {}).items():
        if place["switch"]:
            one = the_one(adapters, "Id", ident)
            if place["vlan"] is not None:
                how = f"-Access -VlanId {place['vlan']}" if place["vlan"] else "-Untagged"
                lines.append(f"Set-VMNetworkAdapterVlan -VMNetworkAdapter {one} {how}")
            lines.append(_connected(one, place["switch"]))
    return "; ".join(lines)


def _connected(adapter: str, switch: str) -> str:
    found = the_one("Get-VMSwitch", "Name", switch)
    return f"Connect-VMNetworkAdapter -VMNetworkAdapter {adapter} -VMSwitch {found}"


ACTIONS = (Action("connect-adapters", Effect.NETWORK, observe, manual, "adapters_connect.ps1", arguments),)
