"""What the failover record of a test copy tells: whose test it is, and what was made for it."""

from __future__ import annotations

from typing import Any

from drconsole.domain.plan import Check
from drconsole.domain.record import Record, believed
from drconsole.domain.snapshot import CopyState
from drconsole.platforms.acting import Case
from drconsole.platforms.hyperv.actions.base import told
from drconsole.platforms.hyperv.actions.records import DISK
from drconsole.platforms.hyperv.procedures.base import ready, warning


def meant(case: Case, replica: CopyState) -> dict[str, Any]:
    """Which test copy is to be stopped: its id, and the disks that its record names."""
    record = _record(case, replica)
    objects = record.objects if record else ()
    disks = [one.removeprefix(DISK) for one in objects if one.startswith(DISK)]
    return {"meant": _test_of(replica), "disks": disks}


def whose(case: Case, replica: CopyState) -> tuple[Check, ...]:
    """Whose test it is that would be stopped; nothing where none runs."""
    if not _test_of(replica):
        return ()
    record = _record(case, replica)
    if record is not None:
        text = f"the test copy was made by run {record.run} of {record.by} at {told(record.at)}"
        return (ready(text, replica.endpoint),)
    text = "nobody knows whose test it is: the test copy carries no record of a run"
    return (warning(text, replica.endpoint, "Ask who made it: what was done in it is lost."),)


def _record(case: Case, replica: CopyState) -> Record | None:
    ident = _test_of(replica)
    tests = (one for one in case.workload.copies if ident and one.place.ident == ident)
    records = (believed(one.sighting.notes, one.place) for one in tests)
    return next((record for record in records if record is not None), None)


def _test_of(replica: CopyState) -> str:
    return next((one.test_vm.lower() for one in replica.sighting.relations if one.test_vm), "")
