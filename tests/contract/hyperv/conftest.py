"""A host of the lab, and a peer that misbehaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.hyperv.hosts import Host, host
from tests.contract.hyperv.stub_peer import Peer, stub_peer

WAYS = ["loop", "per-call"]


@pytest.fixture(params=WAYS)
def ny(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Host]:
    """A host of the lab, in New York, read in either way."""
    with host(tmp_path, way=request.param) as one:
        yield one


@pytest.fixture
def loop_host(tmp_path: Path) -> Iterator[Host]:
    """A host of the lab that is read by the loop."""
    with host(tmp_path) as one:
        yield one


@pytest.fixture(params=WAYS)
def peer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Peer]:
    """A peer whose answers the test chooses, read in either way."""
    with stub_peer(tmp_path, request.param) as one:
        yield one
