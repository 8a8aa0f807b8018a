"""Texts of the console written into files: for their owner alone, never over another file unasked."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from drconsole.config.paths import usual_state

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


def proposed(what: str, now: datetime) -> str:
    """A path for a copy: in the current folder, else in the state folder, else at home."""
    name = f"drconsole-{_UNFIT.sub('-', what).strip('-') or 'copy'}-{now.astimezone():%Y%m%d-%H%M%S}.txt"
    folders = (Path(os.path.abspath(os.curdir)), usual_state())
    writable = (folder for folder in folders if os.access(folder, os.W_OK | os.X_OK))
    return str(next(writable, Path.home()) / name)


def write(path: Path, lines: Sequence[str], *, replace: bool = False) -> None:
    """Write a text, mode 0600.

    Args:
        replace: an existing file is replaced as a whole; what stood there is lost.

    Raises:
        FileExistsError: there is such a file, and it is not to be replaced.
        OSError: it cannot be written.
    """
    data = "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")
    if not replace:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        return
    if path.is_dir():
        raise IsADirectoryError(21, "Is a directory", str(path))
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
