"""What all screens share: two lines on top, the keys at the bottom, and pictures that come by message."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, Protocol, runtime_checkable

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingsMap
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from drconsole.tui.actions import Entry, actions_of, bindings_of, key_line
from drconsole.tui.head import head
from drconsole.tui.keys.action import Action
from drconsole.tui.messages import SnapshotTaken, TimePassed
from drconsole.tui.picture import Picture
from drconsole.tui.state import ConsoleState
from drconsole.tui.widgets.fitting import wrap
from drconsole.tui.widgets.ink import Span
from drconsole.tui.widgets.lines import Lines

SMALLEST = Size(60, 20)
TELLING = "#main, #pane, #now"


@runtime_checkable
class Telling(Protocol):
    """A widget whose text can be copied."""

    def text(self) -> list[str]:
        """All of it, whatever its window shows."""
        ...


class ConsoleScreen(Screen[None], inherit_bindings=False):
    """A screen that reads snapshots.

    A subclass names itself in ``NAME`` (the action table's word for it), gives its widgets by ``body`` and
    draws them in ``draw``; everything that needs more than that stays in the subclass.
    """

    NAME: ClassVar[str] = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (SMALLEST.width, "-narrow"), (100, "-wide")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (SMALLEST.height, "-low"), (32, "-tall")]  # noqa: RUF012
    AUTO_FOCUS = "#main"

    def __init__(self, state: ConsoleState) -> None:
        super().__init__()
        self.state = state
        self._bindings = BindingsMap.merge([self._bindings, BindingsMap(bindings_of(self.NAME))])

    def compose(self) -> ComposeResult:
        """The frame of every screen around the widgets of this one."""
        yield Lines(id="too-small")
        yield Lines(id="head")
        yield from self.body()
        yield Lines(id="said")
        yield Lines(id="keys")

    def body(self) -> Iterable[Widget]:
        """The screen's own widgets, top to bottom; the one with the id ``main`` takes the focus."""
        raise NotImplementedError

    def draw(self) -> None:
        """Draw the screen's own widgets from ``state``; called for a new picture, a tick and a new size."""
        raise NotImplementedError

    def take(self, picture: Picture, *, anew: bool) -> None:
        """Take over a new picture; ``anew``: more may have changed than its difference says."""

    @property
    def mode(self) -> str:
        """The action table's word for where keys go now."""
        return self.NAME

    def conditions(self) -> frozenset[str]:
        """Which conditions of the action table hold."""
        return frozenset()

    def choices(self) -> Iterable[Entry]:
        """What the palette offers besides the actions of the table."""
        return (Entry(f"app.theme('{name}')", f"theme {name}") for name in self.state.themes)

    def text(self) -> tuple[str, Callable[[], list[str]]]:
        """What this screen tells: one word for it, and what makes its plain text in any thread."""
        found = [widget.text() for widget in self.query(TELLING) if isinstance(widget, Telling)]
        lines = [line for text in found if any(text) for line in (*text, "")]
        return self.NAME, lambda: lines

    @on(SnapshotTaken)
    def show_snapshot(self, message: SnapshotTaken) -> None:
        """Show a newer picture."""
        self.take(message.picture, anew=message.anew)
        self.draw_all()

    @on(TimePassed)
    def show_ages(self) -> None:
        """Count ages to the new time."""
        self.draw_all()

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another screen was in front."""
        if self.state.picture:
            self.take(self.state.picture, anew=True)
        self.call_after_refresh(self.draw_all)

    def on_resize(self) -> None:
        """Lay the lines out anew."""
        self.call_after_refresh(self.draw_all)

    def draw_all(self) -> None:
        """Draw everything that would look different now; nothing on a screen that has been left."""
        if not self.is_running:
            return
        width = self.size.width
        too_small = f" drconsole needs {SMALLEST.width}x{SMALLEST.height}, this is {width}x{self.size.height}"
        state = self.state
        self.query_one("#too-small", Lines).show([(Span(too_small),), (Span(" q quit"),)])
        lines = head(state.picture, state.now, width, asked=state.asked)
        self.query_one("#head", Lines).show(lines)
        self.draw_keys()
        self.draw()

    def draw_keys(self) -> None:
        """Draw the line of keys."""
        self.query_one("#keys", Lines).show([key_line(self.mode, self.size.width, self.conditions())])

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """An action whose condition does not hold does nothing."""
        wanted = {a.when for a in bindings_table(self.NAME, action) if a.when}
        return not wanted or bool(wanted & self.conditions())

    def say(self, text: str, ink: str = "") -> None:
        """Tell something until the next key; it is wrapped, never cut."""
        pieces = wrap(text, max(self.size.width - 2, 1))
        said = self.query_one("#said", Lines)
        said.styles.height = len(pieces)
        self.add_class("-saying")
        said.show([(Span(f" {piece}", ink),) for piece in pieces])

    def hush(self) -> None:
        """Take away what was said."""
        self.remove_class("-saying")

    def action_back(self) -> None:
        """Return to the screen before."""
        self.app.pop_screen()

    def action_read_now(self) -> None:
        """Ask for a read of all endpoints."""
        self.ask(None)

    def ask(self, endpoint: str | None) -> None:
        """Ask the source for a read, and say so."""
        self.state.asked = True
        self.state.source.read_now(endpoint)
        self.draw_all()


def bindings_table(screen: str, call: str) -> list[Action]:
    """The rows of the action table that call ``call`` on a screen."""
    return [a for a in actions_of(screen) if a.call.partition("(")[0] == call]
