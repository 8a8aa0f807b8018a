"""The console itself, or the plain list where a screen cannot be drawn."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

from drconsole.cli.choices import Choices, prepared

if TYPE_CHECKING:
    from drconsole.config.model import Config


def open_console(choices: Choices) -> int:
    """Open the console on the configuration; print the list where there is no terminal to draw on."""
    return show(prepared(choices))


def show(config: Config) -> int:
    """The console on a configuration that is already read; ends when it is closed."""
    # Textual reads from standard input and draws on standard error.
    on_terminal = all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
    if not can_draw(os.environ, on_terminal):
        from drconsole.cli.list_command import print_list

        return print_list(config)
    from drconsole.cli import wiring
    from drconsole.cli.passwords import have_passwords

    have_passwords(config)
    return wiring.run_console(config)


def can_draw(environment: Mapping[str, str], on_terminal: bool) -> bool:
    """Whether a full screen can be drawn: on a terminal that can move its cursor."""
    return on_terminal and environment.get("TERM", "dumb") not in ("dumb", "")
