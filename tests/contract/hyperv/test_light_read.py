"""The light read against the lab's WinRM server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drconsole.platforms.base import Tier
from tests.contract.hyperv.hosts import Host, host


@pytest.fixture
def ny(tmp_path: Path) -> Iterator[Host]:
    """A host in New York."""
    with host(tmp_path) as one:
        yield one


def test_reads_twice_on_one_object(ny: Host) -> None:
    platform = ny.platform()
    first, second = platform.read(Tier.LIGHT), platform.read(Tier.LIGHT)
    assert first.sightings == second.sightings
    assert first.sightings[0].name == "erp01"
    assert ny.actions == {"Create": 2, "Command": 2, "Send": 2, "Receive": 2, "Signal": 2, "Delete": 2}
    assert ny.shells == 0
