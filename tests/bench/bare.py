"""The measure for everything: a Textual app with one line of text that a key changes."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static


class Bare(App[None]):
    """As little as an app can be."""

    def compose(self) -> ComposeResult:
        """One line."""
        yield Static("BARE-0")

    def key_j(self) -> None:
        """Change it."""
        line = self.query_one(Static)
        line.update(f"BARE-{int(str(line.content).partition('-')[2]) + 1}", layout=False)


if __name__ == "__main__":
    Bare().run()
