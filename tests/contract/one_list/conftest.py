"""A lab and another maker's vCenters, in one configuration of one console."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from drconsole.cli.lab_place import config_of
from tests.contract.commands import run
from tests.lab import LabProcess
from tests.peers.fixtures import authority, simulator, start_peer, vcenter
from tests.peers.peer import PASSWORD, USER, Peer

__all__ = ["authority", "simulator", "start_peer", "vcenter"]

Ask = Callable[..., dict[str, Any]]


@pytest.fixture
def steady(tmp_path: Path) -> Iterator[LabProcess]:
    """The lab on a steady day, on its default engine."""
    lab = LabProcess.start("steady", tmp_path / "lab")
    yield lab
    lab.check()
    lab.stop()


def config_with(folder: Path, lab: LabProcess, peers: dict[str, tuple[str, Peer]]) -> Path:
    """Write the lab's configuration with vCenters added: name -> (site, peer)."""
    config = config_of(lab.description, folder / "state")
    config["credentials"]["peers"] = {"user": USER, "password_command": ["printf", PASSWORD]}
    for name, (site, peer) in peers.items():
        config["endpoints"][name] = {
            "kind": "vsphere",
            "site": site,
            "address": f"{peer.host}:{peer.port}",
            "credentials": "peers",
            "ca_file": str(peer.ca_file),
        }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(config), encoding="utf-8")
    return path


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """``drconsole list --all --json`` with a configuration, in a process of its own."""

    def ask(config: Path, *more: str) -> dict[str, Any]:
        done = run("--config", config, "list", "--all", "--json", *more, home=tmp_path)
        assert (done.returncode, done.stderr) == (0, "")
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    return ask
