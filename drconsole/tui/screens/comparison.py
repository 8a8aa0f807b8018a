"""Split-brain: the running copies of one workload side by side, and the commands for a person to type."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from textual.widget import Widget

from drconsole.domain.snapshot import Workload
from drconsole.tui.comparison import command_lines, comparison_lines
from drconsole.tui.keys.action import COMMANDS, COMPARISON
from drconsole.tui.screens.detail import DetailScreen
from drconsole.tui.screens.subjects import WorkloadScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.widgets.ink import Line, Span
from drconsole.tui.widgets.pager import Pager

GONE: Line = (Span(" This workload is no longer seen anywhere.", "warning"),)


class _WorkloadPage(WorkloadScreen):
    """One page of text about a workload, which it follows through refreshes.

    Args:
        key: the workload's key.
    """

    def __init__(self, state: ConsoleState, key: str) -> None:
        super().__init__(state)
        self.key = key

    def body(self) -> Iterable[Widget]:
        """One page of text."""
        yield Pager(id="main")

    def draw(self) -> None:
        """Draw the page; a workload that is gone says so."""
        found = self.selected()
        lines = self.lines(found, self.state.now, self.size.width) if found else (GONE,)
        self.query_one(Pager).page(lines)

    def subjects(self) -> tuple[Workload, ...]:
        """The workload of the page."""
        workloads = self.state.snapshot.workloads if self.state.snapshot else ()
        return tuple(workload for workload in workloads if workload.key == self.key)

    def lines(self, workload: Workload, now: datetime, width: int) -> tuple[Line, ...]:
        """The page's text."""
        raise NotImplementedError


class ComparisonScreen(_WorkloadPage):
    """The card from which a person chooses; it acts on nothing."""

    NAME: ClassVar[str] = COMPARISON

    def lines(self, workload: Workload, now: datetime, width: int) -> tuple[Line, ...]:
        """Both copies side by side."""
        return comparison_lines(workload, now, width)

    async def action_evidence(self) -> None:
        """Show what the roles rest on."""
        await self.app.push_screen(DetailScreen(self.state, self.key))

    async def action_commands(self) -> None:
        """Show what a person would type."""
        await self.app.push_screen(CommandsScreen(self.state, self.key))


class CommandsScreen(_WorkloadPage):
    """Commands as text; the console runs none of them."""

    NAME: ClassVar[str] = COMMANDS

    def lines(self, workload: Workload, now: datetime, width: int) -> tuple[Line, ...]:
        """The commands of each copy."""
        return command_lines(workload, width)
