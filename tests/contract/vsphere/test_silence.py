"""Endpoints that hang, drip, die or are closed under a read: it ends in time and says which it was."""

from __future__ import annotations

import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest

from drconsole.errors import BadReply, EndpointError, TimedOut, Unreachable
from drconsole.platforms.base import Tier
from drconsole.platforms.vsphere import VSphere
from tests.contract.vsphere.conftest import Reach
from tests.peers.certificates import Authority
from tests.peers.fixtures import StartPeer
from tests.peers.impostor import Answer, Impostor, Interceptor, Writer
from tests.peers.peer import Peer


def failure(platform: VSphere) -> EndpointError:
    with pytest.raises(EndpointError) as caught:
        platform.read(Tier.LIGHT)
    assert caught.value.subject == platform.endpoint.name
    return caught.value


def silent(connection: ssl.SSLSocket, ended: threading.Event) -> None:
    connection.recv(1 << 16)
    ended.wait()


def dripping(connection: ssl.SSLSocket, ended: threading.Event) -> None:
    connection.recv(1 << 16)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not ended.wait(0.01):
        connection.sendall(b"<")


def endless_headers(connection: ssl.SSLSocket, ended: threading.Event) -> None:
    connection.recv(1 << 16)
    while not ended.is_set():
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


def hanging_up(connection: ssl.SSLSocket, _: threading.Event) -> None:
    connection.recv(1 << 16)


@pytest.mark.parametrize(
    ("talk", "kind", "words"),
    [
        (silent, TimedOut, "gave no answer"),
        (dripping, TimedOut, "began to answer"),
        (endless_headers, (TimedOut, BadReply), ""),
        (hanging_up, Unreachable, "lost"),
    ],
)
def test_a_peer_that_never_finishes_is_left_in_time(
    talk: Callable[[ssl.SSLSocket, threading.Event], None],
    kind: type[EndpointError],
    words: str,
    authority: Authority,
    reach: Reach,
) -> None:
    with Impostor(authority.issue("127.0.0.1"), talk) as server:
        error = failure(reach(server, budget_s=0.5))
        assert isinstance(error, kind)
        assert words in error.message
        assert not server.ended.is_set()


def test_a_port_that_nobody_listens_on(authority: Authority, reach: Reach) -> None:
    with Impostor(authority.issue("127.0.0.1"), silent) as server:
        platform = reach(server)
    error = failure(platform)
    assert isinstance(error, Unreachable)
    assert "refuses" in error.message


def test_a_port_without_tls(reach: Reach) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        platform = reach(_At(*listener.getsockname()))
        answering = threading.Thread(target=_answer_in_clear, args=(listener,))
        answering.start()
        error = failure(platform)
        answering.join()
    assert isinstance(error, BadReply)
    assert "TLS" in error.message


def test_a_handshake_that_hangs(reach: Reach) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        error = failure(reach(_At(*listener.getsockname()), budget_s=0.3))
    assert isinstance(error, TimedOut)


def test_a_name_that_nobody_knows(authority: Authority, reach: Reach) -> None:
    with Impostor(authority.issue("127.0.0.1"), silent) as server:
        error = failure(reach(server, host="no-such-host.invalid"))
    assert isinstance(error, Unreachable)
    assert "no-such-host.invalid" in error.message


