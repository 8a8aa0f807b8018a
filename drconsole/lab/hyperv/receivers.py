"""Whether the other end of a relationship takes what is sent to it."""

from __future__ import annotations

from drconsole.lab.hyperv.machines import FAILED_OVER, Leg
from drconsole.lab.hyperv.replication import receiving
from drconsole.lab.hyperv.transitions import REPLICAS, WAITING, Ground, Refused


def check_receiver(ground: Ground) -> None:
    """What is copied needs a replica at the other end that was not failed over."""
    state = _receiver(ground).state
    if state in FAILED_OVER:
        raise _no_receiver(ground, state)


def check_waiting(ground: Ground) -> None:
    """A first copy needs a replica that waits for it."""
    if (state := _receiver(ground).state) != WAITING:
        raise _no_receiver(ground, state)


def check_prepare(ground: Ground) -> None:
    """What is left to send must arrive: the replica takes part, and the line does."""
    there = _receiver(ground)
    if there.state != "Replicating" or there.stalled or ground.leg.stalled:
        raise _no_receiver(ground, there.state)


def _receiver(ground: Ground) -> Leg:
    """The other end of what is sent.

    Raises:
        Refused: there is none, or it is no replica of this machine.
    """
    found = receiving(ground.hosts, ground.machine, ground.leg)
    if found is None or found[1].mode not in REPLICAS:
        raise _no_receiver(ground, "no replica")
    return found[1]


def _no_receiver(ground: Ground, why: str) -> Refused:
    text = f"The replica server '{ground.leg.receiver}' does not take what '{ground.machine.name}' sends"
    return Refused("OperationFailed", f"{text} ({why}).", "NotSpecified")
