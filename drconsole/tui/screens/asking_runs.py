"""What the screens of runs share: a run is asked for something after a ``y``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drconsole.errors import DrConsoleError
from drconsole.tui.screens.arming import ArmingScreen, told_error
from drconsole.tui.screens.question import QuestionScreen
from drconsole.wording.runs import open_call

if TYPE_CHECKING:
    from drconsole.runs.view import RunView

# What lets a run act again needs changes to be allowed; what ends something does not.
ACTING = frozenset({"answer", "continue", "retry", "back"})
ASKED = {
    "cancel": ("Cancel the run {run}?", "It begins nothing more. What it is doing comes to its end first."),
    "abandon": ("Abandon the run {run}?", "Its workloads are free then; what it began is finished by hand."),
    "continue": ("Continue the run {run}?", "It looks first, and repeats nothing that may have happened."),
    "retry": ("Retry the run {run}?", "It does again what did not end well, and only that; it looks first."),
    "back": ("Lead back what the run {run} began?", "Its way back is done, step by step, and read back."),
    "stop-waiting": (
        "Wait for step {step} no longer?",
        "Its act goes on; its outcome is unknown until you say it.",
    ),
}


class AskingScreen(ArmingScreen):
    """A screen on which one run is shown or selected."""

    def view(self) -> RunView | None:
        """The run."""
        raise NotImplementedError

    def conditions(self) -> frozenset[str]:
        """Where the run stands, as the action table asks it."""
        view = self.view()
        if view is None:
            return frozenset()
        interrupted = view.state.value == "interrupted"
        found = {
            "living": view.state.is_open and not interrupted,
            "open": view.state.is_open,
            "interrupted": interrupted,
            "asking": bool(view.state.is_open and view.history.asking),
            "retryable": bool(view.retryable),
            "offers": bool(view.offers),
        }
        return frozenset(name for name, holds in found.items() if holds)

    def action_ask_run(self, kind: str) -> None:
        """Ask the run for something, after a ``y``."""
        self.wish(kind)

    def wish(self, kind: str, step: str = "", body: str = "", asked: tuple[str, ...] | None = None) -> None:
        """Ask whether that is wanted, then ask the run."""
        view = self.view()
        if view is None or (kind in ACTING and not self.is_allowed()):
            return
        title, *told = asked or ASKED[kind]
        calls = [open_call(step) for step in view.open_calls] if kind == "abandon" else []
        run = view.id

        def ask() -> None:
            self.run_worker(self._wish(run, kind, step, body))

        title = title if asked else title.format(run=run, step=step)
        self.app.push_screen(QuestionScreen(self.state, title, (*told, *calls), ask))

    async def _wish(self, run: str, kind: str, step: str, body: str) -> None:
        desk, by = self.state.desk, self.state.arming.by
        result = await self.at_desk(lambda: desk.ask(run, kind, step, body, allowed_by=by))
        if isinstance(result, DrConsoleError):
            self.say(told_error(result), "critical")
        else:
            self.say("asked; the run says here what it does")
            self.asked()

    def asked(self) -> None:
        """Something was asked of the run."""
