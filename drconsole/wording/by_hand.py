"""Operations, and how a person does each of them by hand."""

from __future__ import annotations

from typing import NamedTuple

from drconsole.domain.snapshot import Workload
from drconsole.wording.copy_commands import VM_ID

VM = "(Get-VM -Id {id})"


class ByHand(NamedTuple):
    """One operation: its name for machines, its words, and how it is done without this console.

    Args:
        hyperv: the cmdlet and the host it belongs to; ``{vm}`` is the VM by its id (facts/hyperv, section 3).
        vsphere: where the vendor's own client has it, or that it has no such call.
    """

    id: str
    title: str
    hyperv: str
    vsphere: str


OPERATIONS = (
    ByHand(
        "test-failover",
        "test failover",
        "on the replica's host: Start-VMFailover -VM {vm} -AsTest; connect the test copy to a test network"
        " before you start it",
        "Site Recovery in the vSphere Client of the recovery site: test, into a test network",
    ),
    ByHand(
        "stop-test",
        "stop test",
        "on the replica's host: Stop-VMFailover -VM {vm}, and only while a test copy is there: without one"
        " the same command throws a failover away",
        "Site Recovery in the vSphere Client of the recovery site: clean up the test",
    ),
    ByHand(
        "planned-failover",
        "planned failover",
        "on the original's host: Stop-VM -VM {vm}, then Start-VMFailover -VM {vm} -Prepare; on the replica's"
        " host: Start-VMFailover -VM {vm}, Set-VMReplication -VM {vm} -Reverse, Start-VM -VM {vm}",
        "shut it down, synchronise once more, then recover it with Site Recovery at the recovery site",
    ),
    ByHand(
        "unplanned-failover",
        "unplanned failover",
        "prove first that the original is off; on the replica's host: Start-VMFailover -VM {vm}, then"
        " Start-VM -VM {vm}",
        "prove first that the original is off; then recover it with Site Recovery at the recovery site",
    ),
    ByHand(
        "complete",
        "complete the failover",
        "on the recovered copy's host: Complete-VMFailover -VM {vm}; points and the way back are gone then",
        "there is nothing to complete: recovery is final here",
    ),
    ByHand(
        "cancel",
        "cancel the failover",
        "on the recovered copy's host: Stop-VMFailover -VM {vm}; it turns this copy off and discards what it"
        " wrote; stop a test first. After a preparation alone: the same on the original's host",
        "there is no such call: recovery is final here",
    ),
    ByHand(
        "reverse",
        "reverse the replication",
        "on the recovered copy's host: Set-VMReplication -VM {vm} -Reverse; after an unplanned failover the"
        " old side first: Set-VMReplication -VM {vm} -AsReplica. The old side loses what only it has",
        "there is no such call: remove the old replication with its disks kept, then configure a new one the"
        " other way with these disks as seeds",
    ),
    ByHand(
        "pause",
        "pause replication",
        "on the original's host: Suspend-VMReplication -VM {vm}",
        "Site Recovery in the vSphere Client: pause",
    ),
    ByHand(
        "resume",
        "resume replication",
        "on the side that is paused: Resume-VMReplication -VM {vm}",
        "Site Recovery in the vSphere Client: resume",
    ),
    ByHand(
        "resync",
        "resynchronize",
        "on the original's host: Resume-VMReplication -VM {vm} -Resynchronize; recovery points are lost",
        "there is no such call",
    ),
    ByHand(
        "sync-now",
        "synchronize now",
        "there is no such cmdlet: the next cycle comes by itself",
        "Site Recovery in the vSphere Client: sync now",
    ),
    ByHand(
        "enable",
        "enable replication",
        "on the original's host: Enable-VMReplication -VM {vm}, then Start-VMInitialReplication -VM {vm}",
        "Site Recovery in the vSphere Client: configure a replication",
    ),
    ByHand(
        "disable",
        "disable replication",
        "on each side: Remove-VMReplication -VM {vm}; the replica stays as a leftover",
        "Site Recovery in the vSphere Client: remove the replication, and keep the replica disks",
    ),
    ByHand(
        "remove-leftovers",
        "remove leftovers",
        "see that the copy is a LEFTOVER and nobody's only one; on its host: Remove-VM -VM {vm}; its disk"
        " files stay",
        "see that nothing needs them; then remove the leftover's files with the datastore browser",
    ),
)


def by_hand(operation: ByHand, workload: Workload) -> str:
    """How a person does it with this workload's VM."""
    if workload.platform.startswith("vsphere"):
        return operation.vsphere
    return operation.hyperv.replace("{vm}", VM.format(id=_id(workload)))


def _id(workload: Workload) -> str:
    """The VMId, equal on all sides; only what looks like one is put into a command."""
    ident = workload.copies[0].place.ident if workload.copies else ""
    return ident if VM_ID.fullmatch(ident) else "VMID"


def operation_called(ident: str) -> ByHand | None:
    """The operation with this id."""
    return next((operation for operation in OPERATIONS if operation.id == ident), None)
