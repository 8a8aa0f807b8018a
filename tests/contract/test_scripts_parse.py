"""Every script we send, judged by a real parser: syntax, binding, 5.1, and the house rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import drconsole.platforms.hyperv
from drconsole.lab.powershell.proxy import signatures
from tests.contract.scripts.rules import findings, parsed

pytestmark = pytest.mark.pwsh

FOLDER = Path(drconsole.platforms.hyperv.__file__).parent / "scripts"
SCRIPTS = {path.name: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.ps1"))}

# Its text is no read: it starts them, beside the machine, where the rules for scripts do not reach.
LOOP = "loop.ps1"

PLANTED = {
    # syntax
    "if ($a) { 1": "syntax",
    "$x = ": "syntax",
    "try { 1 }": "syntax",
    "$a -eqq 1": "syntax",
    # commands that a script may not call
    "Get-Process": "unknown",
    "Stop-Computer -Force": "unknown",
    "gci -Path 'x'": "unknown",
    "& 'Get-Nothing'": "unknown",
    "Invoke-Expression -Command $x": "unknown",
    "& $command": "dynamic",
    "Get-VM -Id $id | % { $_ }": "unknown",
    # parameters that do not bind
    "Get-VM -Identifier $id": "binding",
    "Get-VMSnapshot -VM $vm -Snapshot Replica": "binding",
    "Get-VMReplication -State Replicating": "binding",
    "Start-VMFailover -VM $vm -Prepare -AsTest": "binding",
    "Start-VMFailover -Passthru": "binding",
    "Stop-VM -VM": "binding",
    "Get-VM -Id -CimSession $x": "binding",
    "Get-VM -Id $a -Id $b": "binding",
    "get-vm -Id $id": "binding",
    "Get-VMReplication -ReplicationState Sleeping": "binding",
    "Set-VMReplication -VM $vm -ReplicationFrequencySec 10": "binding",
    "Get-VM -Id $id -ErrorAction Break": "binding",
    "Get-VM -Id $id -Confirm": "binding",
    "function Get-It { param($A) $A }\nGet-It -B 1": "binding",
    # parameters are named, and named in full
    "Get-VMReplication $vm": "position",
    "Stop-VM -VM $vm -Force $true": "position",
    "$a | Where-Object { $_ }": "position",
    "function Get-It { param($A) $A }\nGet-It 1": "position",
    "Get-VM @table": "splat",
    "function Get-It { param($A) $A }\nGet-It @table": "splat",
    "ConvertTo-Json -InputObject $x -Depth 3 -Comp": "binding",
    "ConvertTo-Json -InputObject $x -Compress": "depth",
    # objects, never names; arguments, never the pipeline
    "Get-VM -Name $x": "name",
    "Get-VMReplication -VMName $x": "name",
    "Connect-VMNetworkAdapter -VMNetworkAdapter $a -SwitchName $x": "name",
    "$vm | Stop-VM -Force": "pipeline",
    "Get-VM -Id $id | Get-VMReplication": "pipeline",
    "Get-ClusterGroup | Get-ClusterResource": "pipeline",
    # what Windows PowerShell 5.1 does not have
    "$x = $a ? 1 : 2": "5.1",
    "$x = $a ?? 1": "5.1",
    "$a ??= 1": "5.1",
    "${a}?.Length": "5.1",
    "$a?.Length": "5.1",
    "${a}?[0]": "5.1",
    "1 && 2": "5.1",
    "1 || 2": "5.1",
    '$x = "`u{263a}"': "5.1",
    '"a`e[1m$x"': "5.1",
    "$x\n| Out-Null": "5.1",
    "$x = 0b101": "5.1",
    "$x = 10u": "5.1",
    "$x = 'a'..'z'": "5.1",
    "$x -replace 'a', 'b' -replace { 1 }": "5.1",
    "if ($IsLinux) { 1 }": "5.1",
    "$x = & { 1 } &": "5.1",
    "function f {\n    end { 1 }\n    clean { 2 }\n}": "5.1",
    "$x | ForEach-Object -Parallel { $_ }": "binding",
    "ConvertFrom-Json -InputObject $x -AsHashtable": "binding",
    "Get-Date -AsUTC": "binding",
    "$x | Sort-Object -Top 3": "binding",
    # the machine that runs the script is not the host that it is about
    "$x = [datetime]::UtcNow": "machine",
    "$x = [System.DateTime]::Now": "machine",
    "$x = [IO.File]::Exists('x')": "machine",
    "$x = [Environment]::MachineName": "machine",
    "[Console]::WriteLine('x')": "machine",
    "$x = [Diagnostics.Stopwatch]::StartNew()": "machine",
    "$x = [Net.WebClient]": "machine",
    "$x = $env:COMPUTERNAME": "machine",
    "$x = $PWD": "machine",
    "1 > out.txt": "machine",
    # data never becomes code
    "& ([scriptblock]::Create($Arguments.text))": "code",
    "$ExecutionContext.InvokeCommand.NewScriptBlock($x)": "code",
}

CLEAN = """
param($Arguments)
function ConvertTo-Stamp {
    param($When)
    $When.ToUniversalTime().ToString('o')
}
$vm = Get-VM -Id $Arguments.vm
$points = @(Get-VMSnapshot -VM $vm | Sort-Object -Property CreationTime)
$test = Start-VMFailover -VMRecoverySnapshot $points[0] -AsTest -Passthru -Confirm:$false
Stop-VM -VM $test -TurnOff -Force -ErrorAction Stop
$other = $points | Where-Object -FilterScript { $_.Id -ne $Arguments.id }
$ids = $other | ForEach-Object -Process { "$($_.Id)" }
$now = ConvertTo-Stamp -When (Get-Date)
[ordered]@{ now = $now; ids = @($ids); rate = [math]::Round(1.5); text = "a`tb"; wild = 'a?' } | Out-Null
ConvertTo-Json -InputObject @{ a = [long]1 } -Depth 5 -Compress
"""


@pytest.fixture(scope="module")
def facts(pwsh: Path) -> Mapping[str, Any]:
    """What the parser saw, for all texts of this module."""
    texts = {f"script {name}": text for name, text in SCRIPTS.items()}
    texts |= {f"planted {index}": text for index, text in enumerate(PLANTED)}
    return parsed(pwsh, {**texts, "clean": CLEAN})


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name != LOOP])
def test_our_scripts_keep_every_rule(facts: Mapping[str, Any], name: str) -> None:
    assert findings(facts[f"script {name}"], frame=name == "frame.ps1") == []


def test_the_loop_is_valid_and_for_5_1(facts: Mapping[str, Any]) -> None:
    found = findings(facts[f"script {LOOP}"], frame=True)
    assert {finding.rule for finding in found} == {"machine"}


def test_the_scripts_are_found() -> None:
    assert {"frame.ps1", "light.ps1", LOOP} <= SCRIPTS.keys()


def test_a_clean_script_has_no_findings(facts: Mapping[str, Any]) -> None:
    assert findings(facts["clean"]) == []


@pytest.mark.parametrize(("index", "rule"), list(enumerate(PLANTED.values())), ids=list(PLANTED))
def test_a_planted_violation_is_found(facts: Mapping[str, Any], index: int, rule: str) -> None:
    found = {finding.rule for finding in findings(facts[f"planted {index}"])}
    assert rule in found
    assert found <= {rule, "binding"} or rule in ("syntax", "unknown"), "one violation, one rule"


def test_the_frame_alone_makes_code_of_text(facts: Mapping[str, Any]) -> None:
    assert {finding.rule for finding in findings(facts["script frame.ps1"])} == {"code"}


def test_the_built_ins_are_those_of_5_1() -> None:
    added = {"Parallel", "AsHashtable", "AsUTC", "UnixTimeSeconds", "Top", "Bottom", "Stable", "AsArray"}
    for cmdlet in signatures.built_ins():
        assert not added & {parameter.name for parameter in cmdlet.parameters}, cmdlet.name
        assert cmdlet.default_set in cmdlet.sets
