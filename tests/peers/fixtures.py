"""Fixtures for tests that need a vSphere peer; a conftest imports the ones it wants."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.peers import build
from tests.peers.certificates import Authority
from tests.peers.peer import Peer

StartPeer = Callable[..., Peer]


@pytest.fixture(scope="session")
def simulator() -> Path:
    """The simulator's program; without Go the test is skipped, and fails where CI=true."""
    try:
        return build.simulator()
    except build.NoGo as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that signed the peers' certificates."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def start_peer(simulator: Path, authority: Authority) -> Iterator[StartPeer]:
    """Start a peer with further flags; it ends with the test run at the latest."""
    pair = authority.issue("127.0.0.1", "localhost")
    with ExitStack() as running:

        def start(*options: str) -> Peer:
            return running.enter_context(Peer(simulator, pair, authority.ca_file, *options))

        yield start


@pytest.fixture(scope="session")
def shared_vcenter(start_peer: StartPeer) -> Peer:
    """A vCenter for tests that only read; none of them changes it."""
    return start_peer()


@pytest.fixture
def vcenter(start_peer: StartPeer) -> Iterator[Peer]:
    """A vCenter of its own for one test."""
    with start_peer() as peer:
        yield peer


@pytest.fixture
def esx(start_peer: StartPeer) -> Iterator[Peer]:
    """A stand-alone ESXi host of its own for one test."""
    with start_peer("-esx") as peer:
        yield peer


@pytest.fixture
def twin_vcenters(start_peer: StartPeer) -> Iterator[tuple[Peer, Peer]]:
    """Two vCenters that are equal in everything: instance uuid, references, names and uuids of machines."""
    with start_peer() as one, start_peer() as other:
        yield one, other
