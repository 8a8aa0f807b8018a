"""Print what consoles say of scenarios beside the ground truth: ``python -m tests.scenarios [NAME...]``.

One table per scenario, a line for each copy, and the engines that differ from the truth. The real PowerShell
takes part where DRCONSOLE_PWSH names one. The exit code is 1 when anything differs.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from drconsole.lab import scenario as scenarios
from drconsole.lab.scenario_form import Scenario
from drconsole.wording.names import visible
from tests.lab import LabPool
from tests.scenario_answers import PARTS, Picture, answers_of, told, true

Pictures = Mapping[str, Mapping[str, Picture]]
"""What each engine says, by engine and part."""


def main(names: list[str]) -> int:
    """Print the tables of these scenarios, or of all."""
    engines = {"evaluator": None, "PowerShell": os.environ.get("DRCONSOLE_PWSH")}
    wanted = {name: path for name, path in engines.items() if name == "evaluator" or path}
    differing = 0
    with tempfile.TemporaryDirectory(prefix="drconsole-scenarios-") as place:
        pool = LabPool(Path(place) / "labs")
        try:
            for name in names or scenarios.names():
                scenario = scenarios.load(name)
                pictures = {
                    engine: _pictures(pool, scenario, name, path, Path(place) / f"{name}-{engine}")
                    for engine, path in wanted.items()
                }
                lines, wrong = table(scenario, pictures)
                differing += wrong
                sys.stdout.write(f"\n{name}\n" + "".join(f"  {line}\n" for line in lines))
        finally:
            pool.stop()
    sys.stdout.write(f"\n{differing} lines differ from the truth; engines: {', '.join(wanted)}\n")
    return 1 if differing else 0


def _pictures(
    pool: LabPool, scenario: Scenario, name: str, powershell: str | None, folder: Path
) -> dict[str, Picture]:
    answers = answers_of(pool.lab(name, powershell), scenario, folder, quick=powershell is None)
    return {part: told(answer, scenario) for part, answer in answers.items()}


def table(scenario: Scenario, pictures: Pictures) -> tuple[list[str], int]:
    """The lines of one scenario, and how many differ from the truth.

    Parts that say the same of a copy share a line.
    """
    lines, wrong = [], 0
    for subject, said in _subjects(scenario, pictures):
        for parts, (truth, *engines) in _shared(said):
            apart = [text for text in engines if text != truth]
            wrong += bool(apart)
            shown = truth or "(nothing)"
            mark = "  <-- " + "; ".join(text or "(nothing)" for text in apart) if apart else ""
            lines.append(f"{subject:<44} {parts:<34} {shown}{mark}")
    return lines, wrong


def _subjects(scenario: Scenario, pictures: Pictures) -> Iterator[tuple[str, dict[str, tuple[str, ...]]]]:
    """Each copy, workload and endpoint, with what the truth and each engine say of it by part."""
    names = {workload.id: visible(workload.name)[:24] for workload in scenario.workloads}
    truth = {part: true(said) for part, said in scenario.truth.parts().items()}
    all_of = [truth, *pictures.values()]
    keys: dict[tuple[str, ...], None] = {}
    for pictured in all_of:
        for picture in pictured.values():
            keys |= dict.fromkeys(("copy", *key) for key in picture.copies)
            keys |= dict.fromkeys(("workload", key) for key in picture.workloads)
            keys |= dict.fromkeys(("endpoint", key) for key in picture.endpoints)
    for key in keys:
        label = {"copy": names.get(key[1], key[1]) + f" at {key[-1]}", "endpoint": f"endpoint {key[1]}"}
        subject = label.get(key[0], names.get(key[1], key[1]))
        yield subject, {part: tuple(_text(one[part], key) for one in all_of) for part in PARTS}


def _text(picture: Picture, key: tuple[str, ...]) -> str:
    if key[0] == "copy":
        found = picture.copies.get((key[1], key[2]))
        if found is None:
            return ""
        role, alarms, fresh = found
        return " ".join([role if fresh else f"{role} (last known)", *alarms])
    if key[0] == "endpoint":
        state, alarms = picture.endpoints.get(key[1], ("", ()))
        return " ".join([state, *alarms])
    return " ".join(picture.workloads.get(key[1], ()))


def _shared(said: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    rows: dict[tuple[str, ...], list[str]] = {}
    for part, texts in said.items():
        rows.setdefault(texts, []).append(part)
    for texts, parts in rows.items():
        if any(texts):
            yield "" if len(parts) == len(PARTS) else ", ".join(parts), texts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
