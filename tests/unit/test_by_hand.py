"""What a person is told to type exists: every cmdlet with every parameter, and the VM by its id."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

import drconsole
from drconsole.tui.keys.operating import OPERATION_KEYS
from drconsole.wording.by_hand import OPERATIONS, VM, ByHand, by_hand, operation_called
from tests.tui.pictures import NEW_YORK, picture, protected, vsphere

CMDLETS = json.loads(
    (Path(drconsole.__file__).parent / "lab" / "facts" / "hyperv-cmdlets.json").read_text(encoding="utf-8")
)["cmdlets"]
CALL = re.compile(r"\b([A-Z][a-z]+-VM\w*)((?: (?:-\w+|\(Get-VM -Id [^)]*\)))*)")
HYPERV = picture(protected("web", 1)).workloads[0]
VSPHERE = picture([vsphere("web", 1, NEW_YORK)]).workloads[0]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_every_cmdlet_takes_its_parameters_in_one_set(operation: ByHand) -> None:
    for name, rest in CALL.findall(operation.hyperv.replace("{vm}", VM.format(id="1"))):
        sets = CMDLETS[name]["parameter_sets"].values()
        given = set(re.findall(r"-(\w+)", re.sub(r"\(.*?\)", "", rest)))
        assert any(given <= {parameter["name"] for parameter in one} for one in sets), (name, given)


def test_commands_name_the_vm_by_its_id() -> None:
    for operation in OPERATIONS:
        text = by_hand(operation, HYPERV)
        assert "{" not in text
        assert "-Name" not in text
        assert text.count(" -VM ") == text.count("(Get-VM -Id 00000001-0000-4000-8000-000000000000)")


@pytest.mark.parametrize("ident", ["1'; Remove-VM *", "-", "dead-beef"])
def test_no_strange_id_becomes_part_of_a_command(ident: str) -> None:
    odd = replace(HYPERV.copies[0], place=replace(HYPERV.copies[0].place, ident=ident))
    text = by_hand(OPERATIONS[0], replace(HYPERV, copies=(odd,)))
    assert "Remove-VM" not in text
    assert "(Get-VM -Id VMID)" in text


def test_vsphere_is_told_its_own_way() -> None:
    assert all("VMReplication" not in by_hand(operation, VSPHERE) for operation in OPERATIONS)


def test_every_operation_has_a_key_of_its_own() -> None:
    assert list(OPERATION_KEYS) == [operation.id for operation in OPERATIONS]
    assert len(set(OPERATION_KEYS.values())) == len(OPERATIONS)
    assert operation_called("reverse") in OPERATIONS
    assert operation_called("nothing") is None
