"""Turning replication round after a planned failover; both ends are read, one alone decides nothing."""

from __future__ import annotations

from drconsole.domain.replication import FAILED_OVER, PREPARED, PRIMARY
from drconsole.domain.step import Effect, Json, Observation
from drconsole.platforms.hyperv.actions.base import Action, View, the_vm
from drconsole.platforms.hyperv.looking import Look

FLOWING = frozenset({"Replicating", "Suspended", "Resynchronizing"})


def observe(view: View, baseline: Json | None) -> Observation:
    """Done when this end is the primary and the other one its replica; one of both is unknown, for good."""
    here = view.here
    if here.vm is None:
        return view.missing()
    (partner,) = view.params["partner"]
    other = view.others.get(partner["endpoint"])
    if not isinstance(other, Look) or other.vm is None:
        return view.unknown(f"{partner['endpoint']} does not say what its end is", mode=here.mode)
    told = {
        "this_end": f"{here.mode} {here.state}",
        "other_end": f"{other.mode} {other.state}",
        "power": here.vm.power,
    }
    turned, taken = here.mode == PRIMARY, other.mode == "Replica"
    if turned and taken:
        return view.done(**told) if here.state in FLOWING else view.busy(**told)
    if turned or taken:
        return view.unknown("only one end was turned round: look at both before anything is repeated", **told)
    if here.state not in FAILED_OVER:
        return view.conflict(f"it is not failed over ({here.mode} {here.state})", **told)
    if other.state != PREPARED:
        return view.conflict(f"the old primary was not prepared ({other.state})", **told)
    if not other.vm.off:
        return view.conflict(f"the old primary is not off ({other.vm.power})", **told)
    return view.ready(**told)


ACTIONS = (
    Action(
        "reverse",
        Effect.REPLICATION,
        observe,
        lambda p: f"Set-VMReplication -VM {the_vm(p)} -Reverse",
        "replication_reverse.ps1",
        undecided=True,
    ),
)
