"""The same scripts on the same world: the evaluator and a real PowerShell call and answer alike."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drconsole.lab import scenario
from drconsole.lab.clock import Clock
from drconsole.lab.hyperv.call import Call, Sink
from drconsole.lab.hyperv.machines import Host, Leg, Machine
from drconsole.lab.hyperv.model import HyperVWorld
from drconsole.lab.hyperv.populate import build_hosts
from drconsole.lab.powershell.evaluator.script import ADMITTED, compile_text
from drconsole.lab.powershell.evaluator_engine import EvaluatorEngine
from drconsole.lab.powershell.process import Engine, Start
from drconsole.lab.powershell.real_engine import RealEngine
from drconsole.platforms.hyperv import script
from tests.contract.real_lab import Answer, Heard

pytestmark = pytest.mark.pwsh

START = datetime(2026, 3, 2, 8, 0, 0, 123456, tzinfo=UTC)
FOLDER = Path(script.__file__).parent / "scripts"
NY, NJ = "nyhv01.corp.example", "njhv01.corp.example"
WEB = "11111111-1111-4111-8111-111111111111"
TEST = "22222222-2222-4222-8222-222222222222"


class Recording(HyperVWorld):
    """The lab's model, and all calls that were made on it."""

    def __init__(self, hosts: list[Host]) -> None:
        super().__init__(Clock(START, speed=0), hosts)
        self.calls: list[Call] = []

    async def run(self, call: Call, sink: Sink) -> dict[str, Any]:
        """Remember the call."""
        self.calls.append(call)
        return await super().run(call, sink)


def replica_with_a_test() -> list[Host]:
    """A replica that never had a sync, whose test copy exists, and names that could be code."""
    replica = Machine("NJHV01", WEB, "a'b\"; $(x) `n [1]", notes="ä\r\n日 \U0001f600", test=TEST)
    replica.legs.append(Leg("Replica", "Error", NY, NJ, NJ, health="Critical"))
    replica.legs.append(Leg("ExtendedReplica", "Replicating", NY, NJ, NJ, kind="Extended", last_sync=START))
    test = Machine(
        "NJHV01", TEST, "web - Test", "Running", START - timedelta(days=40), own_mode="TestReplica"
    )
    return [Host("NJHV01", NJ, machines={WEB: replica, TEST: test}, skew=timedelta(seconds=-90))]


def no_rights() -> list[Host]:
    """An account that may log in and not see Hyper-V."""
    return [Host("NJHV01", NJ, rights=False)]


@dataclass(frozen=True)
class Case:
    """One script with arguments on one host of one world."""

    name: str
    host: str
    world: Callable[[], list[Host]]
    body: str
    arguments: dict[str, Any] = field(default_factory=dict)

    @property
    def request(self) -> bytes:
        """What the product would send."""
        call = {"body": self.body, "arguments": self.arguments}
        text = json.dumps({"script": script.text_of("frame.ps1"), "call": call})
        return base64.b64encode(text.encode()) + b"\n"


LIGHT = script.text_of("light.ps1")


def scenario_world(name: str) -> Callable[[], list[Host]]:
    """The hosts of a scenario at its start."""
    return lambda: build_hosts(scenario.load(name), START)


CASES = [
    *(
        Case(f"light, {name}, {host}", host, scenario_world(name), LIGHT)
        for name in scenario.names()
        for host in scenario.load(name).hosts
    ),
    Case("light, replica with a test", "NJHV01", replica_with_a_test, LIGHT),
    Case("light, no rights", "NJHV01", no_rights, LIGHT),
    Case("light, an empty host", "NJHV01", lambda: [Host("NJHV01", NJ)], LIGHT),
]


@dataclass
class Run:
    """What one engine did with all cases."""

    answers: dict[str, Answer] = field(default_factory=dict)
    calls: dict[str, list[Call]] = field(default_factory=dict)
    unmodelled: dict[str, list[str]] = field(default_factory=dict)
    trace: dict[str, set[Any]] = field(default_factory=dict)


async def run(make: Callable[[Recording], Engine]) -> Run:
    """Run every case on a fresh world."""
    done = Run()
    for case in CASES:
        world = Recording(case.world())
        engine = make(world)
        try:
            heard = Heard()
            process = await engine.start(Start(case.host, script.COMMAND_LINE, 65001, {}), heard)
            process.feed(case.request)
            process.close_input()
            done.answers[case.name] = await heard.ended
        finally:
            await engine.close()
        done.calls[case.name], done.unmodelled[case.name] = world.calls, world.unmodelled
        if isinstance(engine, EvaluatorEngine):
            for text, places in engine.trace.items():
                done.trace.setdefault(text, set()).update(places)
    return done


@pytest.fixture(scope="module")
def evaluated() -> Run:
    """All cases on the evaluator."""
    return asyncio.run(run(lambda world: EvaluatorEngine(world, asyncio.get_running_loop())))


@pytest.fixture(scope="module")
def real(pwsh: Path) -> Run:
    """All cases on a real PowerShell."""
    return asyncio.run(run(lambda world: RealEngine(world, pwsh)))


def ordered(answer: Answer) -> Any:
    """The frame of an answer with its keys in order; the shell's own version says which engine it is."""
    first, end = answer.out.decode().split("\r\n")[:2]
    assert end == "drconsole-end"
    frame = json.loads(base64.b64decode(first), object_pairs_hook=list)
    value = dict(frame)["value"]
    if value is not None:
        value[:] = [(key, None if key == "version" else one) for key, one in value]
    return frame


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_both_engines_answer_alike(evaluated: Run, real: Run, case: Case) -> None:
    ours, theirs = evaluated.answers[case.name], real.answers[case.name]
    assert (ours.code, ours.err) == (theirs.code, theirs.err) == (0, b"")
    assert ordered(ours) == ordered(theirs)
    assert evaluated.calls[case.name] == real.calls[case.name]
    assert evaluated.unmodelled[case.name] == real.unmodelled[case.name] == []


def test_the_cases_run_every_statement_of_every_script(evaluated: Run) -> None:
    for path in sorted(FOLDER.glob("*.ps1")):
        text = path.read_text("utf-8")
        _, places = compile_text(text, ADMITTED)
        assert set(places) == evaluated.trace.get(text, set()), path.name
