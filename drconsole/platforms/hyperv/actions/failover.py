"""Preparing a primary, failing a replica over, taking either back, and the proof that nothing was lost."""

from __future__ import annotations

from drconsole.domain.replication import FAILED_OVER, PREPARED, PRIMARY
from drconsole.domain.step import Effect, Json, Observation
from drconsole.platforms.hyperv.actions.base import Action, View, rival, the_vm
from drconsole.platforms.hyperv.looking import Look

REPLICAS = frozenset({"Replica", "ExtendedReplica"})
WAITING = frozenset({"FailedOverWaitingCompletion", "FailOverWaitingCompletion"})
# States from which a replica can be failed over (facts/hyperv, section 3).
CAN_FAIL_OVER = frozenset({"Replicating", "Resynchronizing", "Suspended", "WaitingForUpdateCompletion"})
IN_PROGRESS = "RecoveryInProgress"
PLANNED = "Planned"


def observe_prepare(view: View, baseline: Json | None) -> Observation:
    """Done when the primary is prepared and locked; ready while it replicates and is off."""
    here = view.here
    if here.vm is None:
        return view.missing()
    told = {"state": here.state, "power": here.vm.power}
    if here.state == PREPARED:
        return view.done(**told)
    if here.mode != PRIMARY:
        return view.conflict(f"it is no primary any more ({here.mode or 'not replicated'})", **told)
    if not here.vm.off:
        return view.conflict(f"it is {here.vm.power}: somebody or something started it again", **told)
    if here.state != "Replicating":
        return view.conflict(f"nothing can be prepared in replication state {here.state}", **told)
    return view.ready(**told)


def observe_pending(view: View, baseline: Json | None) -> Observation:
    """Done when the prepared primary has nothing left to send."""
    if view.here.vm is None:
        return view.missing()
    if view.here.state != PREPARED:
        return view.conflict(f"it is not prepared any more ({view.here.state})", state=view.here.state)
    pending = next((s.pending for s in view.statistics if s.relationship == "Simple"), None)
    if pending is None:
        return view.unknown("the primary does not tell what is pending", state=view.here.state)
    told = {"state": view.here.state, "pending": f"{pending} bytes"}
    return view.done(**told) if pending == 0 else view.ready(**told)


def observe_failover(view: View, baseline: Json | None) -> Observation:
    """Done when the replica was failed over; ready only while its primary is prepared and off."""
    here = view.here
    if here.vm is None:
        return view.missing()
    told = {"state": here.state, "power": here.vm.power}
    if here.state in FAILED_OVER:
        return view.done(**told)
    if here.state == IN_PROGRESS:
        return view.busy(**told)
    if here.test_id:
        return view.conflict("it has a test copy", **told)
    if here.mode not in REPLICAS or here.state not in CAN_FAIL_OVER:
        return view.conflict(f"it cannot be failed over in state {here.mode} {here.state}", **told)
    if not here.vm.off:
        return view.conflict(f"the replica is not off ({here.vm.power})", **told)
    return _primary_ready(view) or view.ready(**told)


def _primary_ready(view: View) -> Observation | None:
    """A planned failover takes over from a primary that is off and prepared, and says so itself."""
    for one in view.params.get("prepared", ()):
        said, off = rival(view, one["endpoint"])
        look = view.others.get(one["endpoint"])
        if not off or not isinstance(look, Look):
            return view.unknown(f"its primary on {one['endpoint']} is not known to be off: {said}")
        if look.state != PREPARED:
            return view.conflict(f"its primary on {one['endpoint']} is not prepared ({look.state})")
    return None


