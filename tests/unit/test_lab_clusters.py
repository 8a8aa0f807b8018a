"""Clusters in the model: who owns what, what each node tells, and what happens when owners change."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from drconsole.lab.clock import Clock
from drconsole.lab.hyperv.clusters import WrongMove, arrive, move, set_broker, set_node
from drconsole.lab.hyperv.model import HyperVWorld
from drconsole.lab.hyperv.populate import build_hosts
from drconsole.lab.scenario import parse
from drconsole.lab.scenario_form import ScenarioError

from .hyperv_world import DB, START, WEB, ask

TEST = "77777777-7777-4777-8777-777777777777"
TEXT = f"""
about: a host protects web in a cluster of two; the cluster protects db there
sites: {{New York: {{}}, New Jersey: {{}}}}
pairs: [[New York, New Jersey]]
hosts:
  NYHV01: {{fqdn: nyhv01.corp.example}}
  NJCL01: {{fqdn: njcl01.corp.example}}
  NJCL02: {{fqdn: njcl02.corp.example}}
clusters:
  GOLDR2: {{fqdn: goldr2.corp.example, nodes: [NJCL01, NJCL02], broker: goldr2-broker.corp.example}}
endpoints:
  - {{name: nyhv01, site: New York, host: NYHV01}}
  - {{name: goldr2, site: New Jersey, cluster: GOLDR2}}
workloads:
  - name: web
    id: {WEB}
    replication: {{frequency: 5m, synced: 2m}}
    copies: {{NYHV01: {{mode: Primary, power: Running}}, NJCL02: {{mode: Replica, test: {TEST}}}}}
  - name: web - Test
    id: {TEST}
    copies: {{NJCL02: {{mode: TestReplica}}}}
  - name: db
    id: {DB}
    replication: {{frequency: 5m, synced: 2m}}
    copies: {{NJCL01: {{mode: Primary, power: Running, up: 2d}}, NYHV01: {{mode: Replica}}}}
truth:
  endpoints: {{nyhv01: {{state: ok}}, goldr2: {{state: ok}}}}
  copies: []
