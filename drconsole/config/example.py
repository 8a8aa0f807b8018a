"""A commented configuration to begin with."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path

from drconsole.errors import Unwritable, UsageError


def text() -> str:
    """The example as it is shipped."""
    return files("drconsole.config").joinpath("example.yaml").read_text(encoding="utf-8")


def write(path: Path) -> None:
    """Write the example for its owner alone; folders on the way to it are made.

    Raises:
        UsageError: there is something of this name, which is left as it is.
        Unwritable: it cannot be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise UsageError(
            f"{path} exists; it is left as it is.", hint="Name another file, or print it without a name."
        ) from None
    except OSError as error:
        hint = "Name another file, or print it without a name."
        raise Unwritable(f"{path} cannot be written: {error.strerror}.", hint=hint) from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text())
