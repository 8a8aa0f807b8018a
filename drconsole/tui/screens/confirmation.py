"""The third step to a run: what proves it, what is unknown, and what a person types before it is done."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from textual import on
from textual.containers import Horizontal
from textual.widget import Widget

from drconsole.domain.confirmation import Planned, What
from drconsole.domain.plan import Readiness, Subject
from drconsole.errors import DrConsoleError
from drconsole.tui.keys.action import CONFIRMATION, OPTIONS, PLAN
from drconsole.tui.plan_lines import costs_lines, holding, left_out_lines, stages
from drconsole.tui.screens.arming import ArmingScreen, told_error
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.screens.run import RunScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.widgets.field import Field
from drconsole.tui.widgets.fitting import wrap
from drconsole.tui.widgets.ink import Line, Span
from drconsole.tui.widgets.knob import Knob
from drconsole.tui.widgets.lines import Lines
from drconsole.tui.widgets.pager import Pager
from drconsole.wording import runs as words
from drconsole.wording.names import visible
from drconsole.wording.operations import asked

_ORDER = ("cancel", "field", "go")
_WIZARD = (OPTIONS, PLAN, CONFIRMATION)


class ConfirmationScreen(ArmingScreen):
    """Cancel has the focus; Enter alone never executes, and what is pasted is text.

    Args:
        planned: the plan that was shown.
    """

    NAME = CONFIRMATION
    AUTO_FOCUS = "#cancel"

    def __init__(self, state: ConsoleState, planned: Planned) -> None:
        super().__init__(state)
        self._planned = planned
        self._starting = False

    def body(self) -> Iterable[Widget]:
        """What is to be known, what is asked, and the two ways on."""
        yield Lines(id="place")
        yield Pager(id="main")
        yield Lines(id="asked")
        with Horizontal(id="typing"):
            yield Lines(id="opening")
            yield Field(id="field")
            yield Lines(id="closing")
        with Horizontal(id="knobs"):
            yield Knob("Cancel", id="cancel")
            yield Knob(self._label, id="go")

    def on_mount(self) -> None:
        """Nothing is typed where one letter is asked."""
        self.query_one(Pager).can_focus = False
        if self._letter:
            for name in ("#typing", "#go"):
                self.query_one(name).display = False

    @property
    def mode(self) -> str:
        """The action table's word."""
        return CONFIRMATION

    @property
    def focus_chain(self) -> list[Widget]:
        """From Cancel the next is the field, then what goes on, although the field stands above both."""
        return sorted(super().focus_chain, key=lambda widget: _ORDER.index(widget.id or ""))

    def conditions(self) -> frozenset[str]:
        """Whether one letter is asked, and whether there is more to read than has room."""
        found = {"letter": self._letter, "long": self.query_one(Pager).is_long}
        return frozenset(name for name, holds in found.items() if holds)

    def draw(self) -> None:
        """Draw what proves it and what is asked."""
        plan = self._planned.plan
        title = f" {words.operation(plan.operation)}: {words.names(plan.subjects)}"
        self.query_one("#place", Lines).show([(*stages(3), Span(title, "strong"))])
        self.query_one(Pager).page(tuple(self._lines()))
        self.draw_keys()
        self.query_one("#opening", Lines).show([(Span(" [", "label"),)])
        self.query_one("#closing", Lines).show([(Span("]", "label"),)])
        self.query_one("#asked", Lines).show([(Span(f" {visible(asked(self._planned.asked))}", "label"),)])

    def action_move_on(self) -> None:
        """Enter in the field starts nothing: it moves on where what was typed is what is asked."""
        if self._accepted:
            self.query_one("#go", Knob).focus()
        else:
            self._say_not_asked()

    @on(Knob.Turned)
    def turn(self, event: Knob.Turned) -> None:
        """Leave everything as it is, or go, where what is asked was typed."""
        event.stop()
        if event.knob.id == "cancel":
            self.action_back()
        elif self._accepted:
            self._start(self.query_one(Field).value)
        else:
            self._say_not_asked()

    def action_scroll(self, direction: int) -> None:
        """Show more of what is to be known, from wherever the focus is."""
        self.query_one(Pager).action_page(direction)

    def action_yes(self) -> None:
        """Go, where one letter is asked."""
        self._start(self._planned.asked.expected)

    @property
    def _letter(self) -> bool:
        return self._planned.asked.what is What.LETTER

    @property
    def _accepted(self) -> bool:
        return self._planned.asked.accepts(self.query_one(Field).value)

    @property
    def _label(self) -> str:
        return words.operation(self._planned.plan.operation).capitalize()

    def _say_not_asked(self) -> None:
        self.say(f"Nothing was done: {asked(self._planned.asked)}", "warning")

    def _start(self, said: str) -> None:
        if not self._starting and self.is_allowed(self._planned.plan):
            self._starting = True
            self.say("starting ...")
            self.run_worker(self._started(said), group="start")

    async def _started(self, said: str) -> None:
        desk, planned, by = self.state.desk, self._planned, self.state.arming.by
        run = await self.at_desk(lambda: desk.start(planned, said, by))
        self._starting = False
        if isinstance(run, DrConsoleError):
            self.say(told_error(run), "critical")
            return
        # What led here is done with: from the run one goes back to where it was asked for.
        while isinstance(front := self.app.screen, ConsoleScreen) and front.NAME in _WIZARD:
            self.app.pop_screen()
        self.app.push_screen(RunScreen(self.state, run))

    def _lines(self) -> Iterator[Line]:
        plan = self._planned.plan
        subjects = plan.subjects
        yield from left_out_lines(plan, self.size.width)
        for text in (visible(check.text) for check in plan.checks):
            yield from self._titled("what is to be known", text, "warning")
        for number, subject in enumerate(subjects):
            if number:
                yield ()
            yield from costs_lines(subject, self.size.width)
            yield from self._evidence(subject)

    def _evidence(self, subject: Subject) -> Iterator[Line]:
        proof = [f"{source}: {text}" for source, text in holding(subject).items()]
        rest = [check for check in subject.checks if check.readiness is not Readiness.READY]
        known = [visible(f"{one.text} ({one.source})" if one.source else one.text) for one in rest]
        after = [visible(text) for text in subject.after]
        # What is not sure stands first: the rest may be below the window of a small terminal.
        told = (
            ("what is to be known", known, "warning"),
            ("what proves it", proof, ""),
            ("after it", after, ""),
        )
        for title, texts, ink in told:
            for number, text in enumerate(texts):
                yield from self._titled(title if not number else "", text, ink)

    def _titled(self, title: str, text: str, ink: str) -> Iterator[Line]:
        for number, piece in enumerate(wrap(text, max(self.size.width - 25, 10))):
            yield (Span(f"   {title if not number else '':<21}", "label"), Span(piece, ink))
