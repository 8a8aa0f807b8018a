"""Where a lab keeps its files, and the configuration that is written for it."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from drconsole.errors import Unwritable, UsageError

MARKER = "drconsole-lab"
"""In the folder of each lab, and locked as long as it lives."""
TEMPORARY = "drconsole-lab-"
"""How the names of temporary folders begin."""
HEADING = "# Written by 'drconsole lab' for simulated sites; it is replaced by the next lab.\n"


@dataclass(frozen=True, slots=True)
class Place:
    """A lab's private folder, and the configuration file to write."""

    folder: Path
    config: Path

    def write(self, description: Mapping[str, Any]) -> None:
        """Write the configuration for what the lab says about itself; 0600, whole or not at all.

        Raises:
            Unwritable: it cannot be written.
        """
        import yaml

        content = config_of(description, self.folder / "state")
        text = HEADING + yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
        part = self.folder / "config.part"
        try:
            with open(
                os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
            ) as file:
                file.write(text)
            os.replace(part, self.config)
        except OSError as error:
            raise _unwritable(self.config, error) from None


def config_of(description: Mapping[str, Any], state: Path) -> dict[str, Any]:
    """The configuration for a lab's description, as plain data."""
    command = [sys.executable, "-P", "-m", "drconsole.lab.password", description["password_file"]]
    return {
        "environment": description["environment"],
        "state": str(state),
        "sites": description["sites"],
        "pairs": [{"from": left, "to": right} for left, right in description["pairs"]],
        "credentials": {"lab": {"user": description["user"], "password_command": command}},
        "endpoints": {
            one["name"]: {
                "kind": one["kind"],
                "site": one["site"],
                "address": one["address"],
                "credentials": "lab",
                **({"ca_file": one["ca_file"]} if one.get("tls", True) else {"tls": False}),
                **({"nodes": one["nodes"]} if one.get("nodes") else {}),
                **({"transport": one["transport"]} if one["kind"] == "hyperv" else {}),
            }
            for one in description["endpoints"]
        },
    }


@contextmanager
def place(config: Path | None) -> Iterator[Place]:
    """A folder for one lab: a temporary one that is removed, or ``FILE.lab``, which is kept.

    Raises:
        UsageError: the file or folder is not a lab's, or a lab that runs uses it.
        Unwritable: it cannot be written.
    """
    if config is None:
        clear_dead(Path(tempfile.gettempdir()))
        with tempfile.TemporaryDirectory(prefix=TEMPORARY, ignore_cleanup_errors=True) as name, _mark(name):
            folder = Path(name)
            yield Place(folder, folder / "config.yaml")
        return
    config = config.expanduser().absolute()
    folder = config.with_name(f"{config.name}.lab")
    _check_ours(config, folder)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        held = os.open(folder / MARKER, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _unwritable(folder, error) from None
    try:
        _claim(held, folder)
        yield Place(folder, config)
    finally:
        os.close(held)


def clear_dead(parent: Path) -> None:
    """Remove the temporary folders of this user's labs that were killed: each holds a password.

    Only what is a lab's, ours and locked by nobody.
    """
    for folder in parent.glob(f"{TEMPORARY}*"):
        try:
            about = folder.lstat()
            if not stat.S_ISDIR(about.st_mode) or about.st_uid != os.getuid():
                continue
            held = os.open(folder / MARKER, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            continue
        finally:
            os.close(held)


@contextmanager
def _mark(folder: str) -> Iterator[None]:
    """Mark a fresh folder as that of a lab that lives; the mark is locked before it has its name."""
    part = Path(folder, f"{MARKER}.part")
    held = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        part.rename(Path(folder, MARKER))
        yield
    finally:
        os.close(held)


def _check_ours(config: Path, folder: Path) -> None:
    if config.exists() and not config.read_bytes().startswith(HEADING.encode()):
        raise UsageError(
            f"{config} exists and was not written by a lab; it is left as it is.",
            hint="Name another file for --write-config.",
        )
    if folder.is_symlink() or (folder.exists() and not (folder / MARKER).is_file()):
        raise UsageError(
            f"{folder} exists and is not a lab's folder; it is left as it is.",
            hint="Name another file for --write-config.",
        )


def _claim(held: int, folder: Path) -> None:
    """Take the folder for this lab alone, and remove what an earlier lab left in it."""
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise UsageError(
            f"A lab that runs now uses {folder}.", hint="End it, or name another file for --write-config."
        ) from None
    for child in folder.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child)
        elif child.name != MARKER:
            child.unlink()


def _unwritable(path: Path, error: OSError) -> Unwritable:
    return Unwritable(
        f"{path} cannot be written: {error.strerror}.", hint="Name another place for --write-config."
    )
