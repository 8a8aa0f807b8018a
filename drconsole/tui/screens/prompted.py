"""What the screens of endpoints share: the password of a selected one can be entered again."""

from __future__ import annotations

from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.screens.password import PasswordScreen


class PromptedScreen(ConsoleScreen):
    """A screen on which one endpoint is shown or selected."""

    def chosen(self) -> str:
        """The endpoint's name; empty for none."""
        raise NotImplementedError

    def conditions(self) -> frozenset[str]:
        """Whether its password is one that a person enters."""
        name = self.chosen()
        return frozenset({"prompted"} if name and self.state.desk.asks_for(name) else ())

    def action_read_now(self) -> None:
        """Ask for a read of this endpoint."""
        self.ask(self.chosen() or None)

    async def action_enter_password(self) -> None:
        """Ask for the password again."""
        snapshot, name = self.state.snapshot, self.chosen()
        found = [one for one in (snapshot.endpoints if snapshot else ()) if one.name == name]
        why = found[0].error if found else ""
        await self.app.push_screen(PasswordScreen(self.state, name, why))
