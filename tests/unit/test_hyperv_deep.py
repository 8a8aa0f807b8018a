"""What a deep answer about one VM means; whatever else comes is an error of the endpoint."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drconsole.domain.deep import Consistency, Deep, FailoverAddress
from drconsole.errors import BadReply, EndpointError
from drconsole.platforms.hyperv.deep import deep_of, statistics_of
from drconsole.platforms.hyperv.peer import Peer
from tests.contract.hyperv.answers import VM_A, VM_B, relation

PEER = Peer("ny-hv1", "hv-ny1.example.com:5986", "dr-reader", True, 20.0)
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def point(number: int, kind: str, at: str = "2026-11-26T11:00:00Z") -> dict[str, Any]:
    """One row of Get-VMSnapshot."""
    ident = f"0000000{number}-0000-0000-0000-000000000000"
    return {"id": ident, "type": kind, "name": f"point {number}", "at": at}


def adapter(**facts: Any) -> dict[str, Any]:
    """One row of Get-VMNetworkAdapter."""
    row = {
        "id": "Microsoft:1",
        "name": "Network Adapter",
        "connected": True,
        "switch": "Production",
        "test_switch": None,
        "mac": "00155D010203",
        "addresses": ["10.0.0.5"],
        "vlan": {"mode": "Access", "id": 17},
        "failover": None,
    }
    return row | facts


def answer(**facts: Any) -> dict[str, Any]:
    """The value of a deep read."""
    value = {
        "id": VM_A.upper(),
        "now": "2026-11-26T12:00:05Z",
        "auto_start": "Nothing",
        "points": [],
        "adapters": [],
        "relations": [],
    }
    return value | facts


def deep(value: Any) -> Deep:
    """Understand an answer."""
    return deep_of(json.dumps(value).encode(), VM_A, PEER, NOON, "HV1")


def test_recovery_points_of_all_three_types_and_no_other_newest_first() -> None:
    rows = [
        point(1, "Replica", "2026-11-26T09:00:00Z"),
        point(2, "Standard"),
        point(3, "AppConsistentReplica", "2026-11-26T11:30:00.5Z"),
        point(4, "SyncedReplica", "2026-11-26T10:00:00Z"),
        *(point(5, kind) for kind in ("Recovery", "Planned", "Missing", "replica", "")),
    ]
    assert [(one.id[7], one.consistency) for one in deep(answer(points=rows)).points] == [
        ("3", Consistency.APPLICATION),
        ("4", Consistency.SYNCED),
        ("1", Consistency.CRASH),
    ]


@pytest.mark.parametrize(
    ("facts", "network", "vlan", "unread"),
    [
        ({}, "Production", 17, ()),
        ({"vlan": {"mode": "Untagged", "id": 0}}, "Production", None, ()),
        ({"vlan": None}, "Production", None, ("vlan",)),
        ({"connected": False}, "", 17, ()),
        ({"switch": None}, "", 17, ("network",)),
        ({"connected": False, "switch": None}, "", 17, ()),
    ],
)
def test_adapters(facts: dict[str, Any], network: str, vlan: int | None, unread: tuple[str, ...]) -> None:
    (one,) = deep(answer(adapters=[adapter(**facts)])).adapters
    assert (one.network, one.vlan, tuple(u for u in one.unread if u != "failover")) == (network, vlan, unread)
    assert one.addresses == ("10.0.0.5",)


@pytest.mark.parametrize(
    ("mode", "kept"), [("Access", ""), ("Untagged", ""), ("Trunk", "Trunk"), ("New", "New")]
)
def test_another_vlan_mode_than_access_has_no_vlan(mode: str, kept: str) -> None:
    (one,) = deep(answer(adapters=[adapter(vlan={"mode": mode, "id": 7})])).adapters
    assert (one.vlan, one.vlan_mode) == (7 if mode == "Access" else None, kept)


def test_addresses_after_a_failover() -> None:
    set_ = {
        "address": "10.1.0.5",
        "mask": "255.255.0.0",
        "gateway": "10.1.0.1",
        "dns": "",
        "dns2": "d",
        "v6": "",
        "v6_length": "",
        "v6_gateway": "",
        "v6_dns": "",
        "v6_dns2": "",
    }
    unset = dict.fromkeys(set_, "")
    v6 = {
        "v6": "fd00::5",
        "v6_length": "64",
        "v6_gateway": "fe80::1",
        "v6_dns": "fd00::1",
        "v6_dns2": "fd00::2",
    }
    rows = [adapter(failover=told) for told in (set_, unset, None, unset | v6)]
    one, two, three, four = deep(answer(adapters=rows)).adapters
    assert one.failover == FailoverAddress("10.1.0.5", "255.255.0.0", "10.1.0.1", ("d",))
    assert (two.failover, two.unread) == (None, ())
    assert (three.failover, three.unread) == (None, ("failover",))
    assert four.failover == FailoverAddress(
        "", v6="fd00::5", v6_length=64, v6_gateway="fe80::1", v6_dns=("fd00::1", "fd00::2")
    )


def test_both_relationships_and_the_test_copy() -> None:
    legs = [relation(mode="Replica", test_vm=VM_B), relation(mode="Replica", relationship="Extended")]
    one = deep(answer(relations=legs))
    assert [leg.relationship for leg in one.relations] == ["Simple", "Extended"]
    assert (one.test_vm, one.node, one.auto_start) == (VM_B, "HV1", "Nothing")
    assert one.clock == datetime(2026, 11, 26, 12, 0, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (answer(id=VM_B), "another VM"),
        (answer(id="x"), "a VM id that is none"),
        (answer(now="noon"), "a time that is none"),
        (answer(points=[point(1, "Replica", "noon")]), "a time that is none"),
        (answer(points=[point(1, "Replica") | {"id": "x"}]), "a VM id that is none"),
        (answer(adapters=[adapter(connected="yes")]), r"\$\.adapters\[0\]\.connected"),
        (None, "Expected `object`"),
    ],
)
def test_what_cannot_be_an_answer_is_refused(value: Any, words: str) -> None:
    with pytest.raises(BadReply, match=words):
        deep(value)


def test_statistics_of_each_relationship() -> None:
    row = {
        "relationship": "Simple",
        "since": "2026-11-26T00:00:00Z",
        "pending": 2**40,
        "average": 1,
        "maximum": 2,
        "latency_s": None,
        "latency_max_s": 19,
        "errors": 0,
        "done": 140,
        "missed": 4,
        "failed_over_type": "Planned",
        "last_test": "0001-01-01T00:00:00Z",
        "details": ["late"],
    }
    value = {"now": "2026-11-26T12:00:00Z", "relations": [row, row | {"relationship": "Extended"}]}
    one, two = statistics_of(json.dumps(value).encode(), PEER)
    assert (one.relationship, two.relationship) == ("Simple", "Extended")
    assert (one.pending, one.latency_s, one.missed, one.last_test) == (2**40, None, 4, None)
    assert (one.failed_over_type, one.details) == ("Planned", ("late",))


ODD = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
JSON = st.recursive(
    ODD, lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=8), inner), max_leaves=10
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(answer())), JSON)
def test_a_spoiled_answer_is_a_deep_reading_or_an_endpoint_error(key: str, value: Any) -> None:
    failure: EndpointError | None = None
    try:
        found = deep(answer(**{key: value}))
    except EndpointError as error:
        failure = error
    if failure is None:
        assert found.vm == VM_A
        return
    assert failure.subject == "ny-hv1"
    assert str(failure).isprintable()


@pytest.mark.parametrize(
    ("disks", "replicated", "excluded", "missing"),
    [
        ("ab", "ab", "", ()),
        ("ab", "a", "b", ("D:\\b.vhdx",)),
        ("ab", "a", "", ("D:\\b.vhdx",)),
        ("a", "a", "b", ("D:\\b.vhdx",)),
        ("ab", "", "b", ("D:\\b.vhdx",)),
        ("ab", "x", "", None),
        ("ab", "", "", None),
        ("", "", "", ()),
    ],
)
def test_disks_of_an_original_that_are_not_replicated(
    disks: str, replicated: str, excluded: str, missing: tuple[str, ...] | None
) -> None:
    def rows(names: str) -> list[dict[str, str]]:
        return [{"id": f"disk {name}", "path": f"D:\\{name}.vhdx"} for name in names]

    facts = {"disks": rows(disks), "replicated": rows(replicated), "excluded": rows(excluded)}
    assert deep(answer(relations=[relation(VM_A)], **facts)).unreplicated == missing
    # What is not sent on is known where it is sent from.
    assert deep(answer(relations=[relation(VM_A, mode="Replica")], **facts)).unreplicated == ()
    assert deep(answer(**facts)).unreplicated == ()


def test_a_disk_is_one_by_its_id_or_by_its_path() -> None:
    disks = [{"id": "1", "path": "D:\\a.vhdx"}, {"id": "2", "path": "D:\\b.vhdx"}]
    sent = [{"id": "1", "path": "other"}, {"id": "other", "path": "d:\\B.vhdx"}]
    assert deep(answer(relations=[relation(VM_A)], disks=disks, replicated=sent)).unreplicated == ()
