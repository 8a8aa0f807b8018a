"""What screens share on which workloads are selected: keys of operations, why not, and all runs."""

from __future__ import annotations

from dataclasses import replace

from drconsole.domain.operations import offer_of
from drconsole.domain.plan import Operation
from drconsole.domain.snapshot import Workload
from drconsole.tui.options import options_of
from drconsole.tui.screens.arming import ArmingScreen
from drconsole.tui.screens.options import OptionsScreen
from drconsole.tui.screens.plan import PlanScreen
from drconsole.tui.screens.runs import RunsScreen
from drconsole.tui.screens.why import WhyScreen


class WorkloadScreen(ArmingScreen):
    """A screen whose keys speak of workloads."""

    def subjects(self) -> tuple[Workload, ...]:
        """The workloads that an operation's key speaks of."""
        raise NotImplementedError

    def selected(self) -> Workload | None:
        """The one workload that is looked at."""
        return next(iter(self.subjects()), None)

    async def action_why(self) -> None:
        """Tell why the roles are what they are, what is possible, and what blocks the rest."""
        if workload := self.selected():
            await self.app.push_screen(WhyScreen(self.state, (workload.key,)))

    async def action_operation(self, operation: str) -> None:
        """Begin to plan an operation; where none of the workloads allows it, tell why not."""
        found, snapshot = self.subjects(), self.state.snapshot
        if not found or snapshot is None:
            return
        keys = tuple(workload.key for workload in found)
        # Whether a run is open now the plan itself asks the journal: the picture may be seconds behind.
        free = (replace(workload, run=None) for workload in found)
        if not any(offer_of(workload, Operation(operation)).allowed for workload in free):
            await self.app.push_screen(WhyScreen(self.state, keys, operation))
        elif options_of(Operation(operation), found, snapshot.estate, self.state.now):
            await self.app.push_screen(OptionsScreen(self.state, Operation(operation), keys))
        else:
            await self.app.push_screen(PlanScreen(self.state, Operation(operation), keys, {}))

    async def action_runs(self) -> None:
        """Show all runs."""
        await self.app.push_screen(RunsScreen(self.state, self.selected()))
