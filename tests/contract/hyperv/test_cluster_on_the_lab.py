"""Reads of the lab's simulated clusters: per call on the evaluator, and by the loop on a real PowerShell."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drconsole.domain.deep import Consistency
from drconsole.domain.endpoint import Endpoint, EndpointKind
from drconsole.domain.identity import Answer, copies_of
from drconsole.domain.reading import Power, Reading
from drconsole.errors import Busy, EndpointError, NoRights, ScriptFailed, Unreachable
from drconsole.platforms.base import Access, Tier
from drconsole.platforms.hyperv.cluster_platform import HyperVCluster
from drconsole.platforms.hyperv.platform import HyperV
from tests.lab import LabPool

WEB = "11111111-1111-4111-8111-111111111111"
TEST = "77777777-7777-4777-8777-777777777777"
DB = "dddddddd-2222-4222-8222-222222222222"
CLUSTERED = f"""
about: A host protects web in a cluster of two; the cluster protects db there.
sites: {{New York: {{}}, New Jersey: {{test_networks: [Isolated]}}}}
pairs: [[New York, New Jersey]]
hosts:
  NYHV01: {{fqdn: nyhv01.corp.example}}
  NJCL01: {{fqdn: njcl01.corp.example, switches: [Production, Isolated]}}
  NJCL02: {{fqdn: njcl02.corp.example, switches: [Production, Isolated], NJCL02RIGHTS}}
clusters:
  GOLDR2: {{fqdn: goldr2.corp.example, nodes: [NJCL01, NJCL02], broker: goldr2-broker.corp.example}}
endpoints:
  - {{name: nyhv01, site: New York, host: NYHV01}}
  - {{name: goldr2, site: New Jersey, cluster: GOLDR2}}
workloads:
  - name: web
    id: {WEB}
    replication: {{frequency: 5m, synced: 2m}}
    copies:
      NYHV01: {{mode: Primary, power: Running}}
      NJCL02: {{mode: Replica, points: 3, networks: [Production], test: {TEST}}}
  - name: web - Test
    id: {TEST}
    copies: {{NJCL02: {{mode: TestReplica, networks: [Production, Isolated], created: 30h}}}}
  - name: db
    id: {DB}
    replication: {{frequency: 5m, synced: 2m}}
    copies:
      NJCL01: {{mode: Primary, power: Running, up: 2d, auto_start: Start}}
      NYHV01: {{mode: Replica}}
truth:
  endpoints: {{nyhv01: {{state: ok}}, goldr2: {{state: ok}}}}
  copies:
    - {{vm: {WEB}, host: NYHV01, role: ORIGINAL}}
    - {{vm: {WEB}, host: GOLDR2, role: REPLICA}}
    - {{vm: {TEST}, host: GOLDR2, role: TEST COPY, alarms: [test-on-production, test-running]}}
    - {{vm: {DB}, host: GOLDR2, role: ORIGINAL}}
    - {{vm: {DB}, host: NYHV01, role: REPLICA}}
