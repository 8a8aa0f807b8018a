"""Passwords that must show nowhere: what they look like, and watching processes for them."""

from __future__ import annotations

import base64
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

MARK = "DRCONSOLE_CANARY_RUN"
PAUSE_S = 0.01


def traces(canary: str) -> set[bytes]:
    """How a canary (ASCII, at least 12 letters) looks inside text, in the forms that programs write."""
    found: set[bytes] = set()
    for raw in (canary.encode(), canary.encode("utf-16-le"), canary.encode("utf-16-be")):
        found |= {raw, raw.hex().encode(), raw.hex().upper().encode(), raw[::-1]}
        for before in range(3):
            # What stands before moves the letters of base64, so its first and last few are not its own.
            text = base64.b64encode(b"\0" * before + raw)
            found.add(text[4:-4])
    return found


def holders(canaries: Iterable[str], texts: dict[str, bytes]) -> dict[str, str]:
    """The names of texts that hold a trace of a canary, with that canary."""
    return {
        name: canary
        for canary in canaries
        for trace in traces(canary)
        for name, text in texts.items()
        if trace in text
    }


def files_under(folder: Path, *, but: Path) -> dict[str, bytes]:
    """Every file below a folder, without those below another one."""
    return {
        str(path): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and but not in path.parents
    }


class Watch(threading.Thread):
    """Looks at all processes of a run again and again: those that have inherited its mark.

    The environment of those that the test started itself, the ``own``, is of the test's making; a child has
    it too, and its parent's command line, from its birth until it becomes another program.
    """

    def __init__(self, run: str) -> None:
        super().__init__(name="canary watch", daemon=True)
        self._mark = f"{MARK}={run}".encode()
        self._over = threading.Event()
        self.own: set[int] = set()
        self._seen: dict[tuple[int, bytes], bytes] = {}

    def __enter__(self) -> Watch:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        """Look until the end."""
        while not self._over.wait(PAUSE_S):
            for folder in Path("/proc").glob("[0-9]*"):
                self._look(folder)

    def _look(self, folder: Path) -> None:
        try:
            before = (folder / "cmdline").read_bytes()
            environment = (folder / "environ").read_bytes()
            if self._mark not in environment.split(b"\0"):
                return
            command = (folder / "cmdline").read_bytes()
        except OSError:
            return
        # One that became another program meanwhile would be told with the environment of its parent.
        if command == before:
            self._seen[int(folder.name), command] = environment

    @property
    def seen(self) -> dict[str, bytes]:
        """Command lines of all, and environments of all but the own."""
        # Its thread goes on seeing more.
        seen = dict(self._seen)
        started = {command for pid, command in seen if pid in self.own}
        texts = {f"command {command!r}": command for _, command in seen}
        for (pid, command), environment in seen.items():
            if command and command not in started:
                texts[f"environment {pid} {command!r}"] = environment
        return texts
