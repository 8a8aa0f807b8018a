"""Alarms that are acknowledged by command: known ones hide no new one, and are never forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.cycle_world import WORLD
from tests.contract.run_site import Site
from tests.lab import LabPool

FOR_EVER = ("--until", "2999-01-31", "--reason", "the line is being mended")


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPool]:
    pool = LabPool(tmp_path_factory.mktemp("labs"))
    yield pool
    pool.stop()


def site_of(labs: LabPool, folder: Path, scenario: str, **more: object) -> Site:
    """A console on a scenario whose time goes like ours: nothing new happens in it while it is looked at."""
    lab = labs.lab(scenario, None)
    (folder / "state").mkdir()
    made = Site(lab, folder)
    made.configure(more)
    return made


@pytest.fixture
def unproven(labs: LabPool, tmp_path: Path) -> Site:
    """Sites where all is well, but that no test was ever passed."""
    scenario = tmp_path / "world.yaml"
    scenario.write_text(WORLD, encoding="utf-8")
    return site_of(labs, tmp_path, str(scenario), proven_days=30)


@pytest.fixture
def split(labs: LabPool, tmp_path: Path) -> Site:
    """A site where two copies run."""
    return site_of(labs, tmp_path, "split-brain")


def open_problems(site: Site) -> set[tuple[str, str]]:
    """What nobody has acknowledged: what it concerns, and its code."""
    problems = site.json("health")["problems"]
    return {(one["subject"], one["code"]) for one in problems if one["acknowledged"] is None}


def test_what_is_known_is_shown_and_counted_and_changes_no_exit_code(unproven: Site) -> None:
    assert unproven.run("health").returncode in (1, 2)
    while found := open_problems(unproven):
        for one in found:
            done = unproven.run("alarms", "acknowledge", *one, *FOR_EVER)
            assert (done.returncode, done.stderr) == (0, "")

    ran = unproven.run("health")

    assert ran.returncode == 0
    first, *lines = ran.stdout.splitlines()
    assert first.startswith("OK: ")
    assert f"{len(lines)} problems, {len(lines)} of them acknowledged" in first
    assert all("acknowledged until 2999-01-3" in one and "the line is being mended" in one for one in lines)
    told = unproven.json("health")["problems"][0]
    assert told["acknowledged"]["reason"] == "the line is being mended"

    assert unproven.run("alarms", "withdraw", told["subject"], told["code"]).returncode == 0
    assert open_problems(unproven) == {(told["subject"], told["code"])}
    assert unproven.run("health").returncode in (1, 2)
    assert unproven.run("alarms").stdout.startswith(f"{told['code']}  {told['subject']}")
    assert unproven.run("alarms", "withdraw", told["subject"], told["code"]).returncode == 4


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("erp-db", "split-brain", *FOR_EVER), 4, "never acknowledged"),
        (("erp-db", "splitbrain", *FOR_EVER), 64, "no alarm 'splitbrain'"),
        (("erp-db", "rpo", *FOR_EVER), 64, "has no alarm rpo now"),
        (("nobody", "rpo", *FOR_EVER), 64, "no workload"),
        (("erp-db", "split-brain", "--until", "soon", "--reason", "x"), 64, "'soon' is no date"),
    ],
)
def test_what_cannot_be_acknowledged_is_refused(
    split: Site, words: tuple[str, ...], code: int, said: str
) -> None:
    ran = split.run("alarms", "acknowledge", *words)
    assert (ran.returncode, said in ran.stderr) == (code, True), ran.stderr
    assert split.run("health").returncode == 2
