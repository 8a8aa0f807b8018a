"""The second step to a run: the plan, made from a fresh look; nothing is done here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from textual.widget import Widget

from drconsole.domain.bulk import can_leave_out, readiness, without_blocked
from drconsole.domain.confirmation import Planned
from drconsole.domain.plan import Operation, Readiness
from drconsole.domain.snapshot import Workload
from drconsole.errors import DrConsoleError
from drconsole.tui.keys.action import PLAN
from drconsole.tui.plan_lines import clearing_lines, command_lines, plan_lines, stages
from drconsole.tui.screens.arming import ArmingScreen, told_error
from drconsole.tui.screens.confirmation import ConfirmationScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.widgets.fitting import wrap
from drconsole.tui.widgets.ink import Line, Span
from drconsole.tui.widgets.lines import Lines
from drconsole.tui.widgets.pager import Pager
from drconsole.wording import runs as words
from drconsole.wording.names import visible

WHOLE, COMMANDS, CLEARING = "plan", "commands", "clearing"


class PlanScreen(ArmingScreen):
    """Asks for the plan while keys are answered, and shows it: costs, preflight, steps.

    Args:
        keys: the workloads.
        options: the chosen options by name.
    """

    NAME = PLAN

    def __init__(
        self, state: ConsoleState, operation: Operation, keys: tuple[str, ...], options: Mapping[str, str]
    ) -> None:
        super().__init__(state)
        self._operation = operation
        self._keys = keys
        self._options = options
        self._planned: Planned | None = None
        self._trouble = ""
        self._shown = WHOLE

    def body(self) -> Iterable[Widget]:
        """Where we are, and one page of text."""
        yield Lines(id="place")
        yield Pager(id="main")
        yield Lines(id="now")

    def on_mount(self) -> None:
        """Ask for the plan."""
        self.action_plan_again()

    def conditions(self) -> frozenset[str]:
        """Whether it could go on to the confirmation, or could without those that are blocked."""
        mixed = self._planned is not None and can_leave_out(self._planned)
        found = {"ready": self._ready, "mixed": mixed}
        return frozenset(name for name, holds in found.items() if holds)

    def draw(self) -> None:
        """Draw the plan, or that it is asked for."""
        names = [visible(w.name) for w in self._workloads()]
        title = names[0] if len(self._keys) == 1 and names else f"{len(self._keys)} workloads"
        if self._planned and self._planned.plan.left_out:
            title = f"{len(self._planned.plan.subjects)} of {title}"
        about = Span(f" {words.operation(self._operation)}: {title}", "strong")
        self.query_one("#place", Lines).show([(*stages(2), about)])
        self.query_one(Pager).page(tuple(self._lines()))
        self.query_one("#now", Lines).show([(Span(f" {text}", ink),) for text, ink in self._standing()])

    def action_plan_again(self) -> None:
        """Read afresh and plan."""
        self._planned, self._trouble, self._shown = None, "", WHOLE
        self.draw_all()
        self.run_worker(self._plan(), group="plan", exclusive=True)

    def action_commands(self) -> None:
        """Show the commands, or the plan again."""
        self._show(COMMANDS)

    def action_why(self) -> None:
        """Show what clears what holds it up, or the plan again."""
        self._show(CLEARING)

    def action_leave_out(self) -> None:
        """Go on without the workloads that cannot be done; reading again takes them back in."""
        if self._planned:
            self._planned = without_blocked(self._planned)
            self._shown = WHOLE
            self.query_one(Pager).action_scroll(-1_000_000)
            self.draw_all()

    def action_go_on(self) -> None:
        """Go on to the confirmation; not while this console is read-only."""
        if self._planned and self._ready and self.is_allowed(self._planned.plan):
            self.app.push_screen(ConfirmationScreen(self.state, self._planned))

    async def _plan(self) -> None:
        desk, operation, keys, options = self.state.desk, self._operation, self._keys, self._options
        made = await self.at_desk(lambda: desk.plan(operation, keys, options))
        if isinstance(made, DrConsoleError):
            self._trouble = told_error(made)
        else:
            self._planned = made
        self.draw_all()

    def _show(self, what: str) -> None:
        if self._planned:
            self._shown = WHOLE if self._shown == what else what
            self.query_one(Pager).action_scroll(-1_000_000)
            self.draw_all()

    @property
    def _ready(self) -> bool:
        """Whether the preflight lets it run: as the engine judges, which looks again."""
        return self._planned is not None and readiness(self._planned.plan) is Readiness.READY

    def _lines(self) -> Iterator[Line]:
        width = self.size.width
        if self._trouble:
            yield from ((Span(f" {piece}", "critical"),) for piece in wrap(self._trouble, max(width - 2, 10)))
        elif self._planned is None:
            asked = sorted({visible(c.endpoint) for w in self._workloads() for c in w.copies})
            text = f"asking {', '.join(asked)} ..."
            yield from ((Span(f" {piece}", "muted"),) for piece in wrap(text, max(width - 2, 10)))
        elif self._shown == COMMANDS:
            yield from command_lines(self._planned.plan, width)
        elif self._shown == CLEARING:
            yield from clearing_lines(self._planned.plan, width)
        else:
            yield from plan_lines(self._planned.plan, width)

    def _standing(self) -> Iterator[tuple[str, str]]:
        """The line above the keys: whether it could run, and that nothing has been done."""
        if self._planned is None:
            yield "Nothing has been done.", "muted"
        elif can_leave_out(self._planned):
            yield self._mixed(self._planned), "warning"
        elif not self._ready:
            yield "This cannot run now. w says what clears it; nothing has been done.", "warning"
        elif not self.state.arming.armed and not self.state.desk.allowed_by(self._planned.plan):
            yield "It could run. Read-only: ! allows changes. Nothing has been done.", "label"
        else:
            yield "It could run. Nothing has been done.", "label"

    def _mixed(self, planned: Planned) -> str:
        able = len(without_blocked(planned).plan.subjects)
        stay = f"{len(self._keys) - able} of {len(self._keys)} cannot run now"
        return f"{stay}: w says what clears it, x goes on with the other {able}."

    def _workloads(self) -> list[Workload]:
        snapshot = self.state.snapshot
        return [w for w in snapshot.workloads if w.key in self._keys] if snapshot else []
