"""The program as people and scripts run it: in a process of its own, also in a terminal.

What each command said and how it ended is printed: pytest shows it beside the failure of a test.
"""

from __future__ import annotations

import codecs
import fcntl
import os
import pty
import select
import shlex
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import drconsole

PROGRAM = [sys.executable, "-m", "drconsole"]
PATIENCE_S = 600
"""Only what hangs takes so long, on however busy a machine; it is well below the time limit of a test."""
READING = ("list", "show", "health", "plan", "run", "check")
WAIT_S = "120"


def environment(home: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """A user's environment without anything of ours, but for the tree under test."""
    return {
        "HOME": str(home),
        "PYTHONPATH": str(Path(drconsole.__file__).parents[1]),
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "KRB5_CONFIG": os.environ["KRB5_CONFIG"],
        **(more or {}),
    }


def run(
    *arguments: str | Path, home: Path, more: Mapping[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, without a terminal."""
    return to_end([*PROGRAM, *patient(arguments)], home=home, more=more, stdin=stdin)


def patient(arguments: Sequence[str | Path]) -> list[str]:
    """The arguments; who reads waits for hosts that a busy machine makes slow, if not told otherwise."""
    words, at = [str(one) for one in arguments], 0
    while words[at : at + 1] and words[at].startswith("-"):
        at += 2 if words[at] == "--config" else 1
    at += words[at : at + 1] == ["config"]
    if words[at : at + 1] and words[at] in READING and "--wait" not in words:
        words[at + 1 : at + 1] = ["--wait", WAIT_S]
    return words


def to_end(
    command: Sequence[str], *, home: Path, more: Mapping[str, str] | None = None, stdin: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run any command line to its end in the environment of a user, without a terminal."""
    try:
        ran = subprocess.run(
            command,
            env=environment(home, more),
            cwd=home,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
        )
    except subprocess.TimeoutExpired as hung:
        tell(command, "hung", _text(hung.stdout), _text(hung.stderr))
        raise
    tell(command, ran.returncode, ran.stdout, ran.stderr)
    return ran


def tell(command: Sequence[str], code: object, stdout: str, stderr: str) -> None:
    """Print what a command was, said and ended with."""
    # Arguments may be bytes that are no text.
    line = shlex.join(command).encode("utf-8", "backslashreplace").decode()
    sys.stdout.write(f"$ {line}\n{stdout}")
    sys.stdout.write(f"--- stderr\n{stderr}" if stderr else "")
    sys.stdout.write(f"--- exit code {code}\n")


def _text(said: bytes | str | None) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said or ""


@contextmanager
def serving(
    *arguments: str | Path, home: Path, more: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A command that goes on until the end of the block; its output is piped."""
    command = [*PROGRAM, *map(str, arguments)]
    process = subprocess.Popen(
        command,
        env=environment(home, more),
        cwd=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            stdout, stderr = process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise
        tell(command, process.returncode, stdout, stderr)


class Terminal:
    """A command in a terminal of its own, 120 columns wide."""

    def __init__(self, *arguments: str | Path, home: Path, more: Mapping[str, str] | None = None) -> None:
        self._near, far = pty.openpty()
        fcntl.ioctl(far, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self._command = [*PROGRAM, *patient(arguments)]
        self.process = subprocess.Popen(
            self._command,
            env=environment(home, more),
            cwd=home,
            stdin=far,
            stdout=far,
            stderr=far,
            start_new_session=True,
        )
        os.close(far)
        # A letter of several bytes may come in two pieces.
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.seen = ""

    def until(self, text: str) -> str:
        """Everything printed so far, once ``text`` is in it.

        Raises:
            AssertionError: the command ended, or was silent for long, without printing it.
        """
        self.until_true(lambda: text in self.seen, repr(text))
        return self.seen

    def until_true(self, condition: Callable[[], bool], what: str) -> None:
        """Take what is printed until something is true; it is looked at whenever something was printed.

        Raises:
            AssertionError: the command ended, or was silent for long, before that.
        """
        while not condition():
            assert select.select([self._near], [], [], PATIENCE_S)[0], f"silent; seen: {self.seen}"
            piece = self._read()
            assert piece, f"ended without {what}; seen: {self.seen}"
            self.seen += piece

    def type(self, text: str) -> None:
        """Type on its keyboard."""
        os.write(self._near, text.encode())

    def vanish(self) -> int:
        """Take the terminal away without a word, and wait for the command's end; the exit code."""
        os.close(self._near)
        return self.process.wait(PATIENCE_S)

    def end(self) -> int:
        """Wait for its end; the exit code."""
        while piece := self._read():
            self.seen += piece
        code = self.process.wait(PATIENCE_S)
        os.close(self._near)
        tell(self._command, code, self.seen, "")
        return code

    def _read(self) -> str:
        """The text that comes next; empty once the other end is closed."""
        text = ""
        while not text:
            try:
                piece = os.read(self._near, 65536)
            except OSError:
                return ""
            if not piece:
                return ""
            text = self._decoder.decode(piece)
        return text
