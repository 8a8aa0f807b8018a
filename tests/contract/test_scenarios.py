"""Every scenario, read over the real protocols, is told by each console exactly as its ground truth says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET

from drconsole.lab import scenario as scenarios
from tests.lab import LabPool
from tests.scenario_answers import PARTS, Answer, answers_of, told, true

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


class Answers:
    """What all consoles say of a scenario on an engine, asked once each."""

    def __init__(self, pool: LabPool, folder: Path) -> None:
        self._pool = pool
        self._folder = folder
        self._known: dict[tuple[str, str | None], dict[str, Answer]] = {}

    def of(self, scenario: str, powershell: str | None) -> dict[str, Answer]:
        """The answers of all parts."""
        if (scenario, powershell) not in self._known:
            lab = self._pool.lab(scenario, powershell)
            folder = self._folder / f"{scenario}-{'pwsh' if powershell else 'evaluator'}"
            self._known[scenario, powershell] = answers_of(
                lab, scenarios.load(scenario), folder, quick=powershell is None
            )
            lab.check()
        return self._known[scenario, powershell]


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


def _together(name: str) -> pytest.MarkDecorator:
    """One worker asks all about one scenario, so that it is asked once."""
    return pytest.mark.xdist_group(f"scenario {name}")


def _on_engine(name: str, engine: str) -> Any:
    marks = [_together(name), *([pytest.mark.pwsh] if engine == "pwsh" else [])]
    if engine == "pwsh" and name not in SAMPLE:
        marks.append(pytest.mark.slow)
    return pytest.param(name, engine, marks=marks, id=f"{name}-{engine}")


every_scenario = pytest.mark.parametrize(
    ("name", "powershell"),
    [_on_engine(name, engine) for engine in ("evaluator", "pwsh") for name in scenarios.names()],
    indirect=["powershell"],
)


@every_scenario
@pytest.mark.parametrize("part", PARTS)
def test_a_console_says_what_the_truth_says_and_no_more(
    answers: Answers, name: str, powershell: str | None, part: str
) -> None:
    scenario = scenarios.load(name)
    picture, truth = told(answers.of(name, powershell)[part], scenario), true(scenario.truth.parts()[part])
    assert picture.copies == truth.copies
    assert picture.workloads == truth.workloads
    assert picture.endpoints == truth.endpoints


@every_scenario
def test_workloads_have_their_names(answers: Answers, name: str, powershell: str | None) -> None:
    scenario = scenarios.load(name)
    names = {
        workload.name if copy.name is UNSET else copy.name
        for workload in scenario.workloads
        for copy in workload.copies.values()
    }
    for answer in answers.of(name, powershell).values():
        assert {workload["name"] for workload in answer["workloads"]} <= names


@every_scenario
def test_endpoints_say_what_is_wrong_each_in_its_own_words(
    answers: Answers, name: str, powershell: str | None
) -> None:
    parts = scenarios.load(name).truth.parts()
    for part, answer in answers.of(name, powershell).items():
        errors = {entry["name"]: entry["error"] or "" for entry in answer["endpoints"]}
        for key, value in parts[part].endpoints.items():
            assert SAID[value.error] in errors[key] if value.error else errors[key] == ""
        said = [error for error in errors.values() if error]
        assert len(set(said)) == len(said)


@pytest.mark.pwsh
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[_together(name), *([] if name in SAMPLE else [pytest.mark.slow])])
        for name in scenarios.names()
    ],
)
def test_both_engines_give_one_answer(answers: Answers, name: str, pwsh: Path) -> None:
    one, other = answers.of(name, None), answers.of(name, str(pwsh))
    for part in PARTS:
        assert timeless(one[part]["workloads"]) == timeless(other[part]["workloads"])


def timeless(value: Any) -> Any:
    """An answer without the times at which it was asked."""
    if isinstance(value, list):
        return [timeless(item) for item in value]
    if isinstance(value, dict):
        moving = ("age_s", "last_sync", "rpo_s", "since", "taken_at")
        return {key: timeless(item) for key, item in value.items() if key not in moving}
    return value
