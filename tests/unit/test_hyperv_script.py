"""The per-call form of a script, and what comes out of its process."""

from __future__ import annotations

import base64
import json

import pytest

from drconsole.errors import BadReply, Constrained, EndpointError, NoRights, ScriptFailed
from drconsole.platforms.hyperv import script
from drconsole.platforms.hyperv.peer import Peer
from drconsole.platforms.hyperv.script import Output
from tests.contract.hyperv.answers import framed

FULL = b"FullLanguage\r\n"
PEER = Peer("ny-hv1", "hv-ny1.example.com:5986", "dr-reader", True, 20.0)


def value(out: bytes, err: bytes = b"", code: int = 0) -> object:
    """The value in an output."""
    return json.loads(script.value_of(Output(out, err, code), PEER))


def test_arguments_travel_as_data_whatever_they_hold() -> None:
    hostile = {"name": "a'b\"; $(x)\n`0 ÄÖ🐘", "none": None, "list": ["@{", "'@\n"]}
    line = script.request_for("light.ps1", hostile)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    request = json.loads(base64.b64decode(line))
    assert request["call"] == {"body": script.text_of("light.ps1"), "arguments": hostile}
    assert request["script"] == script.text_of("frame.ps1")


def test_the_command_line_is_the_design_s_and_fits_into_any_limit() -> None:
    assert script.COMMAND_LINE == (
        "powershell.exe -NoLogo -NoProfile -NonInteractive -OutputFormat Text -Command "
        '"$ExecutionContext.SessionState.LanguageMode; '
        "$t=@($input)[0]; $r=[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($t))"
        '|ConvertFrom-Json; & ([scriptblock]::Create($r.script)) $r.call"'
    )


@pytest.mark.parametrize("ending", [b"\r\n", b"\n"])
def test_a_value_comes_back_whatever_ends_the_lines(ending: bytes) -> None:
    assert value(framed({"a": "ä"}).replace(b"\r\n", ending)) == {"a": "ä"}


def test_noise_on_the_error_stream_is_no_failure() -> None:
    assert value(framed(1), b'#< CLIXML\r\n<Objs Version="1.1.0.1"></Objs>') == 1


@pytest.mark.parametrize(
    ("out", "err", "code", "words"),
    [
        (b"", b"", 0, "ended with code 0 before the script's end marker"),
        (b"", b"'powershell.exe' is not recognized", 9009, "not recognized"),
        (b"", b"Zugriff verweigert f\x81r", 1, "Zugriff verweigert f\N{REPLACEMENT CHARACTER}r"),
        (b"", b"\x1b[31;1mstop\x1b[0m\x07", 1, r"begins: stop\\x07"),
        (framed(1)[:-20], b"", 0, "end marker"),
        (framed(1) + b"late", b"", 0, "end marker"),
        (b"banner\r\n" + framed(1), b"", 0, "wrote 4 lines"),
        (framed(1).split(b"\r\n", 1)[1], b"", 0, "wrote 2 lines"),
        (framed(1).replace(b"Full", b"Other"), b"", 0, "wrote 3 lines"),
        (b"drconsole-end", b"", 0, "wrote 1 lines"),
        (FULL + b"*\r\ndrconsole-end", b"", 0, "cannot be read"),
        (FULL + b"QQ==\r\ndrconsole-end", b"", 0, "cannot be read"),
        (FULL + base64.b64encode("{}".encode("utf-16")) + b"\ndrconsole-end", b"", 0, "cannot be read"),
        (FULL + base64.b64encode(b"{}") + b"\ndrconsole-end", b"", 0, "`ok`"),
    ],
)
def test_output_that_is_no_answer(out: bytes, err: bytes, code: int, words: str) -> None:
    with pytest.raises(BadReply, match=words):
        value(out, err, code)


@pytest.mark.parametrize("mode", ["ConstrainedLanguage", "RestrictedLanguage", "NoLanguage"])
def test_a_constrained_language_is_what_the_process_says_first(mode: str) -> None:
    with pytest.raises(Constrained, match=rf"constrained language mode \({mode}\)"):
        value(f"{mode}\r\n".encode(), b"a refusal in the host's own language", 1)


def failure(ident: str, category: str, message: str = "said in the host's own language") -> EndpointError:
    """The error of a script that failed."""
    error = {"id": ident, "category": category, "type": "T", "message": message, "line": 9}
    with pytest.raises(EndpointError) as caught:
        value(framed(None, error))
    return caught.value


def test_an_error_of_the_script_keeps_its_id_and_category() -> None:
    error = failure("ObjectNotFound,Microsoft.HyperV.PowerShell.Commands.GetVM", "ObjectNotFound", "a\x1b[0m")
    assert isinstance(error, ScriptFailed)
    assert error.error_id == "ObjectNotFound,Microsoft.HyperV.PowerShell.Commands.GetVM"
    assert error.category == "ObjectNotFound"
    assert "line 9" in error.message
    assert r"a\x1b[0m" in error.message


def test_a_missing_module_is_told_with_the_remedy() -> None:
    assert "Hyper-V PowerShell module" in failure("CommandNotFoundException", "ObjectNotFound").hint


@pytest.mark.parametrize("category", ["PermissionDenied", "SecurityError"])
def test_missing_rights_are_no_failure_of_the_script(category: str) -> None:
    error = failure("AccessDenied,Microsoft.HyperV.PowerShell.Commands.GetVMHost", category)
    assert type(error) is NoRights
    assert "dr-reader" in error.message
    assert "Hyper-V Administrators" in error.hint


def test_a_failure_that_tells_nothing_is_still_one() -> None:
    with pytest.raises(ScriptFailed):
        value(FULL + base64.b64encode(b'{"ok":false}') + b"\ndrconsole-end")
