"""The cmdlets that change a replication relationship (facts: hyperv, sections 3 and 10)."""

from __future__ import annotations

from dataclasses import dataclass

from drconsole.lab.hyperv.accepting import ANYONE, settings
from drconsole.lab.hyperv.acting import Act, carry_out, operation, refuse
from drconsole.lab.hyperv.cmdlets import FAILED, NotModelled, Turn, cmdlet
from drconsole.lab.hyperv.documented import Seam
from drconsole.lab.hyperv.effects import perform
from drconsole.lab.hyperv.machines import Leg, Machine
from drconsole.lab.hyperv.objects import replication_object
from drconsole.lab.hyperv.reading import missing, targets
from drconsole.lab.hyperv.replication import find_host
from drconsole.lab.hyperv.transitions import COPYING, Operation, Refused

PAUSE_S = 1.0
REVERSE_S = 8.0
SET_S = 2.0
REMOVE_S = 3.0
BEGIN_COPY_S = 4.0
COPY_S = {True: 120.0, False: 1200.0}
"""How long a first copy goes on behind its cmdlet: with disks that are there already, and in full."""
RESYNC_S = 300.0

FREQUENCIES = (30, 300, 900)
SERVER_WORDS = ("ReplicaServerName", "ReplicaServerPort", "AuthenticationType", "CertificateThumbprint")
SETTINGS = ("ReplicationFrequencySec", "RecoveryHistory")
GONE = Leg("None", "Disabled", "", "", "")


@dataclass(frozen=True, slots=True)
class Named:
    """A machine with the relationship that a call names; ``kind`` None: it names none."""

    machine: Machine
    kind: str | None


async def named(turn: Turn, *, alone: bool = True) -> list[Named]:
    """What ``-VM``, ``-VMName`` or ``-VMReplication`` mean; an error for each that is not there.

    ``alone``: a machine with two relationships must say which.
    """
    if "VMReplication" not in turn.call.bound:
        kind = turn.text("ReplicationRelationshipType")
        found = [Named(machine, kind) for machine in await targets(turn)]
        ambiguous = [one for one in found if alone and one.kind is None and len(one.machine.legs) > 1]
        for one in ambiguous:
            text = f"Virtual machine '{one.machine.name}' has two replication relationships; name one."
            await turn.error("InvalidParameter", text, "InvalidArgument", one.machine.name, FAILED)
        return [one for one in found if one not in ambiguous]
    present = {machine.ref: machine for machine in turn.machines}
    kept: list[Named] = []
    for host, ident, kind in turn.refs("VMReplication", "replication"):
        machine = present.get(f"vm/{host}/{ident}")
        if machine is None or all(leg.kind != kind for leg in machine.legs):
            await missing(turn, "id", ident, "ObjectNotFound", "ObjectNotFound")
        else:
            kept.append(Named(machine, kind))
    return kept


async def _operate(turn: Turn, one: Named, what: Operation, seconds: float) -> bool:
    def shown(machine: Machine) -> Seam:
        leg = next((leg for leg in machine.legs if leg.kind == one.kind), machine.simple or GONE)
        test = turn.host.machines.get(machine.test or "")
        return replication_object(turn.host, machine, leg, test, turn.now)

    act = operation(turn, one.machine, what, seconds, kind=one.kind, shown=shown)
    return await carry_out(turn, act)


@cmdlet("Suspend-VMReplication", "VM", "VMName", "VMReplication", "ReplicationRelationshipType", "Passthru")
async def suspend_vm_replication(turn: Turn) -> None:
    """Pause this end."""
    for one in await named(turn):
        await _operate(turn, one, Operation.SUSPEND, PAUSE_S)


@cmdlet(
    "Resume-VMReplication",
    "VM",
    "VMName",
    "VMReplication",
    "ReplicationRelationshipType",
    "Resynchronize",
    "Continue",
    "Passthru",
)
async def resume_vm_replication(turn: Turn) -> None:
    """Go on; with -Resynchronize compare everything, with -Continue go on to the third site."""
    if turn.on("Resynchronize") and turn.on("Continue"):
        raise NotModelled("Resume-VMReplication -Resynchronize -Continue")
    for one in await named(turn, alone=not turn.on("Continue")):
        if turn.on("Continue"):
            await _operate(turn, one, Operation.CONTINUE, REVERSE_S)
        elif turn.on("Resynchronize"):
            if await _operate(turn, one, Operation.RESYNCHRONIZE, PAUSE_S):
                _copy_goes_on(turn, one.machine, RESYNC_S)
        elif await _operate(turn, one, Operation.RESUME, PAUSE_S) and one.machine.state == COPYING:
            _copy_goes_on(turn, one.machine, COPY_S[True])


