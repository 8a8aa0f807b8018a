"""Whether a scenario makes sense beyond its form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import UNSET, structs

from drconsole.lab.hyperv.documented import enum_names, facts
from drconsole.lab.scenario_form import (
    ActFaultForm,
    Copy,
    EndpointForm,
    Happening,
    Moment,
    Relationship,
    ReplicaServer,
    Said,
    Scenario,
    WorkloadForm,
)

ENUMS = {
    "mode": "VMReplicationMode",
    "state": "VMReplicationState",
    "health": "VMReplicationHealthState",
    "own_mode": "VMReplicationMode",
    "own_state": "VMReplicationState",
    "power": "VMState",
    "auto_start": "StartAction",
}
REPLICATED = ("Primary", "Replica", "ExtendedReplica")
KINDS = (
    {"endpoint", "fault"},
    {"host", "vm", "set"},
    {"host", "rights"},
    {"host", "vm", "removed"},
    {"host", "vm", "do"},
    {"site", "state"},
    {"host", "vm", "arrives"},
    {"host", "vm", "moves"},
    {"node", "state"},
    {"cluster", "state"},
    {"host", "powershell"},
    {"endpoint", "shells"},
)
"""Which fields make up something that happens."""
PLAIN = ReplicaServer()
ACCEPTING = ReplicaServer.__struct_fields__


def mistakes(scenario: Scenario) -> Iterator[str]:
    """What the form alone does not see: references that lead nowhere, names that Hyper-V does not have."""
    yield from _repeated("endpoints", [endpoint.name for endpoint in scenario.endpoints])
    yield from _repeated("workloads", [workload.id for workload in scenario.workloads])
    sites, hosts = set(scenario.sites), set(scenario.hosts)
    endpoints = {endpoint.name for endpoint in scenario.endpoints}
    places = place_names(scenario)
    copies = {(workload.id, host) for workload in scenario.workloads for host in workload.copies}
    for pair in scenario.pairs:
        yield from _unknown("pairs", set(pair), sites, "site")
    for endpoint in scenario.endpoints:
        yield from _unknown(f"endpoints {endpoint.name}.site", {endpoint.site}, sites, "site")
        yield from _wrong_endpoint(scenario, endpoint)
    for name, cluster in scenario.clusters.items():
        yield from _unknown(f"clusters {name}.nodes", set(cluster.nodes), hosts, "host")
        for node in set(cluster.nodes) & hosts:
            host = scenario.hosts[node]
            own = [field for field in ACCEPTING if getattr(host, field) != getattr(PLAIN, field)]
            yield from (f"hosts {node}.{field}: the cluster {name} says so for its nodes" for field in own)
    for workload in scenario.workloads:
        yield from _wrong_workload(scenario, workload)
    for moment in scenario.timeline:
        yield from _wrong_moment(scenario, moment, copies)
    for fault in scenario.act_faults:
        yield from wrong_act_fault(scenario, fault)
    known = {workload.id for workload in scenario.workloads}
    yield from _unknown("two_alive", set(scenario.two_alive), known, "workload")
    yield from _wrong_origins(scenario, known)
    placed = {(vm, places[host]) for vm, host in copies if host in hosts}
    for name, said in scenario.truth.parts().items():
        yield from _wrong_truth(f"truth.{name}", said, endpoints, placed)


def _wrong_origins(scenario: Scenario, known: set[str]) -> Iterator[str]:
    """A test copy knows where it comes from: its replica names it, or it says so itself."""
    named = {copy.test for workload in scenario.workloads for copy in workload.copies.values()}
    for workload in scenario.workloads:
        where = f"workloads {workload.id}.made_from"
        if workload.made_from is not None:
            yield from _unknown(where, {workload.made_from}, known, "workload")
        elif workload.id not in named and any(c.mode == "TestReplica" for c in workload.copies.values()):
            yield f"{where}: no replica names this test copy: say whose it is"


def _wrong_truth(where: str, said: Said, endpoints: set[str], placed: set[tuple[str, str]]) -> Iterator[str]:
    yield from _repeated(f"{where}.copies", [f"{copy.vm} on {copy.host}" for copy in said.copies])
    yield from _unknown(f"{where}.endpoints", set(said.endpoints), endpoints, "endpoint")
    yield from _unknown(f"{where}.endpoints", endpoints, set(said.endpoints), "truth for endpoint")
    for copy in said.copies:
        if (copy.vm, copy.host) not in placed:
            yield f"{where}.copies: there is no copy of {copy.vm} on {copy.host}"


def wrong_values(copy: Relationship, switches: Iterable[str]) -> Iterator[str]:
    """Names of states and switches that do not exist."""
    for name, enumeration in ENUMS.items():
        value = getattr(copy, name, UNSET)
        if value is not UNSET and value not in enum_names(enumeration):
            yield f"{name}: {enumeration} has no {value!r}"
    if isinstance(copy, Copy) and copy.extended is not UNSET:
        yield from (f"extended.{line}" for line in wrong_values(copy.extended, ()))
    if isinstance(copy, Copy) and copy.excluded is not UNSET:
        disks = () if copy.disks is UNSET else copy.disks
        yield from (f"excluded: there is no disk {one!r}" for one in copy.excluded if one not in disks)
    for name in ("networks", "test_switches") if isinstance(copy, Copy) else ():
        named = getattr(copy, name)
        for switch in () if named is UNSET else named:
            if switch not in switches:
                yield f"{name}: there is no switch {switch!r}"


def sites_of_hosts(scenario: Scenario) -> dict[str, str]:
    """The sites of the hosts that have an endpoint, as hosts or as nodes."""
    return {
        host: endpoint.site
        for endpoint in scenario.endpoints
        for host in addresses(scenario, endpoint).values()
    }


def place_names(scenario: Scenario) -> dict[str, str]:
    """Where the copies on each host are: the host itself, or its cluster."""
    of_node = {node: name for name, cluster in scenario.clusters.items() for node in cluster.nodes}
    return {host: of_node.get(host, host) for host in scenario.hosts}


def ends(scenario: Scenario, workload: WorkloadForm) -> dict[str, str]:
    """The full names between which a workload replicates, as far as its copies tell.

    A replica in a cluster is reached by the name of the cluster's broker.
    """
    hosts = {copy.mode: name for name, copy in workload.copies.items()}
    found = {}
    if isinstance(primary := hosts.get("Primary"), str):
        found["primary"] = scenario.hosts[primary].fqdn
    if isinstance(replica := hosts.get("Replica"), str):
        found["replica"] = connection_point(scenario, replica)
    return found


def connection_point(scenario: Scenario, host: str) -> str:
    """The full name by which partners send to a host: its own, or that of its cluster's broker."""
    cluster = scenario.clusters.get(place_names(scenario)[host])
    return cluster.broker if cluster and cluster.broker else scenario.hosts[host].fqdn


