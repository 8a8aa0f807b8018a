"""From a scenario's text to hosts full of machines, and changes of single machines."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from msgspec import UNSET, structs

from drconsole.lab.hyperv.clusters import broker_of
from drconsole.lab.hyperv.content import Content, content_at, start_writing, stop_writing
from drconsole.lab.hyperv.machines import Accepting, Adapter, Broker, Cluster, Host, Leg, Machine, Point
from drconsole.lab.hyperv.replication import receiving
from drconsole.lab.scenario_checks import REPLICATED, ends, sites_of_hosts, wrong_values
from drconsole.lab.scenario_form import ClusterForm, Copy, HostForm, Scenario, ScenarioError, duration

AGE = timedelta(days=200)
"""How long ago machines were made."""

MACHINE_FIELDS = ("name", "notes", "own_mode", "own_state", "test", "auto_start", "version")
DISK_FIELDS = ("disks", "excluded")
AGO = re.compile(r"\{ago (\d+(?:\.\d+)?[smhd])\}")
"""In notes: the time that long ago."""

LEG_FIELDS = ("state", "health", "stalled", "history", "primary", "replica")


def build_hosts(scenario: Scenario, now: datetime) -> list[Host]:
    """The hosts of a scenario as they are at its start."""
    hosts = {name: _host(name, form) for name, form in scenario.hosts.items()}
    for name, form in scenario.clusters.items():
        cluster = _cluster(name, form)
        for node in form.nodes:
            hosts[node].cluster = cluster
    for workload in scenario.workloads:
        shared = {**ends(scenario, workload), **_given(structs.asdict(workload.replication))}
        for name, copy in workload.copies.items():
            machine = Machine(name, workload.id, workload.name, created=now - AGE)
            machine.workload = workload.made_from
            if copy.mode == "Primary" or copy.mode is UNSET:
                machine.content = Content(((f"{workload.id} as it was made", 1),))
            if hosts[name].cluster is not None:
                # What is made highly available is started by the cluster.
                machine.auto_start = "Nothing"
            own = _given(structs.asdict(copy))
            change(hosts[name], machine, Copy(**{**shared, **own}), now)
            hosts[name].machines[workload.id] = machine
    _place(hosts)
    _fill(hosts)
    for name, site in sites_of_hosts(scenario).items():
        hosts[name].test_networks = tuple(scenario.sites[site].test_networks)
    return list(hosts.values())


def _fill(hosts: dict[str, Host]) -> None:
    """Let every replica and its points hold what their original had written by then; test copies likewise."""
    everywhere = [machine for host in hosts.values() for machine in host.machines.values()]
    # Originals first, then what they send to, then what that sends on.
    for machine in sorted(everywhere, key=lambda one: one.mode != "Primary"):
        for leg in machine.legs:
            found = receiving(hosts, machine, leg)
            if found is not None and found[1].last_sync is not None:
                found[0].content = content_at(machine, found[1].last_sync)
                for point in found[0].points:
                    point.content = content_at(machine, point.at)
    for machine in everywhere:
        test = hosts[machine.host].machines.get(machine.test or "")
        if test is not None:
            test.workload = machine.id
            test.content = Content((*machine.content.runs, *test.content.runs))


def _place(hosts: dict[str, Host]) -> None:
    """Let both ends know which node received a replica that was sent to a broker."""
    for host in hosts.values():
        for machine in host.machines.values():
            for leg in machine.legs:
                if cluster := broker_of(hosts, leg.replica):
                    on = next((n for n in cluster.nodes if machine.id in hosts[n].machines), cluster.nodes[0])
                    leg.receiver = hosts[on].fqdn


def change(host: Host, machine: Machine, copy: Copy, now: datetime) -> None:
    """Change what the form names and nothing else; relationships change on this side alone.

    Raises:
        ScenarioError: a value that Hyper-V does not have; the machine is then as it was before.
    """
    if wrong := list(wrong_values(copy, host.switches)):
        raise ScenarioError("; ".join(wrong))
    given = _given(structs.asdict(copy))
    mode = given.get("mode", machine.simple.mode if machine.simple else "None")
    if mode in REPLICATED and machine.simple is None:
        if not {"primary", "replica"} <= given.keys():
            raise ScenarioError(f"mode {mode} needs primary and replica")
        replica = given["replica"]
        # What a third site sees of the relationship it ends is the extended one.
        kind = "Extended" if mode == "ExtendedReplica" else "Simple"
        leg = Leg(mode, "Replicating", given["primary"], replica, receiver=replica, kind=kind)
        machine.legs.append(leg)
    _change_machine(machine, given, now)
    _change_leg(machine, mode, given, now)
    if "points" in given:
        machine.points = _points(machine, given["points"], now)


def _change_machine(machine: Machine, given: dict[str, Any], now: datetime) -> None:
    for name in (*MACHINE_FIELDS, *DISK_FIELDS):
        if name in given:
            setattr(machine, name, given[name])
    if "notes" in given:
        machine.notes = AGO.sub(lambda found: _ago(found[1], now), machine.notes)
    if "created" in given:
        machine.created = now - duration(given["created"])
    if "power" in given and given["power"] != machine.power:
        machine.power, machine.since = given["power"], now
    if "up" in given:
        machine.since = now - duration(given["up"])
    if "shutdown" in given:
        never = given["shutdown"] == "never"
        machine.shutdown_s = None if never else duration(given["shutdown"]).total_seconds()
    if machine.power == "Running":
        start_writing(machine, machine.since or now)
    else:
        stop_writing(machine, now)
    if "networks" in given:
        machine.adapters = [_adapter(machine, number, to) for number, to in enumerate(given["networks"])]
    for adapter, switch in zip(machine.adapters, given.get("test_switches", ()), strict=False):
        adapter.test_switch = switch


def _ago(time: str, now: datetime) -> str:
    """A time that long ago, as records tell it."""
    return (now - duration(time)).isoformat(timespec="seconds")


def _change_leg(machine: Machine, mode: str, given: dict[str, Any], now: datetime) -> None:
    leg = machine.simple
    if mode not in REPLICATED:
        machine.legs.clear()
        if "mode" in given:
            machine.own_mode = mode if mode == "TestReplica" else given.get("own_mode")
        return
    if leg is None:
        return
    leg.mode = mode
    _change_fields(leg, given, now)
    if "extended" in given:
        _extend(machine, _given(structs.asdict(given["extended"])), now)


def _extend(machine: Machine, given: dict[str, Any], now: datetime) -> None:
    """Change the second relationship of a replica, which it sends on; there is one from now on."""
    leg = next((leg for leg in machine.legs if leg.kind == "Extended"), None)
    if leg is None:
        if not {"primary", "replica"} <= given.keys():
            raise ScenarioError("extended needs primary and replica")
        mode, state, replica = (
            given.get("mode", "Replica"),
            given.get("state", "Replicating"),
            given["replica"],
        )
        leg = Leg(mode, state, given["primary"], replica, receiver=replica, kind="Extended")
        machine.legs.append(leg)
    _change_fields(leg, given, now)


def _change_fields(leg: Leg, given: dict[str, Any], now: datetime) -> None:
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
    return Host(
        name,
        form.fqdn,
        tuple(form.switches),
        rights=form.rights,
        quiet=form.quiet,
        skew=skew,
        cluster_rights=form.cluster_rights,
        accepting=_accepting(form),
        versions=form.vm_versions,
    )


def _cluster(name: str, form: ClusterForm) -> Cluster:
    broker = None
    if form.broker is not None:
        short = form.broker.partition(".")[0].upper()
        broker = Broker(short, form.broker, form.nodes[0], form.broker_state)
    nodes = tuple(form.nodes)
    return Cluster(name, form.fqdn, nodes, form.nodes[0], broker, accepting=_accepting(form))


def _accepting(form: HostForm | ClusterForm) -> Accepting:
    return Accepting(form.accepts_replication, form.accepts_from, form.accepts_authentication)


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
