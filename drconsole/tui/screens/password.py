"""A password that a person enters again while the console runs: it is never shown, kept or copied."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from drconsole.errors import DrConsoleError
from drconsole.tui.keys.action import PASSWORD
from drconsole.tui.screens.arming import told_error
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.waiting import in_thread
from drconsole.tui.widgets.field import Field
from drconsole.tui.widgets.fitting import wrapped
from drconsole.tui.widgets.ink import Line
from drconsole.tui.widgets.lines import Lines
from drconsole.wording.names import visible

LONGEST = 1024
TOLD = (
    "It stays in the memory of this console until that ends. All endpoints with this credential are read at "
    "once; nodes of a cluster that refused one wait a little, and say so. A wrong one counts as a failed "
    "login: after some a domain may lock the account."
)


class PasswordScreen(ConsoleScreen):
    """Asks for the password of an endpoint's credential; what is typed stands there as dots.

    Args:
        endpoint: the endpoint's name in the config.
        why: the last error of it, in its own words; empty where there was none.
    """

    NAME = PASSWORD
    AUTO_FOCUS = "#field"

    def __init__(self, state: ConsoleState, endpoint: str, why: str) -> None:
        super().__init__(state)
        self._endpoint = endpoint
        self._why = why

    def body(self) -> Iterable[Widget]:
        """Whose password, and why; then the field."""
        yield Lines(id="asked")
        field = Field(id="field", max_length=LONGEST)
        field.password = True
        yield field
        yield Lines(id="problem")

    def draw(self) -> None:
        """Draw whose password is asked for, and why."""
        width = self.size.width
        whose = visible(self.state.desk.asks_for(self._endpoint))
        asked: list[Line] = [*wrapped(f"Password of {whose}, as for {visible(self._endpoint)}:", width, " ")]
        lines = self.query_one("#asked", Lines)
        lines.styles.height = len(asked)
        lines.show(asked)
        told: list[Line] = []
        if self._why:
            told += [*wrapped(f"It said: {visible(self._why)}", width, " ", ink="warning"), ()]
        told += wrapped(TOLD, width, " ", ink="label")
        self.query_one("#problem", Lines).show(told)

    def action_take(self) -> None:
        """Use what was typed; nothing typed leaves all as it is."""
        field = self.query_one(Field)
        typed, field.value = field.value, ""
        if typed:
            self.run_worker(self._take(typed))
        else:
            self.action_back()

    async def _take(self, typed: str) -> None:
        desk, endpoint = self.state.desk, self._endpoint
        said, ink = "The password is used from the next login on; reading ...", ""
        try:
            await in_thread(lambda: desk.enter_password(endpoint, typed))
        except DrConsoleError as error:
            said, ink = told_error(error), "critical"
        asking = self.app.screen_stack[-2]
        self.app.pop_screen()
        if isinstance(asking, ConsoleScreen):
            asking.say(said, ink)
