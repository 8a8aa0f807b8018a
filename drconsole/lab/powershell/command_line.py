"""Windows command lines: splitting them, and reading what ``powershell.exe`` itself was told."""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from enum import Enum

DASHES = "-/–—―"
"""What Windows PowerShell takes for the beginning of a parameter."""

FLAGS = {
    "nologo": "nol",
    "noexit": "noe",
    "noprofile": "nop",
    "noninteractive": "noni",
    "sta": "s",
    "mta": "mta",
}
VALUES = {
    "executionpolicy": "ex",
    "windowstyle": "w",
    "outputformat": "o",
    "inputformat": "i",
    "version": "v",
    "psconsolefile": "ps",
    "configurationname": "conf",
}
LAST = {"command": "c", "file": "f", "encodedcommand": "e"}
"""Parameters after which nothing belongs to the shell itself. Values: the shortest accepted prefix."""

OTHER_NAMES = {
    "ep": "executionpolicy",
    "of": "outputformat",
    "if": "inputformat",
    "ec": "encodedcommand",
}


class CommandLineError(ValueError):
    """Say why a command line starts no PowerShell."""


class Source(Enum):
    """Where the text that runs comes from."""

    COMMAND = "command"
    ENCODED = "encodedcommand"
    FILE = "file"
    INPUT = "input"


@dataclass(frozen=True, slots=True)
class Invocation:
    """What one ``powershell.exe`` was asked to do.

    ``switches`` are full lower-case names in the order given, with their value where they take one.
    ``rest`` are the arguments behind ``-Command``, ``-File`` or ``-EncodedCommand``.
    """

    source: Source
    switches: tuple[tuple[str, str | None], ...]
    rest: tuple[str, ...]

    def has(self, name: str) -> bool:
        """Tell whether a switch was given."""
        return any(found == name for found, _ in self.switches)

    def value(self, name: str) -> str | None:
        """Return the last value given to a switch."""
        return next((value for found, value in reversed(self.switches) if found == name), None)

    @property
    def text(self) -> str:
        """Return the script text of ``-Command`` (its words joined by a blank) or ``-EncodedCommand``.

        Raises:
            CommandLineError: the text is in a file or on standard input, or is not base64 of UTF-16.
        """
        match self.source:
            case Source.COMMAND:
                return " ".join(self.rest)
            case Source.ENCODED:
                try:
                    return base64.b64decode("".join(self.rest[:1]), validate=True).decode("utf-16-le")
                except (binascii.Error, UnicodeDecodeError) as error:
                    raise CommandLineError("the value of -EncodedCommand is not base64 of UTF-16") from error
            case _:
                raise CommandLineError(f"the text of a script from {self.source.value} is not here")


def split(line: str) -> list[str]:
    """Split a Windows command line into arguments.

    Rules of CommandLineToArgvW: backslashes count only before a quotation mark, two marks inside a quoted
    part are one, and the program's own name knows no escapes.
    """
    head = re.match(r'[ \t]*(?:"([^"]*)"?|([^ \t]*))', line)
    if head is None:
        return []
    out = [head[1] if head[1] is not None else head[2]]
    word: str | None = None
    quoted, i = False, head.end()
    while i < len(line):
        if marks := re.compile(r'(\\*)"').match(line, i):
            slashes, i = len(marks[1]), marks.end()
            word = (word or "") + "\\" * (slashes // 2)
            if slashes % 2:
                word += '"'
            elif quoted and line[i : i + 1] == '"':
                word, i = word + '"', i + 1
            else:
                quoted = not quoted
        elif line[i] in " \t" and not quoted:
            if word is not None:
                out.append(word)
            word, i = None, i + 1
        else:
            word, i = (word or "") + line[i], i + 1
    return out if word is None else [*out, word]


def is_powershell(program: str) -> bool:
    """Tell whether the first argument names Windows PowerShell, with or without folder and extension."""
    return program.replace("/", "\\").lower().rsplit("\\", 1)[-1] in ("powershell", "powershell.exe")


def full_name(argument: str) -> str | None:
    """Return the full lower-case name of a parameter of ``powershell.exe``, None where it is none."""
    if argument[:1] not in DASHES or not argument[1:]:
        return None
    given = argument[1:].lower()
    if given in OTHER_NAMES:
        return OTHER_NAMES[given]
    known = {**FLAGS, **VALUES, **LAST}
    return next((n for n, short in known.items() if n.startswith(given) and given.startswith(short)), None)


def parse(line: str) -> Invocation:
    """Read a command line as Windows PowerShell 5.1 does: text without ``-Command`` is a command.

    Raises:
        CommandLineError: it starts another program, or a parameter lacks its value.
    """
    program, *arguments = split(line) or [""]
    if not is_powershell(program):
        raise CommandLineError(f"not PowerShell: {program}")
    switches: list[tuple[str, str | None]] = []
    while arguments:
        name = full_name(arguments[0])
        if name is None:
            return _last(Source.COMMAND, switches, arguments)
        if name in LAST:
            return _last(Source(name), switches, arguments[1:])
        taken = 2 if name in VALUES else 1
        if len(arguments) < taken:
            raise CommandLineError(f"-{name} needs a value")
        switches.append((name, arguments[1] if taken == 2 else None))
        arguments = arguments[taken:]
    return Invocation(Source.INPUT, tuple(switches), ())


def _last(source: Source, switches: list[tuple[str, str | None]], rest: list[str]) -> Invocation:
    if source is not Source.INPUT and not rest:
        raise CommandLineError(f"-{source.value} needs a value")
    if rest == ["-"]:
        return Invocation(Source.INPUT, tuple(switches), ())
    return Invocation(source, tuple(switches), tuple(rest))
