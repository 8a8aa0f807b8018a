"""What the environment says about the terminal."""

from __future__ import annotations

import select
from collections.abc import Mapping

ANSI_THEME = "ansi"


def is_gnu_screen(environment: Mapping[str, str]) -> bool:
    """Whether GNU screen sits between us and the terminal; with mouse reporting it holds back a lone Esc."""
    return bool(environment.get("STY")) or (
        environment.get("TERM", "").startswith("screen") and not environment.get("TMUX")
    )


def is_gone(fd: int) -> bool:
    """Whether the terminal behind a descriptor was taken away.

    Textual only sees an input that is always at its end then, and reads it again and again for good.
    """
    poll = select.poll()
    poll.register(fd, 0)
    return any(event & (select.POLLHUP | select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0))


def wants_no_colour(environment: Mapping[str, str]) -> bool:
    """Whether NO_COLOR is set; by its convention an empty value does not count."""
    return bool(environment.get("NO_COLOR"))


def has_few_colours(environment: Mapping[str, str]) -> bool:
    """Whether the terminal promises no more than sixteen colours."""
    term = environment.get("TERM", "")
    rich_terminal = term.endswith(("-256color", "-kitty", "-direct"))
    return not environment.get("COLORTERM") and not rich_terminal


def choose_theme(wanted: str | None, environment: Mapping[str, str]) -> str:
    """The theme to start in: without colour the terminal's own, whatever was wanted."""
    if wants_no_colour(environment):
        return ANSI_THEME
    return wanted or (ANSI_THEME if has_few_colours(environment) else "dark")
