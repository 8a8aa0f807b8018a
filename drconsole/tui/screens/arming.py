"""What screens share on which changes can be allowed, and on which slow things are done at the desk."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from drconsole.domain.plan import Plan
from drconsole.errors import DrConsoleError
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.screens.question import QuestionScreen
from drconsole.tui.waiting import in_thread
from drconsole.wording.names import visible

T = TypeVar("T")
ARMED = (
    "From now on its keys may change VMs and replication, each only after its own confirmation.",
    "It ends with this console, after 15 minutes without a key, or with ! again.",
)


class ArmingScreen(ConsoleScreen):
    """A screen with ``!`` and with the desk behind it."""

    def action_arm(self) -> None:
        """Ask whether changes are to be allowed; where they are, be read-only again."""
        if self.state.arming.armed:
            self.state.arming.disarm()
            self.draw_all()
            self.say("This console is read-only again.")
            return
        never = self.state.desk.never
        sites = [site.name for site in self.state.snapshot.estate.sites] if self.state.snapshot else []
        if sites and all(site in never for site in sites):
            self.say(f"Nothing can be allowed here: {'; '.join(dict.fromkeys(never.values()))}.", "warning")
            return
        told = [
            *ARMED,
            *(f"Nothing may be changed on {visible(site)}: {why}." for site, why in never.items()),
        ]
        asked = "Allow changes from this console?"
        self.app.push_screen(QuestionScreen(self.state, asked, told, self._arm))

    def _arm(self) -> None:
        self.state.arming.arm()
        self.draw_all()
        self.say("Changes are allowed from this console.", "warning")

    def is_allowed(self, plan: Plan | None = None) -> bool:
        """Whether changes are allowed, here or of this plan by the config; if not, say how they would be."""
        allowed = self.state.arming.armed or (plan is not None and bool(self.state.desk.allowed_by(plan)))
        if not allowed:
            self.say("This console is read-only. ! allows changes, after a y.", "warning")
        return allowed

    async def at_desk(self, do: Callable[[], T]) -> T | DrConsoleError:
        """Do something slow in another thread; what went wrong is given back."""
        try:
            return await in_thread(do)
        except DrConsoleError as error:
            return error


def told_error(error: DrConsoleError) -> str:
    """An error in a line: what happened, and what to do next."""
    return visible(" ".join(str(error).split()))
