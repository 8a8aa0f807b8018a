"""What a person would type to look at one copy, to cut it off the network, or to stop it; never run by us.

Everything is addressed by id (rules, section 1). Only ids that look like what they are get into a command:
what a platform says is data, and a command is pasted into a shell.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from drconsole.domain.comparison import Side
from drconsole.domain.deep import Adapter
from drconsole.domain.snapshot import CopyState
from drconsole.wording.names import visible

VM_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MOREF = re.compile(r"vm-[0-9]{1,10}")
# "Microsoft:<VM id>\<adapter id>", as Get-VMNetworkAdapter tells it.
ADAPTER_ID = re.compile(r"Microsoft:[0-9a-fA-F-]{36}\\[0-9a-fA-F-]{36}")


LOOK = "$vm | Format-List -Property Name, Id, State, Uptime, AutomaticStartAction, Notes"
LOOK_AT_ADAPTERS = (
    "Get-VMNetworkAdapter -VM $vm | Format-List -Property Id, SwitchName, Connected, IPAddresses"
)


class Command(NamedTuple):
    """One command and what it does; an empty text is no command but a remark."""

    does: str
    text: str = ""


class Commands(NamedTuple):
    """The commands for one copy, in the order of their harm; ``where`` says where to type them."""

    where: str
    commands: tuple[Command, ...]


def commands_of(side: Side) -> Commands:
    """All commands for one copy; where its id is none that is safe to paste, a remark instead."""
    copy = side.copy
    if copy.place.platform == "vsphere":
        return _vsphere(copy)
    if not VM_ID.fullmatch(copy.sighting.handle):
        return Commands(_where(side), (Command("Its id is not known; look for it on the host itself."),))
    return Commands(_where(side), tuple(_hyperv(side)))


def _where(side: Side) -> str:
    copy = side.copy
    deep = copy.inspection.deep if copy.inspection else None
    node = copy.sighting.node or (deep.node if deep else "")
    if node:
        return f"PowerShell on node {visible(node)} (where Get-VM finds nothing it has moved: try the others)"
    return f"PowerShell on {visible(copy.place.where)}"


def _hyperv(side: Side) -> list[Command]:
    copy = side.copy
    deep = copy.inspection.deep if copy.inspection else None
    adapters = deep.adapters if deep else ()
    found = [
        Command("have it at hand", f"$vm = Get-VM -Id {copy.sighting.handle}"),
        Command("look", LOOK),
        Command("", "Get-VMReplication -VM $vm | Format-List -Property *"),
        Command("", LOOK_AT_ADAPTERS),
        Command(
            "1  cut it off: all its adapters", "Get-VMNetworkAdapter -VM $vm | Disconnect-VMNetworkAdapter"
        ),
    ]
    if len(adapters) > 1:
        found += [_one_adapter(adapter) for adapter in adapters if ADAPTER_ID.fullmatch(adapter.id)]
    found += [
        Command("2  switch it off: shut it down", "Stop-VM -VM $vm -Force"),
        Command("or, only where that does not end", "Stop-VM -VM $vm -TurnOff"),
    ]
    if side.auto_start != "Nothing":
        found.append(Command("3  keep it off", "Set-VM -VM $vm -AutomaticStartAction Nothing"))
    return found


def _one_adapter(adapter: Adapter) -> Command:
    name = f"on {visible(adapter.network)}" if adapter.network else "not connected now"
    return Command(
        f"or one alone, {name}",
        f"Get-VMNetworkAdapter -VM $vm | Where-Object -FilterScript {{ $_.Id -eq '{adapter.id}' }} | "
        "Disconnect-VMNetworkAdapter",
    )


def _vsphere(copy: CopyState) -> Commands:
    where = f"PowerCLI, connected to {visible(copy.endpoint)}"
    if not MOREF.fullmatch(copy.sighting.handle):
        return Commands(where, (Command("Its id is not known; look for it in the vSphere Client."),))
    return Commands(
        where,
        (
            Command("have it at hand", f"$vm = Get-VM -Id VirtualMachine-{copy.sighting.handle}"),
            Command("look", "$vm | Format-List -Property Name, Id, PowerState, VMHost, Notes"),
            Command("", "Get-NetworkAdapter -VM $vm | Format-List -Property NetworkName, ConnectionState"),
            Command(
                "1  cut it off: all its adapters",
                "Get-NetworkAdapter -VM $vm | Set-NetworkAdapter -Connected $false -StartConnected $false",
            ),
            Command("2  switch it off: shut it down", "Stop-VMGuest -VM $vm"),
            Command("or, only where that does not end", "Stop-VM -VM $vm"),
        ),
    )
