"""Whatever goes wrong on the way, a read by the loop gives what the host says now, or an error."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, suppress

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from drconsole.errors import EndpointError
from drconsole.platforms.base import Tier
from tests.contract.hyperv.answers import light, looped, vm
from tests.contract.hyperv.stub_peer import Answer, Peer, Reply, fault, received, stub_peer


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    """One peer for all examples."""
    with stub_peer(tmp_path_factory.mktemp("peer"), "loop") as one:
        yield one


def lose(peer: Peer) -> Answer:
    """The connection goes, with what the loop had written."""

    def answer(relates: str) -> Reply:
        peer.receive(relates)
        return Reply(lambda handler: None)

    return answer


def a_part(peer: Peer) -> Answer:
    """What comes is a part; the rest waits."""

    def answer(relates: str) -> Reply:
        half = len(peer.output) // 2
        part, peer.output = peer.output[:half], peer.output[half:]
        return received(part, code=None)(relates)

    return answer


def a_hole(peer: Peer) -> Answer:
    """What comes has a piece missing."""

    def answer(relates: str) -> Reply:
        third = len(peer.output) // 3
        peer.output = peer.output[:third] + peer.output[2 * third :]
        return peer.receive(relates)

    return answer


def first(queue: list[Answer], usual: Answer) -> Answer:
    """Answer by these, then as ever."""
    return lambda relates: (queue.pop(0) if queue else usual)(relates)


LOSSES: dict[str, Callable[[Peer], Answer]] = {
    "drop": lambda _: lambda relates: Reply(lambda handler: None),
    "lose": lose,
    "part": a_part,
    "hole": a_hole,
    "nothing": lambda _: received(code=None),
    "noise": lambda _: received(b"WARNING: \xff\r\n", code=None),
    "stale": lambda _: received(looped("1", light([vm(name="stale")])), code=None),
    "ended": lambda _: received(code=1),
    "quota": lambda _: fault(2150859174),
    "no shell": lambda _: fault(2150858843),
    "restart": lambda _: fault(995),
    "timed out": lambda _: fault(2150858793),
    "empty 500": lambda _: lambda relates: Reply(b"", 500),
}
STEPS = st.lists(
    st.tuples(st.sampled_from(["Create", "Command", "Send", "Receive"]), st.sampled_from(sorted(LOSSES))),
    max_size=4,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, min_size=1, max_size=5))
def test_a_read_gives_what_is_now_or_an_error(peer: Peer, reads: list[list[tuple[str, str]]]) -> None:
    usual = dict(peer.answers)
    with closing(peer.platform()) as platform:
        for number, steps in enumerate(reads):
            # "stale" pretends to be an answer to the very first request; it must never be one to another.
            name = "stale" if number == 0 else f"erp{number}"
            peer.value = light([vm(name=name)])
            queues: dict[str, list[Answer]] = {}
            for action, loss in steps:
                queues.setdefault(action, []).append(LOSSES[loss](peer))
            for action, queue in queues.items():
                peer.answers[action] = first(queue, usual[action])
            with suppress(EndpointError):
                assert [one.name for one in platform.read(Tier.LIGHT).sightings] == [name]
                event("read")
            peer.answers.update(usual)
        peer.value = light([vm(name="at last")])
        assert [one.name for one in platform.read(Tier.LIGHT).sightings] == ["at last"]
