"""What all tests share: which tier runs, where a real PowerShell is, and no trace of the own files."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from drconsole import redaction

ALL = os.environ.get("DRCONSOLE_TESTS") == "all"
CI = os.environ.get("CI") == "true"

# Where Kerberos is installed, each NTLM login would wait for a name server that knows no realm.
os.environ.setdefault("KRB5_CONFIG", str(Path(__file__).with_name("krb5.conf")))

# How long an example takes is the machine's business: speed belongs to tests/bench.
settings.register_profile("drconsole", deadline=None)
settings.load_profile("drconsole")


def pytest_xdist_auto_num_workers() -> int:
    """Two workers for each core: much of the time tests wait for what simulated hosts do."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow tests run only in the whole tier."""
    if ALL:
        return
    skip = pytest.mark.skip(reason="slow: runs with DRCONSOLE_TESTS=all")
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(skip)


def missing(what: str) -> None:
    """Skip with a reason, or fail where nothing may be missing (CI=true)."""
    if CI:
        pytest.fail(f"{what} (CI=true: nothing may be skipped)")
    pytest.skip(what)


@pytest.fixture(scope="session")
def pwsh() -> Path:
    """A real PowerShell 7, named by DRCONSOLE_PWSH."""
    named = os.environ.get("DRCONSOLE_PWSH", "")
    if not named or not Path(named).is_file():
        missing("no real PowerShell: set DRCONSOLE_PWSH to a pwsh program")
    return Path(named).resolve()


@pytest.fixture(autouse=True)
def _own_secrets() -> Iterator[None]:
    """What a test conceals is taken out of no other test's texts: its passwords may be single letters."""
    known, pattern = dict(redaction._known), redaction._pattern
    yield
    redaction._known.clear()
    redaction._known.update(known)
    redaction._pattern = pattern


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the developer's own config and state."""
    for name in ("DRCONSOLE_CONFIG", "NO_COLOR", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path_factory.getbasetemp() / name.lower()))
