"""What the reading cmdlets of the lab's Hyper-V model answer."""

from __future__ import annotations

from typing import Any

import pytest

from drconsole.lab.hyperv.accepting import accepts
from drconsole.lab.hyperv.machines import Accepting, Broker, Cluster, Host, Leg
from drconsole.lab.hyperv.model import HyperVWorld
from tests.unit.hyperv_world import DB, NJ, NY, POINT, WEB, ask, in_world

UNKNOWN = "99999999-9999-4999-8999-999999999999"


def enum(kind: str, name: str) -> dict[str, str]:
    return {"$enum": kind, "name": name}


@pytest.mark.parametrize(
    ("bound", "names"),
    [
        ({}, ["web", "db"]),
        ({"Name": ["WEB"]}, ["web"]),
        ({"Name": ["*"]}, ["web", "db"]),
        ({"Name": ["[a-e]?"]}, ["db"]),
        ({"Name": ["nothing*"]}, []),
        ({"Name": ["db", "d*"]}, ["db"]),
        ({"Id": {"$guid": DB}}, ["db"]),
        ({"Id": DB.upper()}, ["db"]),
    ],
)
def test_get_vm_finds(bound: dict[str, Any], names: list[str]) -> None:
    async def check(world: HyperVWorld) -> None:
        asked = await ask(world, "Get-VM", **bound)
        assert asked.names == names
        assert (asked.errors, asked.last) == ([], {"is": "end"})

    in_world(check)


@pytest.mark.parametrize(
    ("bound", "error_id"),
    [({"Name": ["gone", "db"]}, "InvalidParameter"), ({"Id": {"$guid": UNKNOWN}}, "ObjectNotFound")],
)
def test_get_vm_reports_what_is_not_there_and_goes_on(bound: dict[str, Any], error_id: str) -> None:
    async def check(world: HyperVWorld) -> None:
        asked = await ask(world, "Get-VM", **bound)
        assert [error["id"] for error in asked.errors] == [error_id]
        assert asked.names == (["db"] if "Name" in bound else [])

    in_world(check)


def test_a_name_that_is_a_pattern_does_not_find_itself() -> None:
    async def check(world: HyperVWorld) -> None:
        world.hosts["NYHV01"].machines[DB].name = "db [1]"
        assert (await ask(world, "Get-VM", Name=["db [1]"])).names == []
        assert (await ask(world, "Get-VM", Name=["db `[1`]"])).names == ["db [1]"]

    in_world(check)


def test_get_vm_tells_typed_properties() -> None:
    async def check(world: HyperVWorld) -> None:
        web, db = (await ask(world, "Get-VM")).objects
        assert web["Id"] == {"$guid": WEB}
        assert web["State"] == enum("VMState", "Running")
        assert web["Uptime"] == {"$span": 3600.0}
        assert web["ReplicationMode"] == enum("VMReplicationMode", "Primary")
        assert web["NetworkAdapters"][0]["SwitchName"] == "Production"
        assert db["ReplicationState"] == enum("VMReplicationState", "Disabled")
        assert (db["Uptime"], db["Heartbeat"]) == ({"$span": 0.0}, None)

    in_world(check)


def test_what_a_machine_that_is_off_does_not_have() -> None:
    async def check(world: HyperVWorld) -> None:
        web = world.machine("NYHV01", WEB.upper())
        web.adapters[0].addresses = ("10.0.0.5",)
        (on,) = (await ask(world, "Get-VM", Id=WEB)).objects
        web.power = "Off"
        (off,) = (await ask(world, "Get-VM", Id=WEB)).objects
        assert [vm["NetworkAdapters"][0]["IPAddresses"] for vm in (on, off)] == [["10.0.0.5"], []]
        assert [vm["Uptime"]["$span"] for vm in (on, off)] == [3600.0, 0.0]
        assert [vm["Heartbeat"] is None for vm in (on, off)] == [False, True]

    in_world(check)


def test_of_two_relationships_get_vm_speaks_of_the_simple_one() -> None:
    async def check(world: HyperVWorld) -> None:
        web = world.machine("NJHV01", WEB)
        web.legs.insert(0, Leg("Primary", "Error", NJ, "third.example", "third-n2.example", kind="Extended"))
        (vm,) = (await ask(world, "Get-VM", "NJHV01")).objects
        assert vm["ReplicationMode"] == enum("VMReplicationMode", "Replica")
        extended, simple = (await ask(world, "Get-VMReplication", "NJHV01")).objects
        assert [one["ReplicationRelationshipType"]["name"] for one in (extended, simple)] == [
            "Extended",
            "Simple",
        ]
        assert extended["ReplicaServerName"] == "third.example"
        assert extended["CurrentReplicaServerName"] == "third-n2.example"

    in_world(check)


