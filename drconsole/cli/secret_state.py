"""Where each credential has its password from, and whether there is one, as far as nobody has to be asked."""

from __future__ import annotations

import shlex
import shutil
from typing import TYPE_CHECKING

from drconsole.errors import DrConsoleError, LoginRefused

if TYPE_CHECKING:
    from drconsole.config.secrets import Secret


def source_of(secret: Secret) -> str:
    """The source as the config names it, with the one word that tells which."""
    match secret.kind:
        case "env":
            return f"env {secret.place}"
        case "password_command":
            return f"password_command {shlex.quote(secret.place)}"
        case "none":
            return "none (Kerberos)"
    return secret.kind


def state_of(secret: Secret) -> tuple[bool | None, str, str | None]:
    """Whether there is a password, as far as is known without asking for it; in words; and what hinders."""
    match secret.kind:
        case "env":
            there = _gives(secret)
            return there, "set (other programs can read it)" if there else "NOT SET", None
        case "prompt":
            return None, "asked for at each start", None
        case "password_command":
            there = shutil.which(secret.place) is not None
            return (None, "asked for when needed", None) if there else (False, "NO SUCH PROGRAM", None)
        case "keyring":
            return _in_the_keyring(secret)
    return None, "not needed", None


def _gives(secret: Secret) -> bool:
    try:
        return bool(secret())
    except LoginRefused:
        return False


def _in_the_keyring(secret: Secret) -> tuple[bool, str, str | None]:
    from drconsole.config import vault

    try:
        there = vault.entry(secret.name) is not None
    except DrConsoleError as error:
        return False, "NO KEYRING", f"{error.message} {error.hint}"
    return there, "set" if there else "NOT SET", None
