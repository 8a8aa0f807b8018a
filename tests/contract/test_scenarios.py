"""Every scenario, read over the real protocols, is told by each console exactly as its ground truth says."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET

from drconsole.lab import scenario as scenarios
from drconsole.lab.scenario_form import Said
from tests.lab import LabPool
from tests.scenario_answers import PARTS, Answer, answers_of, told, true

MOMENT = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?( UTC|Z)?")
SAMPLE = ("split-brain", "owner-moves")
"""What the real PowerShell tells in the default tier; the whole tier asks it all."""
SAID = {
    "timed-out": "complete",
    "unreachable": "No connection",
    "bad-reply": "its reply",
    "certificate": "certificate",
    "rights": "not see its VMs",
    "constrained": "constrained language mode",
}
"""Words by which an endpoint's error shows its code."""


class Labs:
    """What all consoles say of a scenario on an engine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.pool = LabPool(folder / "labs")

    def ask(self, name: str, powershell: str | None) -> dict[str, Answer]:
        """The answers of all parts."""
        lab = self.pool.lab(name, powershell)
        folder = self._folder / f"{name}-{'pwsh' if powershell else 'evaluator'}"
        answers = answers_of(lab, scenarios.load(name), folder, quick=powershell is None)
        lab.check()
        return answers


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Labs]:
    """Labs of both engines, started when needed."""
    found = Labs(tmp_path_factory.mktemp("scenarios"))
    yield found
    found.pool.stop()


def check(name: str, answers: Mapping[str, Answer]) -> None:
    """Assert that each console says what the truth says, and no more."""
    scenario = scenarios.load(name)
    parts = scenario.truth.parts()
    assert set(answers) == set(parts) == set(PARTS)
    for part, said in parts.items():
        picture, truth = told(answers[part], scenario), true(said)
        assert picture.copies == truth.copies, part
        assert picture.workloads == truth.workloads, part
        assert picture.endpoints == truth.endpoints, part
        check_words(answers[part], said)
    names = {
        workload.name if copy.name is UNSET else copy.name
        for workload in scenario.workloads
        for copy in workload.copies.values()
    }
    assert {one["name"] for answer in answers.values() for one in answer["workloads"]} <= names


def check_words(answer: Answer, truth: Said) -> None:
    """Assert that endpoints say what is wrong with them, each in its own words."""
    errors = {entry["name"]: entry["error"] or "" for entry in answer["endpoints"]}
    for key, value in truth.endpoints.items():
        if value.error:
            assert SAID[value.error] in errors[key], key
        else:
            assert errors[key] == "", key
    said = [error for error in errors.values() if error]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("name", scenarios.names())
def test_each_console_says_what_the_truth_says(labs: Labs, name: str) -> None:
    check(name, labs.ask(name, None))


@pytest.mark.pwsh
@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[] if n in SAMPLE else [pytest.mark.slow]) for n in scenarios.names()],
)
def test_so_it_does_on_a_real_powershell_in_the_same_words(labs: Labs, name: str, pwsh: Path) -> None:
    answers = labs.ask(name, str(pwsh))
    check(name, answers)
    for part, answer in labs.ask(name, None).items():
        assert timeless(answer["workloads"]) == timeless(answers[part]["workloads"])


def timeless(value: Any) -> Any:
    """An answer without the times at which it was asked."""
    if isinstance(value, list):
        return [timeless(item) for item in value]
    if isinstance(value, dict):
        moving = ("age_s", "last_sync", "rpo_s", "since", "taken_at")
        return {key: timeless(item) for key, item in value.items() if key not in moving}
    if isinstance(value, str):
        # Notes of a scenario are as old as its machines have run.
        return MOMENT.sub("a moment", value)
    return value
