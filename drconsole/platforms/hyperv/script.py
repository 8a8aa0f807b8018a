"""The per-call form of a script: its command line, what goes to its standard input, what comes back."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from drconsole.errors import Constrained, EndpointError, NoRights, ScriptFailed
from drconsole.parsing import parsed
from drconsole.platforms.hyperv.peer import Peer

# Design, section 4: one line on standard input, so that no length limit and no quoting touches the script,
# and -OutputFormat Text, so that errors come as text and not as XML. What is said first is the language mode,
# by a command without method calls: a constrained one takes those that follow for forbidden.
COMMAND_LINE = (
    "powershell.exe -NoLogo -NoProfile -NonInteractive -OutputFormat Text -Command "
    '"$ExecutionContext.SessionState.LanguageMode; $t=@($input)[0]; '
    "$r=[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($t))|ConvertFrom-Json; "
    '& ([scriptblock]::Create($r.script)) $r.call"'
)
MODES = (b"FullLanguage", b"ConstrainedLanguage", b"RestrictedLanguage", b"NoLanguage")
END = b"drconsole-end"
COLOUR = re.compile(rb"\x1b\[[0-9;]*m")
PROFILE = "Something on the host changes what PowerShell writes or may do; its event log tells more."
CONSTRAINED = "Allow drconsole's scripts for this account in the host's AppLocker or App Control policy."


@cache
def text_of(name: str) -> str:
    """The text of one of our scripts."""
    return files("drconsole.platforms.hyperv").joinpath("scripts", name).read_text(encoding="utf-8")


def request_for(name: str, arguments: Mapping[str, Any]) -> bytes:
    """The one line that the process reads: the frame, the script's body and its arguments, as data."""
    call = {"body": text_of(name), "arguments": dict(arguments)}
    text = msgspec.json.encode({"script": text_of("frame.ps1"), "call": call})
    return base64.b64encode(text) + b"\n"


@dataclass(frozen=True, slots=True)
class Output:
    """What a process wrote and how it ended.

    ``middle`` is the console's wall clock half-way through, in seconds; ``tls`` the protocol version spoken,
    ``certificate_end`` when the certificate ends that was shown.
    """

    out: bytes = b""
    err: bytes = b""
    code: int = 0
    middle: float = 0.0
    tls: str = ""
    certificate_end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """The JSON text of a script's value.

    ``middle`` is the console's wall clock half-way through, in seconds; ``tls`` the protocol version spoken,
    ``certificate_end`` when the certificate ends that was shown.
    """

    value: bytes
    middle: float
    tls: str
    certificate_end: datetime | None = None


class Failure(msgspec.Struct):
    """What the frame says about an error that ended a script."""

    id: str | None = None
    category: str | None = None
    type: str | None = None
    message: str | None = None
    line: int | None = None


class Frame(msgspec.Struct):
    """What the frame puts around every answer."""

    ok: bool
    value: msgspec.Raw = msgspec.Raw(b"null")
    error: Failure | None = None


def value_of(output: Output, peer: Peer) -> bytes:
    """Give the JSON text of a script's value out of what its process wrote.

    Raises:
        BadReply: the output has no end marker or is not what the frame writes.
        Constrained: no script of ours can work there.
        ScriptFailed, NoRights: the script ran and failed.
    """
    out = output.out
    lines = [line.strip() for line in out.split(b"\n") if line.strip()]
    mode = lines[0] if lines else b""
    if mode in MODES[1:]:
        raise constrained(mode.decode(), peer)
    if not lines or lines[-1] != END:
        raise _no_end(output, peer)
    if len(lines) != 3 or mode != MODES[0]:
        raise peer.bad_reply(f"its PowerShell wrote {len(lines)} lines, not the 3 that belong", out, PROFILE)
    try:
        frame = parsed(base64.b64decode(lines[1], validate=True), Frame)
    except (ValueError, RecursionError) as error:
        raise peer.bad_reply(f"the script's answer cannot be read ({_why(error)})", out, PROFILE) from None
    if not frame.ok:
        raise failed(frame.error or Failure(), peer)
    return bytes(frame.value)


def text_in(value: msgspec.Raw) -> str | None:
    """The text that a value is, None where it is something else."""
    try:
        return parsed(value, str)
    except msgspec.DecodeError:
        return None


def _why(error: Exception) -> str:
    """An error's own words where they name a place in the data, else its kind."""
    return str(error) if isinstance(error, msgspec.MsgspecError) else type(error).__name__


def _no_end(output: Output, peer: Peer) -> EndpointError:
    """The process ended before its script did."""
    err = output.err
    seen = COLOUR.sub(b"", err) if err.strip() else output.out
    what = f"its PowerShell ended with code {output.code} before the script's end marker"
    return peer.bad_reply(what, seen, PROFILE)


def constrained(mode: str, peer: Peer) -> EndpointError:
    """PowerShell runs, but in a language mode in which it takes no method calls."""
    return peer.error(
        Constrained,
        f"PowerShell on {peer.address} runs for {peer.user} in constrained language mode "
        f"({peer.shown(mode)}), in which no script of drconsole's can work.",
        CONSTRAINED,
    )


def failed(failure: Failure, peer: Peer) -> EndpointError:
    """An error that the script itself reported."""
    ident, category = failure.id or "", failure.category or ""
    said = f'"{peer.shown(failure.message or "")}" ({peer.shown(ident)})'
    if category in ("PermissionDenied", "SecurityError"):
        return peer.error(
            NoRights,
            f"{peer.address} lets {peer.user} log in, but not see its VMs: {said}",
            "Make the account a member of Hyper-V Administrators on the host.",
        )
    missing = ident.startswith("CommandNotFoundException")
    return ScriptFailed(
        f"The script on {peer.address} failed in line {failure.line or 0}: {said}",
        hint="Install the Hyper-V PowerShell module on the host." if missing else "",
        subject=peer.name,
        error_id=ident,
        category=category,
    )
