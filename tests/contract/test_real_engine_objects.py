"""What scripts do with objects of a host: the evaluator answers as a real PowerShell does, or refuses."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from drconsole.lab.clock import Clock
from drconsole.lab.powershell.evaluator_engine import EvaluatorEngine
from drconsole.lab.powershell.process import Engine, Start
from drconsole.lab.powershell.real_engine import RealEngine
from drconsole.platforms.hyperv import script
from tests.contract.real_lab import Answer, Heard
from tests.contract.test_real_engine_differential import (
    POINT,
    START,
    TEST,
    WEB,
    Recording,
    replica_with_a_test,
)

SNIPPETS = (
    (Path(__file__).parent / "goldens" / "host_objects.txt").read_text("utf-8").strip().split("\n---\n")
)
FLOOR = 144
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


class Running(Recording):
    """The model on a clock that runs fast enough for acts."""

    def __init__(self) -> None:
        super().__init__(replica_with_a_test(), frozenset())
        self.clock = Clock(START, speed=100.0)


async def told(make: Callable[[Running], Engine], snippets: list[str]) -> Answer:
    """What an engine's process writes for some snippets."""
    engine = make(Running())
    try:
        heard = Heard()
        process = await engine.start(Start("NJHV01", script.COMMAND_LINE, 65001, {}), heard)
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


@pytest.mark.pwsh
def test_objects_of_the_host(pwsh: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answered = [one for one in SNIPPETS if values(asyncio.run(told(evaluator, [one])))]
    mine = values(asyncio.run(told(evaluator, answered)))
    theirs = values(asyncio.run(told(lambda world: RealEngine(world, pwsh), answered)))
    assert mine is not None
    assert theirs is not None
    assert len(mine) == len(theirs) == len(answered)
    wrong = [each for each in zip(answered, mine, theirs, strict=True) if each[1] != each[2]]
    with capsys.disabled():
        print(f"\n{len(answered)} of {len(SNIPPETS)} snippets answered, the floor is {FLOOR}")  # noqa: T201
    assert not wrong
    assert len(answered) >= FLOOR
