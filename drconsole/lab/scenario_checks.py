"""Whether a scenario makes sense beyond its form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import UNSET

from drconsole.lab.hyperv.documented import enum_names
from drconsole.lab.scenario_form import Copy, Moment, Relationship, Scenario, WorkloadForm

ENUMS = {
    "mode": "VMReplicationMode",
    "state": "VMReplicationState",
    "health": "VMReplicationHealthState",
    "own_mode": "VMReplicationMode",
    "own_state": "VMReplicationState",
    "power": "VMState",
}
REPLICATED = ("Primary", "Replica", "ExtendedReplica")


def mistakes(scenario: Scenario) -> Iterator[str]:
    """What the form alone does not see: references that lead nowhere, names that Hyper-V does not have."""
    yield from _repeated("endpoints", [endpoint.name for endpoint in scenario.endpoints])
    yield from _repeated("workloads", [workload.id for workload in scenario.workloads])
    yield from _repeated("truth.copies", [f"{copy.vm} on {copy.host}" for copy in scenario.truth.copies])
    sites, hosts = set(scenario.sites), set(scenario.hosts)
    endpoints = {endpoint.name for endpoint in scenario.endpoints}
    copies = {(workload.id, host) for workload in scenario.workloads for host in workload.copies}
    for pair in scenario.pairs:
        yield from _unknown("pairs", set(pair), sites, "site")
    for endpoint in scenario.endpoints:
        yield from _unknown(f"endpoints {endpoint.name}.site", {endpoint.site}, sites, "site")
        yield from _unknown(f"endpoints {endpoint.name}.host", {endpoint.host}, hosts, "host")
    for workload in scenario.workloads:
        yield from _wrong_workload(scenario, workload)
    for moment in scenario.timeline:
        yield from _wrong_moment(scenario, moment, endpoints, copies)
    yield from _unknown("truth.endpoints", set(scenario.truth.endpoints), endpoints, "endpoint")
    yield from _unknown("truth.endpoints", endpoints, set(scenario.truth.endpoints), "truth for endpoint")
    for copy in scenario.truth.copies:
        if (copy.vm, copy.host) not in copies:
            yield f"truth.copies: there is no copy of {copy.vm} on {copy.host}"


def wrong_values(copy: Relationship, switches: Iterable[str]) -> Iterator[str]:
    """Names of states and switches that do not exist."""
    for name, enumeration in ENUMS.items():
        value = getattr(copy, name, UNSET)
        if value is not UNSET and value not in enum_names(enumeration):
            yield f"{name}: {enumeration} has no {value!r}"
    networks = copy.networks if isinstance(copy, Copy) else UNSET
    for switch in () if networks is UNSET else networks:
        if switch not in switches:
            yield f"networks: there is no switch {switch!r}"


def ends(scenario: Scenario, workload: WorkloadForm) -> dict[str, str]:
    """The full names of the hosts between which a workload replicates, as far as its copies tell."""
    hosts = {copy.mode: scenario.hosts[name].fqdn for name, copy in workload.copies.items()}
    named = {"primary": hosts.get("Primary"), "replica": hosts.get("Replica")}
    return {key: value for key, value in named.items() if value is not None}


def _wrong_workload(scenario: Scenario, workload: WorkloadForm) -> Iterator[str]:
    where = f"workloads {workload.id}"
    if unknown := list(_unknown(f"{where}.copies", set(workload.copies), set(scenario.hosts), "host")):
        yield from unknown
        return
    for line in wrong_values(workload.replication, ()):
        yield f"{where}.replication.{line}"
    known = ends(scenario, workload)
    for name, copy in workload.copies.items():
        for line in wrong_values(copy, scenario.hosts[name].switches):
            yield f"{where}.copies.{name}.{line}"
        if copy.mode in REPLICATED:
            for end in ("primary", "replica"):
                if end not in known and UNSET is getattr(copy, end) is getattr(workload.replication, end):
                    yield f"{where}.copies.{name}: mode {copy.mode} needs {end}, which no copy tells"


def _wrong_moment(
    scenario: Scenario, moment: Moment, endpoints: set[str], copies: set[tuple[str, str]]
) -> Iterator[str]:
    where = f"timeline at {moment.at}"
    about_endpoint = moment.endpoint is not UNSET and moment.fault is not UNSET
    about_copy = moment.host is not UNSET and moment.vm is not UNSET and moment.set is not UNSET
    if about_endpoint == about_copy:
        yield f"{where}: needs either endpoint and fault, or host, vm and set"
    elif about_endpoint and moment.endpoint not in endpoints:
        yield f"{where}: there is no endpoint {moment.endpoint}"
    elif about_copy and (moment.vm, moment.host) not in copies:
        yield f"{where}: there is no copy of {moment.vm} on {moment.host}"
    elif moment.host is not UNSET and moment.set is not UNSET:
        for line in wrong_values(moment.set, scenario.hosts[moment.host].switches):
            yield f"{where}: set.{line}"


def _unknown(where: str, used: set[str], known: set[str], what: str) -> Iterator[str]:
    for name in sorted(used - known):
        yield f"{where}: there is no {what} {name}"


def _repeated(where: str, values: list[str]) -> Iterator[str]:
    for value in sorted({value for value in values if values.count(value) > 1}):
        yield f"{where}: {value} is there twice"
