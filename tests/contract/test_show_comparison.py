"""``drconsole show`` of a workload that runs twice: the comparison in the words of the screen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.commands import run, serving

ERP_APP = "c806024f-727d-5c8a-9dd8-6ceb7ffd2a59"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The configuration of the scenario ``split-brain``, whose clock stands."""
    home = tmp_path_factory.mktemp("served")
    words = ("--scenario", "split-brain", "--speed", "0", "--serve", "--write-config", "lab.yaml")
    with serving("lab", *words, home=home) as process:
        assert process.stdout
        assert process.stdout.readline() == f"ready {home / 'lab.yaml'}\n"
        yield home / "lab.yaml"


def show(config: Path, *words: str) -> str:
    """What ``show`` prints, one blank for many."""
    ran = run("--config", config, "show", *words, "--width", "160", home=config.parent)
    assert (ran.returncode, ran.stderr) == (0, "")
    return re.sub(" +", " ", ran.stdout)


def test_both_sides_are_compared_before_all_else(served: Path) -> None:
    text = show(served, "crm")
    assert text.startswith(" crm SPLIT-BRAIN\n")
    assert " now FORMER ORIGINAL, running RECOVERED, running\n" in text
    assert "run 5c1d90ab by j.smith at ops01\n" in text
    assert " network not known not known\n" in text
    assert "\n Both have run at once for at least 15 min. Each minute makes it worse.\n" in text
    assert "it only reads." in text
    assert "Get-VM -Id" not in text


def test_a_deep_look_tells_networks(served: Path) -> None:
    text = show(served, "erp-app", "--deep")
    assert " network Production, connected Production, connected\n" in text
    assert " seen by gold (node NYCL02) just now goldr2 (node NJCL01) just now\n" in text


def test_the_commands_are_told_when_they_are_asked_for(served: Path) -> None:
    text = show(served, "erp-app", "--commands")
    assert text.count(f"$vm = Get-VM -Id {ERP_APP}\n") == 2
    assert text.count("Get-VMNetworkAdapter -VM $vm | Disconnect-VMNetworkAdapter\n") == 2
    assert "PowerShell on node NYCL02" in text
    assert "PowerShell on node NJCL01" in text


@pytest.mark.parametrize("words", [(), ("--commands",)])
def test_a_workload_that_runs_once_is_not_compared(served: Path, words: tuple[str, ...]) -> None:
    text = show(served, "file-01", *words)
    assert text.startswith(" file-01 Hyper-V")
    assert "SPLIT-BRAIN" not in text
    assert "Stop-VM" not in text
