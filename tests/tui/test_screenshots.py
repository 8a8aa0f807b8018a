"""The committed screenshots are what the script draws."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screenshots import FOLDER, SHOTS, write


@pytest.mark.slow
def test_screenshots_are_not_stale(tmp_path: Path) -> None:
    for path in write(tmp_path):
        committed = FOLDER / path.name
        assert path.read_text(encoding="utf-8") == committed.read_text(encoding="utf-8"), (
            f"{path.name} is stale: python -m tests.screenshots"
        )
    assert {path.name for path in FOLDER.glob("*.svg")} == {f"{shot.name}.svg" for shot in SHOTS}
