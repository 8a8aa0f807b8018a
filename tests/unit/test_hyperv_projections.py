"""Scripts are sent whole, so what several of them tell stands in each: it must be told alike."""

from __future__ import annotations

import re

import pytest

from drconsole.platforms.hyperv import script


def told(name: str, first: str, last: str) -> list[str]:
    """The lines of a script from the first that begins so to the next that does, without what may differ.

    That is how deep a line is indented and aligned, and what the variable of the loop is called.
    """
    lines = [re.sub(r"\s+", " ", line).strip() for line in script.text_of(name).splitlines()]
    lines = [line.replace("$Adapter", "$adapter") for line in lines if not line.startswith("#")]
    start = next(at for at, line in enumerate(lines) if line.startswith(first))
    end = next(at for at, line in enumerate(lines) if at >= start and line.startswith(last))
    return lines[start : end + 1]


@pytest.mark.parametrize("other", ["deep.ps1", "look.ps1", "statistics.ps1"])
def test_times(other: str) -> None:
    ends = ("function ConvertTo-Stamp", "$When.ToUniversalTime")
    assert told("light.ps1", *ends) == told(other, *ends)


@pytest.mark.parametrize("other", ["deep.ps1", "look.ps1"])
def test_relationships(other: str) -> None:
    known = told("light.ps1", "vm =", "test_vm =")
    assert known == told(other, "vm =", "test_vm =")
    assert len(known) == 11


def test_adapters() -> None:
    for ends in (("$vlan = $null", "addresses ="), ("$told = Get-VMNetworkAdapterFailover", "v6_dns2 =")):
        assert told("deep.ps1", *ends) == told("look.ps1", *ends)
