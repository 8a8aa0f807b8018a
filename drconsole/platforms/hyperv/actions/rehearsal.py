"""Making and removing the test copy of a replica."""

from __future__ import annotations

from drconsole.domain.replication import FAILED_OVER
from drconsole.domain.step import Effect, Json, Observation
from drconsole.platforms.hyperv.actions.base import Action, View, since, the_one, the_vm
from drconsole.platforms.hyperv.looking import MachineRow

TESTABLE = frozenset({"Replicating", "Suspended"})
# In any other state Stop-VMFailover might discard a failover (facts/hyperv, section 3).
STOPPABLE = frozenset({"Replicating", "Suspended", "Resynchronizing", "Error"})


def observe_start(view: View, baseline: Json | None) -> Observation:
    """Ready while there is no test copy; done when there is one that came after the look before the act."""
    here = view.here
    if here.vm is None:
        return view.missing()
    if here.test_id:
        return _made(view, here.test, baseline)
    if not here.vm.off:
        return view.conflict(f"the replica is not off ({here.vm.power})", power=here.vm.power)
    if here.state not in TESTABLE:
        return view.conflict(f"no test is possible in replication state {here.state or 'none'}")
    allowed = view.params["allowed"]
    for adapter in here.vm.adapters:
        if adapter.test_switch and adapter.test_switch not in allowed:
            return view.conflict(
                f"adapter {adapter.name or adapter.id} would connect the test copy to "
                f"{adapter.test_switch} by itself, which is no test network"
            )
    point = view.params.get("point")
    if point and point not in {one.id.lower() for one in here.points}:
        return view.conflict("the recovery point is gone")
    return view.ready(replica=here.state, test_copy="none")


def _made(view: View, test: MachineRow | None, baseline: Json | None) -> Observation:
    if test is None:
        return view.missing()
    created = view.here.created(test)
    told = {"test_copy": test.id, "created": created, "power": test.power, "disks": len(test.disks)}
    if point := view.params.get("point"):
        # No property of the test copy names the point that it was made of.
        told["point"] = f"{point} was asked for; the host does not tell"
    if baseline is None:
        return view.conflict("it has a test copy already", **told)
    if created is None or created < since(baseline):
        return view.conflict("its test copy is older than this step", **told)
    return view.done(**told)


def arguments_of_start(view: View) -> Json:
    """Which point, and which switches a test copy may be connected to by itself."""
    params = view.params
    return {"vm": params["vm"], "point": params.get("point"), "allowed": params["allowed"]}


def manual_start(params: Json) -> str:
    """The cmdlet, with the recovery point where one is named."""
    if params.get("point"):
        point = the_one(f"Get-VMSnapshot -VM {the_vm(params)}", "Id", params["point"])
        return f"Start-VMFailover -VMRecoverySnapshot {point} -AsTest -Confirm:$false"
    return f"Start-VMFailover -VM {the_vm(params)} -AsTest -Confirm:$false"


def manual_stop(params: Json) -> str:
    """The cmdlet, behind the question whether there is a test: without one it would discard a failover."""
    replica, test = the_vm({"vm": params["vm"]}), the_vm({"vm": params["vm"], "test": True})
    return f"if ({test}) {{ Stop-VMFailover -VM {replica} -Confirm:$false }}"


def observe_stop(view: View, baseline: Json | None) -> Observation:
    """Done when the test copy that was there is gone, with its disks and its cluster role.

    ``meant`` is the one that was planned, with the disks that its record names.
    """
    here = view.here
    if here.vm is None:
        return view.missing()
    if here.test_id:
        return _still_there(view, here.test, baseline)
    known = baseline or {"other": view.params.get("meant"), "files": view.params.get("disks", [])}
    if not known["other"]:
        return view.done(test_copy="none")
    ident, disks = known["other"], known["files"]
    if not here.lacks(ident):
        return view.unknown(
            f"its replica does not name the test copy {ident} any more, but it is still there"
        )
    left = [path for path in disks if here.files.get(path, True)]
    if left:
        return view.unknown(f"the test copy is gone, but {len(left)} of its disks are left: {left[0]}")
    if here.roles is not None and ident in here.roles:
        return view.unknown(f"the test copy is gone, but its cluster role {here.roles[ident].group} is left")
    told = {"test_copy": f"{ident} is gone", "disks": f"{len(disks)} gone"}
    if here.roles is not None:
        told["cluster_role"] = "none"
    return view.done(**told)


def _still_there(view: View, test: MachineRow | None, baseline: Json | None) -> Observation:
    if test is None:
        return view.missing()
    if view.here.state in FAILED_OVER or view.here.state not in STOPPABLE:
        return view.conflict(
            f"in state {view.here.state} the same call would discard a failover", state=view.here.state
        )
    known = baseline["other"] if baseline else view.params.get("meant")
    if known and known != test.id.lower():
        return view.conflict("it has another test copy than the one that is meant")
    files = dict.fromkeys((*view.params.get("disks", ()), *test.disks))
    watched = {"other": test.id.lower(), "files": list(files)}
    return view.ready(watched, test_copy=test.id, power=test.power, disks=len(test.disks))


def arguments_of_stop(view: View) -> Json:
    """The replica, and the test copy that is meant."""
    return {"vm": view.params["vm"], "test": view.here.test_id}


ACTIONS = (
    Action(
        "start-test",
        Effect.REPLICATION,
        observe_start,
        manual_start,
        "test_start.ps1",
        arguments_of_start,
    ),
    Action(
        "stop-test",
        Effect.REMOVE,
        observe_stop,
        manual_stop,
        "test_stop.ps1",
        arguments_of_stop,
    ),
)
