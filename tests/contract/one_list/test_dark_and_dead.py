"""One console on both platforms: a dark world is shown as last known, and nobody waits for the dead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.one_list.conftest import Ask, config_with
from tests.lab import LabProcess
from tests.peers.peer import Peer, reconfigure

pytestmark = pytest.mark.peers


def roles(answer: dict[str, Any], platform: str) -> dict[str, list[str]]:
    """The roles of each workload of a platform, by name."""
    return {
        w["name"]: [c["role"] for c in w["copies"]]
        for w in answer["workloads"]
        if w["platform"].startswith(platform)
    }


def test_a_console_started_in_the_dark_shows_what_was_last_known(
    steady: LabProcess, vcenter: Peer, tmp_path: Path, ask: Ask
) -> None:
    config = config_with(tmp_path, steady, {"vc-ny": ("New York", vcenter)})
    before = ask(config)
    for endpoint in steady.description["endpoints"]:
        steady.fault(endpoint["name"], "refuse")
    vcenter.kill()
    after = ask(config)
    assert {e["state"] for e in after["endpoints"]} == {"silent"}
    assert all(e["error"] and e["age_s"] is not None for e in after["endpoints"])
    assert all(not c["fresh"] for w in after["workloads"] for c in w["copies"])
    for platform in ("hyperv", "vsphere"):
        assert roles(after, platform) == roles(before, platform)
    assert any(c["fresh"] for w in before["workloads"] for c in w["copies"])


def test_hanging_endpoints_leave_the_others_fresh(
    steady: LabProcess, vcenter: Peer, tmp_path: Path, ask: Ask
) -> None:
    config = config_with(tmp_path, steady, {"vc-ny": ("New York", vcenter)})
    first, *others = (e["name"] for e in steady.description["endpoints"])
    steady.fault(first, "silent-http")
    # Only who hangs is given little time: the others may be slow on a busy machine.
    told = yaml.safe_load(config.read_text(encoding="utf-8"))
    for name in (first, "vc-ny"):
        told["endpoints"][name]["budget_s"] = 3
    config.write_text(yaml.safe_dump(told), encoding="utf-8")
    vcenter.hang()
    try:
        answer = ask(config, "--wait", "300")
    finally:
        vcenter.resume()
    states = {e["name"]: e["state"] for e in answer["endpoints"]}
    assert states == {first: "never", **dict.fromkeys(others, "ok"), "vc-ny": "never"}
    fresh = {c["endpoint"] for w in answer["workloads"] for c in w["copies"] if c["fresh"]}
    assert fresh == set(others)


def test_a_damaged_record_changes_no_role(
    steady: LabProcess, vcenter: Peer, tmp_path: Path, ask: Ask
) -> None:
    with vcenter.machines() as machines:
        name = sorted(machines)[0]
        reconfigure(machines[name], annotation="drconsole: x\ndrconsole-record: {")
    answer = ask(config_with(tmp_path, steady, {"vc-ny": ("New York", vcenter)}))
    assert roles(answer, "vsphere")[name] == ["UNPROTECTED"]