def test_a_name_server_that_hangs_holds_nobody(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answered = threading.Event(), threading.Event()

    def hang(*_: object, **__: object) -> list[object]:
        asked.set()
        answered.wait()
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    error = failure(reach(_At("127.0.0.1", 1), budget_s=0.3))
    assert isinstance(error, Unreachable)
    assert "looked up" in error.message
    asked.clear()
    platform = reach(_At("127.0.0.1", 1), budget_s=3600)
    errors: list[EndpointError] = []
    reading = threading.Thread(target=lambda: errors.append(failure(platform)))
    reading.start()
    asked.wait()
    platform.close()
    reading.join()
    answered.set()
    assert "broken off" in errors[0].message


@pytest.mark.peers
@pytest.mark.parametrize("first", ["refuses", "swallows"])
def test_a_first_address_that_does_not_answer_leaves_time_for_the_second(
    first: str, shared_vcenter: Peer, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = socket.getaddrinfo("127.0.0.1", shared_vcenter.port, type=socket.SOCK_STREAM)
    with ExitStack() as held:
        other = _swallowing(held) if first == "swallows" else _closed()
        both = [(*found[0][:4], other), *found]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
        assert reach(shared_vcenter, budget_s=4.0).read(Tier.LIGHT).complete


@pytest.mark.peers
def test_reading_and_closing_at_once_is_a_reading_or_a_broken_read(
    shared_vcenter: Peer, reach: Reach
) -> None:
    platform = reach(shared_vcenter)
    ended = threading.Event()

    def close_often() -> None:
        while not ended.is_set():
            platform.close()

    closing = threading.Thread(target=close_often)
    closing.start()
    told: set[str] = set()
    try:
        for _ in range(40):
            try:
                assert len(platform.read(Tier.LIGHT).sightings) == 4
            except Unreachable as error:
                told.add(error.message)
    finally:
        ended.set()
        closing.join()
    assert told <= {"The read was broken off by this console."}
    assert len(platform.read(Tier.LIGHT).sightings) == 4


@pytest.mark.peers
def test_a_hung_endpoint_is_left_in_time_and_read_again_when_it_answers(peer: Peer, reach: Reach) -> None:
    platform = reach(peer)
    patient = platform.endpoint
    before = platform.read(Tier.LIGHT)
    peer.hang()
    platform.endpoint = replace(patient, budget_s=0.5)
    assert isinstance(failure(platform), TimedOut)
    assert isinstance(failure(platform), TimedOut)
    peer.resume()
    platform.endpoint = patient
    assert platform.read(Tier.LIGHT).sightings == before.sightings


@pytest.mark.peers
def test_an_endpoint_that_dies_between_reads(peer: Peer, reach: Reach) -> None:
    platform = reach(peer)
    platform.read(Tier.LIGHT)
    peer.kill()
    error = failure(platform)
    assert isinstance(error, Unreachable)
    assert "refuses" in error.message


@pytest.mark.peers
def test_an_endpoint_that_dies_in_the_middle(start_peer: StartPeer, reach: Reach) -> None:
    with start_peer("-delay", "RetrievePropertiesEx=1h") as peer:
        errors: list[EndpointError] = []
        reading = threading.Thread(target=lambda: errors.append(failure(reach(peer, budget_s=3600))))
        with after_call("CreateContainerView") as called:
            reading.start()
            called.wait()
        peer.kill()
        reading.join()
    assert isinstance(errors[0], Unreachable)


@pytest.mark.peers
@pytest.mark.parametrize("call", ["GET", "Login", "RetrievePropertiesEx"])
def test_closing_breaks_a_read_off_and_the_next_one_works(
    interceptor: Interceptor, reach: Reach, call: str
) -> None:
    waiting = threading.Event()
    closed = threading.Event()

    def wait(_: Writer) -> None:
        waiting.set()
        closed.wait()

    interceptor.change(call, lambda answer: Answer(200, {}, b"", wait), times=1)
    platform = reach(interceptor, budget_s=3600)
    errors: list[EndpointError] = []
    reading = threading.Thread(target=lambda: errors.append(failure(platform)))
    reading.start()
    waiting.wait()
    platform.close()
    reading.join()
    closed.set()
    assert isinstance(errors[0], Unreachable)
    assert "broken off" in errors[0].message
    assert len(platform.read(Tier.LIGHT).sightings) == 4


@pytest.mark.peers
def test_closing_logs_out_and_waits_for_no_dead_endpoint(interceptor: Interceptor, reach: Reach) -> None:
    platform = reach(interceptor)
    platform.read(Tier.LIGHT)
    platform.close()
    assert interceptor.calls[-1] == "Logout"
    platform.read(Tier.LIGHT)
    ended = interceptor.ended
    interceptor.change("Logout", lambda answer: Answer(200, {}, b"", lambda _: bool(ended.wait())))
    platform.close()
    platform.close()
    assert not ended.is_set()


@contextmanager
def after_call(name: str) -> Iterator[threading.Event]:
    """An event that is set when a call of this name has been answered, as the log tells it."""
    called = threading.Event()

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if name in record.getMessage():
                called.set()

    log = logging.getLogger("drconsole.platforms.vsphere.soap")
    listener, level = Listener(), log.level
    log.addHandler(listener)
    log.setLevel(logging.DEBUG)
    try:
        yield called
    finally:
        log.removeHandler(listener)
        log.setLevel(level)


def _closed() -> tuple[str, int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        host, port = listener.getsockname()
    return host, port


def _swallowing(held: ExitStack) -> tuple[str, int]:
    """An address whose queue of connections is full: it takes no more and refuses none."""
    listener = held.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
    for _ in range(4):
        waiting = held.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex(listener.getsockname())
    host, port = listener.getsockname()
    return host, port


class _At:
    """A listening socket's address."""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port


def _answer_in_clear(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.recv(1 << 16)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
