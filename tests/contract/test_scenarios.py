"""Every scenario, read over the real protocols by the real command, is told exactly as its ground truth."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec import UNSET

from drconsole.cli.lab_place import config_of
from drconsole.lab import scenario as scenarios
from drconsole.lab.scenario_form import Scenario
from tests.lab import LabPool

pytestmark = pytest.mark.xdist_group("scenarios")

SCENARIOS = scenarios.names()
ENGINES = ["evaluator", pytest.param("pwsh", marks=pytest.mark.pwsh)]
SAID = {
    "timed-out": "has not answered completely",
    "unreachable": "No connection",
    "bad-reply": "its reply",
    "certificate": "certificate",
}
"""Words by which an endpoint's error shows its code."""

COMMAND = [sys.executable, "-c", "from drconsole.cli.main import main; main()"]


class Answers:
    """What ``drconsole list --all --json`` says of a scenario on an engine, asked once each."""

    def __init__(self, pool: LabPool, folder: Path) -> None:
        self._pool = pool
        self._folder = folder
        self._known: dict[tuple[str, str | None], dict[str, Any]] = {}

    def of(self, scenario: str, powershell: str | None) -> dict[str, Any]:
        """The answer of a fresh console."""
        if (scenario, powershell) not in self._known:
            self._known[scenario, powershell] = self._ask(scenario, powershell)
        return self._known[scenario, powershell]

    def _ask(self, scenario: str, powershell: str | None) -> dict[str, Any]:
        lab = self._pool.lab(scenario, powershell)
        folder = self._folder / f"{scenario}-{'pwsh' if powershell else 'evaluator'}"
        folder.mkdir(exist_ok=True)
        config = folder / "config.yaml"
        config.write_text(yaml.safe_dump(config_of(lab.description, folder / "state")), encoding="utf-8")
        command = [*COMMAND, "--config", str(config), "list", "--all", "--json"]
        done = subprocess.run(command, capture_output=True, check=False)
        assert (done.returncode, done.stderr.decode()) == (0, "")
        lab.check()
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Answers]:
    """Labs of both engines, started when needed."""
    folder = tmp_path_factory.mktemp("scenarios")
    pool = LabPool(folder / "labs")
    yield Answers(pool, folder)
    pool.stop()


@pytest.fixture
def powershell(request: pytest.FixtureRequest) -> str | None:
    """The real PowerShell where the test's engine is that, else None."""
    return str(request.getfixturevalue("pwsh")) if request.param == "pwsh" else None


def codes(thing: dict[str, Any]) -> list[str]:
    """The codes of the alarms of a workload, copy or endpoint."""
    return sorted(alarm["code"] for alarm in thing["alarms"])


def told_copies(answer: dict[str, Any], scenario: Scenario) -> dict[tuple[str, str], tuple[str, list[str]]]:
    """Role and alarms of each copy in an answer, by VM id and host."""
    hosts = {endpoint.name: endpoint.host for endpoint in scenario.endpoints}
    return {
        (workload["key"].removeprefix("hv:"), hosts[copy["endpoint"]]): (copy["role"], codes(copy))
        for workload in answer["workloads"]
        for copy in workload["copies"]
    }


both_engines = pytest.mark.parametrize("powershell", ENGINES, indirect=True)
every_scenario = pytest.mark.parametrize("name", SCENARIOS)


@both_engines
@every_scenario
def test_copies_are_what_the_truth_says_and_no_others(
    answers: Answers, name: str, powershell: str | None
) -> None:
    scenario, answer = scenarios.load(name), answers.of(name, powershell)
    truth = {(copy.vm, copy.host): (copy.role, sorted(copy.alarms)) for copy in scenario.truth.copies}
    assert told_copies(answer, scenario) == truth
    listed = sum(len(workload["copies"]) for workload in answer["workloads"])
    assert listed == len(truth)


@both_engines
@every_scenario
def test_workloads_have_their_names_and_alarms(answers: Answers, name: str, powershell: str | None) -> None:
    scenario, answer = scenarios.load(name), answers.of(name, powershell)
    names = {
        workload.id: {workload.name if copy.name is UNSET else copy.name for copy in workload.copies.values()}
        for workload in scenario.workloads
    }
    for workload in answer["workloads"]:
        ident = workload["key"].removeprefix("hv:")
        assert workload["name"] in names[ident]
        assert codes(workload) == sorted(scenario.truth.workloads.get(ident, []))


@both_engines
@every_scenario
def test_endpoints_are_shown_as_they_are(answers: Answers, name: str, powershell: str | None) -> None:
    scenario, answer = scenarios.load(name), answers.of(name, powershell)
    told = {entry["name"]: (entry["state"], codes(entry)) for entry in answer["endpoints"]}
    truth = scenario.truth.endpoints
    assert told == {key: (value.state, sorted(value.alarms)) for key, value in truth.items()}
    errors = {entry["name"]: entry["error"] or "" for entry in answer["endpoints"]}
    for key, value in truth.items():
        assert SAID[value.error] in errors[key] if value.error else errors[key] == ""
    said = [error for error in errors.values() if error]
    assert len(set(said)) == len(said), "each in its own words"


@pytest.mark.pwsh
@every_scenario
def test_both_engines_give_one_answer(answers: Answers, name: str, pwsh: Path) -> None:
    one, other = answers.of(name, None), answers.of(name, str(pwsh))
    assert timeless(one["workloads"]) == timeless(other["workloads"])


def timeless(value: Any) -> Any:
    """An answer without the times at which it was asked."""
    if isinstance(value, list):
        return [timeless(item) for item in value]
    if isinstance(value, dict):
        moving = ("age_s", "last_sync", "rpo_s", "since", "taken_at")
        return {key: timeless(item) for key, item in value.items() if key not in moving}
    return value
