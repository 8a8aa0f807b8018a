"""Objects of the simulated host as arguments: each parameter takes those of its class, by either name."""

from __future__ import annotations

import pytest

from drconsole.lab.powershell.evaluator import json_text
from drconsole.lab.powershell.evaluator.arguments import Argument
from drconsole.lab.powershell.evaluator.arithmetic import arithmetic
from drconsole.lab.powershell.evaluator.binding import HYPERV, bind
from drconsole.lab.powershell.evaluator.compare import compare, equal
from drconsole.lab.powershell.evaluator.convert import is_of_type
from drconsole.lab.powershell.evaluator.dates import DateTime, TimeSpan
from drconsole.lab.powershell.evaluator.errors import ScriptError
from drconsole.lab.powershell.evaluator.members import call_method
from drconsole.lab.powershell.evaluator.refusal import Refused
from drconsole.lab.powershell.evaluator.signatures import signatures
from drconsole.lab.powershell.evaluator.values import Array, Hash, Value, truth, type_name
from drconsole.lab.powershell.evaluator.wire import from_seam, to_seam


def thing(kind: str) -> dict[str, str]:
    """An object as the model sends it."""
    return {"$type": kind, "$ref": f"{kind}/1"}


@pytest.mark.parametrize("prefix", ["", HYPERV])
@pytest.mark.parametrize(
    ("cmdlet", "parameter", "kind"),
    [
        ("get-vmnetworkadapter", "VM", "VirtualMachine"),
        ("get-vmsnapshot", "VM", "VirtualMachine"),
        ("get-vmnetworkadaptervlan", "VMNetworkAdapter", "VMNetworkAdapter"),
        ("get-vmnetworkadapterfailoverconfiguration", "VMNetworkAdapter", "VMNetworkAdapter"),
    ],
)
def test_an_object_comes_back_to_the_model_as_it_was(
    cmdlet: str, parameter: str, kind: str, prefix: str
) -> None:
    unmodelled: list[str] = []
    value = from_seam(thing(prefix + kind), unmodelled.append)
    bound = bind(signatures()[cmdlet], [Argument(parameter), Argument(None, value)])
    assert [to_seam(one) for one in bound.values[parameter]] == [thing(prefix + kind)]
    assert unmodelled == []


@pytest.mark.parametrize(
    ("cmdlet", "parameter", "kind"),
    [
        ("get-vmnetworkadapter", "VM", "VMSnapshot"),
        ("get-vmnetworkadaptervlan", "VMNetworkAdapter", "VirtualMachine"),
    ],
)
def test_an_object_of_another_class_does_not_bind(cmdlet: str, parameter: str, kind: str) -> None:
    value = from_seam(thing(kind), list[str]().append)
    with pytest.raises(ScriptError) as caught:
        bind(signatures()[cmdlet], [Argument(parameter), Argument(None, value)])
    assert caught.value.error_id.startswith("CannotConvertArgument")


def test_nothing_as_an_id_is_refused() -> None:
    """PowerShell reports that by an error of its own, which no script of ours may come to."""
    with pytest.raises(Refused, match="nothing as -Id of Get-VM"):
        bind(signatures()["get-vm"], [Argument("Id"), Argument(None, None)])


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"$type": "VirtualMachine"}, "Microsoft.HyperV.PowerShell.VirtualMachine"),
        ({"$enum": "VMState", "name": "Off"}, "Microsoft.HyperV.PowerShell.VMState"),
        ({"$type": "ClusterGroup"}, "Microsoft.FailoverClusters.PowerShell.ClusterGroup"),
        (
            {"$enum": "ClusterGroupState", "name": "Online"},
            "Microsoft.FailoverClusters.PowerShell.ClusterGroupState",
        ),
    ],
)
def test_types_have_their_full_names(told: dict[str, str], named: str) -> None:
    assert type_name(from_seam(told, list[str]().append)) == named


