"""When each workload's last test passed, from the journal: what is shown as PROVEN."""

from __future__ import annotations

from datetime import datetime

from drconsole.domain.plan import Operation
from drconsole.domain.step import Outcome
from drconsole.runs.codec import Order
from drconsole.runs.history import History
from drconsole.runs.journal import Journal
from drconsole.runs.past import Past


def last_passed(journal: Journal, past: Past | None = None) -> dict[str, datetime]:
    """When the last test of each workload passed (console's wall clock), by workload key.

    A test passed when every step for that workload is done, but for optional ones, and one of them showed
    that the guest works. What a person said in place of the platform passes nothing.
    """
    found: dict[str, datetime] = {}
    for order, history in (past or Past()).runs(journal):
        if order.plan.operation is not Operation.TEST_FAILOVER:
            continue
        for subject in order.plan.subjects:
            at = _passed(order, history, subject.key)
            if at is not None and (subject.key not in found or at > found[subject.key]):
                found[subject.key] = at
    return found


def _passed(order: Order, history: History, key: str) -> datetime | None:
    """When the last step of a workload was done; None where one that counts was not."""
    steps = [step for step in order.plan.steps if step.workload == key and not step.optional]
    ends = [history.step(step.id) for step in steps]
    read_back = all(one.outcome is Outcome.DONE and not one.said_by for one in ends)
    if not read_back or not any(step.serves for step in steps):
        return None
    return max((one.ended for one in ends if one.ended is not None), default=None)