def test_get_vm_may_contradict_get_vmreplication() -> None:
    async def check(world: HyperVWorld) -> None:
        world.machine("NYHV01", WEB).own_state = "Error"
        (vm,) = (await ask(world, "Get-VM", Id=WEB)).objects
        (relation,) = (await ask(world, "Get-VMReplication")).objects
        assert vm["ReplicationState"] == enum("VMReplicationState", "Error")
        assert relation["ReplicationState"] == enum("VMReplicationState", "Replicating")

    in_world(check)


@pytest.mark.parametrize(
    ("bound", "found"),
    [
        ({"ReplicationMode": enum("VMReplicationMode", "Primary")}, 1),
        ({"ReplicationMode": "Replica"}, 0),
        ({"ReplicationState": "Replicating", "ReplicationHealth": "Normal"}, 1),
        ({"ReplicationHealth": "Critical"}, 0),
        ({"PrimaryServerName": NY.upper()}, 1),
        ({"ReplicaServerName": NY}, 0),
        ({"ReplicationRelationshipType": "Extended"}, 0),
    ],
)
def test_get_vmreplication_filters(bound: dict[str, Any], found: int) -> None:
    async def check(world: HyperVWorld) -> None:
        asked = await ask(world, "Get-VMReplication", **bound)
        assert len(asked.objects) == found

    in_world(check)


def test_get_vmreplication_refuses_a_named_machine_without_replication() -> None:
    async def check(world: HyperVWorld) -> None:
        (db,) = (await ask(world, "Get-VM", Id=DB)).objects
        for bound in ({"VMName": ["DB"]}, {"VM": [db]}):
            (error,) = (await ask(world, "Get-VMReplication", **bound)).errors
            assert (error["id"], error["category"]) == ("InvalidOperation", "InvalidOperation")
            assert error["exception"].endswith("VirtualizationOperationFailedException")
        assert (await ask(world, "Get-VMReplication")).errors == []

    in_world(check)


def test_a_test_copy_is_told_by_its_replica_and_has_no_relationship() -> None:
    async def check(world: HyperVWorld) -> None:
        nj = world.hosts["NJHV01"].machines
        nj[DB] = world.hosts["NYHV01"].machines[DB]
        nj[DB].host, nj[DB].own_mode, nj[WEB].test = "NJHV01", "TestReplica", DB
        (relation,) = (await ask(world, "Get-VMReplication", "NJHV01")).objects
        assert relation["TestVirtualMachine"]["Id"] == {"$guid": DB}
        modes = [vm["ReplicationMode"]["name"] for vm in (await ask(world, "Get-VM", "NJHV01")).objects]
        assert modes == ["Replica", "TestReplica"]

    in_world(check)


def test_without_rights_lists_are_empty_and_the_host_is_an_error() -> None:
    async def check(world: HyperVWorld) -> None:
        world.hosts["NYHV01"].rights = False
        for cmdlet in ("Get-VM", "Get-VMReplication", "Get-VMSwitch"):
            asked = await ask(world, cmdlet)
            assert (asked.objects, asked.errors) == ([], [])
        (error,) = (await ask(world, "Get-VMHost")).errors
        assert (error["id"], error["category"]) == ("AccessDenied", "PermissionDenied")

    in_world(check)


def test_adapters_switches_points_and_the_host() -> None:
    async def check(world: HyperVWorld) -> None:
        vms = (await ask(world, "Get-VM")).objects
        (adapter,) = (await ask(world, "Get-VMNetworkAdapter", VM=vms)).objects
        assert (adapter["VMId"], adapter["Connected"]) == ({"$guid": WEB}, True)
        switches = (await ask(world, "Get-VMSwitch")).objects
        assert [switch["Name"] for switch in switches] == ["Production", "Isolated"]
        assert (await ask(world, "Get-VMSwitch", Id=[switches[1]["Id"]])).names == ["Isolated"]
        assert (await ask(world, "Get-VMSwitch", SwitchType=["Private"])).names == []
        assert (await ask(world, "Get-VMNetworkAdapter", VM=vms, Name="Other*")).objects == []
        (error,) = (await ask(world, "Get-VMSwitch", Name="none")).errors
        assert error["id"] == "InvalidParameter"
        (point,) = (await ask(world, "Get-VMSnapshot", "NJHV01", VMName=["web"])).objects
        assert (point["Id"], point["SnapshotType"]) == ({"$guid": POINT}, enum("SnapshotType", "Replica"))
        for filtered in ({"SnapshotType": "Standard"}, {"Name": "other*"}):
            assert (await ask(world, "Get-VMSnapshot", "NJHV01", VMName=["web"], **filtered)).objects == []
        assert len((await ask(world, "Get-VMSnapshot", "NJHV01", Id={"$guid": POINT})).objects) == 1
        (missing,) = (await ask(world, "Get-VMSnapshot", "NJHV01", Id={"$guid": UNKNOWN})).errors
        assert missing["id"] == "ObjectNotFound"
        (host,) = (await ask(world, "Get-VMHost", "NJHV01")).objects
        assert (host["Name"], host["FullyQualifiedDomainName"]) == ("NJHV01", NJ)

    in_world(check)


