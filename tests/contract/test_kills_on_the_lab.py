"""Consoles and runs killed at any moment of a whole cycle: nothing is stopped, repeated, or left behind.

The moments are drawn by a seed. Killing a console touches no run; a killed run is INTERRUPTED, and continuing
it looks before it acts.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest

from drconsole.runs.journal import ENDED
from tests.contract.commands import PROGRAM, environment, patient
from tests.contract.cycle_world import ALONE, WORLD
from tests.contract.run_site import ALLOWED, Site, site_on
from tests.lab import LabPool

KEY = f"hv:{ALONE}"
# How many records a run of each operation has at least: of these one is the moment.
OPERATIONS = (("planned-failover", 40), ("reverse", 6), ("planned-failover", 40), ("reverse", 12))
HOME = {"nyhv01": "ORIGINAL", "njhv01": "REPLICA"}
# What one cycle does on web: each act once, whoever was killed.
ONCE = {"Stop-VM": 2, "Start-VMFailover": 4, "Start-VM": 2, "Set-VMReplication": 2}
SEEDS = [1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 7))]


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPool]:
    """A lab whose time goes fast."""
    pool = LabPool(tmp_path_factory.mktemp("labs"))
    yield pool
    pool.stop()


@pytest.fixture
def site(labs: LabPool, tmp_path: Path) -> Iterator[Site]:
    """The world of the cycles; the lab counts the acts on web."""
    with site_on(labs, tmp_path, WORLD) as made:
        for cmdlet in ONCE:
            made.lab.act_fault(cmdlet, "slow", vm=ALONE, occurrence=99)
        yield made
    labs.check()


def acts(site: Site) -> dict[str, int]:
    """How often each cmdlet acted on web."""
    return {one["cmdlet"]: one["seen"] for one in site.lab.control("act_faults")["act_faults"]}


def begun(site: Site, operation: str) -> tuple[subprocess.Popen[bytes], str]:
    """A command that runs an operation, in a session of its own; and the id of its run."""
    words = ("--config", str(site.config), "run", operation, KEY, *ALLOWED, "web")
    said = site.home / "said.txt"
    with said.open("wb") as output:
        console = subprocess.Popen(
            [*PROGRAM, *patient(words)],
            env=environment(site.home),
            cwd=site.home,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        return console, site.await_run(console)
    except AssertionError:
        raise AssertionError(said.read_text(encoding="utf-8")) from None


def await_records(site: Site, ident: str, number: int) -> None:
    """Return when a run has so many records."""
    while len(site.journal.records(ident)) < number:
        assert site.journal.run(ident).state != ENDED, f"it ended with fewer than {number} records"
        threading.Event().wait(0.005)


def kill_run(site: Site, ident: str) -> bool:
    """Kill the process that has a run; False where the run had come to its end by then."""
    taken = [one for one in site.journal.records(ident) if one.kind == "taken"]
    pid = int(json.loads(taken[-1].body)["owner"].rpartition(" ")[2])
    with suppress(ProcessLookupError):
        process = os.pidfd_open(pid)
        try:
            # It writes nothing more while it is looked whether it had written its end.
            signal.pidfd_send_signal(process, signal.SIGSTOP)
            while not stands_still(pid):
                os.sched_yield()
            ended = site.journal.run(ident).state == ENDED
            signal.pidfd_send_signal(process, signal.SIGKILL)
        finally:
            os.close(process)
        return not ended
    return False


def stands_still(pid: int) -> bool:
    """Whether every thread of a process is stopped, or gone."""
    for path in Path(f"/proc/{pid}/task").glob("*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            if path.read_text().rpartition(")")[2].split()[0] not in "TZX":
                return False
    return True


def settled(site: Site, ident: str) -> dict[str, Any]:
    """A run brought to its end as a person does it: looked at, continued, and asked to look once more."""
    words = ["follow", ident]
    while True:
        ran = site.run("runs", *words, "--json")
        told: dict[str, Any] = json.loads(ran.stdout)
        if told["state"] == "interrupted":
            words = ["continue", ident, "--allow-changes"]
        elif told["state"] == "asking":
            question = told["questions"][0]
            say = "again" if "again" in question["choices"] else "wait"
            words = ["answer", ident, question["step"], say, "--allow-changes"]
        else:
            return told


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cycle_in_which_somebody_is_killed_in_every_operation(site: Site, seed: int) -> None:
    draw = Random(seed)
    for operation, longest in OPERATIONS:
        who, number = draw.choice(("console", "run", "run")), draw.randrange(2, longest)
        sys.stdout.write(f"seed {seed}: {operation}: the {who} at record {number}\n")
        console, ident = begun(site, operation)
        await_records(site, ident, number)
        if who == "run":
            killed = kill_run(site, ident)
            assert console.wait() == (3 if killed else 0)
            (told,) = (one for one in site.json("runs")["runs"] if one["run"] == ident)
            assert told["state"] == ("interrupted" if killed else "done")
        else:
            os.killpg(console.pid, signal.SIGKILL)
            console.wait()
        told = settled(site, ident)
        assert (told["state"], {step["outcome"] for step in told["steps"]}) == ("done", {"done"})
        if who == "console":
            taken = Counter(one.kind for one in site.journal.records(ident))["taken"]
            assert taken == 1, "the run went on by itself"
    assert acts(site) == ONCE
    assert site.roles(KEY) == HOME
    assert all("drconsole" not in one["notes"] for one in site.lab.machines())
    verified = site.run("runs", "verify")
    assert (verified.returncode, verified.stdout.count("whole")) == (0, len(OPERATIONS))
    assert site.lab.two_alive() == []
