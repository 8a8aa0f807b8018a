"""``drconsole show --deep``: recovery points and networks of every copy that answers, in text and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.commands import run, serving
from tests.contract.hyperv.test_cluster_on_the_lab import CLUSTERED, WEB


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The configuration of a lab with a cluster and a stand-alone host."""
    home = tmp_path_factory.mktemp("served")
    scenario = home / "clustered.yaml"
    scenario.write_text(CLUSTERED.replace("NJCL02RIGHTS", "rights: true"), encoding="utf-8")
    arguments = ("--scenario", scenario, "--serve", "--write-config", "lab.yaml")
    with serving("lab", *arguments, home=home) as process:
        assert process.stdout
        assert process.stdout.readline() == f"ready {home / 'lab.yaml'}\n"
        yield home / "lab.yaml"


def test_text(served: Path) -> None:
    ran = run("--config", served, "show", f"hv:{WEB}", "--deep", "--width", "100", home=served.parent)
    assert (ran.returncode, ran.stderr) == (0, "")
    closely = ran.stdout.partition(" key hv:")[2]
    assert " ORIGINAL at New York looked at closely, whose clock said " in closely
    assert " REPLICA at New Jersey looked at closely on NJCL02, whose clock said " in closely
    assert closely.count("   recovery point of ") == 3
    assert "connected to Production" in closely
    assert max(map(len, ran.stdout.splitlines())) <= 100


def test_json_and_only_when_asked(served: Path) -> None:
    plain = run("--config", served, "show", f"hv:{WEB}", "--json", home=served.parent)
    assert "deep" not in json.loads(plain.stdout)
    ran = run("--config", served, "show", f"hv:{WEB}", "--json", "--deep", home=served.parent)
    answer = json.loads(ran.stdout)
    told = {one["copy"]: one for one in answer["deep"]}
    roles = {copy["id"]: copy["role"] for copy in answer["workload"]["copies"]}
    replica = next(told[key] for key, role in roles.items() if role == "REPLICA")
    assert (replica["error"], replica["node"]) == (None, "NJCL02")
    assert len(replica["points"]) == 3
    assert [one["network"] for one in replica["networks"]] == ["Production"]
    original = next(told[key] for key, role in roles.items() if role == "ORIGINAL")
    assert (original["node"], original["points"]) == (None, [])
