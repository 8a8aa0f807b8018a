"""How the last passed test of a workload reads."""

from __future__ import annotations

from datetime import datetime

from drconsole.domain.plan import Operation
from drconsole.domain.snapshot import Workload
from drconsole.wording.ages import ago, exact


def proven_text(workload: Workload, now: datetime, days: int | None) -> str:
    """When its last test passed, and how long that counts where the config says so."""
    counts = f"; a test counts for {days} days" if days is not None else ""
    if workload.proven is None:
        return f"by no {Operation.TEST_FAILOVER} of this console yet{counts}"
    return f"{ago((now - workload.proven).total_seconds())}, {exact(workload.proven)}{counts}"
