"""What tests of runs share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runs import processes
from tests.runs.engine import Engine


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A journal and a platform of their own."""
    with processes.platform() as port:
        made = Engine(tmp_path / "state", port)
        yield made
        made.store.close()
