"""The first step to a run: what is chosen before the plan is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.widget import Widget

from drconsole.domain.plan import Operation
from drconsole.domain.snapshot import Workload
from drconsole.tui.keys.action import OPTIONS
from drconsole.tui.options import Option, options_of
from drconsole.tui.plan_lines import stages
from drconsole.tui.screens.arming import ArmingScreen
from drconsole.tui.screens.plan import PlanScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.widgets.fitting import wrapped
from drconsole.tui.widgets.ink import Line, Span
from drconsole.tui.widgets.lines import Lines
from drconsole.tui.widgets.table import MARK, Column, LineTable
from drconsole.wording import runs as words
from drconsole.wording.names import visible

TITLE = 26


class OptionsScreen(ArmingScreen):
    """A line for each option; left and right change its value.

    Args:
        operation: what is to be done.
        keys: the workloads; what can be chosen follows what is learned of them.
    """

    NAME = OPTIONS

    def __init__(self, state: ConsoleState, operation: Operation, keys: tuple[str, ...]) -> None:
        super().__init__(state)
        self._operation = operation
        self._keys = keys
        self._chosen: dict[str, str] = {}
        self._table: LineTable[Option] = LineTable(
            lambda option: option.name, self._cells, self._tell, id="main"
        )

    def body(self) -> Iterable[Widget]:
        """Where we are, the options, and what is to be known."""
        yield Lines(id="place")
        yield self._table
        yield Lines(id="now")

    def draw(self) -> None:
        """Draw the options as they can be chosen now."""
        names = ", ".join(visible(one.name) for one in self._workloads[:3])
        many = f"{len(self._keys)} workloads" if len(self._keys) > 3 else names
        title = f" {words.operation(self._operation)}: {many}"
        self.query_one("#place", Lines).show([(*stages(1), Span(title, "strong"))])
        width = self.size.width - MARK - TITLE - 1
        self._table.set_columns((Column("OPTION", TITLE), Column("VALUE", width, gap=0)))
        found = self._options()
        self._table.show(found, range(len(found)))
        self._table.redraw()
        self._tell()

    def action_turn(self, step: int) -> None:
        """Change the value of the option under the cursor."""
        option = self._table.selected
        if option:
            values = [one.value for one in option.values]
            place = (values.index(self._value(option)) + step) % len(values)
            self._chosen[option.name] = values[place]
            self.draw()

    def action_go_on(self) -> None:
        """Make the plan; what is as usual is left to the operation, as it is by command."""
        chosen = [(option, self._value(option)) for option in self._options()]
        options = {option.name: value for option, value in chosen if value != option.values[0].value}
        self.app.push_screen(PlanScreen(self.state, self._operation, self._keys, options))

    def _tell(self) -> None:
        """The option under the cursor in full: in its line the value may be cut."""
        option, width = self._table.selected, self.size.width
        lines: list[Line] = []
        if option:
            words_of = {one.value: one.words for one in option.values}
            lines += wrapped(f"{option.title}: {words_of[self._value(option)]}", width, " ", ink="strong")
        lines += wrapped("Nothing has been done. Next the endpoints are read again.", width, " ", ink="muted")
        self.query_one("#now", Lines).show(lines)

    @property
    def _workloads(self) -> Sequence[Workload]:
        snapshot = self.state.snapshot
        return [w for w in snapshot.workloads if w.key in self._keys] if snapshot else []

    def _options(self) -> tuple[Option, ...]:
        snapshot = self.state.snapshot
        if snapshot is None:
            return ()
        return options_of(self._operation, self._workloads, snapshot.estate, self.state.now)

    def _value(self, option: Option) -> str:
        """The chosen value; the usual one where that cannot be chosen any more."""
        values = [one.value for one in option.values]
        chosen = self._chosen.get(option.name, values[0])
        return chosen if chosen in values else values[0]

    def _cells(self, option: Option) -> tuple[Line, ...]:
        values = [one.value for one in option.values]
        place = values.index(self._value(option))
        count = f"  {place + 1} of {len(values)}" if len(values) > 1 else ""
        return (Span(option.title),), (Span(option.values[place].words, "strong"), Span(count, "muted"))