def test_the_replica_server_of_a_host() -> None:
    async def check(world: HyperVWorld) -> None:
        host = world.hosts["NYHV01"]
        (told,) = (await ask(world, "Get-VMReplicationServer")).objects
        assert (told["ReplicationEnabled"], told["ReplicationAllowedFromAnyServer"]) == (True, True)
        assert [entry["AllowedPrimaryServer"] for entry in told["AuthorizationEntries"]] == ["*"]
        host.accepting = Accepting(False, (NJ,), "Kerberos")
        (told,) = (await ask(world, "Get-VMReplicationServer")).objects
        assert (told["ReplicationEnabled"], told["ReplicationAllowedFromAnyServer"]) == (False, False)
        assert [entry["AllowedPrimaryServer"] for entry in told["AuthorizationEntries"]] == [NJ]
        assert told["AllowedAuthenticationType"] == enum("RecoveryAuthenticationType", "Kerberos")
        host.rights = False
        (error,) = (await ask(world, "Get-VMReplicationServer")).errors
        assert (error["id"], error["category"]) == ("AccessDenied", "PermissionDenied")
        host.quiet = True
        asked = await ask(world, "Get-VMReplicationServer")
        assert (asked.objects, asked.errors) == ([], [])

    in_world(check)


def test_the_replica_server_of_a_cluster_is_that_of_its_broker() -> None:
    async def check(world: HyperVWorld) -> None:
        host = world.hosts["NYHV01"]
        host.cluster = Cluster("NYCL", "nycl.corp.example", ("NYHV01",), "NYHV01")
        (error,) = (await ask(world, "Get-VMReplicationServer")).errors
        assert error["id"] == "InvalidOperation"
        host.cluster.broker = Broker("NYCL-BROKER", "nycl-broker.corp.example", "NYHV01")
        host.cluster.accepting, host.accepting = Accepting(allowed=()), Accepting(False)
        (told,) = (await ask(world, "Get-VMReplicationServer")).objects
        assert (told["ReplicationEnabled"], told["AuthorizationEntries"]) == (True, [])

    in_world(check)


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        (Accepting(), True),
        (Accepting(enabled=False), False),
        (Accepting(allowed=()), False),
        (Accepting(allowed=(NY.upper(),)), True),
        (Accepting(allowed=("*.corp.example",)), True),
        (Accepting(allowed=("*.example.org", "other.corp.example")), False),
    ],
)
def test_whom_a_server_takes(told: Accepting, taken: bool) -> None:
    assert accepts(Host("NJHV01", NJ, accepting=told), NY) is taken


def test_an_object_that_is_gone_is_an_error() -> None:
    async def check(world: HyperVWorld) -> None:
        vms = (await ask(world, "Get-VM")).objects
        del world.hosts["NYHV01"].machines[DB]
        asked = await ask(world, "Get-VMNetworkAdapter", VM=vms)
        assert [error["id"] for error in asked.errors] == ["ObjectNotFound"]
        assert len(asked.objects) == 1

    in_world(check)


@pytest.mark.parametrize(
    ("cmdlet", "bound", "what"),
    [
        ("Get-VM", {"ComputerName": ["x"], "CimSession": []}, "Get-VM -CimSession -ComputerName"),
        ("Checkpoint-VM", {}, "Checkpoint-VM"),
        ("Get-VMSwitch", {"Name": "Prod*"}, "Get-VMSwitch -Name with a wildcard"),
        ("Get-VMNetworkAdapter", {"VM": [{"$ref": "host/x"}]}, "Get-VMNetworkAdapter -VM with another kind"),
    ],
)
def test_what_is_not_modelled_is_fatal_and_noted(cmdlet: str, bound: dict[str, Any], what: str) -> None:
    async def check(world: HyperVWorld) -> None:
        asked = await ask(world, cmdlet, **bound)
        assert (asked.last["is"], asked.last["id"]) == ("fatal", "NotModelled")
        assert [entry[: len(what)] for entry in world.unmodelled] == [what]

    in_world(check)


def test_a_defect_of_the_model_is_loud() -> None:
    async def check(world: HyperVWorld) -> None:
        world.machine("NYHV01", DB.upper()).power = "Sideways"
        asked = await ask(world, "Get-VM")
        assert (asked.last["is"], asked.last["id"]) == ("fatal", "ModelDefect")
        assert "VirtualMachine.State is VMState" in world.unmodelled[0]

    in_world(check)
