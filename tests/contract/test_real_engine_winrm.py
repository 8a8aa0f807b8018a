"""A real PowerShell behind the lab's WinRM server, asked by two makers' clients."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from drconsole.lab.hyperv.call import Call, Gone, Sink
from drconsole.lab.powershell.real_engine import RealEngine
from drconsole.platforms.hyperv.script import COMMAND_LINE, text_of
from tests.contract.real_lab import SmallWorld, answering, encoded, item, vm
from tests.contract.winrm.clients import Client, Pypsrp, Pywinrm, Received, Target, TimedOut
from tests.contract.winrm.lab_thread import PASSWORD, USER, Host, LabThread

pytestmark = pytest.mark.pwsh

NAME = "файлы 日本 [1] o'neil"
Connect = Callable[..., Client]


@pytest.fixture
def world() -> SmallWorld:
    return SmallWorld(Get_VM=answering(vm(NAME)))


@pytest.fixture
def host(pwsh: Path, world: SmallWorld, tmp_path: Path) -> Iterator[Host]:
    lab = LabThread(tmp_path)
    try:
        started = lab.start(make_engine=lambda: RealEngine(world, pwsh))
        try:
            yield started
        finally:
            started.close()
    finally:
        lab.close()


@pytest.fixture(params=[Pywinrm, Pypsrp])
def connect(request: pytest.FixtureRequest, host: Host) -> Iterator[Connect]:
    opened: list[Client] = []

    def connected(operation_timeout_s: int = 20) -> Client:
        target = Target(host.port, USER, PASSWORD, host.ca_file, operation_timeout_s=operation_timeout_s)
        opened.append(request.param(target))
        return opened[-1]

    yield connected
    for client in opened:
        client.close()


def receive_all(client: Client, shell: str, command: str) -> Received:
    """Receive until the end."""
    stdout, stderr = b"", b""
    while True:
        answer = client.receive(shell, command)
        stdout, stderr = stdout + answer.stdout, stderr + answer.stderr
        if answer.exit_code is not None:
            return Received(stdout, stderr, answer.exit_code)


@pytest.mark.parametrize("codepage", [437, 65001])
def test_the_per_call_form_sent_in_pieces(connect: Connect, world: SmallWorld, codepage: int) -> None:
    body = "param($Arguments)\n@(Get-VM).Name + $Arguments.more + ('x' * 200KB)"
    call = {"body": body, "arguments": {"more": "ä€"}}
    line = base64.b64encode(json.dumps({"script": text_of("frame.ps1"), "call": call}).encode()) + b"\n"
    client = connect()
    shell = client.create(codepage, {})
    command = client.command(shell, COMMAND_LINE, [], skip_cmd=False)
    for start in range(0, len(line), 500):
        client.send(shell, command, line[start : start + 500], end=start + 500 >= len(line))
    got = receive_all(client, shell, command)
    assert (got.stderr, got.exit_code) == (b"", 0)
    mode, answer, end = got.stdout.split(b"\r\n")[:3]
    assert (mode, end) == (b"FullLanguage", b"drconsole-end")
    assert json.loads(base64.b64decode(answer))["value"] == NAME + "ä€" + "x" * 200 * 1024
    client.delete(shell)
    assert world.unmodelled == []


def test_the_time_out_fault_while_a_call_runs(connect: Connect, world: SmallWorld) -> None:
    go = threading.Event()

    async def slow(call: Call, sink: Sink) -> None:
        while not go.is_set():
            await sink.ask({"is": "verbose", "text": "still at it"})
        await sink.tell(item(vm("web 01")))

    world.handlers["Get-VM"] = slow
    client = connect(operation_timeout_s=1)
    shell = client.create(65001, {})
    command = client.command(shell, encoded("(Get-VM).Name"), [], skip_cmd=True)
    with pytest.raises(TimedOut):
        client.receive(shell, command)
    go.set()
    out = b""
    while not out.endswith(b"\r\n"):
        try:
            out += client.receive(shell, command).stdout
        except TimedOut:
            continue
    assert out == b"web 01\r\n"
    client.delete(shell)


@pytest.mark.parametrize("how", ["terminate", "delete"])
def test_signal_and_delete_end_the_process(connect: Connect, world: SmallWorld, how: str) -> None:
    begun, ended = threading.Event(), threading.Event()

    async def endless(call: Call, sink: Sink) -> None:
        try:
            while True:
                await sink.ask(item(vm("web 01")))
                begun.set()
        except Gone:
            ended.set()
            raise

    world.handlers["Get-VM"] = endless
    client = connect()
    shell = client.create(65001, {})
    command = client.command(shell, encoded("$null = Get-VM | ForEach-Object { $_.Name }"), [], skip_cmd=True)
    begun.wait()
    if how == "terminate":
        client.terminate(shell, command)
    else:
        client.delete(shell)
    ended.wait()
