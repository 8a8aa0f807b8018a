"""The cmdlets that start, stop, change and remove machines."""

from __future__ import annotations

from collections.abc import Callable

from drconsole.lab.hyperv.acting import Act, carry_out, operation
from drconsole.lab.hyperv.cmdlets import Turn, cmdlet
from drconsole.lab.hyperv.content import stop_writing
from drconsole.lab.hyperv.machines import Machine
from drconsole.lab.hyperv.objects import disk_path
from drconsole.lab.hyperv.reading import targets
from drconsole.lab.hyperv.transitions import Operation, Refused

START_S = 3.0
TURN_OFF_S = 1.0
SET_S = 0.5
REMOVE_S = 2.0
GUEST_PATIENCE_S = 300.0
"""So long a guest is waited for that is told to shut down by force (documented as five minutes)."""

SAVED = ("Saved", "FastSaved", "Hibernated")
ALREADY = "The virtual machine is already in the specified state."


@cmdlet("Start-VM", "VM", "Name", "Passthru")
async def start_vm(turn: Turn) -> None:
    """Start machines; one that runs is a warning."""
    for machine in await targets(turn, "Name"):
        if machine.power == "Running":
            await turn.warn(ALREADY)
            continue
        passing = _passing(machine, "Starting")
        await carry_out(turn, operation(turn, machine, Operation.START, START_S, meanwhile=passing))


@cmdlet("Stop-VM", "VM", "Name", "Force", "TurnOff", "Passthru")
async def stop_vm(turn: Turn) -> None:
    """Shut machines down in order, or turn them off; asks, whatever the preferences are, without -Force."""
    for machine in await targets(turn, "Name"):
        if machine.power == "Off":
            await turn.warn(ALREADY)
            continue
        question = f"Hyper-V will stop the virtual machine '{machine.name}'."
        if turn.on("Force") or await turn.agreed(question):
            act = _turn_off(turn, machine) if turn.on("TurnOff") else _shut_down(turn, machine)
            await carry_out(turn, act)


def _turn_off(turn: Turn, machine: Machine) -> Act:
    """Pull the plug: what the guest still held is lost; what is saved has no plug."""

    def check() -> None:
        if machine.power in SAVED:
            text = f"Virtual machine '{machine.name}' cannot be turned off while it is {machine.power}."
            raise Refused("InvalidState", text)

    def do() -> None:
        stop_writing(machine, turn.now)
        machine.power, machine.since = "Off", None

    return Act(machine, TURN_OFF_S, check, do)


def _shut_down(turn: Turn, machine: Machine) -> Act:
    """Tell the guest to shut down, and wait for it; one that does not goes on running."""
    takes = machine.shutdown_s
    hangs = takes is None or takes > GUEST_PATIENCE_S

    def check() -> None:
        if machine.power not in ("Running", "Stopping"):
            text = f"The guest of '{machine.name}' cannot be shut down while it is {machine.power}."
            raise Refused("InvalidState", text)

    def do() -> None:
        if hangs:
            text = f"The guest of '{machine.name}' did not shut down in time."
            raise Refused("OperationFailed", text, "OperationTimeout")
        stop_writing(machine, turn.now, in_order=True)
        machine.power, machine.since = "Off", None

    seconds = GUEST_PATIENCE_S if hangs or takes is None else takes
    return Act(machine, seconds, check, do, meanwhile=_passing(machine, "Stopping"))


def _passing(machine: Machine, power: str) -> Callable[[], Callable[[], None]]:
    """Let others see a state of power in the time that an act takes."""

    def begin() -> Callable[[], None]:
        was, machine.power = machine.power, power

        def end() -> None:
            if machine.power == power:
                machine.power = was

        return end

    return begin


@cmdlet("Set-VM", "VM", "Name", "Notes", "AutomaticStartAction", "NewVMName", "Passthru")
async def set_vm(turn: Turn) -> None:
    """Change notes, automatic start or name."""
    for machine in await targets(turn, "Name"):
        await carry_out(turn, _changed(turn, machine))


def _changed(turn: Turn, machine: Machine) -> Act:
    def do() -> None:
        for parameter, field in (
            ("Notes", "notes"),
            ("AutomaticStartAction", "auto_start"),
            ("NewVMName", "name"),
        ):
            if (value := turn.text(parameter)) is not None:
                setattr(machine, field, value)

    return Act(machine, SET_S, lambda: None, do)


@cmdlet("Remove-VM", "VM", "Name", "Force", "Passthru")
async def remove_vm(turn: Turn) -> None:
    """Delete machines that are off; their disks, and the role in a cluster, stay behind."""
    for machine in await targets(turn, "Name"):
        question = f"Hyper-V will remove the virtual machine '{machine.name}'."
        if turn.on("Force") or await turn.agreed(question):
            await carry_out(turn, _removed(turn, machine))


def _removed(turn: Turn, machine: Machine) -> Act:
    host = turn.host

    def check() -> None:
        if machine.power != "Off":
            text = f"Virtual machine '{machine.name}' is not off ({machine.power})."
            raise Refused("InvalidState", text)
        if machine.legs:
            text = f"Replication is enabled for virtual machine '{machine.name}'."
            raise Refused("InvalidState", text)

    def do() -> None:
        if host.cluster is not None and host.clusters(machine):
            host.cluster.abandoned[machine.id] = (machine.name, host.name)
        host.files |= {disk_path(machine, disk) for disk in machine.disks}
        del host.machines[machine.id]
        for other in host.machines.values():
            other.test = None if other.test == machine.id else other.test

    return Act(machine, REMOVE_S, check, do)
