"""The global options, and what every command does with them first."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from drconsole.config.model import Config


class Number(click.FloatRange):
    """A number within limits; ``nan`` and ``inf`` are none."""

    def convert(self, value: float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number that a text means."""
        number = float(super().convert(value, param, ctx))
        if not math.isfinite(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


@dataclass(frozen=True, slots=True)
class Choices:
    """The global options of the command line."""

    config: Path | None = None
    debug: bool = False


def configured(choices: Choices) -> Config:
    """Read the configuration and nothing else: no folder is made, nothing is logged.

    Raises:
        ConfigError: there is no configuration, or it is wrong, its own theme file included.
    """
    from drconsole.config import paths
    from drconsole.config.load import load

    config = load(paths.find(choices.config))
    if config.theme and config.theme.endswith((".yaml", ".yml")):
        from drconsole.tui.theming import find_theme

        find_theme(config.theme)
    return config


def prepared(choices: Choices) -> Config:
    """Read the configuration, then open state folder and log file; nothing is written before it is right.

    Raises:
        ConfigError: there is no configuration, or it is wrong.
        StateError: the state folder cannot be written.
    """
    from drconsole import log
    from drconsole.config import paths

    config = configured(choices)
    paths.prepare_state(config.state)
    log.start(config.state / "log", debug=choices.debug)
    log.logger(__name__).info("started with %s: %d endpoints", config.source, len(config.estate.endpoints))
    return config
