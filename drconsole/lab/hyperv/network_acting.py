"""The cmdlets that connect adapters and set what they get: switch, VLAN, addresses after a failover."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from ipaddress import IPV6LENGTH, IPv4Address, IPv6Address

from drconsole.lab.hyperv.acting import Act, carry_out
from drconsole.lab.hyperv.cmdlets import NotModelled, Turn, cmdlet
from drconsole.lab.hyperv.deep_reading import failover_object, find_adapter, vlan_object
from drconsole.lab.hyperv.documented import Seam
from drconsole.lab.hyperv.machines import Adapter, Machine
from drconsole.lab.hyperv.objects import adapter_object, switch_id
from drconsole.lab.hyperv.transitions import Refused

SET_S = 0.5
ADDRESSES = tuple(
    f"{family}{name}"
    for family in ("IPv4", "IPv6")
    for name in ("Address", "DefaultGateway", "PreferredDNSServer", "AlternateDNSServer")
)
LAST_VLAN = 4094


@dataclass(frozen=True, slots=True)
class Socket:
    """An adapter with its machine."""

    machine: Machine
    adapter: Adapter


async def _sockets(turn: Turn) -> list[Socket]:
    """What ``-VMNetworkAdapter`` means; an error for each that is not there."""
    found = [await find_adapter(turn, ref) for ref in turn.refs("VMNetworkAdapter", "adapter")]
    return [Socket(*one) for one in found if one is not None]


async def _set(
    turn: Turn, socket: Socket, do: Callable[[], None], shown: Callable[[], Seam], check: Callable[[], None]
) -> None:
    target = socket.adapter.name
    await carry_out(turn, Act(socket.machine, SET_S, check, do, shown=lambda machine: shown(), target=target))


def _shown(turn: Turn, socket: Socket) -> Callable[[], Seam]:
    return lambda: adapter_object(turn.host, socket.machine, socket.adapter, turn.now)


def _nothing() -> None:
    """Need nothing more."""


@cmdlet("Connect-VMNetworkAdapter", "VMNetworkAdapter", "SwitchName", "VMSwitch", "Passthru")
async def connect_vm_network_adapter(turn: Turn) -> None:
    """Connect adapters to a switch of this host."""
    wanted = turn.text("SwitchName")
    if wanted is None:
        (_, ident), *_ = turn.refs("VMSwitch", "switch")
        wanted = next((name for name in turn.host.switches if switch_id(turn.host, name) == ident), ident)
    for socket in await _sockets(turn):
        await _connect(turn, socket, wanted)


async def _connect(turn: Turn, socket: Socket, wanted: str) -> None:
    name = next((one for one in turn.host.switches if one.lower() == wanted.lower()), None)

    def do() -> None:
        socket.adapter.switch = name

    await _set(turn, socket, do, _shown(turn, socket), lambda: _there(name, wanted))


def _there(name: str | None, wanted: str) -> None:
    """Refuse a switch that the host does not have."""
    if name is None:
        text = f'Hyper-V was unable to find a virtual switch with name "{wanted}".'
        raise Refused("InvalidParameter", text, "InvalidArgument")


@cmdlet("Disconnect-VMNetworkAdapter", "VMNetworkAdapter", "Passthru")
async def disconnect_vm_network_adapter(turn: Turn) -> None:
    """Disconnect adapters."""
    for socket in await _sockets(turn):
        await _set(turn, socket, partial(_unplug, socket), _shown(turn, socket), _nothing)


def _unplug(socket: Socket) -> None:
    socket.adapter.switch = None


@cmdlet("Set-VMNetworkAdapter", "VMNetworkAdapter", "TestReplicaSwitchName", "Passthru")
async def set_vm_network_adapter(turn: Turn) -> None:
    """Set the switch that the adapter of a test copy is connected to by itself; an empty text clears it."""
    wanted = turn.text("TestReplicaSwitchName")
    if wanted is None:
        raise NotModelled("Set-VMNetworkAdapter without -TestReplicaSwitchName")
    for socket in await _sockets(turn):
        await _preset(turn, socket, wanted)


async def _preset(turn: Turn, socket: Socket, wanted: str) -> None:
    name = next((one for one in turn.host.switches if one.lower() == wanted.lower()), None)

    def do() -> None:
        socket.adapter.test_switch = name or ""

    def check() -> None:
        if wanted:
            _there(name, wanted)

    await _set(turn, socket, do, _shown(turn, socket), check)


@cmdlet("Set-VMNetworkAdapterVlan", "VMNetworkAdapter", "Untagged", "Access", "VlanId", "Passthru")
async def set_vm_network_adapter_vlan(turn: Turn) -> None:
    """Put adapters into one VLAN, or none."""
    if turn.on("Untagged") == turn.on("Access"):
        raise NotModelled("Set-VMNetworkAdapterVlan with another mode than -Untagged or -Access")
    for socket in await _sockets(turn):
        await _tag(turn, socket, turn.call.bound.get("VlanId") if turn.on("Access") else None)


async def _tag(turn: Turn, socket: Socket, vlan: int | None) -> None:
    def check() -> None:
        if turn.on("Access") and (vlan is None or not 1 <= vlan <= LAST_VLAN):
            text = f"-VlanId must be from 1 to {LAST_VLAN}."
            raise Refused("InvalidParameter", text, "InvalidArgument")

    def do() -> None:
        socket.adapter.vlan = vlan

    await _set(turn, socket, do, lambda: vlan_object(socket.machine, socket.adapter), check)


@cmdlet(
    "Set-VMNetworkAdapterFailoverConfiguration",
    "VMNetworkAdapter",
    *ADDRESSES,
    "IPv4SubnetMask",
    "IPv6SubnetPrefixLength",
    "ClearFailoverIPv4Settings",
    "ClearFailoverIPv6Settings",
    "Passthru",
)
async def set_failover_configuration(turn: Turn) -> None:
    """Set what adapters get after a failover, or clear it for one family."""
    for socket in await _sockets(turn):
        await _prepare_addresses(turn, socket)


async def _prepare_addresses(turn: Turn, socket: Socket) -> None:
    adapter = socket.adapter
    names = (*ADDRESSES, "IPv4SubnetMask", "IPv6SubnetPrefixLength")
    given = {name: str(turn.text(name)) for name in names if name in turn.call.bound}

    def check() -> None:
        if wrong := [f"-{name} {value!r}" for name, value in given.items() if not _is_address(name, value)]:
            text = f"This is no address of its kind: {', '.join(wrong)}."
            raise Refused("InvalidParameter", text, "InvalidArgument")

    def do() -> None:
        cleared = [f for f in ("IPv4", "IPv6") if turn.on(f"ClearFailover{f}Settings")]
        kept = {name: value for name, value in adapter.after_failover.items() if name[:4] not in cleared}
        adapter.after_failover = {**kept, **given}

    await _set(turn, socket, do, lambda: failover_object(socket.machine, adapter), check)


def _is_address(parameter: str, value: str) -> bool:
    """Whether a text is what a parameter names: an address of its family, a mask, a length of a prefix."""
    if parameter == "IPv6SubnetPrefixLength":
        return value.isdecimal() and int(value) <= IPV6LENGTH
    kind = IPv4Address if parameter.startswith("IPv4") else IPv6Address
    try:
        number = int(kind(value))
    except ValueError:
        return False
    # In a mask all ones stand before all noughts: what is left of the noughts is a power of two less one.
    noughts = number ^ 0xFFFFFFFF
    return parameter != "IPv4SubnetMask" or not noughts & (noughts + 1)