def observe_planned(view: View, baseline: Json | None) -> Observation:
    """Done when the replica itself says that its failover was a planned one: all that was sent is there.

    Where it tells another type, something is lost or somebody else failed it over; none is no answer.
    """
    if view.here.vm is None:
        return view.missing()
    if view.here.state not in FAILED_OVER:
        return view.conflict(f"it is not failed over any more ({view.here.state})", state=view.here.state)
    kind = next((s.failed_over_type for s in view.statistics if s.relationship == "Simple"), "")
    told = {"failed_over_type": kind or "not told", "state": view.here.state}
    if kind == PLANNED:
        return view.done(**told)
    if kind in ("", "None"):
        return view.unknown("the host does not tell of which type the failover was", **told)
    return view.conflict(f"it was failed over by type {kind}, not as planned", **told)


def observe_cancel(view: View, baseline: Json | None) -> Observation:
    """Done when the replica replicates and is off; ready only while its failover is not completed."""
    here = view.here
    if here.vm is None:
        return view.missing()
    told = {"state": here.state, "power": here.vm.power}
    if here.test_id:
        return view.conflict("a test copy exists: the same call would remove that", **told)
    if here.mode in REPLICAS and here.state == "Replicating":
        return view.done(**told) if here.vm.off else view.busy(**told)
    if here.state in WAITING:
        return view.ready(**told)
    if here.state == IN_PROGRESS:
        return view.busy(**told)
    return view.conflict(f"nothing can be cancelled in state {here.mode} {here.state}", **told)


def observe_unlock(view: View, baseline: Json | None) -> Observation:
    """Done when the primary replicates again; ready only after the recovered side was taken back."""
    here = view.here
    if here.vm is None:
        return view.missing()
    told = {"state": here.state, "power": here.vm.power}
    if here.mode != PRIMARY:
        return view.conflict(f"it is no primary any more ({here.mode or 'not replicated'})", **told)
    if here.state != PREPARED:
        return view.done(**told)
    for one in view.params.get("taken_back", ()):
        said, off = rival(view, one["endpoint"])
        look = view.others.get(one["endpoint"])
        if not off or not isinstance(look, Look):
            return view.unknown(f"the copy on {one['endpoint']} is not known to be off: {said}", **told)
        if look.state in FAILED_OVER or look.state == IN_PROGRESS:
            return view.conflict(f"the copy on {one['endpoint']} is failed over ({look.state})", **told)
        # Where replication was turned round, what people wrote since is there: it is not taken back.
        if look.mode == PRIMARY:
            return view.conflict(f"the copy on {one['endpoint']} is a primary itself ({look.state})", **told)
    return view.ready(**told)


def arguments_of_cancel(view: View) -> Json:
    """The VM, and the state in which the call means what it is to do."""
    return {"vm": view.params["vm"], "state": view.here.state}


ACTIONS = (
    Action(
        "prepare",
        Effect.REPLICATION,
        observe_prepare,
        lambda p: f"Start-VMFailover -VM {the_vm(p)} -Prepare -Confirm:$false",
        "failover_prepare.ps1",
    ),
    Action(
        "nothing-pending",
        Effect.LOOK,
        observe_pending,
        lambda p: f"Measure-VMReplication -VM {the_vm(p)} | Format-List PendingReplicationSize",
        statistics=True,
    ),
    Action(
        "fail-over",
        Effect.REPLICATION,
        observe_failover,
        lambda p: f"Start-VMFailover -VM {the_vm(p)} -Confirm:$false",
        "failover_start.ps1",
    ),
    Action(
        "planned-type",
        Effect.LOOK,
        observe_planned,
        lambda p: f"Measure-VMReplication -VM {the_vm(p)} | Format-List FailedOverReplicationType",
        statistics=True,
    ),
    Action(
        "cancel-failover",
        Effect.REPLICATION,
        observe_cancel,
        lambda p: f"Stop-VMFailover -VM {the_vm(p)} -Confirm:$false",
        "failover_cancel.ps1",
        arguments_of_cancel,
    ),
    Action(
        "unlock",
        Effect.REPLICATION,
        observe_unlock,
        lambda p: f"Stop-VMFailover -VM {the_vm(p)} -Confirm:$false",
        "failover_cancel.ps1",
        arguments_of_cancel,
    ),
)
