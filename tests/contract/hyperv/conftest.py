"""A host of the lab, and a peer that misbehaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.hyperv.hosts import Host, host
from tests.contract.hyperv.stub_peer import Peer, stub_peer


@pytest.fixture
def ny(tmp_path: Path) -> Iterator[Host]:
    """A host of the lab, in New York."""
    with host(tmp_path) as one:
        yield one


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    """A peer whose answers the test chooses."""
    with stub_peer(tmp_path) as one:
        yield one
