"""Password sources other than a command: the environment, the platform's keyring, a person."""

from __future__ import annotations

import getpass
import os
import sys
import threading
from collections.abc import Callable, Iterator

from drconsole.errors import LoginRefused

SERVICE = "drconsole"

# Backends that keep passwords in the clear, or nowhere (keyrings.alt and keyring's own documentation).
_PLAINTEXT = frozenset({"keyrings.alt.file.PlaintextKeyring", "keyring.backends.null.Keyring"})
_NONE = "keyring.backends.fail.Keyring"


def from_environment(variable: str) -> Callable[[], str]:
    """A source that reads an environment variable."""

    def read() -> str:
        if variable not in os.environ:
            hint = f"Set {variable} before the start."
            raise LoginRefused(f"the environment variable {variable} is not set.", hint=hint)
        return os.environ[variable]

    return read


def from_keyring(credential: str) -> Callable[[], str]:
    """A source that asks the platform's keyring, service ``drconsole``, for the entry of a credential."""

    def read() -> str:
        import keyring
        from keyring.errors import KeyringError

        hint = f"Store it: keyring set {SERVICE} {credential}"
        for name in _names(keyring.get_keyring()):
            if name in _PLAINTEXT:
                raise LoginRefused(f"the keyring {name} keeps passwords in the clear.", hint=_OTHERWISE)
            if name == _NONE:
                raise LoginRefused("this machine has no keyring that can be used.", hint=_OTHERWISE)
        try:
            value = keyring.get_password(SERVICE, credential)
        except KeyringError as error:
            raise LoginRefused(f"the keyring refused ({type(error).__name__}).", hint=hint) from None
        if value is None:
            raise LoginRefused("the keyring has no entry for it.", hint=hint)
        return value

    return read


_OTHERWISE = "Use password_command in the config instead, for example with a password manager that has a CLI."


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
            raise LoginRefused("none was entered.", hint="Start drconsole again to enter it.")
        self._asked = True
        if not (sys.stdin and sys.stdin.isatty()):
            hint = "Start it on a terminal, or use another source in the config."
            raise LoginRefused("nobody can be asked without a terminal.", hint=hint)
        try:
            return getpass.getpass(self._question)
        except EOFError:
            return ""


def _names(backend: object) -> Iterator[str]:
    """The full names of a keyring backend and of those that it chains."""
    kind = type(backend)
    yield f"{kind.__module__}.{kind.__qualname__}"
    if kind.__module__ == "keyring.backends.chainer":
        for inner in getattr(backend, "backends", ()):
            yield from _names(inner)