def _wrong_endpoint(scenario: Scenario, endpoint: EndpointForm) -> Iterator[str]:
    where = f"endpoints {endpoint.name}"
    if (endpoint.host is None) == (endpoint.cluster is None):
        yield f"{where}: needs either host or cluster"
    elif endpoint.host is not None:
        yield from _unknown(f"{where}.host", {endpoint.host}, set(scenario.hosts), "host")
    elif endpoint.cluster is not None:
        yield from _unknown(f"{where}.cluster", {endpoint.cluster}, set(scenario.clusters), "cluster")


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


def wrong_happening(scenario: Scenario, happening: Happening) -> Iterator[str]:
    """What is wrong with something that is to happen, apart from whether the copy it names is there."""
    given = {name for name, value in structs.asdict(happening).items() if value is not UNSET} - {"at"}
    if given not in KINDS:
        kinds = "; ".join(", ".join(sorted(kind)) for kind in KINDS)
        yield f"these make nothing that can happen: {', '.join(sorted(given))}; there are: {kinds}"
        return
    names = {name for one in scenario.endpoints for name in (one.name, *addresses(scenario, one))}
    if happening.endpoint is not UNSET:
        yield from _unknown("endpoint", {happening.endpoint}, names, "endpoint")
    for name in (happening.host, happening.arrives, happening.moves, happening.node):
        if name is not UNSET:
            yield from _unknown("host", {name}, set(scenario.hosts), "host")
    if happening.site is not UNSET:
        yield from _unknown("site", {happening.site}, set(scenario.sites), "site")
    if happening.cluster is not UNSET:
        yield from _unknown("cluster", {happening.cluster}, set(scenario.clusters), "cluster")
    if happening.state is not UNSET:
        enumeration = "ClusterNodeState" if happening.cluster is UNSET else "ClusterResourceState"
        if happening.state not in enum_names(enumeration):
            yield f"state: {enumeration} has no {happening.state!r}"
    if happening.host in scenario.hosts and happening.set is not UNSET:
        for line in wrong_values(happening.set, scenario.hosts[str(happening.host)].switches):
            yield f"set.{line}"


def wrong_act_fault(scenario: Scenario, fault: ActFaultForm) -> Iterator[str]:
    """What is wrong with a fault of an act; a machine may come to be later, as test copies do."""
    where = f"act_faults {fault.cmdlet}"
    if fault.cmdlet not in facts()["cmdlets"]:
        yield f"{where}: there is no such cmdlet"
    if fault.host is not None:
        yield from _unknown(where, {fault.host}, set(scenario.hosts), "host")


def addresses(scenario: Scenario, endpoint: EndpointForm) -> dict[str, str]:
    """The hosts behind an endpoint by the names of its addresses.

    NAME alone is that of a host, or a cluster's own, behind which the first node is at first; NAME/NODE are
    those of a cluster's nodes.
    """
    if endpoint.host is not None:
        return {endpoint.name: endpoint.host}
    nodes = scenario.clusters[endpoint.cluster].nodes if endpoint.cluster in scenario.clusters else []
    return {endpoint.name: nodes[0]} | {f"{endpoint.name}/{n}": n for n in nodes} if nodes else {}


def _wrong_moment(scenario: Scenario, moment: Moment, copies: set[tuple[str, str]]) -> Iterator[str]:
    where = f"timeline at {moment.at}"
    wrong = list(wrong_happening(scenario, moment))
    if not wrong and moment.vm is not UNSET and (moment.vm, moment.host) not in copies:
        wrong = [f"there is no copy of {moment.vm} on {moment.host}"]
    yield from (f"{where}: {line}" for line in wrong)


def _unknown(where: str, used: set[str], known: set[str], what: str) -> Iterator[str]:
    for name in sorted(used - known):
        yield f"{where}: there is no {what} {name}"


def _repeated(where: str, values: list[str]) -> Iterator[str]:
    for value in sorted({value for value in values if values.count(value) > 1}):
        yield f"{where}: {value} is there twice"
