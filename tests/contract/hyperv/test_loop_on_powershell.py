"""The read loop on a real PowerShell behind the lab's WinRM server: it lives through what scripts do."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from drconsole.domain.endpoint import Endpoint, EndpointKind
from drconsole.errors import BadReply, EndpointError, ScriptFailed, TimedOut
from drconsole.lab.powershell.real_engine import RealEngine
from drconsole.platforms.base import Access
from drconsole.platforms.hyperv import loop_form
from drconsole.platforms.hyperv.login import Login
from drconsole.platforms.hyperv.loop import Loop, NoLoop
from drconsole.platforms.hyperv.peer import Peer
from drconsole.platforms.hyperv.script import Answer
from drconsole.platforms.hyperv.shells import Shells
from tests.contract.hyperv.hosts import PASSWORD, USER, Host, host
from tests.contract.real_lab import SmallWorld

pytestmark = [pytest.mark.pwsh]

ENOUGH_S, SHORT_S = 60.0, 3.0

CONFIRMS = """
function Remove-It {
    [CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
    param()
    if ($PSCmdlet.ShouldProcess('it')) {
        'went on'
    }
}
Remove-It
"""
STRAY = """
[Console]::Out.WriteLine('stray')
Write-Host -Object 'stray'
Write-Warning -Message 'stray'
Write-Verbose -Message 'stray' -Verbose
Write-Debug -Message 'stray' -Debug
Write-Information -MessageData 'stray' -InformationAction Continue
5
"""

ANSWERED: dict[str, tuple[str, Any]] = {
    "exit": ("exit 3", None),
    "exit-in-a-function": ("function Stop-It {\n    exit 4\n}\nStop-It", None),
    "set-exit-code": ("$Host.SetShouldExit(4)\n1", 1),
    "break": ("break", None),
    "continue": ("continue", None),
    "reads-console-input": ("[Console]::In.ReadLine()", None),
    "confirms": (CONFIRMS, "went on"),
    "stray-output": (STRAY, 5),
    "writes-an-error-and-goes-on": ("Write-Error -Message 'odd' -ErrorAction Continue\n7", 7),
    "closes-stdout": ("[Console]::Out.Close()\n[Console]::OpenStandardOutput().Close()\n1", 1),
    "five-megabytes": ("'x' * 5MB", "x" * (5 << 20)),
    "many-lines": ("1..20000", list(range(1, 20001))),
    "text": ('param($Arguments)\n"ä$($Arguments.word)"', "ä€🐘\x1b"),
}
REFUSED: dict[str, tuple[str, type[EndpointError], float]] = {
    "throws": ("throw 'boom'", ScriptFailed, ENOUGH_S),
    "reads-host": ("Read-Host", ScriptFailed, ENOUGH_S),
    "asks-for-a-credential": ("Get-Credential", ScriptFailed, ENOUGH_S),
    "lacks-a-parameter": (
        "function Get-It {\n    param([Parameter(Mandatory)]$A)\n}\nGet-It",
        ScriptFailed,
        ENOUGH_S,
    ),
    "floods": ("while ($true) {\n    1\n}", BadReply, ENOUGH_S),
    "writes-for-ever": ("while ($true) {\n    [Console]::Out.WriteLine('x')\n}", TimedOut, SHORT_S),
    "never-ends": ("while ($true) {\n}", TimedOut, SHORT_S),
}
SLOW = """
$global:runs = 1 + $global:runs
$clock = [Diagnostics.Stopwatch]::StartNew()
while ($clock.Elapsed.TotalSeconds -lt 1) {
}
$global:runs
"""
DEADLY: dict[str, tuple[str, float]] = {
    "ends-the-process": ("[Environment]::Exit(9)", ENOUGH_S),
    "recurses-for-ever": (
        "function Get-It {\n    param($N)\n    Get-It -N ($N + 1)\n}\nGet-It -N 1",
        2 * SHORT_S,
    ),
}
CASES: dict[str, tuple[Any, ...]] = {**ANSWERED, **REFUSED, **DEADLY}
FUNCTIONS = {name: body for name, (body, *_) in CASES.items()} | {"good": "'good'", "slow": SLOW}


@pytest.fixture(scope="module")
def real(pwsh: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """A host of the lab with a real PowerShell."""
    with host(tmp_path_factory.mktemp("real"), engine=RealEngine(SmallWorld(), pwsh)) as one:
        yield one


def loop_of(real: Host, functions: dict[str, str]) -> Loop:
    """A loop with a library of the test's own."""
    endpoint = Endpoint("ny-hv1", "New York", EndpointKind.HYPERV_HOST, "127.0.0.1", budget_s=ENOUGH_S)
    access = Access(
        "127.0.0.1", real.listener.port, USER, lambda: PASSWORD, ca_file=real.authority.certificate_file
    )
    peer = Peer("ny-hv1", f"127.0.0.1:{real.listener.port}", USER, True, ENOUGH_S)
    login = Login(endpoint, access, peer)
    login.ask_password()
    return Loop(login, Shells(None, "ny-hv1", peer.address), functions)


@pytest.fixture(scope="module")
def loop(real: Host) -> Iterator[Loop]:
    """One loop for all that it must live through."""
    one = loop_of(real, FUNCTIONS)
    yield one
    one.close(time.monotonic() + ENOUGH_S)


def ask(loop: Loop, function: str, seconds: float = ENOUGH_S) -> Answer | NoLoop | EndpointError:
    """Call one function."""
    return loop.run(function, {"word": "€🐘\x1b"}, time.monotonic() + seconds)


def value(outcome: Answer | NoLoop | EndpointError) -> Any:
    """The value of an answer."""
    assert isinstance(outcome, Answer), outcome
    return json.loads(outcome.value)


def commands(real: Host) -> int:
    """How many processes were started."""
    return real.actions["Command"]


@pytest.mark.parametrize("name", list(ANSWERED))
def test_it_answers_and_lives(real: Host, loop: Loop, name: str) -> None:
    assert value(ask(loop, "good")) == "good"
    before = commands(real)
    assert value(ask(loop, name)) == ANSWERED[name][1]
    assert value(ask(loop, "good")) == "good"
    assert commands(real) == before


@pytest.mark.parametrize("name", list(REFUSED))
def test_it_says_why_not_and_lives(
    real: Host, loop: Loop, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, kind, seconds = REFUSED[name]
    assert value(ask(loop, "good")) == "good"
    before = commands(real)
    request = loop_form.request

    def hasty(ident: str, function: str, arguments: Mapping[str, Any], left: float) -> bytes:
        return request(ident, function, arguments, min(left, seconds))

    with monkeypatch.context() as there:
        # The host is to give up early, and has long to say so on a busy machine.
        there.setattr(loop_form, "request", hasty)
        assert type(ask(loop, name)) is kind
    assert value(ask(loop, "good")) == "good"
    assert commands(real) == before


@pytest.mark.parametrize("name", list(DEADLY))
def test_what_it_does_not_live_through_costs_one_read(real: Host, loop: Loop, name: str) -> None:
    assert not isinstance(ask(loop, name, DEADLY[name][1]), Answer)
    assert value(ask(loop, "good")) == "good"
    assert real.shells == 1


def test_a_connection_that_breaks_while_a_script_runs_does_not_run_it_again(real: Host, loop: Loop) -> None:
    assert value(ask(loop, "slow")) == 1
    before, received = commands(real), real.actions["Receive"]
    connections = real.look(lambda: real.listener.connections)

    def cut() -> None:
        while real.actions["Receive"] == received:
            pass
        real.fault(None)

    cutter = threading.Thread(target=cut)
    cutter.start()
    assert value(ask(loop, "slow")) == 2
    cutter.join()
    assert real.look(lambda: real.listener.connections) == connections + 1
    assert commands(real) == before


def test_a_library_that_does_not_parse_is_no_loop(real: Host) -> None:
    loop = loop_of(real, {"broken": "param("})
    assert isinstance(ask(loop, "broken"), NoLoop)


def test_a_process_whose_client_is_gone_ends(real: Host) -> None:
    loop = loop_of(real, {"good": "'good'"})
    before = real.shells
    assert value(ask(loop, "good")) == "good"
    assert real.shells == before + 1
    loop.close(time.monotonic() + ENOUGH_S)
    assert real.shells == before
