"""Texts of the console written into files: for their owner alone, never over another file unasked."""

from __future__ import annotations

import errno
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from drconsole.config.paths import usual_state
from drconsole.wording.ages import exact

_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")


def proposed(what: str, now: datetime) -> str:
    """A path for a copy: in the current folder, else in the state folder, else in that of temporary files."""
    name = f"drconsole-{_UNFIT.sub('-', what).strip('-') or 'copy'}-{now.astimezone():%Y%m%d-%H%M%S}.txt"
    writable = (folder for folder in _folders() if os.access(folder, os.W_OK | os.X_OK))
    return str(next(writable, Path(tempfile.gettempdir())) / name)


def _folders() -> Iterator[Path]:
    # The current folder may have been deleted under us.
    with suppress(OSError):
        yield Path.cwd()
    yield usual_state()


def dated(lines: Sequence[str], now: datetime) -> list[str]:
    """A text with the exact time at which it was true: away from the screen its ages mean nothing else."""
    return [f"as drconsole showed it at {exact(now)}", "", *lines]


def write(path: Path, lines: Sequence[str], *, replace: bool = False) -> None:
    """Write a text, mode 0600.

    Args:
        replace: an existing plain file is replaced as a whole; what stood there is lost.

    Raises:
        FileExistsError: there is something of this name, and it is not to be replaced.
        OSError: it cannot be written.
    """
    data = "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace")
    if not replace:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        return
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise OSError(errno.EINVAL, "what is there is no plain file", str(path))
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
