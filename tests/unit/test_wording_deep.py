"""How recovery points and adapters read: nothing that was not read passes for nothing there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from drconsole.domain.deep import Adapter, Consistency, Deep, FailoverAddress, Point
from drconsole.domain.reading import Relation
from drconsole.errors import TimedOut
from drconsole.wording.ages import exact
from drconsole.wording.deep import adapter_text, deep_texts

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
ADAPTER = Adapter("1", "LAN", "Production", vlan=17, addresses=("10.0.0.5",))
DEEP = Deep("vm", NOON, NOON, "HV2")


@pytest.mark.parametrize(
    ("adapter", "text"),
    [
        (ADAPTER, "LAN: connected to Production, VLAN 17, 10.0.0.5"),
        (replace(ADAPTER, vlan=None), "LAN: connected to Production, 10.0.0.5"),
        (
            replace(ADAPTER, vlan=None, unread=("vlan",)),
            "LAN: connected to Production, VLAN could not be read, 10.0.0.5",
        ),
        (replace(ADAPTER, network="", vlan=None, addresses=()), "LAN: not connected"),
        (
            replace(ADAPTER, network="", unread=("network",)),
            "LAN: connected to a network that is not named, VLAN 17, 10.0.0.5",
        ),
        (
            replace(ADAPTER, addresses=(), test_network="Test"),
            "LAN: connected to Production, VLAN 17, its test copy connects to Test by itself",
        ),
        (
            replace(ADAPTER, addresses=(), failover=FailoverAddress("10.1.0.5")),
            "LAN: connected to Production, VLAN 17, gets 10.1.0.5 after a failover",
        ),
        (
            replace(ADAPTER, addresses=(), failover=FailoverAddress("", v6="fd00::5")),
            "LAN: connected to Production, VLAN 17, gets fd00::5 after a failover",
        ),
        (
            replace(ADAPTER, addresses=(), unread=("failover",)),
            "LAN: connected to Production, VLAN 17, addresses after a failover could not be read",
        ),
        (replace(ADAPTER, name="a\x1b", network="b\n", vlan=None, addresses=()), "a␛: connected to b␊"),
    ],
)
def test_an_adapter(adapter: Adapter, text: str) -> None:
    assert adapter_text(adapter) == text


def test_points_and_adapters_of_one_copy() -> None:
    points = tuple(Point(str(at), NOON, kind) for at, kind in enumerate(Consistency))
    heading, *texts = deep_texts("REPLICA", "New\nJersey", replace(DEEP, points=points, adapters=(ADAPTER,)))
    assert heading == f"REPLICA at New␊Jersey looked at closely on HV2, whose clock said {exact(NOON)}"
    assert texts == [
        f"recovery point of {exact(NOON)}, crash-consistent",
        f"recovery point of {exact(NOON)}, application-consistent",
        f"recovery point of {exact(NOON)}, all that was sent",
        adapter_text(ADAPTER),
    ]


def test_only_a_copy_that_receives_lacks_recovery_points() -> None:
    received = replace(DEEP, relations=(Relation("Replica", "Replicating", "Normal"),))
    sent = replace(DEEP, relations=(Relation("Primary", "Replicating", "Normal"),))
    assert deep_texts("REPLICA", "NJ", received)[1:] == ["no recovery points", "no network adapters"]
    assert deep_texts("ORIGINAL", "NY", sent)[1:] == ["no network adapters"]


def test_nothing_there_and_nothing_read_are_two_things() -> None:
    assert deep_texts("TEST COPY", "NJ", replace(DEEP, node=""))[1:] == ["no network adapters"]
    assert deep_texts("REPLICA", "NJ", TimedOut("It was\nnot read.", subject="hv")) == [
        "REPLICA at NJ was not looked at closely",
        "hv: It was not read.",
    ]
