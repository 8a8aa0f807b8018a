"""The page of commands pasted into a real PowerShell is what it says, however narrow the terminal was."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from drconsole.domain.deep import Adapter, Deep, Inspection
from drconsole.tui.comparison import command_lines
from drconsole.tui.widgets.ink import plain
from tests.contract.scripts.rules import findings, parsed
from tests.tui.pictures import NOW, picture, split_brain

pytestmark = pytest.mark.pwsh

ADAPTER = r"Microsoft:00000001-0000-4000-8000-000000000000\00000009-0000-4000-8000-00000000000"
COMMAND = "     "


def pasted(width: int) -> str:
    """The commands of the page at this width, without its remarks."""
    workload = picture(split_brain("erp-db", 1)).workloads[0]
    adapters = tuple(Adapter(ADAPTER + letter, letter, "Production") for letter in "AB")
    looked = Inspection(deep=Deep("vm", NOW, NOW, adapters=adapters))
    workload = replace(workload, copies=tuple(replace(c, inspection=looked) for c in workload.copies))
    lines = [plain(line).rstrip() for line in command_lines(workload, width)]
    return "\n".join(line for line in lines if line.startswith(COMMAND))


def test_the_page_is_the_same_commands_at_every_width(pwsh: Path) -> None:
    seen = parsed(pwsh, {str(width): pasted(width) for width in (60, 80, 100, 120, 400)})
    whole = [(one["name"], one["elements"]) for one in seen["400"]["commands"]]
    assert len(whole) > 20
    for width, facts in seen.items():
        rules = {finding.rule for finding in findings(facts)}
        assert not rules & {"syntax", "binding", "position", "splat"}, (width, findings(facts))
        assert [(one["name"], one["elements"]) for one in facts["commands"]] == whole
