"""What keys do on every screen: open others, find actions, copy, change the theme."""

from __future__ import annotations

import os
from asyncio import to_thread

from textual.app import App
from textual.message import Message
from textual.theme import Theme

from drconsole.config.paths import theme_names
from drconsole.tui import clipboard, copies
from drconsole.tui.actions import entries_of
from drconsole.tui.screens.alarms import AlarmsScreen
from drconsole.tui.screens.base import ConsoleScreen
from drconsole.tui.screens.copying import CopyScreen
from drconsole.tui.screens.endpoints import EndpointsScreen
from drconsole.tui.screens.help import HelpScreen
from drconsole.tui.screens.palette import PaletteScreen
from drconsole.tui.state import ConsoleState
from drconsole.tui.terminal import wants_no_colour
from drconsole.tui.theming import find_theme, variable_defaults


class EverywhereApp(App[None]):
    """An app whose screens share these keys.

    Args:
        state: what the screens share.
        theme: the theme to start in.
    """

    def __init__(self, state: ConsoleState, theme: Theme, *, ansi_color: bool | None = None) -> None:
        super().__init__(ansi_color=ansi_color)
        self.animation_level = "none"
        self.state = state
        self._own_theme = theme
        self.register_theme(theme)
        self.theme = theme.name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Values for our own variables that the theme leaves out."""
        return variable_defaults(self.current_theme)

    @property
    def front(self) -> ConsoleScreen | None:
        """The screen in front; none before the first."""
        screen = self.screen_stack[-1] if self.screen_stack else None
        return screen if isinstance(screen, ConsoleScreen) else None

    def tell(self, message: Message) -> None:
        """Tell the screen in front something."""
        if (front := self.front) is not None:
            front.post_message(message)

    async def action_alarms(self) -> None:
        """Show all alarms."""
        await self.push_screen(AlarmsScreen(self.state))

    async def action_endpoints(self) -> None:
        """Show all endpoints."""
        await self.push_screen(EndpointsScreen(self.state))

    async def action_help(self) -> None:
        """Show the keys of the screen in front."""
        if isinstance(self.screen, ConsoleScreen):
            await self.push_screen(HelpScreen(self.state, self.screen.NAME))

    async def action_palette(self) -> None:
        """Let an action of the screen in front be found by its words."""
        if (front := self.front) is not None:
            entries = [*entries_of(front.NAME, front.conditions()), *front.choices()]
            await self.push_screen(PaletteScreen(self.state, entries))

    async def action_copy(self) -> None:
        """Ask for a file, and write there what the screen in front tells."""
        if (front := self.front) is not None:
            await self.push_screen(CopyScreen(self.state, *front.text()))

    def action_clipboard(self) -> None:
        """Send what the screen in front tells to the terminal's clipboard."""
        if (front := self.front) is not None:
            self.run_worker(self._send(front), group="clipboard", exclusive=True)

    async def _send(self, front: ConsoleScreen) -> None:
        now = self.state.now
        lines = copies.dated(await to_thread(front.text()[1]), now)
        front.say(*clipboard.send(self, lines))

    def action_next_theme(self) -> None:
        """Change to the next theme."""
        names = self.state.themes
        self.action_theme(names[(names.index(self.theme) + 1) % len(names)])

    def action_theme(self, name: str) -> None:
        """Change to a theme, and say its name."""
        theme = self._own_theme if name == self._own_theme.name else find_theme(name)
        self.register_theme(theme)
        self.theme = name
        if (front := self.front) is not None:
            alone = " (NO_COLOR is set: no other can be chosen)" if len(self.state.themes) == 1 else ""
            front.say(f"theme {name}{alone}")


def themes_of(own: Theme) -> tuple[str, ...]:
    """The themes that can be chosen: the shipped ones and one's own; without colour that one alone."""
    if wants_no_colour(os.environ):
        return (own.name,)
    return tuple(dict.fromkeys((*theme_names(), own.name)))
