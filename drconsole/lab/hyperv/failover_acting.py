"""The cmdlets of failovers: test, prepare, fail over, complete, and take back (facts: hyperv, section 3)."""

from __future__ import annotations

from collections.abc import Callable

from drconsole.lab.hyperv.acting import carry_out, operation
from drconsole.lab.hyperv.cmdlets import NotModelled, Turn, cmdlet
from drconsole.lab.hyperv.effects import has_test
from drconsole.lab.hyperv.machines import Machine
from drconsole.lab.hyperv.reading import missing, targets
from drconsole.lab.hyperv.transitions import IN_PROGRESS, Operation

PREPARE_S = 15.0
FAIL_OVER_S = 12.0
TEST_S = 10.0
END_TEST_S = 5.0
CANCEL_S = 8.0
COMPLETE_S = 20.0


@cmdlet("Start-VMFailover", "VM", "VMName", "VMRecoverySnapshot", "Prepare", "AsTest", "Passthru")
async def start_vm_failover(turn: Turn) -> None:
    """Prepare originals; or fail replicas over, or make test copies of them, to a point or to the latest."""
    if turn.on("Prepare") and turn.on("AsTest"):
        raise NotModelled("Start-VMFailover -Prepare -AsTest")
    for machine, point in await _with_points(turn):
        if turn.on("Prepare"):
            await carry_out(turn, operation(turn, machine, Operation.PREPARE, PREPARE_S))
        elif turn.on("AsTest"):
            await carry_out(turn, operation(turn, machine, Operation.TEST, TEST_S, point=point))
        else:
            act = operation(turn, machine, Operation.FAIL_OVER, FAIL_OVER_S, point=point)
            act.meanwhile = _in_progress(machine)
            await carry_out(turn, act)


async def _with_points(turn: Turn) -> list[tuple[Machine, str | None]]:
    """The machines, or the one of ``-VMRecoverySnapshot`` with its point."""
    if "VMRecoverySnapshot" not in turn.call.bound:
        return [(machine, None) for machine in await targets(turn)]
    found: list[tuple[Machine, str | None]] = []
    for host, ident, point in turn.refs("VMRecoverySnapshot", "point"):
        machine = next((one for one in turn.machines if (one.host, one.id) == (host, ident)), None)
        if machine is None:
            await missing(turn, "id", ident, "ObjectNotFound", "ObjectNotFound")
        else:
            found.append((machine, point))
    return found


def _in_progress(machine: Machine) -> Callable[[], Callable[[], None]]:
    """Let others see a failover in progress."""

    def begin() -> Callable[[], None]:
        leg = machine.simple

        def end() -> None:
            if leg is not None and leg.before is not None:
                leg.state, leg.before = leg.before, None

        if leg is not None:
            leg.before, leg.state = leg.state, IN_PROGRESS
        return end

    return begin


@cmdlet("Stop-VMFailover", "VM", "VMName", "Passthru")
async def stop_vm_failover(turn: Turn) -> None:
    """Remove the test copy where there is one, else take a failover or its preparation back."""
    for machine in await targets(turn):
        seconds = END_TEST_S if has_test(turn.world.hosts, machine) else CANCEL_S
        await carry_out(turn, operation(turn, machine, Operation.CANCEL, seconds))


@cmdlet("Complete-VMFailover", "VM", "VMName", "Passthru")
async def complete_vm_failover(turn: Turn) -> None:
    """Give up the way back: the recovery points are merged."""
    for machine in await targets(turn):
        await carry_out(turn, operation(turn, machine, Operation.COMPLETE, COMPLETE_S))
