"""One configuration, one list: Hyper-V hosts of the lab beside vCenters of another maker."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from drconsole.wording.names import visible
from tests.contract.commands import run, serving
from tests.peers.fixtures import StartPeer, authority, simulator, start_peer, twin_vcenters
from tests.peers.peer import PASSWORD, USER, Peer, own, rename, replicate

__all__ = ["authority", "simulator", "start_peer", "twin_vcenters"]

pytestmark = pytest.mark.peers

# XML has no ESC; the control of one byte (C1) and the line end it has.
HOSTILE = "a'b\"; $(x) [@click=x]\x9b31m\nÜ🚀"


@pytest.fixture(scope="module")
def lab_config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """The configuration of a lab that runs as long as these tests."""
    home = tmp_path_factory.mktemp("lab")
    with serving("lab", "--serve", "--write-config", "lab.yaml", home=home) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("ready ")
        yield yaml.safe_load((home / "lab.yaml").read_text())


def listed(config: dict[str, Any], peers: dict[str, tuple[str, Peer]], home: Path) -> tuple[Any, str]:
    """JSON and text of the list of a configuration with these peers (name: site and peer)."""
    config = {
        **config,
        "state": "state",
        "credentials": {**config.get("credentials", {}), "peer": {"user": USER, "env": "PEER_PASSWORD"}},
        "endpoints": {
            **config.get("endpoints", {}),
            **{
                name: {
                    "kind": "vsphere",
                    "site": site,
                    "address": f"{peer.host}:{peer.port}",
                    "credentials": "peer",
                    "ca_file": str(peer.ca_file),
                }
                for name, (site, peer) in peers.items()
            },
        },
    }
    (home / "both.yaml").write_text(yaml.safe_dump(config))
    arguments = ("--config", "both.yaml", "--debug", "list", "--all", "--wait", "60")
    more = {"PEER_PASSWORD": PASSWORD}
    data = run(*arguments, "--json", home=home, more=more)
    text = run(*arguments, "--width", "200", home=home, more=more)
    assert (data.returncode, text.returncode) == (0, 0)
    for ran in (data, text):
        (warning,) = ran.stderr.splitlines()
        assert warning.startswith("Warning: The password of credential 'peer' comes from the environment")
    written = "".join(p.read_text(errors="replace") for p in home.rglob("*") if p.is_file())
    assert PASSWORD not in written + data.stdout + text.stdout
    assert re.search(r"RetrieveContent, sent \d+ bytes, got \d+ in \d+\.\d{3} s", written)
    return json.loads(data.stdout), text.stdout


def test_both_platforms_stand_in_one_list(
    lab_config: dict[str, Any], start_peer: StartPeer, tmp_path: Path
) -> None:
    with start_peer() as peer:
        with peer.machines() as machines:
            first, second, third, *_ = machines.values()
            rename(first, HOSTILE)
            replicate(first, "GID-6e9a2f00-1111-2222-3333-444455556666", "10.2.0.9")
            own(second, "com.vmware.vcDr", "placeholderVm")
            plain = third.name

        answer, text = listed(lab_config, {"vc-ny": ("New York", peer)}, tmp_path)

    assert {endpoint["state"] for endpoint in answer["endpoints"]} == {"ok"}
    assert {workload["platform"] for workload in answer["workloads"]} == {"hyperv", "vsphere"}
    roles = {w["name"]: w["copies"][0]["role"] for w in answer["workloads"] if w["platform"] == "vsphere"}
    assert roles[HOSTILE] == "ORIGINAL"
    assert "PLACEHOLDER" in roles.values()
    assert roles[plain] == "UNPROTECTED"
    (row,) = [line for line in text.splitlines() if line.startswith(visible(HOSTILE))]
    assert "ORIGINAL on" in row
    assert " VS" in row
    assert text.replace("\n", "").isprintable()


def test_twins_are_one_alarm_of_an_endpoint_and_no_split_brain(
    twin_vcenters: tuple[Peer, Peer], tmp_path: Path
) -> None:
    one, other = twin_vcenters
    config = {
        "environment": "Twins",
        "sites": {"New York": {}, "New Jersey": {}},
        "pairs": [{"from": "New York", "to": "New Jersey"}],
    }

    answer, text = listed(config, {"vc-ny": ("New York", one), "vc-nj": ("New Jersey", other)}, tmp_path)

    alarms = [alarm["code"] for endpoint in answer["endpoints"] for alarm in endpoint["alarms"]]
    # The simulators' certificates have a week left, which is another alarm.
    assert [code for code in alarms if code != "certificate"] == ["twins"]
    everywhere = json.dumps(answer) + text
    assert "split-brain" not in everywhere
    assert "SPLIT-BRAIN" not in everywhere
    assert answer["workloads"]
    assert {len(workload["copies"]) for workload in answer["workloads"]} == {1}
