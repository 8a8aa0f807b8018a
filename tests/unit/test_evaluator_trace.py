"""Every statement of every script is executed on the evaluator by these cases."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from drconsole.lab.powershell.evaluator.frame import Place
from drconsole.lab.powershell.evaluator.script import statements_of
from tests.unit.evaluator_world import (
    PER_CALL,
    SCRIPTS,
    SmallWorld,
    adapter,
    answer,
    disk,
    enum,
    guid,
    machine,
    relation,
    request,
    run,
    thing,
)

TEST_MACHINE = thing("VirtualMachine", Id=guid(9))
FAILURE = {
    "is": "fatal",
    "id": "AccessDenied",
    "text": "You do not have the required permission.",
    "category": "PermissionDenied",
    "exception": "Microsoft.HyperV.PowerShell.VirtualizationException",
}
TESTING = machine(9, ReplicationMode=enum("VMReplicationMode", "TestReplica"))
POINT = thing(
    "VMSnapshot",
    Id=guid(7),
    SnapshotType=enum("SnapshotType", "AppConsistentReplica"),
    Name="point",
    CreationTime={"$date": "2026-03-01T11:00:00+00:00"},
)
VLAN = thing(
    "VMNetworkAdapterVlanSetting", OperationMode=enum("VMNetworkAdapterVlanMode", "Access"), AccessVlanId=17
)
ADDRESSES = thing(
    "VMNetworkAdapterFailoverSetting",
    IPv4Address="10.1.0.5",
    IPv4SubnetMask="255.255.0.0",
    IPv4DefaultGateway="10.1.0.1",
    IPv4PreferredDNSServer="10.1.0.2",
    IPv4AlternateDNSServer="",
    IPv6Address="fd00::5",
    IPv6SubnetPrefixLength="64",
    IPv6DefaultGateway="",
    IPv6PreferredDNSServer="",
    IPv6AlternateDNSServer="",
)
STATISTICS = thing(
    "VMReplicationHealth",
    ReplicationRelationshipType=enum("VMReplicationRelationshipType", "Simple"),
    MonitoringStartTime={"$date": "2026-03-01T09:00:00+00:00"},
    PendingReplicationSize=2**40,
    AverageReplicationSize=1,
    MaximumReplicationSize=2,
    AverageReplicationLatency={"$span": 4.2},
    MaximumReplicationLatency=None,
    ReplicationErrors=0,
    SuccessfulReplicationCount=140,
    MissedReplicationCount=4,
    FailedOverReplicationType=enum("VMReplicationType", "None"),
    LastTestFailoverInitiatedTime=None,
    ReplicationHealthDetails=["late"],
)
SERVER = thing(
    "VMReplicationServer",
    ReplicationEnabled=True,
    AllowedAuthenticationType=enum("RecoveryAuthenticationType", "Kerberos"),
    ReplicationAllowedFromAnyServer=False,
    AuthorizationEntries=[
        thing("VMReplicationAuthorizationEntry", AllowedPrimaryServer="hv2.example.test"),
    ],
)
SWITCH = thing("VMSwitch", Name="Isolated")
NODE = thing("ClusterNode", **{"$text": "HV1"}, Name="HV1", State=enum("ClusterNodeState", "Up"))
OWNED = {"OwnerNode": NODE, "State": enum("ClusterResourceState", "Online")}
BROKER_GROUP = thing(
    "ClusterGroup", **{"$text": "Broker"}, Name="Broker", **OWNED, GroupType="VMReplicaBroker"
)
ROLE = thing("ClusterGroup", **{"$text": "vm1"}, Name="vm1", **OWNED, GroupType="VirtualMachine")


def resource(kind: str) -> dict[str, Any]:
    """Make a cluster resource of a type, in the broker's group."""
    typed = thing("ClusterResourceType", **{"$text": kind}, Name=kind)
    return thing("ClusterResource", Name=f"the {kind}", ResourceType=typed, OwnerGroup=BROKER_GROUP, **OWNED)


