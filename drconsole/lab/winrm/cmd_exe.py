"""What cmd.exe does with a command line before, and instead of, starting a program."""

from __future__ import annotations

import ntpath
import re
from dataclasses import dataclass

LINE_LIMIT = 8191
"""Characters that cmd.exe takes, with the wrapper that the service puts around the client's line."""

PROGRAM_LIMIT = 32767
"""Characters that CreateProcess takes."""

WRAPPER = 'cmd.exe /C ""'
NOT_FOUND_EXIT = 1

_VARIABLE = re.compile(r"%[^%\s]+%")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command that needs no engine has written, and its exit code."""

    stdout: str = ""
    stderr: str = ""
    exit_code: int = 0


def program(line: str) -> str:
    """The name of what a line starts, in small letters, without folder and ``.exe``."""
    line = line.lstrip()
    first = line[1:].partition('"')[0] if line.startswith('"') else line.partition(" ")[0]
    name = ntpath.basename(first).lower()
    return name.removesuffix(".exe")


def too_long(line: str, *, skip_cmd: bool) -> bool:
    """Whether the line is more than cmd.exe, or CreateProcess without it, takes."""
    return len(line) > PROGRAM_LIMIT if skip_cmd else len(line) + len(WRAPPER) > LINE_LIMIT


def meddles(line: str) -> str | None:
    """Name what cmd.exe would interpret itself and hand on changed, None where the line passes untouched.

    Quotation marks switch; inside them only variables are replaced. A backslash protects nothing.
    """
    quoted = False
    for character in line:
        if character == '"':
            quoted = not quoted
        elif character in "\r\n":
            return "a line break"
        elif not quoted and character in "|&<>^":
            return f"an unquoted {character}"
    variable = _VARIABLE.search(line)
    return f"the variable {variable.group()}" if variable else None


def run(line: str, host: str, user: str) -> Answer:
    """Run a command that cmd.exe knows itself or that every host has; anything else is unknown to it."""
    name, rest = program(line), line.lstrip().partition(" ")[2]
    if name == "hostname":
        return Answer(f"{host}\r\n")
    if name == "whoami":
        return Answer(f"{host}\\{user}\r\n".lower())
    if name == "echo":
        return Answer(f"{rest}\r\n" if rest.strip() else "ECHO is on.\r\n")
    if name == "ver":
        return Answer("\r\nMicrosoft Windows [Version 10.0.20348.2031]\r\n")
    if name == "exit":
        code = rest.removeprefix("/b").strip()
        return Answer(exit_code=int(code) if re.fullmatch(r"-?\d{1,9}", code) else 0)
    shown = line.split()[0] if line.split() else line
    text = f"'{shown}' is not recognized as an internal or external command,\r\n"
    return Answer(stderr=text + "operable program or batch file.\r\n", exit_code=NOT_FOUND_EXIT)


IS_PROGRAM = frozenset({"hostname", "whoami"})
"""What ``run`` knows that is a file: only these start without cmd.exe."""
