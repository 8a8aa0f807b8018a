"""How recovery points, adapters and statistics read: what was not read never passes for nothing there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from drconsole.domain.deep import (
    Adapter,
    Consistency,
    Deep,
    FailoverAddress,
    Inspection,
    Measured,
    Point,
    Statistics,
)
from drconsole.domain.reading import Power, Relation
from drconsole.domain.snapshot import CopyState
from drconsole.wording.ages import exact
from drconsole.wording.deep import (
    adapter_text,
    consistency_text,
    deep_texts,
    network_text,
    not_replicated_text,
    points_text,
)
from drconsole.wording.statistics import growth_text, left_to_send, size, statistics_texts
from tests.unit.domain.builders import picture, reading, relation, vm

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
        (
            replace(ADAPTER, vlan=None, vlan_mode="Trunk"),
            "LAN: connected to Production, VLAN mode Trunk, 10.0.0.5",
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
            replace(ADAPTER, addresses=(), failover=FailoverAddress("10.1.0.5", v6="fd00::5")),
            "LAN: connected to Production, VLAN 17, gets 10.1.0.5 and fd00::5 after a failover",
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


def copy(role_mode: str = "Replica", **more: object) -> CopyState:
    """A copy in New Jersey that was looked at."""
    nj = reading("nj", vm("nj", Power.OFF, relation(role_mode)))
    found = picture(nj).workloads[0].copies[0]
    return replace(found, inspection=Inspection(**more))  # type: ignore[arg-type]


def received(mode: str = "Replica", **more: object) -> Relation:
    values: dict[str, object] = {"primary": "ny", "replica": "nj", "frequency_s": 300, **more}
    return Relation(mode, "Replicating", "Normal", **values)  # type: ignore[arg-type]


def test_points_and_adapters_of_one_copy() -> None:
    points = tuple(Point(str(at), NOON, kind) for at, kind in enumerate(Consistency))
    deep = replace(DEEP, points=points, adapters=(ADAPTER,), auto_start="Start")
    heading, *texts = deep_texts(copy(deep=deep), NOON + timedelta(minutes=4))
    assert heading == f"REPLICA at New Jersey, read deep 4 min ago on HV2, whose clock said {exact(NOON)}"
    assert texts == [
        f"recovery point of {exact(NOON)}, crash-consistent, point=0",
        f"recovery point of {exact(NOON)}, application-consistent, point=1",
        f"recovery point of {exact(NOON)}, all that was sent, point=2",
        adapter_text(ADAPTER),
        "starts by itself with its host: yes",
    ]


def test_disks_that_are_not_replicated() -> None:
    lost = "is not replicated: what is on it is not at the other side"
    missing = replace(DEEP, unreplicated=("D:\\vm\\page\x1b.vhdx", "E:\\two.vhdx"))
    assert deep_texts(copy("Primary", deep=missing), NOON)[2:] == [
        f"disk D:\\vm\\page␛.vhdx {lost}",
        f"disk E:\\two.vhdx {lost}",
    ]
    assert not_replicated_text(missing) == "page␛.vhdx, two.vhdx not replicated"
    unread = replace(DEEP, unreplicated=None)
    assert "could not be read" in deep_texts(copy("Primary", deep=unread), NOON)[2]
    assert not_replicated_text(unread) == "which are replicated is not told"
    assert not_replicated_text(DEEP) == ""


def test_both_relationships_and_the_test_copy() -> None:
    legs = (
        received(test_vm="t1", last_sync=NOON, receiver="nj2"),
        received(relationship="Extended", primary="nj", replica="ch\x1b"),
    )
    texts = deep_texts(copy(deep=replace(DEEP, relations=legs, adapters=(ADAPTER,))), NOON)[1:]
    assert texts[2:] == [
        "its test copy is the VM t1",
        "simple relationship: Replica, Replicating, Normal, ny to nj, received by nj2, "
        f"last sync {exact(NOON)}, every 5m",
        "extended relationship: Replica, Replicating, Normal, nj to ch␛, every 5m",
    ]


def test_only_a_copy_that_receives_lacks_recovery_points() -> None:
    replica = replace(DEEP, relations=(received(),))
    original = replace(DEEP, relations=(received("Primary"),))
    assert deep_texts(copy(deep=replica), NOON)[1:3] == ["no recovery points", "no network adapters"]
    assert deep_texts(copy("Primary", deep=original), NOON)[1] == "no network adapters"
    assert (points_text(replica), points_text(original)) == ("none", "")


def test_nothing_there_and_nothing_read_are_two_things() -> None:
    assert deep_texts(copy(deep=DEEP), NOON)[1:] == ["no network adapters"]
    assert deep_texts(copy(failed="hv: It was\nnot read."), NOON) == [
        "REPLICA at New Jersey was not read deep",
        "hv: It was not read.",
    ]
    assert deep_texts(copy(deep=DEEP, failed="gone"), NOON)[1] == "a newer read gave nothing: gone"


def points(*ages: tuple[float, Consistency]) -> Deep:
    """A deep read of points that are so many hours old, the newest first."""
    found = (Point(str(age), NOON - timedelta(hours=age), kind) for age, kind in ages)
    return replace(DEEP, points=tuple(found))


@pytest.fixture
def _in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Live where the clock shows UTC."""
    with monkeypatch.context() as there:
        there.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_in_utc")
