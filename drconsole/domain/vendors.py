"""What a vendor's side can do at all: the table of rules, section 4, in data."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from drconsole.domain.plan import Operation


class Column(StrEnum):
    """The columns of the table: Hyper-V, and vSphere by its replication appliance."""

    HYPERV = "hyperv"
    VSPHERE_NEWEST = "vsphere, newest appliance"
    VSPHERE_OLD = "vsphere, appliance 2.0.0"
    VSPHERE_NONE = "vsphere, no appliance"


_ = Operation
_NEVER: Mapping[Column, Mapping[Operation, str]] = MappingProxyType(
    {
        Column.HYPERV: {_.SYNC_NOW: "no-such-call"},
        Column.VSPHERE_NEWEST: {
            _.COMPLETE: "recovery-final",
            _.CANCEL: "recovery-final",
            _.RESYNC: "no-such-call",
        },
        Column.VSPHERE_OLD: {
            _.COMPLETE: "recovery-final",
            _.CANCEL: "recovery-final",
            _.REVERSE: "needs-both-appliances",
            _.RESYNC: "no-such-call",
        },
        Column.VSPHERE_NONE: {
            _.PLANNED_FAILOVER: "needs-appliance",
            _.COMPLETE: "recovery-final",
            _.CANCEL: "recovery-final",
            _.REVERSE: "needs-both-appliances",
            _.PAUSE: "needs-appliance",
            _.RESUME: "needs-appliance",
            _.SYNC_NOW: "needs-appliance",
            _.RESYNC: "no-such-call",
            _.ENABLE: "needs-appliance",
            _.DISABLE: "needs-appliance",
        },
    }
)

# What this version does; what a vendor could do and is missing here comes later.
BUILT: Mapping[str, frozenset[Operation]] = MappingProxyType(
    {
        "hyperv": frozenset(
            {_.TEST_FAILOVER, _.STOP_TEST, _.PLANNED_FAILOVER, _.CANCEL, _.REVERSE},
        ),
        "vsphere": frozenset(),
    }
)


def never(column: Column, operation: Operation) -> str | None:
    """Why a vendor's side never has an operation; None where it has it."""
    return _NEVER[column].get(operation)
