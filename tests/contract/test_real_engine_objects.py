"""What scripts do with objects of a host: the evaluator answers as a real PowerShell does, or refuses."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from drconsole.lab.clock import Clock
from drconsole.lab.hyperv.machines import Host
from drconsole.lab.powershell.evaluator_engine import EvaluatorEngine
from drconsole.lab.powershell.process import Engine, Start
from drconsole.lab.powershell.real_engine import RealEngine
from drconsole.platforms.hyperv import script
from tests.contract.goldens.host_snippets import at_random
from tests.contract.real_lab import Answer, Heard
from tests.contract.test_real_engine_differential import (
    POINT,
    START,
    TEST,
    WEB,
    Recording,
    cluster,
    replica_with_a_test,
)

FILES = Path(__file__).parent / "goldens"
BEFORE = f"$id = '{WEB}'; $other = '{POINT}'; $testvm = '{TEST}'\n"
BODY = """param($Arguments)
foreach ($script in @($Arguments.files)) {
    $out = @(
        try {
            & ([scriptblock]::Create($script))
        } catch {
            "E:$($_.FullyQualifiedErrorId)|$($_.CategoryInfo.Category)|$($_.Exception.GetType().FullName)"
        }
    )
    [ordered]@{
        value = @(
            foreach ($one in $out) {
                if ($null -eq $one) { 'null' }
                if ($null -ne $one) { "$($one.GetType().FullName): $one" }
            }
        )
    }
}
"""
"""Runs snippets one after the other, each in a scope of its own, and tells what each put out."""


@dataclass(frozen=True)
class Place:
    """Snippets in a file, the host they run on, and how many of them the evaluator answers at least."""

    file: str
    host: str
    world: Callable[[], list[Host]]
    floor: int

    @property
    def snippets(self) -> list[str]:
        """All of them."""
        return (FILES / self.file).read_text("utf-8").strip().split("\n---\n")


PLACES = [
    Place("host_objects.txt", "NJHV01", replica_with_a_test, 144),
    Place("cluster_objects.txt", "NJCL02", cluster, 23),
]


class Running(Recording):
    """The model on a clock that runs fast enough for acts, or stands still."""

    def __init__(self, hosts: list[Host], speed: float) -> None:
        super().__init__(hosts, frozenset())
        self.clock = Clock(START, speed=speed)


async def told(
    place: Place, make: Callable[[Running], Engine], snippets: list[str], speed: float = 100.0
) -> Answer:
    """What an engine's process writes for some snippets."""
    engine = make(Running(place.world(), speed))
    try:
        heard = Heard()
        process = await engine.start(Start(place.host, script.COMMAND_LINE, 65001, {}), heard)
        call = {"body": BODY, "arguments": {"files": [BEFORE + one for one in snippets]}}
        asked = json.dumps({"script": script.text_of("frame.ps1"), "call": call})
        process.feed(base64.b64encode(asked.encode()) + b"\n")
        process.close_input()
        return await heard.ended
    finally:
        await engine.close()


def evaluator(world: Running) -> Engine:
    """The evaluator."""
    return EvaluatorEngine(world, asyncio.get_running_loop())


def values(answer: Answer) -> list[list[str]] | None:
    """What each snippet put out; None where the process said no more than why it refuses."""
    lines = answer.out.decode().split("\r\n")
    if "drconsole-end" not in lines:
        return None
    frame: dict[str, Any] = json.loads(base64.b64decode(lines[lines.index("drconsole-end") - 1]))
    assert frame["ok"], frame["error"]
    rows = frame["value"] if isinstance(frame["value"], list) else [frame["value"]]
    # 5.1 escapes quotes in JSON, 7 does not.
    return [[one.replace("\\u0027", "'") for one in row["value"]] for row in rows]


def answered(place: Place, snippets: list[str], speed: float = 100.0) -> list[str]:
    """The snippets that the evaluator answers."""
    return [one for one in snippets if values(asyncio.run(told(place, evaluator, [one], speed)))]


def wrong_answers(pwsh: Path, place: Place, snippets: list[str], speed: float = 100.0) -> list[object]:
    """What the evaluator answers otherwise than a real PowerShell."""
    mine = values(asyncio.run(told(place, evaluator, snippets, speed)))
    theirs = values(asyncio.run(told(place, lambda world: RealEngine(world, pwsh), snippets, speed)))
    assert mine is not None
    assert theirs is not None
    assert len(mine) == len(theirs) == len(snippets)
    return [each for each in zip(snippets, mine, theirs, strict=True) if each[1] != each[2]]


@pytest.mark.pwsh
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.file)
def test_objects_of_a_host(pwsh: Path, place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    mine = answered(place, place.snippets)
    with capsys.disabled():
        print(f"\n{len(mine)} of {len(place.snippets)} answered, the floor is {place.floor}")  # noqa: T201
    assert wrong_answers(pwsh, place, mine) == []
    assert len(mine) >= place.floor


@pytest.mark.pwsh
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("place", PLACES, ids=["host", "cluster"])
def test_operators_on_objects_of_a_host(
    pwsh: Path, place: Place, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    made = at_random("host" if place is PLACES[0] else "cluster", seed, 150)
    mine = answered(place, made, speed=0.0)
    with capsys.disabled():
        print(f"\nseed {seed}: {len(mine)} of {len(made)} answered")  # noqa: T201
    assert wrong_answers(pwsh, place, mine, speed=0.0) == []
    assert len(mine) > 80