RESOURCES = [resource("Virtual Machine Replication Broker"), resource("Network Name"), resource("IP Address")]
CLUSTER = thing("Cluster", Name="GOLD")
Told = dict[str, list[dict[str, Any]]]
CASES: dict[str, dict[str, Told]] = {
    "light": {
        "nothing on the host": {},
        "a machine without replication": {"Get_VM": [machine(1)]},
        "a relationship": {"Get_VM": [machine(1)], "Get_VMReplication": [relation(1)]},
        "a test machine": {"Get_VMReplication": [relation(1, TestVirtualMachine=TEST_MACHINE)]},
        "never replicated": {"Get_VMReplication": [relation(1, LastReplicationTime=None)]},
        "two of everything": {
            "Get_VM": [machine(1), machine(2)],
            "Get_VMReplication": [relation(1), relation(2)],
        },
        "a test copy on two networks": {
            "Get_VM": [machine(1), TESTING],
            "Get_VMNetworkAdapter": [
                adapter(),
                adapter(Connected=False, SwitchName=""),
                adapter(SwitchName="Isolated"),
            ],
        },
        "a test copy without adapters": {"Get_VM": [TESTING], "Get_VMNetworkAdapter": []},
        "a test copy whose adapters cannot be read": {"Get_VM": [TESTING], "Get_VMNetworkAdapter": [FAILURE]},
        "an error": {"Get_VM": [FAILURE]},
    },
    "cluster": {
        "a cluster": {
            "Get_Cluster": [CLUSTER],
            "Get_ClusterNode": [NODE],
            "Get_ClusterResource": RESOURCES,
            "Get_ClusterGroup": [BROKER_GROUP, ROLE],
        },
        "no cluster": {"Get_Cluster": [FAILURE]},
    },
    "deep": {
        "a replica": {
            "Get_VM": [machine(1)],
            "Get_VMReplication": [relation(1), relation(2), relation(1, TestVirtualMachine=TEST_MACHINE)],
            "Get_VMSnapshot": [POINT],
            "Get_VMSwitch": [SWITCH],
            "Get_VMNetworkAdapter": [adapter()],
            "Get_VMHardDiskDrive": [disk("system"), disk("scratch")],
            "Get_VMNetworkAdapterVlan": [VLAN],
            "Get_VMNetworkAdapterFailoverConfiguration": [ADDRESSES],
            "Get_VMReplicationServer": [SERVER],
        },
        "adapters that tell nothing more": {
            "Get_VM": [machine(1)],
            "Get_VMReplication": [relation(1, LastReplicationTime=None)],
            "Get_VMSnapshot": [],
            "Get_VMSwitch": [],
            "Get_VMNetworkAdapter": [adapter(IPAddresses=[])],
            "Get_VMHardDiskDrive": [],
            "Get_VMNetworkAdapterVlan": [FAILURE],
            "Get_VMNetworkAdapterFailoverConfiguration": [FAILURE],
            "Get_VMReplicationServer": [FAILURE],
            "Get_VMHost": [FAILURE],
        },
    },
    "statistics": {
        "a primary": {"Get_VM": [machine(1)], "Measure_VMReplication": [STATISTICS]},
    },
}
TEXTS = {name: (SCRIPTS / f"{name}.ps1").read_text(encoding="utf-8") for name in ("frame", *CASES)}
Ran = tuple[dict[str, dict[str, Any]], dict[str, set[Place]]]


@pytest.fixture(scope="module")
def ran() -> Ran:
    """Answers of all cases, and what was executed in any."""
    answers: dict[str, dict[str, Any]] = {}
    trace: dict[str, set[Place]] = {}
    for script, cases in CASES.items():
        for name, told in cases.items():
            line = request(TEXTS[script], {"vm": guid(1)["$guid"]})
            taken, world, engine = run(partial(SmallWorld, **told), PER_CALL, line)
            answers[name] = answer(taken)
            assert world.unmodelled == []
            for text, places in engine.trace.items():
                trace.setdefault(text, set()).update(places)
    return answers, trace


