"""``drconsole secret``: passwords in the platform's keyring, and where each credential has its own from."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from drconsole.cli import read_options
from drconsole.cli.choices import Choices, configured
from drconsole.cli.secret_state import source_of, state_of
from drconsole.errors import KeyringUnusable, UsageError
from drconsole.redaction import conceal
from drconsole.wording.names import visible

if TYPE_CHECKING:
    from drconsole.config.model import Config
    from drconsole.config.secrets import Secret

MAX_BYTES = 64 * 1024


@click.group("secret", no_args_is_help=False)
def secret_command() -> None:
    """Store passwords in the platform's keyring.

    A CREDENTIAL is a name under credentials: in the configuration that says keyring: true.
    """


@secret_command.command("set")
@click.argument("credential")
@click.pass_obj
def set_command(choices: Choices, credential: str) -> int:
    """Store the password of CREDENTIAL in the keyring.

    It is asked for without echo. Without a terminal it is the one line on standard input; it is never a
    word of the command line, which other users of this machine can read.
    """
    from drconsole.config import vault

    secret = _in_keyring(_config(choices), credential)
    # A keyring that is refused is told before anybody types a password.
    vault.entry(secret.name)
    password = _typed_twice(secret) if sys.stdin.isatty() else _one_line()
    conceal(password, user=secret.user)
    vault.store(secret.name, password)
    click.echo(f"The keyring has a password for {visible(secret.name)} now.")
    return 0


@secret_command.command("delete")
@click.argument("credential")
@click.pass_obj
def delete_command(choices: Choices, credential: str) -> int:
    """Remove the password of CREDENTIAL from the keyring."""
    from drconsole.config import vault

    secret = _in_keyring(_config(choices), credential)
    if not vault.remove(secret.name):
        raise KeyringUnusable(f"The keyring has no password for {visible(secret.name)}; nothing was changed.")
    click.echo(f"The keyring has no password for {visible(secret.name)} any more.")
    return 0


@secret_command.command("list")
@read_options.as_json
@click.pass_obj
def list_command(choices: Choices, as_json: bool) -> int:
    """List the credentials of the configuration: user, source, whether a password is there, and who uses it.

    No password is shown, and none is asked for; a password_command is not run.
    """
    from drconsole.cli.secret_answer import SecretAnswer, SecretsAnswer

    config = _config(choices)
    found = [
        SecretAnswer(secret.name, secret.user, source_of(secret), *state_of(secret), _used_by(config, secret))
        for secret in config.secrets
    ]
    if as_json:
        from drconsole.cli.answers import encoded

        click.echo(encoded(SecretsAnswer(1, found)), nl=False)
        return 0
    rows = [("CREDENTIAL", "USER", "SOURCE", "PASSWORD", "USED BY")]
    rows += [(one.name, one.user, one.source, one.told, ", ".join(one.used_by) or "nobody") for one in found]
    shown = [tuple(visible(cell) for cell in row) for row in rows]
    widths = [max(len(row[place]) for row in shown) for place in range(len(rows[0]))]
    for row in shown:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())
    for problem in dict.fromkeys(one.problem for one in found if one.problem):
        click.echo(problem)
    return 0


def _config(choices: Choices) -> Config:
    """The configuration; passwords in the environment are not left to programs that a keyring may start."""
    from drconsole.config.secrets import take_from_environment

    config = configured(choices)
    take_from_environment(config.secrets)
    return config


def _in_keyring(config: Config, name: str) -> Secret:
    """The credential of this name, which has its password from the keyring.

    Raises:
        UsageError: there is none, or it has its password from elsewhere.
    """
    from drconsole.config.mistakes import nearest

    secret = next((one for one in config.secrets if one.name == name), None)
    if secret is None:
        near = nearest(name, [one.name for one in config.secrets], "credentials")
        raise UsageError(
            f"There is no credential {visible(name)!r} in {config.source}; {near}",
            hint="All of them: drconsole secret list",
        )
    if secret.kind != "keyring":
        raise UsageError(
            f"Credential {visible(name)!r} has its password from {source_of(secret)}, not from the keyring.",
            hint=f"To change that, write for it in {config.source}: keyring: true",
        )
    return secret


def _typed_twice(secret: Secret) -> str:
    """A password that a person enters, twice the same.

    Raises:
        UsageError: it is empty, or the second one differs.
        LoginRefused: the terminal would show it.
    """
    from drconsole.config.sources import typed

    password = typed(f"Password of {visible(secret.user)} ({visible(secret.name)}): ")
    if not password:
        raise UsageError("Nothing was entered; nothing was stored.")
    if typed("The same again: ") != password:
        raise UsageError("The two are not the same; nothing was stored.")
    return password


def _one_line() -> str:
    """The one line on standard input.

    Raises:
        UsageError: there is none, there are several, or it is no text.
    """
    data = sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        lines = data.decode("utf-8").splitlines()
    except UnicodeDecodeError:
        lines = None
    if lines is None or len(data) > MAX_BYTES:
        raise UsageError("Standard input is no password; nothing was stored.")
    if len(lines) != 1 or not lines[0]:
        told = "no password" if not any(lines) else f"{len(lines)} lines"
        raise UsageError(f"Standard input has {told}, not one line; nothing was stored.")
    return lines[0]


def _used_by(config: Config, secret: Secret) -> list[str]:
    return [one.endpoint.name for one in config.connections if one.secret is secret]
