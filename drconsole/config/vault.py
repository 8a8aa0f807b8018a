"""Our entries in the platform's keyring, and the backends that are refused by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from drconsole.errors import KeyringUnusable

SERVICE = "drconsole"

# Each by the name of its class; the packages' own documentation and source.
_IN_THE_CLEAR = frozenset(
    {
        "keyrings.alt.file.PlaintextKeyring",
        "keyrings.alt.pyfs.BasicKeyring",
        "keyrings.alt.pyfs.PlaintextKeyring",
        "keyrings.envvars.keyring.EnvvarsKeyring",
        "keyring.backends.null.Keyring",
    }
)
# They ask for a master password on the terminal that the console draws on.
_ASKING = frozenset({"keyrings.alt.file.EncryptedKeyring", "keyrings.cryptfile.cryptfile.CryptFileKeyring"})
_NONE = "keyring.backends.fail.Keyring"
_INSTEAD = (
    "Use password_command in the config instead, for example with pass, age or systemd-creds, "
    "or prompt: true, to be asked at each start."
)

T = TypeVar("T")


def entry(credential: str) -> str | None:
    """The password that the keyring has for a credential, None where it has none.

    Raises:
        KeyringUnusable: there is no keyring to be trusted, or it failed.
    """
    backend = _trusted()
    found: str | None = _guarded(lambda: backend.get_password(SERVICE, credential))
    return found


def store(credential: str, password: str) -> None:
    """Store a password, and read it back.

    Raises:
        KeyringUnusable: there is no keyring to be trusted, or it failed.
    """
    backend = _trusted()
    _guarded(lambda: backend.set_password(SERVICE, credential, password))
    if _guarded(lambda: backend.get_password(SERVICE, credential)) != password:
        raise KeyringUnusable(
            "The keyring took the password, but does not give it back.", hint=_INSTEAD, subject=credential
        )


def remove(credential: str) -> bool:
    """Remove an entry, and look that it is gone; False where there was none.

    Raises:
        KeyringUnusable: there is no keyring to be trusted, or it failed.
    """
    backend = _trusted()
    if _guarded(lambda: backend.get_password(SERVICE, credential)) is None:
        return False
    _guarded(lambda: backend.delete_password(SERVICE, credential))
    if _guarded(lambda: backend.get_password(SERVICE, credential)) is not None:
        raise KeyringUnusable("The keyring still has the entry.", hint=_INSTEAD, subject=credential)
    return True


def _trusted() -> Any:
    """The platform's keyring.

    Raises:
        KeyringUnusable: there is none, or one that keeps no secret.
    """
    import keyring

    backend = _guarded(keyring.get_keyring)
    for name in _names(backend):
        if name in _IN_THE_CLEAR:
            hint = f"Remove that backend, or choose another one in keyringrc.cfg. {_INSTEAD}"
            raise KeyringUnusable(f"The keyring {name} keeps passwords in the clear.", hint=hint)
        if name in _ASKING:
            hint = f"It would ask in the middle of the screen. {_INSTEAD}"
            raise KeyringUnusable(f"The keyring {name} asks for its own password on the terminal.", hint=hint)
        if name == _NONE:
            raise KeyringUnusable(
                "This machine has no keyring that can be used; without a desktop there usually is none.",
                hint=_INSTEAD,
            )
    return backend


def _guarded(work: Callable[[], T]) -> T:
    """Do something with the keyring; of its errors only the kind is told, as their text may hold anything."""
    try:
        return work()
    except Exception as error:
        kind = type(error).__name__
    raise KeyringUnusable(f"The keyring failed ({kind}).", hint=_INSTEAD)


def _names(backend: object) -> Iterator[str]:
    """The full names of a keyring backend, of what it is made from, and of those that it chains."""
    for kind in type(backend).__mro__:
        yield f"{kind.__module__}.{kind.__qualname__}"
    if type(backend).__module__ == "keyring.backends.chainer":
        for inner in getattr(backend, "backends", ()):
            yield from _names(inner)
