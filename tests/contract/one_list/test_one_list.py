"""Both platforms stand in one list; twins raise one alarm; a dark world is shown as last known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.contract.one_list.conftest import Ask, config_with
from tests.lab import LabProcess
from tests.peers.peer import Peer, own, reconfigure, rename, replicate

pytestmark = pytest.mark.peers

HOSTILE = "a'b\"; $(x) [@click=x]\n🖥 Grüße"


def roles(answer: dict[str, Any], platform: str) -> dict[str, list[str]]:
    """The roles of each workload of a platform, by name."""
    return {
        w["name"]: [c["role"] for c in w["copies"]]
        for w in answer["workloads"]
        if w["platform"].startswith(platform)
    }


def test_both_platforms_in_one_list(steady: LabProcess, vcenter: Peer, tmp_path: Path, ask: Ask) -> None:
    with vcenter.machines() as machines:
        names = sorted(machines)
        replicate(machines[names[0]], "GID-1", "10.9.9.9")
        own(machines[names[1]], "com.vmware.vcDr-1", "placeholderVm")
        rename(machines[names[2]], HOSTILE)
    answer = ask(config_with(tmp_path, steady, {"vc-ny": ("New York", vcenter)}))
    assert {e["state"] for e in answer["endpoints"]} == {"ok"}
    seen = roles(answer, "vsphere")
    assert seen[names[0]] == ["ORIGINAL"]
    assert seen[names[1]] == ["PLACEHOLDER"]
    assert seen[HOSTILE] == ["UNPROTECTED"]
    hyperv = roles(answer, "hyperv")
    assert ["ORIGINAL", "REPLICA"] in hyperv.values()
    assert ["REPLICA", "ORIGINAL"] in hyperv.values()


def test_twins_are_one_endpoint_alarm(
    steady: LabProcess, twin_vcenters: tuple[Peer, Peer], tmp_path: Path, ask: Ask
) -> None:
    sites = ("New York", "New Jersey")
    peers = {f"vc{i}": (site, peer) for i, (site, peer) in enumerate(zip(sites, twin_vcenters, strict=True))}
    answer = ask(config_with(tmp_path, steady, peers))
    alarms = [(e["name"], a["code"]) for e in answer["endpoints"] for a in e["alarms"]]
    assert alarms == [("vc1", "twins")]
    everything = [a["code"] for w in answer["workloads"] for a in w["alarms"]]
    assert "split-brain" not in everything
    assert all(len(w["copies"]) == 1 for w in answer["workloads"] if w["platform"] == "vsphere")


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
    first, second = (e["name"] for e in steady.description["endpoints"])
    steady.fault(first, "silent-http")
    vcenter.hang()
    try:
        answer = ask(config, "--wait", "5")
    finally:
        vcenter.resume()
    states = {e["name"]: e["state"] for e in answer["endpoints"]}
    assert states == {first: "never", second: "ok", "vc-ny": "never"}
    fresh = {c["endpoint"] for w in answer["workloads"] for c in w["copies"] if c["fresh"]}
    assert fresh == {second}


def test_a_damaged_record_changes_no_role(
    steady: LabProcess, vcenter: Peer, tmp_path: Path, ask: Ask
) -> None:
    with vcenter.machines() as machines:
        name = sorted(machines)[0]
        reconfigure(machines[name], annotation="drconsole: x\ndrconsole-record: {")
    answer = ask(config_with(tmp_path, steady, {"vc-ny": ("New York", vcenter)}))
    assert roles(answer, "vsphere")[name] == ["UNPROTECTED"]
