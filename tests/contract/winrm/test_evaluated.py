"""The product's own form of a call, sent by both clients and answered by the evaluator."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode
from collections.abc import Callable
from dataclasses import replace

import pytest

from drconsole.lab.clock import Clock
from drconsole.lab.hyperv.model import HyperVWorld
from drconsole.lab.powershell.evaluator_engine import EvaluatorEngine
from drconsole.lab.powershell.process import Engine
from drconsole.platforms.hyperv.script import COMMAND_LINE, request_for
from tests.contract.winrm.clients import BASIC, NEGOTIATED, Access, Client
from tests.contract.winrm.lab_thread import HOST, Host
from tests.contract.winrm.test_clients import UTF8, receive_all
from tests.unit.hyperv_world import START, hosts

HOSTILE = "a'b\"; $(x) `n 東京 🙂"


@pytest.mark.parametrize("access", BASIC + NEGOTIATED, indirect=True, ids=str)
def test_a_light_read_in_small_pieces_of_input(
    connect: Callable[..., Client], start_host: Callable[..., Host], access: Access
) -> None:
    worlds: list[HyperVWorld] = []

    def make_engine() -> Engine:
        first = hosts()[0]
        for machine in first.machines.values():
            machine.name = f"{machine.name} {HOSTILE}"
        worlds.append(HyperVWorld(Clock(START, speed=0), [replace(first, name=HOST)]))
        return EvaluatorEngine(worlds[0], asyncio.get_running_loop())

    client = connect(port=start_host(tls=access.tls, make_engine=make_engine).port)
    shell = client.create(UTF8, {})
    command = client.command(shell, COMMAND_LINE, [], skip_cmd=False)
    request = request_for("light.ps1", {})
    for position in range(0, len(request), 1500):
        piece = request[position : position + 1500]
        client.send(shell, command, piece, end=position + 1500 >= len(request))
    answer, _ = receive_all(client, shell, command)
    assert (answer.stderr, answer.exit_code) == (b"", 0)
    mode, line, end = answer.stdout.decode("ascii").split()
    assert (mode, end) == ("FullLanguage", "drconsole-end")
    told = json.loads(b64decode(line))
    assert told["ok"] is True, told
    assert sorted(vm["name"] for vm in told["value"]["vms"]) == [f"db {HOSTILE}", f"web {HOSTILE}"]
    assert worlds[0].unmodelled == []
