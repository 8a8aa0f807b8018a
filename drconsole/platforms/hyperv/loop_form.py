"""The form of the read loop: its command line, the lines sent to it, and the lines it answers."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from drconsole.parsing import parsed
from drconsole.platforms.hyperv import script
from drconsole.platforms.hyperv.script import Failure

# What it says first is its language mode, by a command without method calls (design, section 4).
# The loop goes on with the same reader: another one would lose what this one has read ahead.
COMMAND_LINE = (
    "powershell.exe -NoLogo -NoProfile -NonInteractive -OutputFormat Text -Command "
    '"$ExecutionContext.SessionState.LanguageMode; $t=[Console]::In.ReadLine(); '
    "$r=[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($t))|ConvertFrom-Json; "
    '& ([scriptblock]::Create($r.script)) $r.library"'
)
ECHO = "drconsole-echo"
# What the library holds; statistics may wait for ten minutes, so they never run in the loop.
READS = ("light.ps1", "cluster.ps1", "deep.ps1")
# What a run looks by, in a loop of its own.
LOOKS = ("look.ps1", "role.ps1", "owner.ps1")
# loop.ps1 answers at most 16 Mi characters of JSON; in UTF-8 they are at most three times as many bytes.
UNPACKED_BYTES = 64 << 20
GZIP = 31


class Reply(msgspec.Struct):
    """One answer of the loop; ``errors`` and ``warnings`` are what a script said and went on."""

    id: str
    state: str
    value: msgspec.Raw = msgspec.Raw(b"null")
    error: Failure | None = None
    errors: list[Failure] = []
    warnings: list[str] = []
    version: str = ""


def library(names: Iterable[str] = READS) -> dict[str, str]:
    """The functions of the library: the same texts that run per call."""
    return {function_of(name): script.text_of(name) for name in names}


def function_of(name: str) -> str:
    """How the library calls one of our scripts."""
    return f"drconsole-{name.removesuffix('.ps1')}"


def beginning(functions: Mapping[str, str]) -> bytes:
    """The first line of input: the loop itself and its library."""
    return _line({"script": script.text_of("loop.ps1"), "library": dict(functions)})


def request(ident: str, function: str, arguments: Mapping[str, Any], seconds: float) -> bytes:
    """The line that calls one function; the loop stops it after that many seconds."""
    call = {"id": ident, "name": function, "arguments": dict(arguments), "seconds": round(seconds, 1)}
    return _line(call)


def reply(line: bytes) -> Reply | None:
    """Understand one line; None for what the loop did not write, or what arrived with a piece missing."""
    unpacker = zlib.decompressobj(GZIP)
    try:
        text = unpacker.decompress(base64.b64decode(line, validate=True), UNPACKED_BYTES)
        # Its end holds the checksum: without it, what came is not whole.
        return parsed(text, Reply) if unpacker.eof else None
    except (ValueError, zlib.error, RecursionError):
        return None


def _line(what: Mapping[str, Any]) -> bytes:
    return base64.b64encode(msgspec.json.encode(what)) + b"\n"