@cmdlet("Remove-VMReplication", "VM", "VMName", "VMReplication", "ReplicationRelationshipType", "Passthru")
async def remove_vm_replication(turn: Turn) -> None:
    """End the relationship at this end; the machine, its disks and its role stay."""
    for one in await named(turn):
        await _operate(turn, one, Operation.REMOVE, REMOVE_S)


@cmdlet("Start-VMInitialReplication", "VM", "VMName", "VMReplication", "UseBackup", "Passthru")
async def start_vm_initial_replication(turn: Turn) -> None:
    """Begin the first copy; it goes on behind the cmdlet, shorter where disks are used that are there."""
    for one in await named(turn):
        act = operation(turn, one.machine, Operation.START_FIRST_COPY, BEGIN_COPY_S, kind=one.kind)
        if await carry_out(turn, act):
            _copy_goes_on(turn, one.machine, COPY_S[turn.on("UseBackup")])


def _copy_goes_on(turn: Turn, machine: Machine, seconds: float) -> None:
    world, host = turn.world, turn.host.name
    world.later(
        seconds,
        lambda: perform(
            world.hosts, world.machine(host, machine.id), Operation.FINISH_COPY, world.clock.now()
        ),
        f"the copy of {machine.name} ends",
    )


@cmdlet(
    "Set-VMReplication",
    "VM",
    "VMName",
    "VMReplication",
    "Reverse",
    "AsReplica",
    "AllowedPrimaryServer",
    *SERVER_WORDS,
    *SETTINGS,
    "Passthru",
)
async def set_vm_replication(turn: Turn) -> None:
    """Let replication run the other way, let an old original wait as a replica, or change settings."""
    for one in await named(turn, alone=False):
        try:
            if turn.on("AsReplica"):
                _check_as_replica(turn, one.machine)
                await _operate(turn, one, Operation.BECOME_REPLICA, SET_S)
            elif turn.on("Reverse"):
                _check_reverse(turn, one.machine)
                await _operate(turn, one, Operation.REVERSE, REVERSE_S)
            else:
                await _change(turn, one)
        except Refused as refused:
            await refuse(turn, refused, one.machine)


def _check_as_replica(turn: Turn, machine: Machine) -> None:
    """-AsReplica goes with no other setting, and names whom it takes unless the server takes anyone."""
    if more := set(turn.call.bound) & {"Reverse", *SERVER_WORDS, *SETTINGS}:
        text = f"-AsReplica cannot be combined with -{' -'.join(sorted(more))}."
        raise Refused("InvalidParameter", text, "InvalidArgument")
    allowed = turn.text("AllowedPrimaryServer")
    if allowed is None and ANYONE not in settings(turn.host).allowed:
        text = f"-AllowedPrimaryServer is needed for '{machine.name}' on this server."
        raise Refused("InvalidParameter", text, "InvalidArgument")


def _check_reverse(turn: Turn, machine: Machine) -> None:
    """-Reverse goes back to the server that is recorded, and a certificate is named again."""
    leg = machine.simple
    if leg is None:
        return
    if leg.authentication == "Certificate" and not turn.text("CertificateThumbprint"):
        text = f"-CertificateThumbprint is needed for '{machine.name}'."
        raise Refused("InvalidParameter", text, "InvalidArgument")
    if turn.call.bound.keys() & set(SETTINGS):
        raise NotModelled("Set-VMReplication -Reverse with other settings")
    server = turn.text("ReplicaServerName")
    recorded = find_host(turn.world.hosts, leg.primary)
    if server is not None and recorded is not None and server.lower() not in _names(turn, recorded.name):
        raise NotModelled("Set-VMReplication -Reverse to another server")


def _names(turn: Turn, host: str) -> set[str]:
    """What a host may be called as a target: by its own names, or those of its cluster's broker."""
    found = turn.world.hosts[host]
    broker = found.cluster.broker if found.cluster else None
    names = {found.name, found.fqdn, *((broker.name, broker.fqdn) if broker else ())}
    return {name.lower() for name in names}


async def _change(turn: Turn, one: Named) -> None:
    """Change how often it is sent, or how many points are kept."""
    if turn.call.bound.keys() & {"AllowedPrimaryServer", *SERVER_WORDS}:
        raise NotModelled("Set-VMReplication of servers and authentication")
    machine = one.machine
    leg = next((leg for leg in machine.legs if leg.kind == one.kind), machine.simple)
    frequency = turn.call.bound.get("ReplicationFrequencySec")
    if leg is None:
        text = f"'{turn.call.cmdlet}' is not applicable on virtual machine '{machine.name}'."
        raise Refused("InvalidOperation", text)
    if frequency is not None and frequency not in FREQUENCIES:
        raise Refused("InvalidParameter", f"{frequency} s is no frequency.", "InvalidArgument")

    def do() -> None:
        leg.frequency_s = int(frequency or leg.frequency_s)
        leg.history = int(turn.call.bound.get("RecoveryHistory", leg.history))

    await carry_out(turn, Act(machine, SET_S, lambda: None, do))
