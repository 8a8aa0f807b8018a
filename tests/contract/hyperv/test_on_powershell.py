"""The per-call form on a real PowerShell, started as a host would start it."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from drconsole.errors import BadReply, Constrained, ScriptFailed
from drconsole.platforms.hyperv import script
from drconsole.platforms.hyperv.peer import Peer
from drconsole.platforms.hyperv.script import Output

pytestmark = pytest.mark.pwsh

PEER = Peer("ny-hv1", "hv-ny1.example.com:5986", "dr-reader", True, 20.0)
HOSTILE = ["a'b\"; $(x)", "[@click=x]", "\x1b[31mred\n\t", "n" * 100, "🐘 äöü", "`$x", "'@\n@{", ""]


def run(pwsh: Path, line: bytes, before: str = "") -> Output:
    """Run the command line's own options and command, with something before it where a test needs that."""
    options, _, command = script.COMMAND_LINE.partition(' -Command "')
    words = [str(pwsh), *options.split()[1:], "-Command", before + command.removesuffix('"')]
    ran = subprocess.run(words, input=line, capture_output=True, check=False)
    return Output(ran.stdout, ran.stderr, ran.returncode)


def request(body: str, **arguments: Any) -> bytes:
    """A request like ``request_for``'s, with another body."""
    call = {"body": body, "arguments": arguments}
    text = json.dumps({"script": script.text_of("frame.ps1"), "call": call})
    return base64.b64encode(text.encode()) + b"\n"


def test_arguments_come_back_letter_by_letter(pwsh: Path) -> None:
    output = run(pwsh, request("param($Arguments)\n[ordered]@{ names = @($Arguments.names) }", names=HOSTILE))
    assert json.loads(script.value_of(output, PEER)) == {"names": HOSTILE}


def test_an_error_comes_back_with_its_id_and_line(pwsh: Path) -> None:
    output = run(pwsh, request("param($Arguments)\nGet-Item -LiteralPath '/nowhere'"))
    with pytest.raises(ScriptFailed, match="line 2") as caught:
        script.value_of(output, PEER)
    assert caught.value.error_id == "PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand"
    assert caught.value.category == "ObjectNotFound"


def test_what_a_cmdlet_warns_of_does_not_spoil_the_answer(pwsh: Path) -> None:
    output = run(pwsh, request("param($Arguments)\nWrite-Warning 'an old version'\n[ordered]@{ a = 1 }"))
    assert json.loads(script.value_of(output, PEER)) == {"a": 1}


def test_a_host_without_hyper_v_is_told_what_to_install(pwsh: Path) -> None:
    with pytest.raises(ScriptFailed, match="Get-VMHost") as caught:
        script.value_of(run(pwsh, script.request_for("light.ps1", {})), PEER)
    assert "Hyper-V PowerShell module" in caught.value.hint


def test_constrained_language_mode_is_recognised(pwsh: Path) -> None:
    constrain = "$ExecutionContext.SessionState.LanguageMode='ConstrainedLanguage'; "
    with pytest.raises(Constrained, match="constrained language mode"):
        script.value_of(run(pwsh, script.request_for("light.ps1", {}), constrain), PEER)


@pytest.mark.parametrize("body", ["exit 3", "param(", "$Host.SetShouldExit(4); exit"])
def test_a_script_that_ends_early_or_is_none_is_an_error(pwsh: Path, body: str) -> None:
    with pytest.raises((BadReply, ScriptFailed)):
        script.value_of(run(pwsh, request(body)), PEER)
