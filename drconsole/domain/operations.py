"""Which operations a workload is offered, and why not the others: a pure judgement (rules, sections 4, 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from drconsole.domain.ends import Ends
from drconsole.domain.forbidding import RULES, common
from drconsole.domain.plan import Operation
from drconsole.domain.reasons import Block, Reason
from drconsole.domain.roles import Role
from drconsole.domain.snapshot import CopyState, Workload
from drconsole.domain.vendors import BUILT, Column, never

_STARTING = frozenset({Operation.PLANNED_FAILOVER, Operation.UNPLANNED_FAILOVER})
_MAY_SERVE = frozenset({Role.ORIGINAL, Role.FORMER_ORIGINAL, Role.RECOVERED, Role.UNPROTECTED})


@dataclass(frozen=True, slots=True)
class Offer:
    """One operation for one workload: allowed, or blocked for a reason.

    Args:
        facts: (name, value) pairs that the wording of the reason may use.
        instead: operations that clear it or do less harm; never a more dangerous one.
        starts: the copy that it would start; None where it starts none by itself.
        attest: the original, or another copy that may serve, is silent: a person must attest that it is off.
    """

    operation: Operation
    reason: Reason | None = None
    facts: tuple[tuple[str, str], ...] = ()
    instead: tuple[Operation, ...] = ()
    starts: CopyState | None = None
    attest: bool = False

    @property
    def allowed(self) -> bool:
        """Whether it may be planned now."""
        return self.reason is None

    def fact(self, name: str) -> str:
        """The value of one fact, empty where it is not known."""
        return dict(self.facts).get(name, "")


# How much harm a mistake does; a blocked operation is never answered by a more dangerous one.
DANGER: Mapping[Operation, int] = MappingProxyType(
    {
        Operation.TEST_FAILOVER: 1,
        Operation.STOP_TEST: 1,
        Operation.PAUSE: 1,
        Operation.RESUME: 1,
        Operation.SYNC_NOW: 1,
        Operation.PLANNED_FAILOVER: 2,
        Operation.CANCEL: 2,
        Operation.ENABLE: 2,
        Operation.COMPLETE: 3,
        Operation.RESYNC: 3,
        Operation.DISABLE: 3,
        Operation.REMOVE_LEFTOVERS: 3,
        Operation.REVERSE: 4,
        Operation.UNPLANNED_FAILOVER: 5,
    }
)


def offers_of(workload: Workload) -> tuple[Offer, ...]:
    """All operations for a workload as this version offers them."""
    return offers(workload, *_vendor(workload))


def offer_of(workload: Workload, operation: Operation) -> Offer:
    """One operation for a workload as this version offers it."""
    return offer(operation, workload, *_vendor(workload))


def _vendor(workload: Workload) -> tuple[Column, frozenset[Operation]]:
    if workload.platform.startswith("hyperv"):
        return Column.HYPERV, BUILT["hyperv"]
    return Column.VSPHERE_NONE, BUILT["vsphere"]


def offers(workload: Workload, column: Column, built: frozenset[Operation]) -> tuple[Offer, ...]:
    """All operations for a workload, in their order.

    Args:
        column: what the vendor's side of this workload can do at all.
        built: what this version can do there; the rest says that it comes later.
    """
    return tuple(offer(operation, workload, column, built) for operation in Operation)


def offer(operation: Operation, workload: Workload, column: Column, built: frozenset[Operation]) -> Offer:
    """One operation for a workload: what the vendor never has, what its state forbids, what comes later."""
    case = Ends(workload)
    vendor = never(column, operation)
    if vendor is not None:
        return _blocked(operation, Block(Reason(vendor)))
    block = common(case, operation) or RULES[operation](case)
    if block is None and operation not in built:
        block = Block(Reason.LATER)
    if block is not None:
        return _blocked(operation, block)
    starts = case.replica if operation in _STARTING else None
    unseen = case.original is None or any(not c.fresh for c in workload.copies if c.role in _MAY_SERVE)
    return Offer(operation, starts=starts, attest=unseen and operation is Operation.UNPLANNED_FAILOVER)


def _blocked(operation: Operation, block: Block) -> Offer:
    return Offer(operation, block.reason, block.facts, block.instead)
