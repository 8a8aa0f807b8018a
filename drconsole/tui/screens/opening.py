"""Which screen opens for what a person chose."""

from __future__ import annotations

from drconsole.domain.comparison import is_split
from drconsole.domain.snapshot import Workload
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.screens.comparison import ComparisonScreen
from drconsole.tui.screens.detail import DetailScreen
from drconsole.tui.state import ConsoleState


def screen_of(state: ConsoleState, workload: Workload) -> ConsoleScreen:
    """The page of a workload; where several of its copies run, first the card that compares them."""
    if is_split(workload):
        return ComparisonScreen(state, workload.key)
    return DetailScreen(state, workload.key)
