"""From a scenario's text to hosts full of machines, and changes of single machines."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from msgspec import UNSET, structs

from drconsole.lab.hyperv.documented import enum_names
from drconsole.lab.hyperv.machines import Adapter, Host, Leg, Machine, Point
from drconsole.lab.scenario import Copy, HostForm, Scenario, ScenarioError, WorkloadForm, duration

ENUMS = {
    "mode": "VMReplicationMode",
    "state": "VMReplicationState",
    "health": "VMReplicationHealthState",
    "own_mode": "VMReplicationMode",
    "own_state": "VMReplicationState",
    "power": "VMState",
}
LEG_FIELDS = ("state", "health", "stalled", "history", "primary", "replica")


def build_hosts(scenario: Scenario, now: datetime) -> list[Host]:
    """The hosts of a scenario as they are at its start.

    Raises:
        ScenarioError: a value that Hyper-V does not have, or a relationship that names no ends.
    """
    hosts = {name: _host(name, form) for name, form in scenario.hosts.items()}
    for workload in scenario.workloads:
        for name, copy in workload.copies.items():
            try:
                hosts[name].machines[workload.id] = _machine(hosts, hosts[name], workload, copy, now)
            except ScenarioError as error:
                raise ScenarioError(f"workloads {workload.id}.copies.{name}: {error}") from None
    for moment in scenario.timeline:
        if moment.set is not UNSET and moment.host is not UNSET:
            try:
                _check(hosts[moment.host], _given(structs.asdict(moment.set)))
            except ScenarioError as error:
                raise ScenarioError(f"timeline at {moment.at}: {error}") from None
    return list(hosts.values())


def change(host: Host, machine: Machine, copy: Copy, now: datetime) -> None:
    """Change what the form names and nothing else; relationships change on this side alone.

    Raises:
        ScenarioError: a value that Hyper-V does not have; the machine is then as it was before.
    """
    given = _given(structs.asdict(copy))
    _check(host, given)
    mode = given.get("mode", machine.simple.mode if machine.simple else "None")
    if mode not in ("None", "TestReplica") and machine.simple is None:
        if not {"primary", "replica"} <= given.keys():
            raise ScenarioError(f"mode {mode} needs primary and replica")
        ends = {"primary": given["primary"], "replica": given["replica"]}
        machine.legs.append(Leg(mode=mode, state="Replicating", receiver=given["replica"], **ends))
    _change_machine(machine, given, now)
    _change_leg(machine, mode, given, now)
    if "points" in given:
        machine.points = _points(machine, given["points"], now)


def _check(host: Host, given: dict[str, Any]) -> None:
    for name, enumeration in ENUMS.items():
        if name in given and given[name] not in enum_names(enumeration):
            raise ScenarioError(f"{name}: {enumeration} has no {given[name]!r}")
    for switch in given.get("networks", ()):
        if switch not in host.switches:
            raise ScenarioError(f"networks: {host.name} has no switch {switch!r}")


def _change_machine(machine: Machine, given: dict[str, Any], now: datetime) -> None:
    for name in ("name", "notes", "own_mode", "own_state", "test"):
        if name in given:
            setattr(machine, name, given[name])
    if "power" in given and given["power"] != machine.power:
        machine.power, machine.since = given["power"], now
    if "up" in given:
        machine.since = now - duration(given["up"])
    if "networks" in given:
        machine.adapters = [_adapter(machine, number, to) for number, to in enumerate(given["networks"])]


def _change_leg(machine: Machine, mode: str, given: dict[str, Any], now: datetime) -> None:
    leg = machine.simple
    if mode in ("None", "TestReplica"):
        machine.legs.clear()
        if mode == "TestReplica":
            machine.own_mode = mode
        return
    if leg is None:
        return
    leg.mode = mode
    for name in LEG_FIELDS:
        if name in given:
            setattr(leg, name, given[name])
    if "replica" in given:
        leg.receiver = given["replica"]
    if "frequency" in given:
        leg.frequency_s = round(duration(given["frequency"]).total_seconds())
    if "synced" in given:
        leg.last_sync = None if given["synced"] == "never" else now - duration(given["synced"])


def _host(name: str, form: HostForm) -> Host:
    skew = duration(form.ahead) - duration(form.behind)
    return Host(name, form.fqdn, tuple(form.switches), rights=form.rights, skew=skew)


def _machine(
    hosts: dict[str, Host], host: Host, workload: WorkloadForm, copy: Copy, now: datetime
) -> Machine:
    machine = Machine(host.name, workload.id, workload.name, created=now - timedelta(days=200))
    shared = {**_ends(hosts, workload), **_given(structs.asdict(workload.replication))}
    own = _given(structs.asdict(copy))
    if "mode" not in own:
        shared = {}
    change(host, machine, Copy(**{**shared, **own}), now)
    return machine


def _ends(hosts: dict[str, Host], workload: WorkloadForm) -> dict[str, str]:
    """The full names of the two hosts between which a workload replicates, as far as its copies tell."""
    ends = {copy.mode: hosts[name].fqdn for name, copy in workload.copies.items()}
    named = {"primary": ends.get("Primary"), "replica": ends.get("Replica")}
    return {key: value for key, value in named.items() if value is not None}


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not UNSET}


def _adapter(machine: Machine, number: int, switch: str) -> Adapter:
    seed = uuid5(NAMESPACE_URL, f"adapter:{machine.ref}:{number}")
    return Adapter(str(seed), switch, mac=f"00155D{seed.hex[:6].upper()}")


def _points(machine: Machine, count: int, now: datetime) -> list[Point]:
    """Hourly recovery points, the newest at the last sync."""
    newest = machine.simple.last_sync if machine.simple and machine.simple.last_sync else now
    ids = (str(uuid5(NAMESPACE_URL, f"point:{machine.ref}:{number}")) for number in range(count))
    return [Point(ident, "Replica", newest - timedelta(hours=hours)) for hours, ident in enumerate(ids)]
