"""One run, read from the journal: it goes on without this screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from textual.widget import Widget

from drconsole.tui.keys.action import RUN
from drconsole.tui.plan_lines import command_lines, left_out_lines
from drconsole.tui.run_lines import (
    current_lines,
    ending_lines,
    foot_lines,
    head_lines,
    name_of,
    question_lines,
    running,
)
from drconsole.tui.screens.asking_runs import AskingScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.step_lines import Shown, step_lines
from drconsole.tui.widgets.fitting import wrap
from drconsole.tui.widgets.ink import Line, Span
from drconsole.tui.widgets.lines import Lines
from drconsole.tui.widgets.pager import Pager
from drconsole.wording.names import visible
from drconsole.wording.runs import CHOICES

if TYPE_CHECKING:
    from drconsole.runs.view import RunView

TICK_S = 1.0


class RunScreen(AskingScreen):
    """Steps, outcomes, what was read back; what it asks is answered here.

    Args:
        run: its id.
    """

    NAME = RUN

    def __init__(self, state: ConsoleState, run: str) -> None:
        super().__init__(state)
        self._run = run
        self._followed = state.desk.follow(run)
        self._question = 0
        self._steps = Shown.ALL
        self._evidence = False
        self._commands = False
        self._shown: frozenset[str] = frozenset()

    def body(self) -> Iterable[Widget]:
        """How far it is, all of it, and that it goes on."""
        yield Lines(id="place")
        yield Pager(id="main")
        yield Lines(id="now")

    def on_mount(self) -> None:
        """Draw it once a second, and no oftener: a slow line carries it."""
        self.set_interval(TICK_S, self._tick)

    def on_unmount(self) -> None:
        """Read it no more."""
        self._followed.close()

    def view(self) -> RunView | None:
        """The run as last read."""
        return self._followed.newest()

    def draw(self) -> None:
        """Draw the run as it stands."""
        view, now, width = self.view(), self.state.clock(), self.size.width
        if view is None:
            text = self._followed.trouble or f"reading the journal for run {self._run} ..."
            pieces = wrap(visible(text), max(width - 2, 10))
            self.query_one(Pager).page(tuple((Span(f" {piece}", "muted"),) for piece in pieces))
            return
        self.query_one("#place", Lines).show(list(head_lines(view, now, width)))
        self.query_one(Pager).page(tuple(self._lines(view)))
        self.query_one("#now", Lines).show(list(foot_lines(view, self._steps, width)))

    def action_evidence(self) -> None:
        """Show all that was read back, with place and time; or one line for each step."""
        self._evidence, self._commands = not self._evidence, False
        self.draw_all()

    def action_commands(self) -> None:
        """Show how a person would do each step; or the run again."""
        self._commands = not self._commands
        self.draw_all()

    def action_filter_steps(self) -> None:
        """Show all steps, those that are not done, or those that need somebody."""
        self._steps, self._commands = self._steps.next, False
        self.query_one(Pager).action_scroll(-1_000_000)
        self.draw_all()

    def action_cancel_run(self) -> None:
        """Ask the run to begin nothing more."""
        self.wish("cancel")

    def action_stop_waiting(self) -> None:
        """Ask the run to wait no longer for what it is doing."""
        view = self.view()
        steps = running(view) if view else []
        if steps:
            self.wish("stop-waiting", steps[0].id)

    def action_next_question(self) -> None:
        """Show the next of several questions."""
        self._question += 1
        self.draw_all()

    def action_answer(self, number: int) -> None:
        """Answer what is asked, after a ``y``."""
        view = self.view()
        questions = list(view.history.asking.items()) if view else []
        if not questions:
            return
        step, question = questions[self._question % len(questions)]
        if number <= len(question.choices):
            choice = question.choices[number - 1]
            name = visible(name_of(view.plan, step)) if view else ""
            told = (visible(question.why), f"{choice}: {CHOICES.get(choice, '')}")
            self.wish("answer", step, choice, (f"Answer '{choice}' for step {step} of {name}?", *told))

    def _tick(self) -> None:
        """Draw what has changed; the keys only when others work now."""
        if self.app.screen is not self:
            return
        now = self.conditions()
        if now != self._shown:
            if "open" in self._shown - now:
                self._read_what_it_changed()
            self._shown = now
            self.draw_keys()
        self.draw()

    def _read_what_it_changed(self) -> None:
        """Read the endpoints on which it acted, so that the list shows what it did."""
        view = self.view()
        for endpoint in sorted(view.plan.endpoints) if view and view.plan else ():
            self.state.source.read_now(endpoint)

    def _lines(self, view: RunView) -> Iterator[Line]:
        width, now = self.size.width, self.state.clock()
        if self._commands and view.plan:
            yield from command_lines(view.plan, width)
            return
        # What it asks and what it came to stand first: they are never below the window.
        armed = self.state.arming.armed
        left_out = left_out_lines(view.plan, width) if view.plan else ()
        first = [
            *left_out,
            *question_lines(view, self._question, width, armed=armed),
            *ending_lines(view, width),
        ]
        yield from first
        if first and first[-1]:
            yield ()
        current = [] if self._evidence or self._steps is not Shown.ALL else list(current_lines(view, width))
        steps = self._drawn(view, now, folded=False)
        # Of a run that has ended all is read, line by line; one that goes on is watched.
        watched = view.state.is_open and not self._evidence
        if watched and len(first) + len(steps) + len(current) > self.query_one(Pager).size.height:
            steps = self._drawn(view, now, folded=True)
        yield from (*steps, (), *current)

    def _drawn(self, view: RunView, now: datetime, *, folded: bool) -> list[Line]:
        width, shown = self.size.width, self._steps
        return list(step_lines(view, now, width, evidence=self._evidence, folded=folded, shown=shown))
