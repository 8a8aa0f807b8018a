"""Commands that a person would paste: by id, documented, and nothing that a platform says becomes code."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drconsole.domain.comparison import Side, compare
from drconsole.domain.deep import Adapter, Deep, Inspection
from drconsole.domain.snapshot import Workload
from drconsole.lab.hyperv.documented import facts
from drconsole.wording.copy_commands import commands_of
from tests.tui.pictures import NEW_YORK, NOW, picture, split_brain, vsphere

ADAPTER = r"Microsoft:00000001-0000-4000-8000-000000000000\00000009-0000-4000-8000-00000000000A"
BUILT_IN = {"Format-List", "Where-Object"}
BY_NAME = re.compile(r"-(Name|VMName|SwitchName|VMNetworkAdapterName|ComputerName)\b")


def side(adapters: tuple[Adapter, ...] = (), **changes: object) -> Side:
    """A running Hyper-V copy with these adapters."""
    workload: Workload = picture(split_brain("erp-db", 1)).workloads[0]
    copy = workload.copies[0]
    sighting = replace(copy.sighting, **changes)  # type: ignore[arg-type]
    looked = Inspection(deep=Deep("vm", NOW, NOW, adapters=adapters)) if adapters else None
    workload = replace(
        workload, copies=(replace(copy, sighting=sighting, inspection=looked), workload.copies[1])
    )
    return compare(workload).sides[0]


def texts(of: Side) -> list[str]:
    """The commands alone."""
    return [command.text for command in commands_of(of).commands if command.text]


def test_they_look_first_then_cut_off_then_stop() -> None:
    found = texts(side())
    assert found[0] == "$vm = Get-VM -Id 00000001-0000-4000-8000-000000000000"
    assert found.index("Get-VMNetworkAdapter -VM $vm | Disconnect-VMNetworkAdapter") < found.index(
        "Stop-VM -VM $vm -Force"
    )
    assert not any(command.startswith(("Remove-", "Start-")) for command in found)


def test_every_parameter_is_documented_and_none_goes_by_name() -> None:
    adapters = (Adapter(ADAPTER, "one", "Production"), Adapter(ADAPTER[:-1] + "B", "two", ""))
    known = facts()["cmdlets"]
    for command in texts(side(adapters)):
        assert not BY_NAME.search(command.split("| Format-List")[0]), command
        for part in re.split(r" \| ", command.removeprefix("$vm = ")):
            cmdlet, *rest = part.split(" ")
            if cmdlet == "$vm" or cmdlet in BUILT_IN:
                continue
            named = {word[1:] for word in rest if re.fullmatch(r"-[A-Z]\w+", word)}
            assert named <= set(known[cmdlet]["parameters"]), command


def test_of_several_adapters_each_can_be_cut_off_alone() -> None:
    adapters = (Adapter(ADAPTER, "one", "Production"), Adapter(ADAPTER[:-1] + "B", "two", "Backup"))
    alone = [text for text in texts(side(adapters)) if "Where-Object" in text]
    assert [adapter.id in text for adapter, text in zip(adapters, alone, strict=True)] == [True, True]
    assert not any("Where-Object" in text for text in texts(side(adapters[:1])))


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_nothing_that_a_platform_says_gets_into_a_command(name: str, adapter: str, handle: str) -> None:
    adapters = (Adapter(adapter, name, name), Adapter(f"Microsoft:{adapter}", name, name))
    safe = set(texts(side((Adapter(ADAPTER, "", ""),))))
    assert set(texts(side(adapters, name=name, notes=name, node=name))) <= safe
    # Even a handle, which no endpoint of ours gives unless it is a GUID.
    assert texts(side(handle=f"{handle}'; x")) == []


@pytest.mark.parametrize(
    "ident",
    [ADAPTER + "'; Stop-Computer #", ADAPTER.replace("\\", "’"), "Microsoft:1", "$(x)", ADAPTER + "\n"],
)
def test_an_adapter_whose_id_is_none_is_left_out(ident: str) -> None:
    adapters = (Adapter(ident, "one", "Production"), Adapter(ident, "two", "Production"))
    assert not any("Where-Object" in text for text in texts(side(adapters)))


def test_where_to_type_them_names_the_node_that_had_it() -> None:
    assert commands_of(side()).where == "PowerShell on gold-n1"
    assert "node NYCL02" in commands_of(side(node="NYCL02")).where
    assert "\x1b" not in commands_of(side(node="x\x1b[2J")).where


def test_a_vsphere_copy_is_addressed_by_its_moref() -> None:
    workload = picture([vsphere("printsrv", 8, NEW_YORK)]).workloads[0]
    found = commands_of(compare(workload).sides[0])
    assert found.where == "PowerCLI, connected to vc-ny"
    assert found.commands[0].text == "$vm = Get-VM -Id VirtualMachine-vm-8"
    copy = workload.copies[0]
    odd = replace(copy, sighting=replace(copy.sighting, handle="vm-8; rm"))
    assert [c.text for c in commands_of(compare(replace(workload, copies=(odd,))).sides[0]).commands] == [""]
