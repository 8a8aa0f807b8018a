"""Whole sessions with a vCenter, with every source of passwords, right and wrong: none shows afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.contract.canaries import Watch
from tests.contract.canary_session import SOURCES, Session, nothing_shows
from tests.peers.certificates import Authority
from tests.peers.peer import PASSWORD, USER, Peer

pytestmark = pytest.mark.peers


def test_after_a_full_session_no_password_shows_anywhere(
    vcenter: Peer, authority: Authority, tmp_path: Path
) -> None:
    session = Session(tmp_path, PASSWORD, USER)
    endpoint = {
        "kind": "vsphere",
        "site": "New York",
        "address": f"{vcenter.host}:{vcenter.port}",
        "ca_file": str(authority.ca_file),
    }
    session.prepare({"environment": "LAB", "sites": {"New York": {}}, "endpoints": {"vc": endpoint}})

    with Watch(str(tmp_path)) as watch:
        codes = [
            session.command(watch, "list", "--all", "--wait", "60"),
            session.command(watch, "health", "--wait", "60"),
            session.command(watch, "config", "check", "--wait", "60"),
            session.command(watch, keys=(("read ", "e"),)),
        ]

    assert codes == [0, 2, 1, 0]
    nothing_shows(session, watch)
    checked = session.printed["config check --wait 60"].decode()
    for source in SOURCES:
        # The simulator's certificate has a week left, so it is to be looked at.
        assert f"look    right-{source}-vsphere " in checked
        assert f"FAILED  wrong-{source}-vsphere " in checked
    assert "Renew it on the host in time." in checked
    assert session.asked == 2 * len(codes)
