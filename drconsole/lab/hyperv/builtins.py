"""Built-in cmdlets that must tell of the simulated host, not of this machine: its clock, and waiting."""

from __future__ import annotations

from drconsole.lab.hyperv.cmdlets import Turn, cmdlet
from drconsole.lab.hyperv.documented import date


@cmdlet("Get-Date")
async def get_date(turn: Turn) -> None:
    """The host's own time."""
    await turn.sink.tell({"is": "object", "object": date(turn.now + turn.host.skew)})


@cmdlet("Start-Sleep", "Seconds", "Milliseconds")
async def start_sleep(turn: Turn) -> None:
    """Wait in simulated time."""
    bound = turn.call.bound
    await turn.world.clock.sleep(float(bound.get("Seconds", 0)) + float(bound.get("Milliseconds", 0)) / 1000)
