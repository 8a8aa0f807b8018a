"""Operations on workloads with hostile names, and on one of two of one name: they touch nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.run_site import ALLOWED, Site, site_on
from tests.lab import LabPool

WORLD = files("drconsole.lab").joinpath("scenarios/hostile-names.yaml").read_text(encoding="utf-8")
PROTECTED = {
    one["id"]: one["name"]
    for one in yaml.safe_load(WORLD)["workloads"]
    if any("mode" in copy for copy in one["copies"].values())
}
# One of each kind: what would be code, a pattern, a control, a line, another's name, or nothing at all.
WORST = (
    "a'b\"; $(x)",
    "$env:USERNAME `n; Stop-Computer -Force #",
    "\x1b]52;c;cm0gLXJmIC8=\a",
    "line one\nline two\r\n\tthree",
    "twin",
    "trailing   ",
    "   ",
    "*?[a-z]",
)
WORST_ONES = [next(ident for ident, name in PROTECTED.items() if name == wanted) for wanted in WORST]


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPool]:
    """A lab whose time goes fast."""
    pool = LabPool(tmp_path_factory.mktemp("labs"))
    yield pool
    pool.stop()


@pytest.fixture
def site(labs: LabPool, tmp_path: Path) -> Iterator[Site]:
    """The hostile names on the evaluator."""
    with site_on(labs, tmp_path, WORLD) as made:
        yield made
    labs.check()


Picture = dict[str, list[dict[str, Any]]]


def picture(site: Site) -> Picture:
    """The whole lab by workload: every machine, and for each of its disks who ever wrote to it.

    Guests write on and replicas take that over: what a disk holds changes, who wrote it does not.
    """
    found: Picture = {}
    for machine in site.lab.machines():
        found.setdefault(machine["workload"], []).append(machine)
    for disk in site.lab.fingerprints():
        if disk["point"] is None:
            told = {name: disk[name] for name in ("host", "vm", "disk", "writers")}
            found.setdefault(disk["workload"], []).append(told)
    return found


def changed(before: Picture, after: Picture) -> set[str]:
    """The workloads of which anything is not what it was."""
    return {one for one in before.keys() | after.keys() if before.get(one) != after.get(one)}


def settled(site: Site) -> Picture:
    """The picture once nothing is at work any more."""
    while any(machine["busy"] for machine in site.lab.machines()):
        site.lab.advance(1)
    return picture(site)


def keys(idents: list[str]) -> list[str]:
    """What these workloads are called by on the command line."""
    return [f"hv:{ident}" for ident in idents]


@pytest.mark.parametrize(
    "chosen", [WORST_ONES, pytest.param(list(PROTECTED), marks=pytest.mark.slow)], ids=len
)
def test_tests_of_hostile_names_touch_nothing_else_and_leave_nothing(site: Site, chosen: list[str]) -> None:
    before = settled(site)
    number = str(len(chosen))

    made = site.run("run", "test-failover", *keys(chosen), "--option", "network=none", *ALLOWED, number)

    assert (made.returncode, made.stderr) == (0, "")
    assert all(line.isprintable() for line in made.stdout.splitlines())
    assert changed(before, settled(site)) == set(chosen)
    stopped = site.run("run", "stop-test", *keys(chosen), *ALLOWED, number)
    assert (stopped.returncode, stopped.stderr) == (0, "")
    assert changed(before, settled(site)) == set()
    shown = [workload["alarms"] for workload in site.json("list")["workloads"]]
    assert shown == [[]] * len(PROTECTED)


@pytest.mark.parametrize(
    ("name", "refused"),
    [
        ("twin", 64),
        pytest.param("*?[a-z]", 0, marks=pytest.mark.slow),
        pytest.param("trailing   ", 4, marks=pytest.mark.slow),
    ],
)
def test_a_planned_failover_of_one_touches_no_other(site: Site, name: str, refused: int) -> None:
    """By its name where that is plain and its own, else by its key and the beginning of its Id."""
    before = settled(site)
    ident = next(ident for ident, told in PROTECTED.items() if told == name)
    word, said = (f"hv:{ident}", ident[:8]) if refused else (name, name)
    if refused:
        by_name = site.run("run", "planned-failover", name, *ALLOWED, name)
        assert (by_name.returncode, site.journal.runs()) == (refused, [])

    ran = site.run("run", "planned-failover", word, *ALLOWED, said, "--json")

    assert (ran.returncode, ran.stderr) == (0, "")
    assert json.loads(ran.stdout)["state"] == "done"
    assert changed(before, settled(site)) == {ident}
    assert set(site.roles(f"hv:{ident}").values()) == {"RECOVERED", "FORMER ORIGINAL"}
    others = [one for one in site.lab.machines() if one["workload"] != ident]
    assert all("drconsole" not in one["notes"] for one in others)
