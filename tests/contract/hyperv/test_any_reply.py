"""Whatever bytes a peer sends at whatever moment: a reading or an error of the endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drconsole.domain.reading import Reading
from drconsole.errors import EndpointError
from drconsole.platforms.base import Tier
from tests.contract.hyperv.conftest import WAYS
from tests.contract.hyperv.stub_peer import Peer, Reply, stub_peer


@pytest.fixture(scope="module", params=WAYS)
def peer(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    """One peer for all examples, read in either way."""
    with stub_peer(tmp_path_factory.mktemp("peer"), request.param) as one:
        yield one


ACTIONS = st.sampled_from(["Create", "Command", "Send", "Receive", "Signal", "Delete"])
STATUS = st.sampled_from([200, 200, 200, 204, 206, 302, 400, 401, 403, 404, 407, 413, 500, 500, 502, 503])
TYPES = st.sampled_from(["application/soap+xml;charset=UTF-8", "text/html", "application/octet-stream"])
SEEDS = (b"<s:Envelope>", b"</s:Envelope>", b"<a", b"&", b"\xff\xfe", b"Stream", b"<?xml version='1.0'?>")
BODIES = st.binary(max_size=200) | st.lists(st.sampled_from(SEEDS), max_size=8).map(b"".join)


def read(peer: Peer) -> Reading | None:
    """Read once; anything but a reading or an endpoint error ends the test."""
    with closing(peer.platform()) as platform, suppress(EndpointError):
        return platform.read(Tier.LIGHT)
    return None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(action=ACTIONS, status=STATUS, kind=TYPES, body=BODIES)
def test_any_reply(peer: Peer, action: str, status: int, kind: str, body: bytes) -> None:
    good = peer.answers[action]
    peer.answers[action] = lambda _: Reply(body, status, (("Content-Type", kind),))
    reading = read(peer)
    peer.answers[action] = good
    assert reading is None or action in ("Send", "Signal", "Delete")
    assert read(peer) is not None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(action=ACTIONS, at=st.floats(0, 1, exclude_max=True), noise=st.binary(min_size=1, max_size=20))
def test_any_damage_to_a_good_reply(peer: Peer, action: str, at: float, noise: bytes) -> None:
    good = peer.answers[action]

    def damaged(relates: str) -> Reply:
        body = good(relates).body
        assert isinstance(body, bytes)
        place = int(at * len(body))
        return Reply(body[:place] + noise + body[place + len(noise) :])

    peer.answers[action] = damaged
    read(peer)
    peer.answers[action] = good
    assert read(peer) is not None


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(action=ACTIONS, raw=st.binary(max_size=100) | BODIES.map(lambda body: b"HTTP/1.1 200 OK\r\n" + body))
def test_any_bytes_instead_of_http(peer: Peer, action: str, raw: bytes) -> None:
    good = peer.answers[action]

    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(raw)

    peer.answers[action] = lambda _: Reply(write)
    read(peer)
    peer.answers[action] = good
    assert read(peer) is not None