"""


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPool]:
    """One lab per engine."""
    pool = LabPool(tmp_path_factory.mktemp("labs"))
    yield pool
    pool.stop()


@pytest.fixture(
    params=[
        ("evaluator", "per-call"),
        pytest.param(("powershell", "loop"), marks=pytest.mark.pwsh),
    ],
    ids="-".join,
)
def form(request: pytest.FixtureRequest) -> tuple[str | None, str]:
    """The PowerShell program behind the lab (None for the evaluator), and the way in which hosts are read."""
    engine, way = request.param
    return (None if engine == "evaluator" else str(request.getfixturevalue("pwsh"))), way


@pytest.fixture
def goldr2(labs: LabPool, form: tuple[str | None, str], tmp_path: Path) -> Iterator[Cluster]:
    """The cluster at the start of its scenario."""
    one = Cluster(labs, form, scenario(tmp_path))
    yield one
    one.platform.close()
    labs.check()


def scenario(folder: Path, rights: str = "rights: true") -> str:
    """The scenario as a file; ``rights`` are those on the second node."""
    file = folder / "clustered.yaml"
    file.write_text(CLUSTERED.replace("NJCL02RIGHTS", rights), encoding="utf-8")
    return str(file)


class Cluster:
    """A lab, and the product's side of its cluster."""

    def __init__(self, labs: LabPool, form: tuple[str | None, str], file: str, budget_s: float = 300) -> None:
        engine, self.way = form
        self.lab = labs.lab(file, engine)
        # Nothing listens at the cluster's own address.
        self.platform = self.product("127.0.0.1:1", budget_s)

    def product(self, address: str = "", budget_s: float = 300) -> HyperVCluster:
        """The product's side; ``address`` is the cluster's own, else that of the lab."""
        entry = self.lab.endpoint("goldr2")
        nodes = {name: self.access(address) for name, address in entry["nodes"].items()}
        endpoint = Endpoint(
            "goldr2", entry["site"], EndpointKind.HYPERV_CLUSTER, "127.0.0.1", budget_s=budget_s
        )
        return HyperVCluster(endpoint, self.access(address or entry["address"]), nodes)

    def host(self, secret: Callable[[], str]) -> HyperV:
        """The stand-alone host."""
        entry = self.lab.endpoint("nyhv01")
        endpoint = Endpoint("nyhv01", entry["site"], EndpointKind.HYPERV_HOST, "127.0.0.1", budget_s=300)
        return HyperV(endpoint, replace(self.access(entry["address"]), secret=secret))

    def access(self, address: str) -> Access:
        """How the product reaches one address."""
        lab, (host, _, port) = self.lab, address.rpartition(":")
        ca_file = Path(lab.endpoint("goldr2")["ca_file"])
        return Access(host, int(port), lab.description["user"], lambda: lab.password, ca_file, way=self.way)

    def read(self) -> Reading:
        """One light read."""
        return self.platform.read(Tier.LIGHT)


def nodes_of(reading: Reading, vm: str) -> list[str]:
    """The nodes that show a VM."""
    return [one.node for one in reading.sightings if one.handle == vm]


def test_all_nodes_make_one_reading(goldr2: Cluster) -> None:
    reading = goldr2.read()
    assert (reading.complete, reading.limits) == (True, ())
    seen = {(one.handle, one.node, one.place.where, one.own_mode) for one in reading.sightings}
    assert seen == {
        (DB, "NJCL01", "goldr2", "Primary"),
        (WEB, "NJCL02", "goldr2", "Replica"),
        (TEST, "NJCL02", "goldr2", "TestReplica"),
    }
    assert [(node.name, node.answers) for node in reading.nodes] == [("NJCL01", True), ("NJCL02", True)]
    broker = reading.broker
    assert broker is not None
    assert (broker.name.lower(), broker.state, broker.owner) == ("goldr2-broker", "Online", "NJCL01")
    partners = {"goldr2", "goldr2-broker", "njcl01", "njcl02"}
    assert set(reading.names) == partners | {f"{name}.corp.example" for name in partners}
    assert ("read loop" in reading.transport) == (goldr2.way == "loop")


def test_a_test_copy_tells_its_networks_and_age_and_all_tell_their_automatic_start(goldr2: Cluster) -> None:
    reading = goldr2.read()
    by_id = {one.handle: one for one in reading.sightings}
    test = by_id[TEST]
    assert (test.networks, test.unread) == (("Production", "Isolated"), ())
    assert test.created is not None
    assert reading.clock is not None
    assert (reading.clock - test.created).total_seconds() == pytest.approx(30 * 3600, abs=600)
    assert (by_id[DB].auto_start, by_id[WEB].auto_start) == ("Start", "Nothing")