def test_points_in_a_few_words() -> None:
    app, crash = Consistency.APPLICATION, Consistency.CRASH
    today = points((0, crash), (1, crash), (2, app), (3, crash), (4, app))
    assert points_text(today) == "5, newest 12:00, oldest 08:00"
    assert consistency_text(today) == "3 crash, 2 application (10:00)"
    older = points((0, app), (13, app))
    assert points_text(older) == "2, newest 12:00, oldest 11-25 23:00"
    assert consistency_text(older) == "2 application"
    assert points_text(points((1, crash))) == "1, of 11:00"
    assert consistency_text(DEEP) == ""


@pytest.mark.parametrize(
    ("adapter", "text"),
    [
        (ADAPTER, "Production (VLAN 17)"),
        (replace(ADAPTER, vlan=None), "Production"),
        (replace(ADAPTER, vlan=None, test_network="Test\n"), "Production, test copy on Test␊"),
        (replace(ADAPTER, vlan=None, vlan_mode="Trunk"), "Production (VLAN mode Trunk)"),
        (replace(ADAPTER, vlan=None, network=""), "not connected"),
        (replace(ADAPTER, vlan=None, network="", unread=("network",)), "connected, not named"),
    ],
)
def test_an_adapter_in_a_few_words(adapter: Adapter, text: str) -> None:
    assert network_text(adapter) == text


COUNTED = Statistics("Simple", NOON, 48_000_000, 24_000_000, 4_120_000_000, 4, 19, 2, 141, 3, "None", None)


def test_statistics_of_the_end_that_sends() -> None:
    seen = Inspection(
        deep=replace(DEEP, relations=(received("Primary"),)),
        measured=Measured(NOON, (replace(COUNTED, details=("slow\x1b disk",)),)),
    )
    assert statistics_texts(seen, NOON + timedelta(minutes=2)) == [
        f"statistics of the simple relationship, 2 min ago: cycles 141 done, 3 missed, 2 with errors, since "
        f"{exact(NOON)}, 48 MB to send, 24 MB a cycle, at most 4.1 GB, a cycle took 4 s, at most 19 s",
        "slow␛ disk",
    ]


def test_what_a_planned_failover_has_to_send_first() -> None:
    now = NOON + timedelta(minutes=2)
    other = replace(COUNTED, relationship="Extended", pending=1)
    seen = Inspection(measured=Measured(NOON, (other, COUNTED)))
    assert left_to_send(seen, now) == (
        "48 MB were left to send 2 min ago (24 MB a cycle); "
        "that and what is written until it is off are sent first."
    )
    nothing = Inspection(measured=Measured(NOON, (replace(COUNTED, pending=0),)))
    assert left_to_send(nothing, now).startswith("Nothing was left to send 2 min ago:")
    assert left_to_send(Inspection(measuring=NOON), now) == ""


def test_the_end_that_receives_does_not_know_what_is_pending() -> None:
    one = replace(COUNTED, pending=0, latency_s=None, failed_over_type="Planned", last_test=NOON)
    seen = Inspection(deep=replace(DEEP, relations=(received(),)), measured=Measured(NOON, (one,)))
    (text,) = statistics_texts(seen, NOON)
    assert "to send" not in text
    assert "took" not in text
    assert text.endswith(f"failed over as Planned, last test {exact(NOON)}")


def test_statistics_that_have_not_come_never_pass_for_none() -> None:
    later = NOON + timedelta(minutes=3)
    assert statistics_texts(Inspection(measuring=NOON), NOON) == ["statistics: not answered yet"]
    assert statistics_texts(Inspection(measuring=NOON), later) == [
        "statistics: not answered yet, asked 3 min ago"
    ]
    assert statistics_texts(Inspection(unmeasured="It was\nbroken off."), NOON) == [
        "statistics: It was broken off."
    ]
    old = Inspection(measured=Measured(NOON, (COUNTED,)), measuring=later)
    waits, counted = statistics_texts(old, later)
    assert waits == "statistics: not answered yet"
    assert ", 3 min ago: " in counted


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 kB"),
        (24 * 2**20, "25 MB"),
        (4_120_000_000, "4.1 GB"),
        (10**15, "1000 TB"),
    ],
)
def test_sizes(count: int, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("pending", "seconds", "told"),
    [
        (302_000_000, 38 * 60, "grows by about 7.9 MB a minute"),
        (0, 38 * 60, ""),
        (302_000_000, 20, ""),
        (302_000_000, -600, ""),
    ],
)
def test_how_fast_what_is_to_be_sent_grows(pending: int, seconds: float, told: str) -> None:
    """Counted since the last sync; one that came after the counting says nothing of it."""
    text = growth_text(pending, seconds)
    assert text.startswith(told)
    assert bool(text) == bool(told)
    assert ("half of the size of a disk" in text) == bool(told)
