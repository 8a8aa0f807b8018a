"""The closed list is exactly what our scripts use."""

from __future__ import annotations

from importlib import resources

import pytest

from drconsole.lab.powershell.evaluator import closed_list
from drconsole.lab.powershell.evaluator.check import Uses, parse, uses

COMMAND_LINE = (
    "$ExecutionContext.SessionState.LanguageMode; "
    "$t=@($input)[0]; $r=[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($t))|ConvertFrom-Json;"
    " & ([scriptblock]::Create($r.script)) $r.call"
)
SCRIPTS = sorted(
    (
        f
        for f in (resources.files("drconsole.platforms.hyperv") / "scripts").iterdir()
        # The evaluator refuses the read loop as a whole, so that reads go per call there.
        if f.name.endswith(".ps1") and f.name != "loop.ps1"
    ),
    key=lambda f: f.name,
)


@pytest.fixture(scope="module")
def used() -> Uses:
    """What all scripts and the command line use together."""
    texts = [COMMAND_LINE, *(script.read_text(encoding="utf-8") for script in SCRIPTS)]
    return uses(*(parse(text.encode()) for text in texts))


def test_nodes(used: Uses) -> None:
    assert set(used.nodes) == closed_list.NODES


def test_commands_with_their_parameters(used: Uses) -> None:
    assert {name: set(found) for name, found in used.commands.items()} == closed_list.COMMANDS


def test_types(used: Uses) -> None:
    assert set(used.types) == closed_list.TYPES


def test_members(used: Uses) -> None:
    assert set(used.members) == closed_list.MEMBERS