@pytest.mark.parametrize(("dead", "alive"), [("NJCL01", "NJCL02"), ("NJCL02", "NJCL01")])
def test_one_dead_node_takes_only_its_own_vms_along(goldr2: Cluster, dead: str, alive: str) -> None:
    goldr2.lab.fault(f"goldr2/{dead}", "refuse")
    reading = goldr2.read()
    assert not reading.complete
    assert {one.node for one in reading.sightings} == {alive}
    assert [(node.name, node.answers) for node in reading.nodes if not node.answers] == [(dead, False)]
    (limit,) = reading.limits
    assert limit.startswith(f"{dead} could not be read: No connection")
    assert "1 VM role(s) are there" in limit
    assert reading.broker is not None
    goldr2.lab.fault(f"goldr2/{dead}", None)
    assert goldr2.read().complete


def test_a_node_that_the_cluster_calls_down_is_neither_waited_for_nor_missed(goldr2: Cluster) -> None:
    goldr2.lab.happen(node="NJCL02", state="Down")
    reading = goldr2.read()
    assert reading.duration_s < goldr2.platform.endpoint.budget_s / 2
    assert (reading.complete, reading.limits) == (True, ())
    assert nodes_of(reading, WEB) == ["NJCL01"]
    assert reading.nodes[1].error == "the cluster calls it down"


def test_where_every_node_is_dead_each_ones_reason_is_told(goldr2: Cluster) -> None:
    goldr2.lab.fault("goldr2/NJCL01", "refuse")
    goldr2.lab.fault("goldr2/NJCL02", "refuse")
    with pytest.raises(Unreachable) as caught:
        goldr2.read()
    assert caught.value.subject == "goldr2"
    assert caught.value.message.startswith("No node answered. NJCL01: No connection")
    assert "; NJCL02: No connection" in caught.value.message


def test_the_clusters_own_address_leads_to_the_node_that_owns_it(goldr2: Cluster) -> None:
    cluster = goldr2.product()
    try:
        assert cluster.read(Tier.LIGHT).complete
        for node in ("NJCL01", "NJCL02"):
            goldr2.lab.fault(f"goldr2/{node}", "refuse")
        reading = cluster.read(Tier.LIGHT)
        assert [(node.name, node.answers) for node in reading.nodes] == [("NJCL01", True), ("NJCL02", False)]
        assert {(one.handle, one.place.where) for one in reading.sightings} == {(DB, "goldr2")}
        assert "NJCL01 answers only at the cluster's own address 127.0.0.1" in reading.limits[0]

        goldr2.lab.happen(node="NJCL01", state="Down")
        goldr2.lab.fault("goldr2/NJCL01", "refuse")
        reading = cluster.read(Tier.LIGHT)
        assert [(node.name, node.answers) for node in reading.nodes] == [("NJCL01", False), ("NJCL02", True)]
        assert {one.node for one in reading.sightings} == {"NJCL02"}
        assert {one.handle for one in reading.sightings} == {DB, WEB, TEST}
        assert cluster.deep(WEB).node == "NJCL02"

        goldr2.lab.fault("goldr2/NJCL02", None)
        reading = cluster.read(Tier.LIGHT)
        assert (reading.complete, reading.limits) == (True, ())
    finally:
        cluster.close()


def test_an_owner_that_moved_between_two_reads_is_the_same_copy(goldr2: Cluster) -> None:
    before = goldr2.read()
    goldr2.lab.happen(host="NJCL02", vm=WEB, moves="NJCL01")
    after = goldr2.read()
    assert (nodes_of(before, WEB), nodes_of(after, WEB)) == (["NJCL02"], ["NJCL01"])
    places = [one.place for reading in (before, after) for one in reading.sightings if one.handle == WEB]
    assert places[0] == places[1]
    assert after.complete


def test_a_live_migration_shows_one_copy_through_two_nodes(goldr2: Cluster) -> None:
    goldr2.lab.happen(host="NJCL01", vm=DB, arrives="NJCL02")
    reading = goldr2.read()
    assert nodes_of(reading, DB) == ["NJCL01", "NJCL02"]
    (copy,) = [one for one in copies_of([Answer(reading, True)]) if one.place.ident == DB]
    assert (copy.sighting.power, copy.doubled) == (Power.ON, False)


