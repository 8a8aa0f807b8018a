"""Passwords before anything connects: what is unsafe is told, people are asked, children inherit none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from drconsole.wording.names import visible

if TYPE_CHECKING:
    from drconsole.config.model import Config


def have_passwords(config: Config) -> None:
    """Ask people for what they must enter, and take what stands in the environment out of it.

    Sources that are silent are asked by the threads that connect.
    """
    from drconsole import log
    from drconsole.config.secrets import ask_people, take_from_environment

    exposed = {secret.place for secret in config.secrets if secret.kind == "env"} & os.environ.keys()
    take_from_environment(config.secrets)
    for secret in config.needed_secrets:
        if secret.kind == "env" and secret.place in exposed:
            text = (
                f"The password of credential {visible(secret.name)!r} comes from the environment variable "
                f"{secret.place}, where other programs of yours can read it."
            )
            log.logger(__name__).warning("%s", text)
            click.echo(f"Warning: {text} Safer are keyring, password_command and prompt.", err=True)
    ask_people(config.needed_secrets)
