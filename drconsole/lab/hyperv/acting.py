"""How an act goes: it is asked for, checked, takes its time, has its effect in one step, and is answered.

What the host was told to do goes on when the client dies (``Gone`` is only raised before an act and after
it); a stopped pipeline cancels it. Faults come in here, and nowhere else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from drconsole.lab.hyperv.act_faults import ActFault, ActKind
from drconsole.lab.hyperv.call import Gone
from drconsole.lab.hyperv.cmdlets import FAILED, Turn
from drconsole.lab.hyperv.documented import Seam
from drconsole.lab.hyperv.effects import perform, permit
from drconsole.lab.hyperv.machines import Machine
from drconsole.lab.hyperv.objects import vm_object
from drconsole.lab.hyperv.transitions import Operation, Refused


@dataclass(slots=True)
class Act:
    """One act on one machine.

    ``check`` raises ``Refused`` where it cannot be; ``do`` is its effect, and gives the machine that a client
    gets with -Passthru (``shown`` makes the object). ``seconds`` is its time. ``meanwhile`` gives the machine
    the state that others see in that time, and gives back what undoes it.
    """

    machine: Machine
    seconds: float
    check: Callable[[], object]
    do: Callable[[], Machine | None]
    shown: Callable[[Machine], Seam] | None = None
    meanwhile: Callable[[], Callable[[], None]] | None = None
    target: str = ""


def operation(
    turn: Turn,
    machine: Machine,
    what: Operation,
    seconds: float,
    *,
    point: str | None = None,
    kind: str | None = None,
    **more: Any,
) -> Act:
    """An act that is one operation of the replication state machine."""
    hosts = turn.world.hosts
    return Act(
        machine,
        seconds,
        lambda: permit(hosts, machine, what, turn.now, point, kind),
        lambda: perform(hosts, machine, what, turn.now, point, kind),
        **more,
    )


async def carry_out(turn: Turn, act: Act) -> bool:
    """Let an act happen; whether it has had its effect. What refuses it is an error, and others go on."""
    machine = act.machine
    asked = {"is": "process", "target": act.target or machine.name, "action": turn.call.cmdlet}
    if not await turn.sink.ask(asked):
        return False
    fault = turn.world.faults.on_act(turn.call.cmdlet, machine)
    try:
        _free(turn, machine)
        act.check()
        if fault and fault.kind is ActKind.FAILS:
            raise Refused(fault.id, fault.text, fault.category)
        got = await _take_its_time(turn, act, fault)
    except Refused as refused:
        await refuse(turn, refused, machine)
        return False
    await _trouble_afterwards(turn, act, fault)
    if turn.on("Passthru"):
        await turn.hand_over(act.shown(got) if act.shown else vm_object(turn.host, got, turn.now))
    return True


def _free(turn: Turn, machine: Machine) -> None:
    """Refuse a second act on a machine while another is at work, and any while it migrates."""
    at_work = f"'{machine.busy}'" if machine.busy else None
    if at_work or _migrates(turn, machine):
        text = f"The operation cannot be performed while {at_work or 'a migration'} is at work on "
        raise Refused("ObjectInUse", f"{text}'{machine.name}'.", "ResourceBusy")


def _migrates(turn: Turn, machine: Machine) -> bool:
    """Whether another node of its cluster lists a machine too."""
    hosts = turn.world.hosts
    cluster = hosts[machine.host].cluster
    others = (hosts[node] for node in cluster.nodes if node != machine.host) if cluster else ()
    return any(machine.id in other.machines for other in others)


async def _take_its_time(turn: Turn, act: Act, fault: ActFault | None) -> Machine:
    machine, kind = act.machine, fault.kind if fault else None
    host, deaths = turn.host, turn.host.deaths
    seconds = act.seconds + (fault.seconds if fault and kind is ActKind.SLOW else 0.0)
    machine.busy = turn.call.cmdlet
    undo = act.meanwhile() if act.meanwhile else None
    try:
        turn.world.changed(f"{turn.call.cmdlet} begins on {machine.name}")
        await turn.world.clock.sleep(seconds / 2 if kind is ActKind.HOST_DIES else seconds)
    finally:
        machine.busy = None
        if undo is not None:
            undo()
    if host.deaths != deaths:
        raise Gone
    if fault and kind is ActKind.HOST_DIES:
        await _die(turn, act, fault)
    if kind is ActKind.NO_EFFECT:
        return machine
    if turn.world.hosts[machine.host].machines.get(machine.id) is not machine:
        text = f"Virtual machine '{machine.name}' is not on this host any more."
        raise Refused("ObjectNotFound", text, "ObjectNotFound")
    _free(turn, machine)
    act.check()
    return _effect(turn, act, fault)


def _effect(turn: Turn, act: Act, fault: ActFault | None) -> Machine:
    """Have the effect, on one end alone where the fault wants it so."""
    kept = turn.world.other_ends(act.machine) if fault and fault.kind is ActKind.HALF else []
    got = act.do() or act.machine
    for put_back in kept:
        put_back()
    turn.world.changed(f"{turn.call.cmdlet} on {turn.host.name}: {act.machine.name}")
    return got


async def _die(turn: Turn, act: Act, fault: ActFault) -> NoReturn:
    """Let the host die in the middle, with the act done or not."""
    if fault.effect:
        _effect(turn, act, fault)
    await turn.world.breaker.kill_host(turn.host.name)
    turn.world.changed(f"{turn.host.name} dies during {turn.call.cmdlet}")
    raise Gone


async def _trouble_afterwards(turn: Turn, act: Act, fault: ActFault | None) -> None:
    """What happens between the effect and its answer."""
    if fault is None:
        return
    host = turn.host.name
    match fault.kind:
        case ActKind.LATE_ANSWER:
            await turn.world.clock.sleep(fault.seconds)
        case ActKind.HANGS:
            await asyncio.Event().wait()
        case ActKind.CUT:
            turn.world.breaker.cut(host)
        case ActKind.SHELL_DIES:
            turn.world.breaker.end_shells(host)
            raise Gone
        case ActKind.RESTARTS:
            ident, world = act.machine.id, turn.world
            world.later(
                fault.seconds,
                lambda: perform(world.hosts, world.machine(host, ident), Operation.START, turn.now),
                f"somebody else starts {act.machine.name}",
            )


async def refuse(turn: Turn, refused: Refused, machine: Machine) -> None:
    """Report what the platform refuses, in the words of the cmdlet."""
    text = refused.text
    if refused.error_id == "InvalidOperation" and "' is not applicable" in text:
        text = f"'{turn.call.cmdlet}{text[text.index(chr(39) + ' is not applicable') :]}"
    await turn.error(refused.error_id, text, refused.category, machine.name, FAILED)
