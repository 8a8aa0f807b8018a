"""Canned hosts that are read by the loop: ``python -m tests.bench.loop_server``.

The first line of input is JSON: ``folder`` for the certificates, ``latency_s`` that every message takes,
``machines``: how many VMs each host has. The answer is a line with a port per host; the server ends with
its input. ``GET /`` of a host tells how many requests it has answered.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
import re
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

from aiohttp import web

from drconsole.lab.certificates import Authority
from tests.contract.hyperv.answers import light, looped, relation, vm
from tests.contract.hyperv.loop_player import LoopPlayer
from tests.contract.hyperv.stub_peer import Reply, received, soap

ENVELOPE_BYTES, ENVELOPE_ROOM = 153_600, 4096
"""What the client takes at most; a host fills it with base64."""

PIECE = (ENVELOPE_BYTES - ENVELOPE_ROOM) * 3 // 4


def answer_of(machines: int, index: int) -> dict[str, Any]:
    """What a host with so many VMs says, every one of them protected and with a line of notes."""
    chance = random.Random(index)
    idents = [str(UUID(int=chance.getrandbits(128))) for _ in range(machines)]
    rows = [
        vm(ident, name=f"erp-{n:05d}", uptime_s=chance.randrange(10**7), notes=f"owner: team {n % 40}")
        for n, ident in enumerate(idents)
    ]
    legs = [
        relation(
            ident, last_sync=f"2026-11-26T13:{chance.randrange(60):02d}:59.{chance.randrange(10**7):07d}Z"
        )
        for ident in idents
    ]
    return light(rows, legs, host={"name": f"HV{index}", "fqdn": f"hv{index}.example.com"})


class CannedHost:
    """One host with one kept loop."""

    def __init__(self, machines: int, index: int, latency_s: float) -> None:
        self.value = answer_of(machines, index)
        self._latency_s = latency_s
        self._answered = 0
        self._output = bytearray()
        self._player = LoopPlayer(self._answer)

    def app(self) -> web.Application:
        """Its service."""
        app = web.Application(client_max_size=8 << 20)
        app.router.add_post("/wsman", self._handle)
        app.router.add_get("/", self._count)
        return app

    def _answer(self, request: dict[str, Any]) -> bytes:
        return looped(request["id"], self.value)

    async def _count(self, request: web.Request) -> web.Response:
        return web.Response(text=str(self._answered))

    async def _handle(self, request: web.Request) -> web.Response:
        body = (await request.read()).decode()
        action = re.findall(r"<a:Action[^>]*>[^<]*/(\w+)</a:Action>", body)[0]
        relates = re.findall(r"<a:MessageID>([^<]*)</a:MessageID>", body)[0]
        await asyncio.sleep(self._latency_s)
        self._answered += 1
        reply = self._reply(action, body, relates)
        assert isinstance(reply.body, bytes)
        return web.Response(body=reply.body, headers={"Content-Type": "application/soap+xml;charset=UTF-8"})

    def _reply(self, action: str, body: str, relates: str) -> Reply:
        match action:
            case "Create":
                self._player = LoopPlayer(self._answer)
                self._output.clear()
                return soap('<w:Selector Name="ShellId">SHELL-1</w:Selector>')(relates)
            case "Command":
                return soap("<r:CommandResponse><r:CommandId>COMMAND-1</r:CommandId></r:CommandResponse>")(
                    relates
                )
            case "Send":
                sent = re.findall(r"<rsp:Stream[^>]*>([^<]*)</rsp:Stream>", body)[0]
                self._output += self._player.feed(base64.b64decode(sent))
            case "Receive":
                piece = bytes(self._output[:PIECE])
                del self._output[:PIECE]
                return received(piece, code=None)(relates)
        return soap("<r:Response/>")(relates)


async def serve() -> None:
    """Serve until the input ends."""
    told = json.loads(sys.stdin.readline())
    authority = Authority(Path(told["folder"]))
    context = authority.endpoint("bench").context()
    hosts = [CannedHost(count, index, told["latency_s"]) for index, count in enumerate(told["machines"])]
    runners, ports = [], []
    for host in hosts:
        runner = web.AppRunner(host.app(), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context, shutdown_timeout=1)
        await site.start()
        runners.append(runner)
        ports.append(runner.addresses[0][1])
    sizes = [len(json.dumps(host.value, separators=(",", ":"))) for host in hosts]
    sys.stdout.write(
        json.dumps({"ports": ports, "bytes": sizes, "ca": str(authority.certificate_file)}) + "\n"
    )
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    for runner in runners:
        await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve())