@pytest.mark.parametrize("name", TEXTS)
def test_every_statement_was_executed(name: str, ran: Ran) -> None:
    _, trace = ran
    assert statements_of(TEXTS[name]) - trace[TEXTS[name]] == set()
    assert len(statements_of(TEXTS[name])) > 4


def test_answers(ran: Ran) -> None:
    answers, _ = ran
    plain = answers["a machine without replication"]["value"]
    assert plain["relations"] == []
    assert plain["vms"] == [
        {
            "id": "00000000-0000-4000-8000-000000000001",
            "name": "vm1",
            "power": "Running",
            "uptime_s": 61,
            "notes": "",
            "mode": "Primary",
            "state": "Replicating",
            "auto_start": "Nothing",
            "created": None,
            "networks": None,
        }
    ]
    assert plain["now"] == "2026-03-01T12:00:00.0000000Z"
    related = answers["a relationship"]["value"]["relations"]
    assert related[0]["last_sync"] == "2026-03-01T11:55:00.0000000Z"
    assert related[0]["test_vm"] is None
    tested = answers["a test machine"]["value"]["relations"][0]
    assert tested["test_vm"] == "00000000-0000-4000-8000-000000000009"
    assert answers["never replicated"]["value"]["relations"][0]["last_sync"] is None
    assert len(answers["two of everything"]["value"]["vms"]) == 2
    failed = answers["an error"]
    assert (failed["ok"], failed["error"]["category"]) == (False, "PermissionDenied")


@pytest.mark.parametrize(
    ("case", "networks"),
    [
        ("a test copy on two networks", ["Production", "Isolated"]),
        ("a test copy without adapters", []),
        ("a test copy whose adapters cannot be read", None),
    ],
)
def test_networks_of_test_copies(case: str, networks: list[str] | None, ran: Ran) -> None:
    told = ran[0][case]["value"]["vms"][-1]
    assert (told["networks"], told["created"]) == (networks, "2026-02-28T12:00:00.0000000Z")


def test_a_cluster(ran: Ran) -> None:
    assert ran[0]["a cluster"]["value"] == {
        "name": "GOLD",
        "nodes": [{"name": "HV1", "state": "Up"}],
        "brokers": [{"state": "Online", "owner": "HV1", "group": "Broker"}],
        "points": [{"name": "the Network Name", "group": "Broker"}],
        "roles": [{"state": "Online", "owner": "HV1"}],
    }


def test_deep(ran: Ran) -> None:
    whole = ran[0]["a replica"]["value"]
    assert [point["type"] for point in whole["points"]] == ["AppConsistentReplica"]
    assert [leg["test_vm"] for leg in whole["relations"]] == [None, "00000000-0000-4000-8000-000000000009"]
    (told,) = whole["adapters"]
    assert (told["addresses"], told["vlan"]) == (["10.0.0.5", "fe80::5"], {"mode": "Access", "id": 17})
    assert told["failover"]["address"] == "10.1.0.5"
    system, scratch = (
        {"id": f"Microsoft:{name}", "path": f"D:\\{name}.vhdx"} for name in ("system", "scratch")
    )
    assert (whole["disks"], whole["replicated"], whole["excluded"]) == (
        [system, scratch],
        [system],
        [scratch],
    )
    (bare,) = ran[0]["adapters that tell nothing more"]["value"]["adapters"]
    assert (bare["addresses"], bare["vlan"], bare["failover"]) == ([], None, None)


def test_statistics(ran: Ran) -> None:
    (told,) = ran[0]["a primary"]["value"]["relations"]
    assert (told["pending"], told["latency_s"], told["latency_max_s"]) == (2**40, 4, None)
    assert (told["details"], told["last_test"]) == (["late"], None)
