"""What a light answer tells beside power and replication: automatic start, and all about test copies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from drconsole.domain.reading import Sighting
from drconsole.errors import BadReply
from drconsole.platforms.hyperv import light
from drconsole.platforms.hyperv.peer import Peer
from tests.contract.hyperv import answers

PEER = Peer("ny-hv1", "hv-ny1.example.com:5986", "dr-reader", True, 20.0)


def seen(**row: Any) -> Sighting:
    """The sighting of one VM."""
    answer = light.decode(msgspec.json.encode(answers.light([answers.vm(**row)], [])), PEER)
    (one,) = light.sightings(answer, "New York", PEER)
    return one


@pytest.mark.parametrize("action", ["Nothing", "StartIfRunning", "Start", "SomethingNew", ""])
def test_the_automatic_start_action_passes_as_it_is(action: str) -> None:
    assert seen(auto_start=action).auto_start == action


def test_a_stand_alone_host_is_no_node() -> None:
    assert seen().node == ""


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("2026-11-26T13:44:59.7654321Z", datetime(2026, 11, 26, 13, 44, 59, 765432, UTC)),
        ("1601-01-01T00:00:00Z", None),
        (None, None),
    ],
)
def test_the_time_a_test_copy_was_made(told: str | None, meant: datetime | None) -> None:
    assert seen(mode="TestReplica", created=told).created == meant


def test_a_time_that_is_none_is_refused() -> None:
    with pytest.raises(BadReply, match="a time that is none"):
        seen(mode="TestReplica", created="yesterday")


@pytest.mark.parametrize(
    ("told", "networks", "unread"),
    [
        (["Production"], ("Production",), False),
        (["b", "a", "b"], ("b", "a"), False),
        ([], (), False),
        (None, (), True),
        ([""], (), True),
        (["Production", ""], ("Production",), True),
    ],
)
def test_networks_are_those_that_are_connected_or_unread(
    told: list[str] | None, networks: tuple[str, ...], unread: bool
) -> None:
    one = seen(mode="TestReplica", networks=told)
    assert (one.networks, "networks" in one.unread) == (networks, unread)
