"""The read loop as a bare process of a real PowerShell, spoken to line by line."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from drconsole.platforms.hyperv import loop_form
from drconsole.platforms.hyperv.loop_form import Reply


class RawLoop:
    """One process; ``mode`` is the language mode that it told first."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.mode = ""

    def ask(self, ident: str, function: str, seconds: float = 20.0, **arguments: Any) -> Any:
        """Call one function; the state and the value."""
        self.write(loop_form.request(ident, function, arguments, seconds))
        reply = self.reply()
        return reply.state, json.loads(bytes(reply.value))

    def write(self, data: bytes) -> None:
        """Write on its standard input."""
        assert self._process.stdin
        self._process.stdin.write(data)
        self._process.stdin.flush()

    def raw(self) -> bytes:
        """The next line as it is."""
        assert self._process.stdout
        return self._process.stdout.readline()

    def line(self) -> bytes:
        """The next line that is not empty; nothing at the end."""
        assert self._process.stdout
        for line in self._process.stdout:
            if line.strip():
                return line.strip()
        return b""

    def reply(self) -> Reply:
        """The next answer; anything else fails the test."""
        line = self.line()
        reply = loop_form.reply(line)
        assert reply, line
        return reply

    def end(self) -> tuple[int, bytes]:
        """Be gone as a client; how the process ends, and what it still says on stderr."""
        _, err = self._process.communicate()
        return self._process.returncode, err

    def wait(self) -> int:
        """How the process ends by itself."""
        return self._process.wait()


@contextmanager
def raw_loop(pwsh: Path, functions: Mapping[str, str], before: str = "") -> Iterator[RawLoop]:
    """Start one, with something before the command line's text where a test needs that."""
    options, _, command = loop_form.COMMAND_LINE.partition(' -Command "')
    words = [str(pwsh), *options.split()[1:], "-Command", before + command.removesuffix('"')]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        one = RawLoop(process)
        try:
            one.write(loop_form.beginning(functions))
            one.mode = one.line().decode()
            yield one
        finally:
            process.kill()
