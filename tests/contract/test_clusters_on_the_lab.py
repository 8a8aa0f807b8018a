"""Acts on clusters by command: machines that move or whose node dies, and brokers that are down."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from drconsole.domain.plan import Operation
from tests.contract.cycle_world import CLUSTERED, WORLD
from tests.contract.hyperv.walk import Walk
from tests.contract.run_site import ALLOWED, Site, site_on
from tests.lab import LabPool

KEY = f"hv:{CLUSTERED}"
SLOW = pytest.mark.slow
AWAY = {"gold": "FORMER ORIGINAL", "goldr2": "RECOVERED"}


@dataclass
class Erp(Site):
    """What is done to erp, whose original is on gold."""

    def begin(self, operation: str, *more: str) -> tuple[int, dict[str, Any]]:
        """An operation to where it needs nobody or somebody; its exit code and what is told of it."""
        return self.told("run", operation, KEY, *more, *ALLOWED, "erp")

    def told(self, *words: str) -> tuple[int, dict[str, Any]]:
        """A command that follows a run."""
        ran = self.run(*words, "--json")
        return ran.returncode, json.loads(ran.stdout)

    def count(self, cmdlet: str) -> None:
        """Let the lab count acts on erp from now on."""
        self.lab.act_fault(cmdlet, "slow", vm=CLUSTERED, occurrence=99)

    def acts(self, cmdlet: str) -> int:
        """How many there were: those that were counted, and those that a fault struck instead."""
        faults = [one for one in self.lab.control("act_faults")["act_faults"] if one["cmdlet"] == cmdlet]
        return sum(int(one["hit"] or one["seen"]) for one in faults if one["hit"] or one["occurrence"] == 99)


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPool]:
    """A lab whose time goes fast."""
    pool = LabPool(tmp_path_factory.mktemp("labs"))
    yield pool
    pool.stop()


@pytest.fixture
def site(labs: LabPool, tmp_path: Path) -> Iterator[Erp]:
    """Two clusters that protect each other."""
    with site_on(labs, tmp_path, WORLD) as made:
        yield Erp(made.lab, made.home)
    labs.check()


@pytest.mark.parametrize(
    ("cmdlet", "host", "action"),
    [
        pytest.param("Start-VMFailover", "NYCL02", "prepare: send what is left", marks=SLOW),
        ("Start-VMFailover", "NJCL01", "fail over, read the state back"),
        pytest.param("Start-VM", "NJCL01", "start erp", marks=SLOW),
    ],
)
def test_a_machine_that_moves_before_an_act_is_not_acted_on_and_a_retry_follows_it(
    site: Erp, cmdlet: str, host: str, action: str
) -> None:
    """It was seen on one node and is on another when the call comes: nothing is done, nothing is guessed."""
    site.lab.act_fault(cmdlet, "moves", vm=CLUSTERED, host=host)
    code, told = site.begin("planned-failover")
    (failed,) = (step for step in told["steps"] if step["outcome"] == "failed")
    assert (code, told["state"], failed["title"]) == (1, "failed", action)
    assert "is not on this host any more" in failed["reason"]
    assert site.lab.machine({"NYCL02": "NYCL01", "NJCL01": "NJCL02"}[host], CLUSTERED)
    site.count(cmdlet)
    code, told = site.told("runs", "retry", told["run"], "--allow-changes")
    assert (code, told["state"]) == (0, "done")
    assert site.roles(KEY) == AWAY
    # The one that struck nobody, its retry, and after a prepare the failover itself.
    assert site.acts(cmdlet) == (3 if host == "NYCL02" else 2)


def test_a_guest_whose_machine_moves_is_not_turned_off(site: Erp) -> None:
    """It was to be shut down on a node that it had left: it runs on, and a retry shuts it down in order."""
    site.lab.act_fault("Stop-VM", "moves", vm=CLUSTERED)
    site.count("Stop-VM")
    code, told = site.begin("planned-failover")
    assert (code, told["state"]) == (1, "failed")
    assert told["steps"][0]["reason"] == "changed elsewhere: it was on NYCL02 and runs on NYCL01 now"
    assert (site.acts("Stop-VM"), site.lab.machine("NYCL01", CLUSTERED)["power"]) == (1, "Running")
    code, told = site.told("runs", "retry", told["run"], "--allow-changes")
    assert (code, told["state"], site.acts("Stop-VM")) == (0, "done", 2)
    assert site.roles(KEY) == AWAY


@pytest.mark.parametrize("number", [1, pytest.param(4, marks=SLOW), pytest.param(8, marks=SLOW)])
def test_machines_that_move_between_steps_are_followed(labs: LabPool, tmp_path: Path, number: int) -> None:
    """Both copies go to another node after so many steps; each act is done where its machine is then."""
    file = tmp_path / "world.yaml"
    file.write_text(WORLD, encoding="utf-8")
    walk = Walk(labs.lab(str(file)))
    try:
        steps = walk.procedure(Operation.PLANNED_FAILOVER, CLUSTERED).steps
        walk.steps(steps[:number])
        walk.lab.happen(host="NYCL02", vm=CLUSTERED, moves="NYCL01")
        walk.lab.happen(host="NJCL01", vm=CLUSTERED, moves="NJCL02")
        walk.steps(steps[number:])
        assert walk.roles(CLUSTERED) == AWAY
        assert walk.lab.machine("NJCL02", CLUSTERED)["power"] == "Running"
        assert walk.lab.machine("NYCL01", CLUSTERED)["power"] == "Off"
    finally:
        walk.close()
    labs.check()


def test_no_script_changes_a_cluster() -> None:
    """Stopping a role saves its guest; roles are left to the cluster, and guests are shut down in order."""
    scripts = files("drconsole.platforms.hyperv").joinpath("scripts").iterdir()
    texts = [one.read_text(encoding="utf-8") for one in scripts if one.name.endswith(".ps1")]
    verbs = {verb for text in texts for verb in re.findall(r"\b(\w+)-Cluster\w+", text)}
    assert verbs == {"Get"}


@pytest.mark.slow
def test_a_node_that_dies_under_an_act_takes_nothing_with_it(site: Erp) -> None:
    """The cluster starts the guest elsewhere: it is not off, and nothing was failed over."""
    site.lab.act_fault("Stop-VM", "host-dies", vm=CLUSTERED, host="NYCL02")
    code, told = site.begin("planned-failover")
    assert (code, told["state"]) == (3, "asking")
    assert site.lab.machine("NYCL01", CLUSTERED)["power"] == "Running"
    assert {step["outcome"] for step in told["steps"][2:]} == {None}
    assert site.lab.two_alive() == []


@pytest.mark.parametrize(
    ("cluster", "options", "blocked"),
    [
        ("GOLDR2", (), "the Replica Broker GOLDR2-BROKER is Failed: nothing could be sent to goldr2"),
        pytest.param(
            "GOLD", ("--option", "reverse=yes"), "the Replica Broker GOLD-BROKER is Failed", marks=SLOW
        ),
    ],
)
def test_a_broker_that_is_down_blocks_what_sends_to_its_cluster(
    site: Erp, cluster: str, options: tuple[str, ...], blocked: str
) -> None:
    """Its group is online all the while: what counts is the resource."""
    ready = site.run("plan", "planned-failover", KEY, *options)
    assert (ready.returncode, f"{cluster}-BROKER is online" in ready.stdout) == (0, True)
    site.lab.happen(cluster=cluster, state="Failed")
    plan = site.run("plan", "planned-failover", KEY, *options)
    assert (plan.returncode, blocked in plan.stdout) == (4, True)
    code = site.run("run", "planned-failover", KEY, *options, *ALLOWED, "erp").returncode
    assert (code, site.journal.runs()) == (4, [])
    # What needs no sender goes on.
    assert site.run("plan", "test-failover", KEY).returncode == 0


@pytest.mark.slow
def test_a_broker_that_is_down_blocks_reverse(site: Erp) -> None:
    assert site.begin("planned-failover")[0] == 0
    site.lab.happen(cluster="GOLD", state="Offline")
    plan = site.run("plan", "reverse", KEY)
    assert (plan.returncode, "GOLD-BROKER is Offline" in plan.stdout) == (4, True)
    # Back is possible: what is cancelled is sent nowhere.
    assert site.run("plan", "cancel", KEY).returncode == 0
    site.lab.happen(cluster="GOLD", state="Online")
    assert site.begin("reverse")[0] == 0
    assert site.roles(KEY) == {"gold": "REPLICA", "goldr2": "ORIGINAL"}
