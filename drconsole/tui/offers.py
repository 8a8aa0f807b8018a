"""What a workload is offered now, with the keys for it: for the line above the keys, and for ``w``."""

from __future__ import annotations

from collections.abc import Sequence

from drconsole.domain.operations import Offer
from drconsole.domain.plan import Operation
from drconsole.domain.reasons import Reason
from drconsole.tui.keys.operating import OPERATION_KEYS
from drconsole.tui.widgets.ink import Line, Span
from drconsole.wording.operations import because

# Reasons that say nothing of this workload now: they are told by ``w``, not above the keys.
_QUIET = frozenset({Reason.LATER, Reason.NO_SUCH_CALL, Reason.NEEDS_APPLIANCE, Reason.NEEDS_BOTH_APPLIANCES})
_NOTHING_THERE = frozenset(
    {Reason.NO_TEST, Reason.NOT_FAILED_OVER, Reason.NOT_PAUSED, Reason.NO_RESYNC_NEEDED, Reason.NO_LEFTOVER}
)
_TOLD = (Operation.TEST_FAILOVER, Operation.PLANNED_FAILOVER, Operation.UNPLANNED_FAILOVER, Operation.REVERSE)


def possible(found: Sequence[Offer]) -> Line:
    """The keys of what may be planned now: ``t test failover  p planned failover``."""
    spans: list[Span] = []
    for one in found:
        if one.allowed:
            spans += [Span("  "), Span(OPERATION_KEYS[one.operation.value], "key")]
            spans.append(Span(f" {short(one.operation)}"))
    return tuple(spans)


def held(found: Sequence[Offer]) -> Line:
    """What people would look for first and is blocked, with the reason; nothing where all is as usual."""
    for operation in _TOLD:
        one = next(offer for offer in found if offer.operation is operation)
        if one.reason is not None and one.reason not in _QUIET | _NOTHING_THERE:
            key = Span(OPERATION_KEYS[operation.value], "key")
            return (Span("  blocked: ", "label"), key, Span(f" {short(operation)}, {because(one)}"))
    return ()


def short(operation: Operation) -> str:
    """An operation in one word where that is enough."""
    words = {
        Operation.TEST_FAILOVER: "test",
        Operation.PLANNED_FAILOVER: "planned",
        Operation.UNPLANNED_FAILOVER: "unplanned",
    }
    return words.get(operation, operation.value)
