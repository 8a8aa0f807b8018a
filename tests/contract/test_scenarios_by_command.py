"""Every scenario as ``show`` and ``health`` tell it: the same roles and alarms as the list, and no others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drconsole.lab import scenario as scenarios
from tests.contract.commands import run
from tests.lab import LabPool
from tests.scenario_answers import Answer, codes, newcomer, told, true

SAMPLE = ("split-brain", "site-loss", "test-left-running")
"""What the default tier asks."""
EXIT = {"ok": 0, "warning": 1, "critical": 2, "unknown": 3}
WORST = {"critical": "critical", "warning": "warning", "none": "ok"}
EVERY = [pytest.param(name, marks=[] if name in SAMPLE else [pytest.mark.slow]) for name in scenarios.names()]


class Newcomer:
    """Commands of somebody who knows nothing of a scenario whose timeline is over."""

    def __init__(self, lab: Any, name: str, folder: Path) -> None:
        self.scenario = scenarios.load(name)
        self._config = newcomer(lab, self.scenario, folder)

    def ask(self, *arguments: str) -> tuple[int, Answer]:
        """The exit code and the answer of a command."""
        ran = run("--config", self._config, *arguments, "--json", home=self._config.parent)
        assert ran.stderr == ""
        return ran.returncode, json.loads(ran.stdout)


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPool]:
    """One lab, in one scenario after the other."""
    pool = LabPool(tmp_path_factory.mktemp("labs"))
    yield pool
    pool.stop()


@pytest.mark.parametrize("name", EVERY)
def test_show_and_health_tell_what_the_truth_says(labs: LabPool, tmp_path: Path, name: str) -> None:
    lab = labs.lab(name)
    one = Newcomer(lab, name, tmp_path / "new")
    _, everything = one.ask("list", "--all")
    assert told(everything, one.scenario) == true(one.scenario.truth.parts()["fresh"])
    for workload in _one_of_each_kind(everything):
        code, shown = one.ask("show", workload["key"])
        assert (code, shown["workload"]["key"]) == (0, workload["key"])
        assert [_copy(copy) for copy in shown["copies"]] == [_copy(copy) for copy in workload["copies"]]
        assert codes(shown["workload"]) == codes(workload)
        assert all(copy["evidence"] for copy in shown["copies"])
    code, health = one.ask("health")
    _, listed = one.ask("list")
    assert _problems(health) == _alarms(listed)
    assert code == EXIT[health["state"]]
    if any(endpoint["state"] in ("ok", "partial") for endpoint in listed["endpoints"]):
        levels = {problem["severity"] for problem in health["problems"]}
        worst = next((level for level in WORST if level in levels), "none")
        assert health["state"] == WORST[worst]
    else:
        assert health["state"] == "unknown"
    labs.check()


def _one_of_each_kind(answer: Answer) -> list[Answer]:
    """Workloads of which no two have the same roles and alarms."""
    kinds = {
        (codes(workload), tuple(sorted(_copy(copy)[1:] for copy in workload["copies"]))): workload
        for workload in answer["workloads"]
    }
    return list(kinds.values())


def _copy(copy: Answer) -> tuple[str, str, bool, tuple[str, ...]]:
    return copy["id"], copy["role"], copy["fresh"], codes(copy)


def _problems(health: Answer) -> set[tuple[str, str, str]]:
    assert len({(p["code"], p["subject"], *p["copies"]) for p in health["problems"]}) == len(
        health["problems"]
    )
    return {(problem["kind"], problem["subject"], problem["code"]) for problem in health["problems"]}


def _alarms(listed: Answer) -> set[tuple[str, str, str]]:
    """What of a list's workloads, their copies and endpoints asks for attention."""
    found = {("endpoint", one["name"], code) for one in listed["endpoints"] for code in _urgent(one)}
    for workload in listed["workloads"]:
        for thing in (workload, *workload["copies"]):
            found |= {("workload", workload["key"], code) for code in _urgent(thing)}
    return found


def _urgent(thing: Answer) -> list[str]:
    return [alarm["code"] for alarm in thing["alarms"] if alarm["severity"] != "info"]
