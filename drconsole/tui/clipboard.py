"""The terminal's clipboard by OSC 52, which no terminal answers and some drop."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Protocol

from drconsole.tui.terminal import is_gnu_screen

# xterm takes no longer sequence than about 100 000 letters of base64, others less; what is longer is dropped.
MOST_BYTES = 48_000


class Clipboard(Protocol):
    """What can send to the terminal's clipboard."""

    def copy_to_clipboard(self, text: str) -> None:
        """Send a text."""
        ...


def send(
    target: Clipboard, lines: Sequence[str], environment: Mapping[str, str] = os.environ
) -> tuple[str, str]:
    """Send a text, and tell what became of it: words and their ink.

    The text must hold no control characters; it is sent as base64 in any case.
    """
    text = "\n".join(lines) + "\n"
    if is_gnu_screen(environment):
        return "GNU screen does not let a program reach the clipboard; y writes a file instead.", "warning"
    if len(text.encode("utf-8", "backslashreplace")) > MOST_BYTES:
        return f"{len(lines)} lines are too long for a clipboard; y writes them into a file.", "warning"
    target.copy_to_clipboard(text.encode("utf-8", "backslashreplace").decode())
    inside = " (tmux: only with set-clipboard on)" if environment.get("TMUX") else ""
    return f"{len(lines)} lines were sent to the terminal{inside}; it does not say if it took them.", "good"