def test_the_broker_is_told_by_its_resource_though_its_group_is_online(goldr2: Cluster) -> None:
    goldr2.lab.happen(cluster="GOLDR2", state="Failed")
    broker = goldr2.read().broker
    assert broker is not None
    assert broker.state == "Failed"


@pytest.mark.parametrize("rights", ["rights: false", "rights: false, quiet: true"])
def test_a_node_without_rights_makes_the_reading_incomplete(
    labs: LabPool, form: tuple[str | None, str], tmp_path: Path, rights: str
) -> None:
    """Whether the node says so, or answers with an empty list: the cluster knows of a VM there."""
    one = Cluster(labs, form, scenario(tmp_path, rights))
    reading = one.read()
    assert not reading.complete
    assert {sighting.node for sighting in reading.sightings} == {"NJCL01"}
    assert any(limit.startswith("NJCL02") for limit in reading.limits)
    assert reading.broker is not None
    one.platform.close()
    labs.check()


def test_without_rights_on_the_cluster_the_error_says_which(
    labs: LabPool, form: tuple[str | None, str], tmp_path: Path
) -> None:
    file = Path(scenario(tmp_path, "cluster_rights: false"))
    one = Cluster(labs, form, str(file))
    assert one.read().complete
    none = file.read_text(encoding="utf-8").replace(
        "NJCL01: {fqdn: njcl01.corp.example,", "NJCL01: {fqdn: njcl01.corp.example, cluster_rights: false,"
    )
    file.write_text(none, encoding="utf-8")
    other = Cluster(labs, form, str(file))
    with pytest.raises(NoRights, match="none tells which cluster it belongs to") as caught:
        other.read()
    assert "Grant-ClusterAccess" in caught.value.hint
    for each in (one, other):
        each.platform.close()


def test_deep_finds_the_vm_on_the_node_that_has_it_now(goldr2: Cluster) -> None:
    goldr2.read()
    one = goldr2.platform.deep(WEB)
    assert (one.node, one.test_vm, one.auto_start) == ("NJCL02", TEST, "Nothing")
    assert len(one.points) == 3
    assert {point.consistency for point in one.points} <= set(Consistency)
    assert [point.at for point in one.points] == sorted((p.at for p in one.points), reverse=True)
    assert [adapter.network for adapter in one.adapters] == ["Production"]
    assert [(leg.relationship, leg.mode) for leg in one.relations] == [("Simple", "Replica")]
    goldr2.lab.happen(host="NJCL02", vm=WEB, moves="NJCL01")
    assert goldr2.platform.deep(WEB).node == "NJCL01"


def test_deep_of_a_vm_that_nobody_has_is_an_error(goldr2: Cluster) -> None:
    with pytest.raises(ScriptFailed) as caught:
        goldr2.platform.deep("99999999-9999-4999-8999-999999999999")
    assert caught.value.category == "ObjectNotFound"


def test_statistics(goldr2: Cluster) -> None:
    (one,) = goldr2.platform.statistics(WEB)
    assert (one.relationship, one.errors, one.pending) == ("Simple", 0, 0)
    assert one.since is not None


def test_statistics_that_wait_for_a_dead_partner_hold_up_no_read(goldr2: Cluster) -> None:
    asking = threading.Semaphore(0)

    def secret() -> str:
        asking.release()
        return goldr2.lab.password

    host = goldr2.host(secret)
    assert host.read(Tier.LIGHT).complete
    asking.acquire()
    goldr2.lab.happen(site="New Jersey", state="Down")
    told: list[object] = []

    def measure() -> None:
        try:
            told.extend(host.statistics(WEB))
        except EndpointError as error:
            told.append(error)

    waiting = threading.Thread(target=measure)
    waiting.start()
    try:
        asking.acquire()
        with pytest.raises(Busy):
            host.statistics(WEB)
        assert host.read(Tier.LIGHT).complete
        assert waiting.is_alive()
        assert told == []
        while waiting.is_alive():
            goldr2.lab.advance(600)
            waiting.join(1)
        assert [type(one).__name__ for one in told] == ["Statistics"]
    finally:
        host.close()
        waiting.join(120)
