"""Objects of the simulated host as arguments: each parameter takes those of its class, by either name."""

from __future__ import annotations

import pytest

from drconsole.lab.powershell.evaluator.arguments import Argument
from drconsole.lab.powershell.evaluator.binding import HYPERV, bind
from drconsole.lab.powershell.evaluator.errors import ScriptError
from drconsole.lab.powershell.evaluator.refusal import Refused
from drconsole.lab.powershell.evaluator.signatures import signatures
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
