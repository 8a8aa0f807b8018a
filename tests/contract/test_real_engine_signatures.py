"""The compiled cmdlets have the documented signatures, and bind as the recorded command lines did."""

from __future__ import annotations

import asyncio
import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drconsole.lab.hyperv.call import Call, Sink
from drconsole.lab.powershell.proxy import signatures
from tests.contract.real_lab import Answer, Handler, encoded, item, lab

GOLDENS = Path(__file__).parent / "goldens"

DIFFER = {
    "op-set-rep": "binding a pipeline by property name reads a property that a stub object does not send",
    "rd-cluster-pipe": "the same",
    "rd-cluster-vmid-prop": "the same",
    "wr-guid-pipe": "an object that is not the model's is refused",
    "wr-pipe-mixed": "the functions behind the goldens keep the VM of the record before",
    "wr-timespan": "a TimeSpan travels as seconds, not as the text it was written in",
}
"""Recorded lines that are answered otherwise, and why that is right."""


def rows() -> list[dict[str, Any]]:
    """The recorded command lines with their answers."""
    return [json.loads(line) for line in (GOLDENS / "binding.jsonl").read_text("utf-8").splitlines()]


def as_recorded(value: Any) -> Any:
    """A seam value as the recording prints it."""
    if isinstance(value, list):
        return ",".join(map(as_recorded, value))
    if isinstance(value, dict) and "$ref" in value:
        return f"{value['$type']}({value['$ref']})"
    if isinstance(value, dict):
        tagged = value.get("name") or value.get("$guid") or value.get("$date", "")[:19]
        return tagged or f"{value.get('$span', value)}"
    return str(value)


def plain_id(identifier: str) -> str:
    """The part of an error id that functions and compiled cmdlets share."""
    compiled = r"CannotConvertArgument(NoMessage)?"
    return re.sub(compiled, "ParameterArgumentTransformationError", identifier.split(",")[0])


async def echo(call: Call, sink: Sink) -> None:
    """Answer what was bound; Get-Item makes the objects that the recorded lines bind."""
    if call.cmdlet == "Get-Item":
        kind, name = call.bound["Path"][0].split(":")
        await sink.tell(item({"$type": kind, "$ref": name}))
        return
    bound = {name: as_recorded(value) for name, value in call.bound.items()}
    await sink.tell(item(json.dumps({"cmdlet": call.cmdlet, "set": call.parameter_set, "bound": bound})))


class Everything(dict[str, Handler]):
    """One handler for all cmdlets."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return it whatever is asked."""
        return echo


def expected(row: dict[str, Any]) -> Iterator[Any]:
    """What a recorded answer says about binding."""
    for output in row["output"]:
        if output["json"] and output["json"].startswith("{"):
            said = json.loads(output["json"])
            common = ("Confirm", "WhatIf", "ErrorAction", "ErrorVariable")
            bound = {name: value for name, value in said["bound"].items() if name not in common}
            yield said["cmdlet"], said["set"], bound
        else:
            yield plain_id(output["text"])


def given(answer: dict[str, Any]) -> Iterator[Any]:
    """The same of an answer of ours."""
    for output in answer["output"]:
        if output["text"].startswith("{"):
            said = json.loads(output["text"])
            yield said["cmdlet"], said["set"], said["bound"]
        else:
            yield plain_id(output["text"])


async def ask(pwsh: Path, scripts: list[str]) -> list[dict[str, Any]]:
    """Run each script in a runspace of its own, all in one process."""
    async with lab(pwsh) as real:
        real.world.handlers = Everything()
        line = base64.b64encode(json.dumps(scripts).encode()) + b"\n"
        got: Answer = await real.run(encoded((GOLDENS / "ask.ps1").read_text("utf-8")), line)
        assert got.code == 0, got
        answers: list[dict[str, Any]] = json.loads(base64.b64decode(got.out))
        return answers


@pytest.mark.pwsh
def test_recorded_command_lines_bind_as_recorded(pwsh: Path) -> None:
    make = 'function New-StubObject { param($Type, $Name) Get-Item -Path "${Type}:$Name" }\n'
    answers = asyncio.run(ask(pwsh, [make + row["script"] for row in rows()]))
    other = {}
    for row, answer in zip(rows(), answers, strict=True):
        ours = [*given(answer)], [plain_id(e["fqid"]) for e in answer["errors"]]
        theirs = [*expected(row)], [plain_id(e["fqid"]) for e in row["errors"]]
        if ours != theirs:
            other[row["id"]] = (ours, theirs)
    assert other.keys() == DIFFER.keys(), {k: v for k, v in other.items() if k not in DIFFER}


@pytest.mark.pwsh
def test_every_documented_cmdlet_loads_by_itself_with_its_signature(pwsh: Path) -> None:
    facts = signatures.load()
    names = ",".join(f"'{cmdlet.name}'" for cmdlet in facts.cmdlets)
    script = f"""
        foreach ($name in {names}) {{
            $c = Get-Command -Name $name
            foreach ($set in $c.ParameterSets) {{
                foreach ($p in $set.Parameters) {{
                    $position = if ($p.Position -ge 0) {{ $p.Position }} else {{ 'named' }}
                    $from = "$($p.ValueFromPipeline) $($p.ValueFromPipelineByPropertyName)"
                    "$name $($c.ModuleName) $($set.Name) $($p.Name) $($p.IsMandatory) $position $from"
                }}
            }}
        }}
    """

    async def scenario() -> set[str]:
        async with lab(pwsh) as real:
            return set(await real.ask(script))

    listed = asyncio.run(scenario())
    for cmdlet in facts.cmdlets:
        for parameter in cmdlet.parameters:
            for place in parameter.places:
                position = "named" if place.position is None else place.position
                wanted = f"{cmdlet.name} {cmdlet.module} {place.parameter_set} {parameter.name}"
                wanted += f" {place.mandatory} {position} {place.by_value} {place.by_property}"
                assert wanted in listed, [line for line in listed if f" {parameter.name} " in line]


@pytest.mark.pwsh
def test_every_documented_class_has_its_properties(pwsh: Path) -> None:
    facts = signatures.load()
    space = "Microsoft.HyperV.PowerShell"
    script = f"""
        $null = Get-Command -Name Get-VM -Module Hyper-V; Import-Module -Name Hyper-V
        foreach ($t in {",".join(f"'{name}'" for name in facts.types)}) {{
            foreach ($p in ([type]"{space}.$t").GetProperties()) {{ "$t $($p.Name)" }}
        }}
        foreach ($e in {",".join(f"'{name}'" for name in facts.enums)}) {{
            foreach ($v in [Enum]::GetValues([type]"{space}.$e")) {{ "$e $v $([int]$v)" }}
        }}
    """

    async def scenario() -> set[str]:
        async with lab(pwsh) as real:
            return set(await real.ask(script))

    listed = asyncio.run(scenario())
    properties = {f"{name} {one}" for name, all_of_it in facts.types.items() for one in all_of_it}
    assert properties <= listed
    for name, values in facts.enums.items():
        for number in set(values.values()):
            # of two names with one number the shell shows either
            assert any(f"{name} {v} {n}" in listed for v, n in values.items() if n == number)


def test_two_parameters_never_share_a_position_in_a_set() -> None:
    for cmdlet in signatures.load().cmdlets:
        for one in cmdlet.sets:
            places = [
                place.position
                for parameter in cmdlet.parameters
                for place in parameter.places
                if place.parameter_set == one and place.position is not None
            ]
            assert len(places) == len(set(places)), (cmdlet.name, one)