"""


def in_cluster(do: Callable[[HyperVWorld], Awaitable[None]], text: str = TEXT) -> None:
    """Run ``do`` with that world, whose clock stands still at START."""

    async def run() -> None:
        world = HyperVWorld(Clock(START, speed=0), build_hosts(parse(text, "clusters.yaml"), START))
        await do(world)
        assert world.unmodelled == []

    asyncio.run(run())


def test_a_replica_is_sent_to_the_broker_and_received_by_a_node() -> None:
    async def check(world: HyperVWorld) -> None:
        (sent,) = (await ask(world, "Get-VMReplication", "NYHV01", ReplicationMode="Primary")).objects
        (received,) = (await ask(world, "Get-VMReplication", "NJCL02")).objects
        for told in (sent, received):
            assert told["PrimaryServerName"] == "nyhv01.corp.example"
            assert told["ReplicaServerName"] == "goldr2-broker.corp.example"
            assert told["CurrentReplicaServerName"] == "njcl02.corp.example"

    in_cluster(check)


def test_each_node_shows_the_machines_it_owns_alone() -> None:
    async def check(world: HyperVWorld) -> None:
        one, two = await ask(world, "Get-VM", "NJCL01"), await ask(world, "Get-VM", "NJCL02")
        assert (one.names, two.names) == (["db"], ["web", "web - Test"])
        told = {vm["Name"]: (vm["IsClustered"], vm["AutomaticStartAction"]["name"]) for vm in two.objects}
        assert told["web"] == (True, "Nothing")
        assert told["web - Test"][0] is False
        alone = (await ask(world, "Get-VM", "NYHV01")).objects[0]
        assert (alone["IsClustered"], alone["AutomaticStartAction"]["name"]) == (False, "StartIfRunning")

    in_cluster(check)


def test_any_node_tells_of_the_whole_cluster() -> None:
    async def check(world: HyperVWorld) -> None:
        for node in ("NJCL01", "NJCL02"):
            (cluster,) = (await ask(world, "Get-Cluster", node)).objects
            assert (cluster["Name"], cluster["Domain"], str(cluster["$text"])) == (
                "GOLDR2",
                "corp.example",
                "GOLDR2",
            )
            nodes = (await ask(world, "Get-ClusterNode", node)).objects
            assert [(n["Name"], n["State"]["name"]) for n in nodes] == [("NJCL01", "Up"), ("NJCL02", "Up")]
            groups = (await ask(world, "Get-ClusterGroup", node)).objects
            told = {g["Name"]: (g["GroupType"]["name"], g["OwnerNode"]["Name"]) for g in groups}
            assert told == {
                "Cluster Group": ("Cluster", "NJCL01"),
                "Available Storage": ("AvailableStorage", "NJCL01"),
                "GOLDR2-BROKER": ("VMReplicaBroker", "NJCL01"),
                "db": ("VirtualMachine", "NJCL01"),
                "web": ("VirtualMachine", "NJCL02"),
            }

    in_cluster(check)


def test_a_machine_and_its_resources_are_found_by_id() -> None:
    async def check(world: HyperVWorld) -> None:
        (group,) = (await ask(world, "Get-ClusterGroup", "NJCL01", VMId={"$guid": WEB})).objects
        resources = await ask(world, "Get-ClusterResource", "NJCL01", InputObject=group)
        same = await ask(world, "Get-ClusterResource", "NJCL01", VMId={"$guid": WEB})
        assert resources.names == same.names
        assert {r["ResourceType"]["Name"] for r in same.objects} == {
            "Virtual Machine",
            "Virtual Machine Configuration",
        }
        ids = await ask(world, "Get-ClusterParameter", "NJCL01", InputObject=same.objects[0], Name="VmID")
        assert [one["Value"] for one in ids.objects] == [WEB]
        missing = await ask(world, "Get-ClusterGroup", "NJCL01", VMId={"$guid": TEST})
        assert [error["id"] for error in missing.errors] == ["ClusterObjectNotFound"]

    in_cluster(check)


def test_a_failed_broker_is_seen_at_its_resource_not_at_its_group() -> None:
    async def check(world: HyperVWorld) -> None:
        cluster = world.hosts["NJCL01"].cluster
        assert cluster is not None
        set_broker(cluster, "Failed")
        (group,) = (await ask(world, "Get-ClusterGroup", "NJCL01", Name="*broker")).objects
        resources = (await ask(world, "Get-ClusterResource", "NJCL01", InputObject=group)).objects
        states = {r["ResourceType"]["Name"]: r["State"]["name"] for r in resources}
        assert group["State"]["name"] == "Online"
        assert states == {"Network Name": "Online", "Virtual Machine Replication Broker": "Failed"}

    in_cluster(check)


def test_a_move_takes_the_machine_and_partners_learn_of_it() -> None:
    async def check(world: HyperVWorld) -> None:
        move(world.hosts, world.machine("NJCL02", WEB), "NJCL01", START)
        move(world.hosts, world.machine("NJCL01", DB), "NJCL02", START)
        assert (await ask(world, "Get-VM", "NJCL01")).names == ["web"]
        told = {r["VMName"]: r for r in (await ask(world, "Get-VMReplication", "NYHV01")).objects}
        assert told["web"]["CurrentReplicaServerName"] == "njcl01.corp.example"
        assert told["web"]["ReplicaServerName"] == "goldr2-broker.corp.example"
        assert told["db"]["PrimaryServerName"] == "njcl02.corp.example"
        assert world.machine("NJCL02", WEB).host == "NJCL01"

    in_cluster(check)


def test_replication_goes_on_after_a_move() -> None:
    async def check(world: HyperVWorld) -> None:
        move(world.hosts, world.machine("NJCL02", WEB), "NJCL01", START)
        world.clock.advance(600)
        leg = world.machine("NJCL01", WEB).simple
        assert leg is not None
        assert leg.last_sync is not None
        assert (world.clock.now() - leg.last_sync).total_seconds() <= 300

    in_cluster(check)


def test_during_a_live_migration_both_nodes_list_the_machine() -> None:
    async def check(world: HyperVWorld) -> None:
        arrive(world.hosts, world.machine("NJCL01", DB), "NJCL02", START)
        for node in ("NJCL01", "NJCL02"):
            listed = {vm["Name"]: vm["State"]["name"] for vm in (await ask(world, "Get-VM", node)).objects}
            assert listed["db"] == "Running"
        (group,) = (await ask(world, "Get-ClusterGroup", "NJCL02", VMId={"$guid": DB})).objects
        assert group["OwnerNode"]["Name"] == "NJCL01"
        move(world.hosts, world.machine("NJCL01", DB), "NJCL02", START)
        assert "db" not in (await ask(world, "Get-VM", "NJCL01")).names

    in_cluster(check)


def test_a_node_that_goes_down_leaves_its_roles_to_the_other() -> None:
    async def check(world: HyperVWorld) -> None:
        set_node(world.hosts, "NJCL01", "Down", START)
        nodes = (await ask(world, "Get-ClusterNode", "NJCL02")).objects
        assert [n["State"]["name"] for n in nodes] == ["Down", "Up"]
        groups = (await ask(world, "Get-ClusterGroup", "NJCL02")).objects
        assert {g["OwnerNode"]["Name"] for g in groups} == {"NJCL02"}
        db = next(vm for vm in (await ask(world, "Get-VM", "NJCL02")).objects if vm["Name"] == "db")
        assert (db["State"]["name"], db["Uptime"]) == ("Running", {"$span": 0.0})
        with pytest.raises(WrongMove, match="last node"):
            set_node(world.hosts, "NJCL02", "Down", START)

    in_cluster(check)


@pytest.mark.parametrize(
    ("host", "target", "said"),
    [
        ("NJCL02", "NYHV01", "NYHV01 is no node"),
        ("NJCL02", "NJCL02", "owns web already"),
        ("NYHV01", "NJCL01", "NJCL01 is no node"),
    ],
)
def test_a_machine_moves_within_its_cluster_alone(host: str, target: str, said: str) -> None:
    async def check(world: HyperVWorld) -> None:
        with pytest.raises(WrongMove, match=said):
            move(world.hosts, world.hosts[host].machines[WEB], target, START)
        world.hosts["NJCL01"].state = "Down"
        with pytest.raises(WrongMove, match="NJCL01 is Down"):
            move(world.hosts, world.hosts["NJCL02"].machines[WEB], "NJCL01", START)

    in_cluster(check)


def test_a_host_alone_and_an_account_without_rights_get_errors() -> None:
    async def check(world: HyperVWorld) -> None:
        alone = await ask(world, "Get-Cluster", "NYHV01")
        assert [error["id"] for error in alone.errors] == ["ClusterServiceNotRunning"]
        world.hosts["NJCL01"].cluster_rights = False
        refused = await ask(world, "Get-ClusterGroup", "NJCL01")
        assert [error["category"] for error in refused.errors] == ["PermissionDenied"]
        assert (await ask(world, "Get-VM", "NJCL01")).names == ["db"]

    in_cluster(check)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("cluster: GOLDR2}", "cluster: SILVER}", r"endpoints goldr2\.cluster: there is no cluster SILVER"),
        ("cluster: GOLDR2}", "cluster: GOLDR2, host: NYHV01}", "endpoints goldr2: needs either"),
        ("NJCL01, NJCL02]", "NJCL01, NJCL03]", r"clusters GOLDR2\.nodes: there is no host NJCL03"),
        ("copies: []", f"copies: [{{vm: {WEB}, host: NJCL02, role: REPLICA}}]", "no copy of .* on NJCL02"),
    ],
)
def test_what_is_wrong_with_a_cluster_is_named(old: str, new: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        parse(TEXT.replace(old, new, 1), "clusters.yaml")
