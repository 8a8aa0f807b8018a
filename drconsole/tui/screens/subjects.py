"""What screens share on which workloads are selected: keys of operations, and why."""

from __future__ import annotations

from drconsole.domain.snapshot import Workload
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.screens.why import WhyScreen
from drconsole.wording.by_hand import READS_ONLY


class WorkloadScreen(ConsoleScreen):
    """A screen whose keys speak of workloads."""

    def subjects(self) -> tuple[Workload, ...]:
        """The workloads that an operation's key speaks of."""
        raise NotImplementedError

    def selected(self) -> Workload | None:
        """The one workload that is looked at."""
        return next(iter(self.subjects()), None)

    async def action_why(self) -> None:
        """Tell why the roles are what they are, and what a person can do."""
        if workload := self.selected():
            await self.app.push_screen(WhyScreen(self.state, (workload.key,)))

    async def action_operation(self, operation: str) -> None:
        """Tell that this version only reads, and how the operation is done by hand."""
        if found := self.subjects():
            await self.app.push_screen(WhyScreen(self.state, tuple(w.key for w in found), operation))

    def action_runs(self) -> None:
        """Tell that there are no runs."""
        self.say(f"There are no runs to show. {READS_ONLY}")

    def action_arm(self) -> None:
        """Tell that nothing can be allowed."""
        self.say(f"There is nothing to allow. {READS_ONLY}")
