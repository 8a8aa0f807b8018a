"""What the screens have done for them: plans are made, runs are started, followed and asked.

A screen calls no platform. Whoever opens the console hands it a desk, which does what the commands do, by the
same functions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from drconsole.domain.acknowledged import Acknowledgement
from drconsole.domain.confirmation import Attestation, Planned
from drconsole.domain.open_run import OpenRun
from drconsole.domain.plan import Operation, Plan
from drconsole.domain.roles import Alarm

if TYPE_CHECKING:
    # The journal's libraries are loaded after the first paint.
    from drconsole.runs.view import RunView


class Followed(Protocol):
    """One run, read by a thread of its own."""

    @property
    def trouble(self) -> str:
        """Why it cannot be read just now; empty while it can."""
        ...

    def newest(self) -> RunView | None:
        """The run as last read; None before that."""
        ...

    def close(self) -> None:
        """End reading; returns at once."""
        ...


class Desk(Protocol):
    """Everything here but ``follow``, ``never`` and ``allowed_by`` may take long: it is called in a thread.

    All raise DrConsoleError with what happened and what to do next.
    """

    @property
    def never(self) -> Mapping[str, str]:
        """Sites on which nothing may be changed, each with what says so."""
        ...

    def allowed_by(self, plan: Plan) -> str:
        """What in the config allows a plan to be run without a person's ``!``; empty where nothing does."""
        ...

    def plan(self, operation: Operation, keys: Sequence[str], options: Mapping[str, str]) -> Planned:
        """Plan an operation on workloads by their keys, from a fresh read of their endpoints."""
        ...

    def start(
        self, planned: Planned, said: str, allowed_by: str, attestation: Attestation | None = None
    ) -> str:
        """Order the run of a plan and start its process; the run's id.

        Args:
            said: what a person typed on the screen.
            allowed_by: what armed the console; empty: it is read-only, and this is refused.
        """
        ...

    def follow(self, run: str) -> Followed:
        """Begin to read a run; returns at once."""
        ...

    def runs(self) -> list[RunView]:
        """All runs, the newest first."""
        ...

    def ask(self, run: str, kind: str, step: str = "", body: str = "", *, allowed_by: str = "") -> None:
        """Ask something of a run: cancel, stop-waiting, answer, abandon, continue, retry, back.

        Args:
            allowed_by: what armed the console; answer, continue, retry and back are refused without it.
        """
        ...

    def asks_for(self, endpoint: str) -> str:
        """Whose password a person enters for an endpoint; empty where that is not so. Returns at once."""
        ...

    def enter_password(self, endpoint: str, password: str) -> None:
        """Take a password that was typed for an endpoint, and read all that use it."""
        ...

    def acknowledged(self) -> Sequence[Acknowledgement]:
        """What was said of alarms, and stands."""
        ...

    def acknowledge(self, subject: str, alarm: Alarm, until: str, reason: str) -> Acknowledgement:
        """Set an alarm aside until a date, in this person's name.

        Args:
            subject: the key of a workload, or the name of an endpoint.
            until: a date, or a date and a time, as a person writes it.
        """
        ...

    def withdraw(self, subject: str, alarm: Alarm) -> None:
        """Let an alarm count again."""
        ...

    def proven(self) -> Mapping[str, datetime]:
        """When the last test of each workload passed, by its key."""
        ...

    def open_runs(self) -> Mapping[str, OpenRun]:
        """The open run of each workload that has one, by its key."""
        ...
