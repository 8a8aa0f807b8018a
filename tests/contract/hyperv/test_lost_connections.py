"""A connection that is lost in the middle of a loop's read costs one retry, and executes nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from drconsole.errors import Unreachable
from drconsole.platforms.base import Tier
from drconsole.platforms.hyperv import loop
from drconsole.platforms.hyperv.platform import HyperV
from tests.contract.hyperv.answers import light, vm
from tests.contract.hyperv.refusals import refused
from tests.contract.hyperv.stub_peer import Answer, Peer, Reply, fault, received, stub_peer


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    """A peer with a loop."""
    with stub_peer(tmp_path, "loop") as one:
        yield one


@pytest.fixture
def reader(peer: Peer) -> HyperV:
    """Its reader, with a loop that is open already."""
    platform = peer.platform()
    platform.read(Tier.LIGHT)
    return platform


def drop(_: str) -> Reply:
    """Say nothing and go."""
    return Reply(lambda handler: None)


def lost(peer: Peer) -> Answer:
    """Let the loop's output go with the connection."""

    def answer(relates: str) -> Reply:
        peer.receive(relates)
        return drop(relates)

    return answer


def cut(peer: Peer) -> Answer:
    """Lose the connection in the middle of a reply that holds output."""

    def answer(relates: str) -> Reply:
        whole = peer.receive(relates).body
        assert isinstance(whole, bytes)
        head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(whole)
        return Reply(lambda handler: print_to(handler, head + whole[: len(whole) // 2]))

    return answer


def print_to(handler: Any, data: bytes) -> None:
    """Write on the connection itself."""
    handler.wfile.write(data)


def once(peer: Peer, action: str, *answers: Answer) -> None:
    """Answer an action in this way, then as ever."""
    usual = peer.answers[action]
    queue = list(answers)
    peer.answers[action] = lambda relates: (queue.pop(0) if queue else usual)(relates)


@pytest.mark.parametrize(
    ("action", "how"),
    [("Send", lambda _: drop), ("Receive", lambda _: drop), ("Receive", lost), ("Receive", cut)],
    ids=["at Send", "while waiting", "with the answer", "within the answer"],
)
def test_one_loss_costs_one_retry_with_the_same_id(
    peer: Peer, reader: HyperV, action: str, how: Callable[[Peer], Answer]
) -> None:
    creates = peer.asked.count("Create")
    executed = len(peer.player.requests)
    sends = peer.asked.count("Send")
    once(peer, action, how(peer))
    assert reader.read(Tier.LIGHT).complete
    assert peer.asked.count("Create") == creates
    assert peer.asked.count("Send") == sends + 2
    assert len(peer.player.requests) == executed + 1


def test_a_second_loss_is_told_and_the_next_read_goes_on(peer: Peer, reader: HyperV) -> None:
    once(peer, "Receive", drop, drop)
    error = refused(lambda: reader.read(Tier.LIGHT))
    assert type(error) is Unreachable
    assert reader.read(Tier.LIGHT).complete


def test_an_answer_with_a_hole_is_not_used(peer: Peer, reader: HyperV) -> None:
    """The first piece of a long answer comes, the second is lost, the third would complete the line."""
    pieces: list[bytes] = []

    def piece(number: int) -> Answer:
        def answer(relates: str) -> Reply:
            if number == 0:
                third = len(peer.output) // 3
                pieces[:] = [peer.output[:third], peer.output[third : 2 * third], peer.output[2 * third :]]
                peer.output = b""
            return received(pieces[number], code=None)(relates) if number != 1 else drop(relates)

        return answer

    once(peer, "Receive", piece(0), piece(1), piece(2))
    assert reader.read(Tier.LIGHT).complete
    assert len(peer.player.requests) == 2


def test_late_answers_do_not_confuse_the_next_read(peer: Peer, reader: HyperV) -> None:
    once(peer, "Receive", drop)
    assert reader.read(Tier.LIGHT).complete
    # The answer came twice: what waited at the host, and the repetition.
    for _ in range(3):
        assert reader.read(Tier.LIGHT).complete
    assert len(peer.player.requests) == 5


QUOTA, NO_SHELL, PIPE = 2150859174, 2150858843, 0x800700E8


@pytest.mark.parametrize("code", [QUOTA, NO_SHELL, PIPE])
@pytest.mark.parametrize("action", ["Send", "Receive"])
def test_a_fault_that_says_nothing_began_loses_nothing(
    peer: Peer, reader: HyperV, action: str, code: int
) -> None:
    creates = peer.asked.count("Create")
    once(peer, action, fault(code))
    assert reader.read(Tier.LIGHT).complete
    assert peer.asked.count("Create") == creates + 1


def test_a_fault_that_comes_again_in_the_new_shell_is_told(peer: Peer, reader: HyperV) -> None:
    usual = peer.answers["Send"]
    peer.answers["Send"] = fault(QUOTA, sub="w:QuotaLimit")
    assert "quota is used up" in refused(lambda: reader.read(Tier.LIGHT)).message
    peer.answers["Send"] = usual
    assert reader.read(Tier.LIGHT).complete


def test_an_old_shell_that_does_not_end_does_not_hold_up_its_successor(
    peer: Peer, reader: HyperV, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "RENEW_AFTER", 1)
    once(peer, "Delete", lambda _: Reply(peer.hang))
    assert reader.read(Tier.LIGHT).complete
    assert peer.asked.count("Create") == 2


def test_the_value_of_a_retry_is_whole(peer: Peer, reader: HyperV) -> None:
    peer.value = light([vm(name="n" * 5000)])
    once(peer, "Receive", cut(peer))
    assert [one.name for one in reader.read(Tier.LIGHT).sightings] == ["n" * 5000]