def test_numbers_without_a_sign_are_compared_and_never_calculated_with() -> None:
    told = {"$type": "VMReplicationHealth", "PendingReplicationSize": 5, "MissedReplicationCount": 2}
    of = from_seam(told, list[str]().append).properties
    size, missed = of["pendingreplicationsize"], of["missedreplicationcount"]
    assert (type_name(size), type_name(missed)) == ("System.UInt64", "System.UInt32")
    assert compare(size, 4, True) == 1
    assert json_text.write(size, 2, True) == "5"
    with pytest.raises(Refused):
        arithmetic("+", size, 1)
    with pytest.raises(Refused):
        arithmetic("-", 1, missed)


def test_what_is_told_as_a_list_is_no_array() -> None:
    disks = from_seam(
        {"$type": "VMReplication", "ReplicatedDisks": [thing("HardDiskDrive")]}, list[str]().append
    )
    listed = disks.properties["replicateddisks"]
    assert len(listed) == 1
    with pytest.raises(Refused):
        call_method(listed, "GetType", [])
    with pytest.raises(Refused):
        is_of_type(listed, "System.Array")


def test_a_member_of_an_enumeration_is_not_compared_with_a_time() -> None:
    """PowerShell takes its number for ticks."""
    state = from_seam({"$enum": "VMState", "name": "Off"}, list[str]().append)
    for left in (TimeSpan(3), DateTime(3)):
        with pytest.raises(Refused):
            equal(left, state, True)
        with pytest.raises(Refused):
            compare(left, state, True)


@pytest.mark.parametrize(
    ("cmdlet", "parameter", "value", "said"),
    [
        ("get-vmsnapshot", "VM", Array([None]), "ParameterArgumentValidationErrorNullNotAllowed"),
        ("test-path", "LiteralPath", "", "ParameterArgumentValidationErrorEmptyStringNotAllowed"),
        (
            "test-path",
            "LiteralPath",
            Array(["a", ""]),
            "ParameterArgumentValidationErrorEmptyStringNotAllowed",
        ),
        ("start-vm", "Confirm", "no", "CannotConvertArgument,"),
    ],
)
def test_nothing_is_no_value_for_what_is_demanded(
    cmdlet: str, parameter: str, value: Value, said: str
) -> None:
    vm = (
        []
        if parameter == "VM"
        else [Argument("VM"), Argument(None, from_seam(thing("VirtualMachine"), list[str]().append))]
    )
    given = (
        [*vm, Argument(parameter, value, True)]
        if cmdlet == "start-vm"
        else [Argument(parameter, value, True)]
    )
    with pytest.raises(ScriptError) as caught:
        bind(signatures()[cmdlet], given)
    assert caught.value.error_id.startswith(said)


def test_null_stays_null_for_a_text() -> None:
    vm = from_seam(thing("VirtualMachine"), list[str]().append)
    bound = bind(signatures()["set-vm"], [Argument("VM", vm, True), Argument("Notes", None, True)])
    assert bound.values["Notes"] is None


def test_objects_of_clusters_equal_their_names() -> None:
    node, same, other = (
        from_seam({"$type": "ClusterNode", "$text": name, "Name": name}, list[str]().append)
        for name in ("NJCL01", "njcl01", "NJCL02")
    )
    assert equal(node, "njcl01", False)
    assert equal(node, same, True)
    assert not equal(node, other, True)
    assert not equal(node, 5, True)
    with pytest.raises(Refused):
        Hash().set(node, 1)


def test_enumerations_of_clusters_are_known() -> None:
    state = from_seam({"$enum": "ClusterNodeState", "name": "Paused"}, list[str]().append)
    assert equal(state, "paused", True)
    assert not equal(state, "Up", True)
    assert compare(state, "Down", True) == 1


@pytest.mark.parametrize(("name", "true"), [("None", False), ("Primary", True)])
def test_the_first_member_of_an_enumeration_is_false(name: str, true: bool) -> None:
    mode = from_seam({"$enum": "VMReplicationMode", "name": name}, list[str]().append)
    assert truth(mode) is true
    assert truth(Array([mode])) is true


def test_what_is_told_as_an_array_has_the_documented_elements() -> None:
    adapter = from_seam({"$type": "VMNetworkAdapter", "IPAddresses": ["10.0.0.5"]}, list[str]().append)
    assert type_name(adapter.properties["ipaddresses"]) == "System.String[]"
