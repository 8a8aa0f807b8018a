"""Every statement of every script is executed on the evaluator by these cases."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from drconsole.lab.powershell.evaluator.frame import Place
from drconsole.lab.powershell.evaluator.script import statements_of
from tests.unit.evaluator_world import (
    PER_CALL,
    SCRIPTS,
    SmallWorld,
    answer,
    machine,
    relation,
    request,
    run,
    thing,
)

LIGHT = (SCRIPTS / "light.ps1").read_text(encoding="utf-8")
FRAME = (SCRIPTS / "frame.ps1").read_text(encoding="utf-8")
TEST_MACHINE = thing("VirtualMachine", Id={"$guid": "00000000-0000-4000-8000-000000000009"})
FAILURE = {
    "is": "fatal",
    "id": "AccessDenied",
    "text": "You do not have the required permission.",
    "category": "PermissionDenied",
    "exception": "Microsoft.HyperV.PowerShell.VirtualizationException",
}
CASES: dict[str, dict[str, list[dict[str, Any]]]] = {
    "nothing on the host": {},
    "a machine without replication": {"Get_VM": [machine(1)]},
    "a relationship": {"Get_VM": [machine(1)], "Get_VMReplication": [relation(1)]},
    "a test machine": {"Get_VMReplication": [relation(1, TestVirtualMachine=TEST_MACHINE)]},
    "never replicated": {"Get_VMReplication": [relation(1, LastReplicationTime=None)]},
    "two of everything": {
        "Get_VM": [machine(1), machine(2)],
        "Get_VMReplication": [relation(1), relation(2)],
    },
    "an error": {"Get_VM": [FAILURE]},
}


@pytest.fixture(scope="module")
def ran() -> tuple[dict[str, dict[str, Any]], dict[str, set[Place]]]:
    """Answers of all cases, and what was executed in any."""
    answers: dict[str, dict[str, Any]] = {}
    trace: dict[str, set[Place]] = {}
    for name, told in CASES.items():
        taken, world, engine = run(partial(SmallWorld, **told), PER_CALL, request(LIGHT))
        answers[name] = answer(taken)
        assert world.unmodelled == []
        for text, places in engine.trace.items():
            trace.setdefault(text, set()).update(places)
    return answers, trace


@pytest.mark.parametrize("text", [FRAME, LIGHT], ids=["frame", "light"])
def test_every_statement_was_executed(
    text: str, ran: tuple[dict[str, dict[str, Any]], dict[str, set[Place]]]
) -> None:
    _, trace = ran
    assert statements_of(text) - trace[text] == set()
    assert len(statements_of(text)) > 8


def test_scripts_are_all_measured() -> None:
    assert {f.name for f in SCRIPTS.iterdir() if f.name.endswith(".ps1")} == {"frame.ps1", "light.ps1"}


def test_answers(ran: tuple[dict[str, dict[str, Any]], dict[str, set[Place]]]) -> None:
    answers, _ = ran
    plain = answers["a machine without replication"]["value"]
    assert plain["relations"] == []
    assert plain["vms"] == [
        {
            "id": "00000000-0000-4000-8000-000000000001",
            "name": "vm1",
            "power": "Running",
            "uptime_s": 61,
            "notes": "",
            "mode": "Primary",
            "state": "Replicating",
        }
    ]
    assert plain["now"] == "2026-03-01T12:00:00.0000000Z"
    related = answers["a relationship"]["value"]["relations"]
    assert related[0]["last_sync"] == "2026-03-01T11:55:00.0000000Z"
    assert related[0]["test_vm"] is None
    tested = answers["a test machine"]["value"]["relations"][0]
    assert tested["test_vm"] == "00000000-0000-4000-8000-000000000009"
    assert answers["never replicated"]["value"]["relations"][0]["last_sync"] is None
    assert len(answers["two of everything"]["value"]["vms"]) == 2
    failed = answers["an error"]
    assert (failed["ok"], failed["error"]["category"]) == (False, "PermissionDenied")
