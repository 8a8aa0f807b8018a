"""A small world of its own for the evaluator's tests: it says what a test told it to say."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Any

from drconsole.lab.hyperv.call import HYPERV, Call, Gone, Sink
from drconsole.lab.powershell.evaluator_engine import EvaluatorEngine
from drconsole.lab.powershell.process import Process, Start

SCRIPTS = resources.files("drconsole.platforms.hyperv") / "scripts"
PER_CALL = (
    "powershell.exe -NoLogo -NoProfile -NonInteractive -OutputFormat Text -Command "
    '"$ExecutionContext.SessionState.LanguageMode; '
    "$t=@($input)[0]; $r=[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($t))|ConvertFrom-Json;"
    ' & ([scriptblock]::Create($r.script)) $r.call"'
)


def guid(number: int) -> dict[str, str]:
    """Make an id."""
    return {"$guid": f"00000000-0000-4000-8000-{number:012}"}


def enum(kind: str, name: str) -> dict[str, str]:
    """Make a member of an enumeration."""
    return {"$enum": HYPERV + kind, "name": name}


def thing(kind: str, **properties: Any) -> dict[str, Any]:
    """Make an object of the model."""
    return {"$type": HYPERV + kind, "$ref": kind, **properties}


def machine(number: int, **other: Any) -> dict[str, Any]:
    """Make a virtual machine."""
    properties: dict[str, Any] = {
        "Id": guid(number),
        "Name": f"vm{number}",
        "State": enum("VMState", "Running"),
        "Uptime": {"$span": 61.4},
        "Notes": "",
        "Version": "10.0",
        "ReplicationMode": enum("VMReplicationMode", "Primary"),
        "ReplicationState": enum("VMReplicationState", "Replicating"),
        "AutomaticStartAction": enum("StartAction", "Nothing"),
        "CreationTime": {"$date": "2026-02-28T12:00:00+00:00"},
    }
    return thing("VirtualMachine", **(properties | other))


def relation(number: int, **other: Any) -> dict[str, Any]:
    """Make a replication relationship."""
    properties: dict[str, Any] = {
        "VMId": guid(number),
        "ReplicationMode": enum("VMReplicationMode", "Primary"),
        "ReplicationState": enum("VMReplicationState", "Replicating"),
        "ReplicationHealth": enum("VMReplicationHealthState", "Normal"),
        "ReplicationRelationshipType": enum("VMReplicationRelationshipType", "Simple"),
        "PrimaryServerName": "hv1.example.test",
        "ReplicaServerName": "hv2.example.test",
        "CurrentReplicaServerName": "hv2.example.test",
        "LastReplicationTime": {"$date": "2026-03-01T11:55:00+00:00"},
        "ReplicationFrequencySec": 300,
        "AuthenticationType": enum("RecoveryAuthenticationType", "Kerberos"),
        "TestVirtualMachine": None,
        "ReplicatedDisks": [disk("system")],
        "ExcludedDisks": [disk("scratch")],
    }
    return thing("VMReplication", **(properties | other))


def disk(name: str) -> dict[str, Any]:
    """Make a virtual disk."""
    return thing("HardDiskDrive", Id=f"Microsoft:{name}", Path=f"D:\\{name}.vhdx")


def adapter(**other: Any) -> dict[str, Any]:
    """Make a network adapter."""
    properties: dict[str, Any] = {
        "Id": "Microsoft:1",
        "Name": "Network Adapter",
        "Connected": True,
        "SwitchName": "Production",
        "TestReplicaSwitchName": "",
        "MacAddress": "00155D010203",
        "IPAddresses": ["10.0.0.5", "fe80::5"],
    }
    return thing("VMNetworkAdapter", **(properties | other))


class SmallWorld:
    """Answers each cmdlet with the items a test gave; ``stuck`` cmdlets wait until they are given up."""

    def __init__(self, **answers: list[dict[str, Any]]) -> None:
        host = thing("VMHost", Name="HV1", FullyQualifiedDomainName="hv1.example.test")
        host["SupportedVmVersions"] = ["9.0", "10.0"]
        self.answers: dict[str, list[dict[str, Any]]] = {
            "Get-Date": [{"$date": "2026-03-01T12:00:00+00:00"}],
            "Get-VMHost": [host],
            "Get-VM": [],
            "Get-VMReplication": [],
        } | {name.replace("_", "-"): items for name, items in answers.items()}
        self.stuck: set[str] = set()
        self.started = asyncio.Event()
        self.calls: list[Call] = []
        self.gone: list[str] = []
        self.unmodelled: list[str] = []

    async def run(self, call: Call, sink: Sink) -> dict[str, Any]:
        """Tell the items; items with ``is`` are told as they are, and asked when they are errors."""
        self.calls.append(call)
        self.started.set()
        if call.cmdlet in self.stuck:
            await asyncio.Event().wait()
        try:
            for item in self.answers[call.cmdlet]:
                if item.get("is") == "fatal":
                    return item
                if item.get("is") == "error":
                    await sink.ask(item)
                else:
                    await sink.tell(item if "is" in item else {"is": "object", "object": item})
        except Gone:
            self.gone.append(call.cmdlet)
            raise
        return {"is": "end"}

    def note_unmodelled(self, what: str) -> None:
        """Remember."""
        self.unmodelled.append(what)


class Taken:
    """Takes the output of a process."""

    def __init__(self) -> None:
        self.streams = {"stdout": b"", "stderr": b""}
        self.code: int | None = None
        self.ended = asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def write(self, stream: str, data: bytes) -> None:
        """Take bytes."""
        self.streams[stream] += data

    def exited(self, code: int) -> None:
        """Take the end."""
        self.code = code
        self._loop.call_soon_threadsafe(self.ended.set)

    def text(self, stream: str = "stdout") -> str:
        """Return what came, as UTF-8."""
        return self.streams[stream].decode()


def request(body: str, arguments: Mapping[str, Any] | None = None) -> bytes:
    """Make the one line of standard input that the product sends."""
    frame = (SCRIPTS / "frame.ps1").read_text(encoding="utf-8")
    call = {"script": frame, "call": {"body": body, "arguments": dict(arguments or {})}}
    return base64.b64encode(json.dumps(call).encode()) + b"\n"


def run(
    world: Callable[[], SmallWorld], command_line: str, stdin: bytes = b"", codepage: int = 65001
) -> tuple[Taken, SmallWorld, EvaluatorEngine]:
    """Run one process to its end on an engine of its own."""

    async def session() -> tuple[Taken, SmallWorld, EvaluatorEngine]:
        made, taken = world(), Taken()
        engine = EvaluatorEngine(made, asyncio.get_running_loop())
        try:
            process: Process = await engine.start(Start("hv1", command_line, codepage, {}), taken)
            process.feed(stdin)
            process.close_input()
            await taken.ended.wait()
        finally:
            await engine.close()
        return taken, made, engine

    return asyncio.run(session())


def answer(taken: Taken) -> dict[str, Any]:
    """Read the product's answer from its lines."""
    mode, line, end, rest = taken.text().split("\r\n")
    assert (mode, end, rest) == ("FullLanguage", "drconsole-end", "")
    found: dict[str, Any] = json.loads(base64.b64decode(line))
    return found
