"""A console that was killed: what it knew is what the next one begins with."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from drconsole.cli.lab_place import config_of
from tests.contract.commands import Terminal, run
from tests.lab import LabProcess

CRM = "073a766e-37b5-5f18-847e-71692cea3454"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[LabProcess]:
    """The lab at the beginning of the scenario in which notes are rewritten."""
    found = LabProcess.start("reverse-half-done", tmp_path / "lab", speed=0)
    yield found
    found.stop()


def test_a_killed_console_s_knowledge_of_a_record_is_not_lost(lab: LabProcess, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump(config_of(lab.description, tmp_path / "state")), encoding="utf-8")

    terminal = Terminal("--config", config, home=tmp_path)
    terminal.until("crm")
    kept = tmp_path / "state" / "records" / "njhv01.json"
    while not (kept.is_file() and CRM in kept.read_text(encoding="utf-8")):
        assert terminal.process.poll() is None
        threading.Event().wait(0.02)
    terminal.process.kill()
    terminal.process.wait()
    lab.change("NJHV01", CRM, notes="Backed up by a backup product")

    for _ in range(2):
        assert alarms(config, tmp_path) == ["record-gone"]


def alarms(config: Path, home: Path) -> list[str]:
    """What a new console says of the copy whose notes were rewritten."""
    done = run("--config", config, "list", "--json", home=home)
    assert (done.returncode, done.stderr) == (0, "")
    answer: dict[str, Any] = json.loads(done.stdout)
    (crm,) = (one for one in answer["workloads"] if one["key"] == f"hv:{CRM}")
    (copy,) = (one for one in crm["copies"] if one["site"] == "New Jersey")
    return [alarm["code"] for alarm in copy["alarms"]]
