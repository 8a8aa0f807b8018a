"""A run that has not ended, as the workloads that it holds show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from drconsole.domain.plan import Operation


class RunStanding(StrEnum):
    """Where an open run stands; ``interrupted``: its process is gone, only a person takes it up again."""

    UNDER_WAY = "running"
    ASKS = "asking"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class OpenRun:
    """The run that holds a workload: while it does, nothing else may be done with that workload.

    Args:
        operation: None where another version of this program wrote it.
        since: when it asked, or wrote the last thing before it was interrupted (console's wall clock).
        step: the step that asks.
        asks: what it asks.
    """

    id: str
    operation: Operation | None
    standing: RunStanding
    since: datetime | None = None
    step: str = ""
    asks: str = ""
