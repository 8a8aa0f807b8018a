"""Writing the failover record into a VM's notes, and taking it out (rules, section 2)."""

from __future__ import annotations

from drconsole.domain.record import Record, believed, without, written
from drconsole.domain.replication import FAILED_OVER
from drconsole.domain.roles import Role
from drconsole.domain.step import Effect, Json, Observation
from drconsole.platforms.hyperv.actions.base import Action, View, the_vm
from drconsole.platforms.hyperv.actions.failover import IN_PROGRESS

# How a record's list of what was made begins an entry that is a disk.
DISK = "disk:"


def observe_write(view: View, baseline: Json | None) -> Observation:
    """Done when the record of this run is read back; a test copy with another run's is somebody else's.

    Only what is failed over is called recovered: a retry may come when somebody has taken that back.
    """
    target = view.target
    if target is None:
        return view.missing()
    record = view.record
    if record and record.run == view.params["run"] and record.role == view.params["role"]:
        return view.done(record=f"{record.role} of run {record.run} at {record.place.where}")
    if record and view.params.get("test"):
        return view.conflict(f"the test copy belongs to run {record.run} of {record.by}")
    if view.params["role"] == Role.RECOVERED and view.here.state not in FAILED_OVER:
        now = f"{view.here.mode} {view.here.state}".strip() or "not replicated"
        return view.conflict(f"it is not failed over any more ({now})")
    return view.ready(record=record.run if record else "none")


def arguments_of_write(view: View) -> Json:
    """The notes as they were read, and with the record."""
    target, params = view.target, view.params
    assert target is not None
    test = bool(params.get("test"))
    objects = [f"vm:{target.id.lower()}", *(f"{DISK}{path}" for path in target.disks)] if test else []
    record = Record(
        key=params["key"],
        role=Role(params["role"]),
        place=view.place(target),
        run=params["run"],
        at=view.here.now,
        by=params["by"],
        origin=params["origin"],
        objects=tuple(objects),
    )
    return {
        "vm": target.id.lower(),
        "before": target.text,
        "notes": written(target.text, record, params["sentence"]),
    }


def observe_remove(view: View, baseline: Json | None) -> Observation:
    """Done when no record of this place is left; never ready while the copy is failed over."""
    target = view.target
    if target is None:
        return view.missing()
    if believed(target.text, view.place(target)) is None:
        return view.done(record="none")
    wanted = view.params.get("mode")
    if wanted and view.here.mode != wanted:
        reason = f"it is no {wanted} ({view.here.mode or 'not replicated'}): the record still holds"
        return view.conflict(reason)
    if view.here.state in FAILED_OVER or view.here.state == IN_PROGRESS:
        return view.conflict(f"it is failed over ({view.here.state}): the record still holds")
    return view.ready(record=view.record.run if view.record else "none")


def arguments_of_remove(view: View) -> Json:
    """The notes as they were read, and without the record."""
    target = view.target
    assert target is not None
    notes = without(target.text, view.place(target))
    return {"vm": target.id.lower(), "before": target.text, "notes": notes}


def _manual_write(params: Json) -> str:
    return f"Set-VM -VM {the_vm(params)} -Notes <its notes, and below them the record of run {params['run']}>"


def _manual_remove(params: Json) -> str:
    return f"Set-VM -VM {the_vm(params)} -Notes <its notes without the two lines that begin with drconsole>"


ACTIONS = (
    Action(
        "write-record", Effect.RECORD, observe_write, _manual_write, "notes_write.ps1", arguments_of_write
    ),
    Action(
        "remove-record", Effect.RECORD, observe_remove, _manual_remove, "notes_write.ps1", arguments_of_remove
    ),
)
