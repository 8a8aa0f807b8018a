"""A scenario whose hosts take NTLM alone is told as the same one over Basic."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from drconsole.cli.lab_place import config_of
from tests.contract.commands import run
from tests.lab import LabProcess

WAYS: dict[str, dict[str, Any]] = {
    "nyhv01": {"transport": "ntlm"},
    "njhv01": {"transport": "ntlm", "tls": False},
    "gold": {"transport": "ntlm", "tls": False},
    "goldr2": {"transport": "ntlm"},
}


def told(folder: Path, ways: dict[str, dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any], Any]:
    """``drconsole list --json`` of the steady scenario, what the lab was asked, and its description."""
    folder.mkdir()
    text = files("drconsole.lab").joinpath("scenarios", "steady.yaml").read_text(encoding="utf-8")
    scenario = yaml.safe_load(text)
    for endpoint in scenario["endpoints"]:
        endpoint.update(ways.get(endpoint["name"], {}))
    file = folder / "scenario.yaml"
    file.write_text(yaml.safe_dump(scenario, sort_keys=False), encoding="utf-8")
    lab = LabProcess.start(str(file), folder / "lab")
    try:
        config = folder / "config.yaml"
        config.write_text(yaml.safe_dump(config_of(lab.description, folder / "state")), encoding="utf-8")
        done = run("--config", config, "list", "--json", home=folder)
        asked = lab.control("requests")
        lab.check()
    finally:
        assert lab.stop() == 0
    assert done.stderr == ""
    return json.loads(done.stdout), asked, lab.description


def roles(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Each copy, where it is and what it is."""
    return sorted(
        (workload["name"], copy["endpoint"], copy["role"])
        for workload in answer["workloads"]
        for copy in workload["copies"]
    )


def test_the_hosts_are_read_over_ntlm_and_the_answer_is_the_same(tmp_path: Path) -> None:
    answer, asked, description = told(tmp_path / "ntlm", WAYS)
    assert {one["name"]: one["transport"] for one in description["endpoints"]} == dict.fromkeys(WAYS, "ntlm")
    assert {one["name"]: one["state"] for one in answer["endpoints"]} == dict.fromkeys(WAYS, "ok")
    # A cluster's own address is asked only where no node answers.
    of_hosts = [counted for address, counted in asked.items() if address not in ("gold", "goldr2")]
    assert len(of_hosts) > len(WAYS)
    assert all(counted["actions"]["Create"] >= 1 for counted in of_hosts)
    assert len(roles(answer)) > 30
    assert roles(answer) == roles(told(tmp_path / "basic", {})[0])
