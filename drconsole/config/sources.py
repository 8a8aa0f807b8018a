"""Password sources other than a command: the environment, the platform's keyring, a person."""

from __future__ import annotations

import getpass
import os
import shlex
import sys
import threading
import warnings
from collections.abc import Callable

from drconsole.errors import KeyringUnusable, LoginRefused

_AGAIN = "Start drconsole again to enter it; in the console p on its endpoint asks for it."


def from_environment(variable: str) -> Callable[[], str]:
    """A source that reads an environment variable."""

    def read() -> str:
        if variable not in os.environ:
            hint = f"Set {variable} before the start."
            raise LoginRefused(f"the environment variable {variable} is not set.", hint=hint)
        return os.environ[variable]

    return read


def from_keyring(credential: str) -> Callable[[], str]:
    """A source that asks the platform's keyring for the entry of a credential."""

    def read() -> str:
        from drconsole.config import vault

        try:
            value = vault.entry(credential)
        except KeyringUnusable as error:
            said, hint = error.message[:1].lower() + error.message[1:], error.hint
        else:
            if value is not None:
                return value
            said = "the keyring has no entry for it."
            hint = f"Store it: drconsole secret set {shlex.quote(credential)}"
        raise LoginRefused(said, hint=hint)

    return read


def from_nowhere() -> str:
    """What a credential without a source gives: Kerberos needs none."""
    raise LoginRefused("the config names no source of it.", hint="Give it one of the sources of a password.")


class Prompt:
    """A source that asks a person, once, and only from the main thread: others read behind an open screen."""

    def __init__(self, credential: str, user: str) -> None:
        self._question = f"Password of {user} ({credential}; empty leaves its endpoints out): "
        self._asked = False

    def __call__(self) -> str:
        """Ask on the terminal, without echo.

        Raises:
            LoginRefused: there is no terminal, or nobody was asked before the start or gave anything.
        """
        if self._asked or threading.current_thread() is not threading.main_thread():
            raise LoginRefused("none was entered.", hint=_AGAIN)
        self._asked = True
        if not (sys.stdin and sys.stdin.isatty()):
            hint = "Start it on a terminal, or use another source in the config."
            raise LoginRefused("nobody can be asked without a terminal.", hint=hint)
        if given := typed(self._question):
            return given
        hint = _AGAIN
        raise LoginRefused("none was entered, so its endpoints are left out.", hint=hint)


def typed(question: str) -> str:
    """What a person types without echo; empty where that is nothing.

    Raises:
        LoginRefused: the terminal would show it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(question)
    except EOFError:
        return ""
    except getpass.GetPassWarning:
        hint = "Use another terminal, or another source in the config."
        raise LoginRefused("this terminal would show what is typed.", hint=hint) from None
