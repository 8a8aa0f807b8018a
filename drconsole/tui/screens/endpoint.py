"""The page of one endpoint."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from drconsole.tui.endpoint_facts import fact_lines, unlisted_lines
from drconsole.tui.keys.action import ENDPOINT
from drconsole.tui.screens.prompted import PromptedScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.widgets.ink import Line, Span
from drconsole.tui.widgets.pager import Pager


class EndpointScreen(PromptedScreen):
    """Everything known about one endpoint, and what the config would need for hosts that it names.

    Args:
        name: the endpoint's name in the config.
    """

    NAME = ENDPOINT

    def __init__(self, state: ConsoleState, name: str) -> None:
        super().__init__(state)
        self.endpoint = name

    def body(self) -> Iterable[Widget]:
        """One page of text."""
        yield Pager(id="main")

    def draw(self) -> None:
        """Draw the page."""
        self.query_one(Pager).page(self._lines())

    def chosen(self) -> str:
        """The endpoint of the page."""
        return self.endpoint

    def _lines(self) -> tuple[Line, ...]:
        snapshot = self.state.snapshot
        found = [one for one in (snapshot.endpoints if snapshot else ()) if one.name == self.endpoint]
        if snapshot is None or not found:
            return ((Span(" This endpoint is not in the config.", "warning"),),)
        named = [host for host in snapshot.unlisted if host.named_by == self.endpoint]
        taken = {one.name for one in snapshot.endpoints}
        width = self.size.width
        return (*fact_lines(found[0], self.state.now, width, named), *unlisted_lines(named, taken, width))
