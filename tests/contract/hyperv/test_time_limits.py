"""A read ends with its budget, or when it is closed, whatever the peer does."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from drconsole.errors import BadReply, EndpointError, TimedOut, Unreachable
from drconsole.platforms.base import Tier
from drconsole.platforms.hyperv.platform import HyperV
from tests.contract.hyperv.refusals import hasty, refused
from tests.contract.hyperv.stub_peer import Peer, Reply, received, write_forever

SHORT_S = 1.0


@pytest.mark.parametrize("action", ["Create", "Command", "Send", "Receive"])
def test_a_hang_ends_with_the_budget_and_says_where(peer: Peer, action: str) -> None:
    peer.answers[action] = lambda _: Reply(peer.hang)
    error = refused(lambda: peer.platform(budget_s=SHORT_S).read(Tier.LIGHT))
    assert type(error) is TimedOut
    assert "within 1 s; it was waiting for" in error.message


OK = b"HTTP/1.1 200 OK\r\n"
ENDLESS = [
    ("body", OK + b"Content-Type: application/soap+xml\r\n\r\n<a>", b"A"),
    ("chunks", OK + b"Transfer-Encoding: chunked\r\n\r\n", b"4\r\nAAAA\r\n"),
    ("header", OK + b"X-Long: ", b"A"),
    ("headers", OK, b"X-A: b\r\n"),
    ("status line", b"", b"A"),
]
endless = pytest.mark.parametrize(("head", "piece"), [c[1:] for c in ENDLESS], ids=[c[0] for c in ENDLESS])


@endless
def test_endless_data_is_cut_off(peer: Peer, head: bytes, piece: bytes) -> None:
    peer.answers["Receive"] = lambda _: Reply(lambda handler: write_forever(handler, head, piece * 4096))
    error = refused(lambda: peer.platform().read(Tier.LIGHT))
    assert type(error) is BadReply


@endless
def test_data_that_drips_for_ever_ends_with_the_budget(peer: Peer, head: bytes, piece: bytes) -> None:
    def pause() -> None:
        peer.over.wait(0.05)

    peer.answers["Receive"] = lambda _: Reply(lambda handler: write_forever(handler, head, piece, pause))
    error = refused(lambda: peer.platform(budget_s=SHORT_S).read(Tier.LIGHT))
    assert type(error) is TimedOut


def test_output_that_drips_for_ever_ends_with_the_budget(peer: Peer) -> None:
    platform = peer.platform()
    platform.read(Tier.LIGHT)
    peer.answers["Receive"] = received(b"Q", code=None)
    with hasty(platform, 2 * SHORT_S):
        error = refused(lambda: platform.read(Tier.LIGHT))
    assert type(error) is TimedOut
    assert peer.asked[-2:] == ["Signal", "Delete"]


@contextmanager
def swallowing() -> Iterator[int]:
    """A port whose queue of connections is full: further ones wait for an answer that never comes."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


def test_a_way_that_swallows_packets_is_unreachable(peer: Peer) -> None:
    with swallowing() as port:
        error = refused(lambda: peer.platform(port=port, budget_s=SHORT_S).read(Tier.LIGHT))
    assert type(error) is Unreachable
    assert "did not take a connection within 1 s" in error.message


def closed_while(platform: HyperV, reached: Callable[[], object]) -> EndpointError:
    """Close from another thread once the read is where it hangs."""

    def close() -> None:
        reached()
        platform.close()

    closer = threading.Thread(target=close)
    closer.start()
    error = refused(lambda: platform.read(Tier.LIGHT))
    closer.join()
    return error


@pytest.mark.parametrize("action", ["Create", "Receive"])
def test_close_breaks_off_a_read_that_hangs(peer: Peer, action: str) -> None:
    peer.answers[action] = lambda _: Reply(peer.hang)
    error = closed_while(peer.platform(budget_s=3000), peer.reached.wait)
    assert type(error) is Unreachable
    assert "broken off by the console" in error.message


def test_close_breaks_off_a_connection_that_is_not_made_yet(
    peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = threading.Event()
    connect = socket.socket.connect_ex

    def told(sock: socket.socket, address: Any) -> int:
        code = connect(sock, address)
        began.set()
        return code

    with swallowing() as port:
        monkeypatch.setattr(socket.socket, "connect_ex", told)
        error = closed_while(peer.platform(port=port, budget_s=3000), began.wait)
    assert "broken off by the console" in error.message


def test_close_breaks_off_a_look_up_that_hangs(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = threading.Event()

    def look_up(*args: object, **kwargs: object) -> list[object]:
        asked.set()
        peer.over.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    error = closed_while(peer.platform(host="hv-ny1.lab", budget_s=3000), asked.wait)
    assert "broken off by the console" in error.message
