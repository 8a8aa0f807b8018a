"""A real PowerShell behind the lab: command lines, bytes, exit codes, and values in both directions."""

from __future__ import annotations

import asyncio
import base64
import json
from pathlib import Path
from typing import Any

import pytest

import drconsole.platforms.hyperv
from tests.contract.real_lab import COMMANDS, DB, HOST, WEB, RealLab, answering, caught, encoded, lab, vm

pytestmark = pytest.mark.pwsh

SCRIPTS = Path(drconsole.platforms.hyperv.__file__).parent / "scripts"
PER_CALL = (
    "powershell.exe -NoLogo -NoProfile -NonInteractive -OutputFormat Text -Command "
    '"$ExecutionContext.SessionState.LanguageMode; '
    "$t=@($input)[0]; $r=[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($t))|ConvertFrom-Json; "
    '& ([scriptblock]::Create($r.script)) $r.call"'
)
NAME = "файлы 日本 [1] o'neil \U0001f600 \"$(x)"
DATE = {"$date": "2026-03-01T10:00:00.123456+00:00"}
RELATION = {
    "$type": "VMReplication",
    "$ref": "replication/1",
    "VMId": {"$guid": WEB},
    "ReplicationMode": {"$enum": "VMReplicationMode", "name": "Primary"},
    "ReplicationState": {"$enum": "VMReplicationState", "name": "Replicating"},
    "ReplicationHealth": {"$enum": "VMReplicationHealthState", "name": "Warning"},
    "ReplicationRelationshipType": {"$enum": "VMReplicationRelationshipType", "name": "Simple"},
    "PrimaryServerName": "nyhv01.example",
    "ReplicaServerName": "lnhv01.example",
    "CurrentReplicaServerName": "lnhv01.example",
    "LastReplicationTime": DATE,
    "ReplicationFrequencySec": 300,
    "TestVirtualMachine": None,
}


def request(script: str, body: str, **arguments: Any) -> bytes:
    """The line of standard input that the product sends."""
    text = json.dumps({"script": script, "call": {"body": body, "arguments": arguments}})
    return base64.b64encode(text.encode()) + b"\n"


def script(name: str) -> str:
    return (SCRIPTS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("codepage", [437, 65001])
def test_the_light_read_as_the_product_sends_it(pwsh: Path, codepage: int) -> None:
    machine = vm(
        NAME,
        Uptime={"$span": 12.5},
        Notes="ä\nb",
        AutomaticStartAction={"$enum": "StartAction", "name": "StartIfRunning"},
        ReplicationMode={"$enum": "VMReplicationMode", "name": "Primary"},
        ReplicationState={"$enum": "VMReplicationState", "name": "Replicating"},
    )
    host = {"$type": "VMHost", "$ref": "h", "Name": HOST, "FullyQualifiedDomainName": "nyhv01.example"}

    async def scenario() -> None:
        handlers = {"Get_VM": answering(machine), "Get_VMHost": answering(host), "Get_Date": answering(DATE)}
        async with lab(pwsh, **handlers, Get_VMReplication=answering(RELATION)) as real:
            got = await real.run(PER_CALL, request(script("frame.ps1"), script("light.ps1")), codepage)
            assert (got.err, got.code) == (b"", 0), got
            mode, answer, end, rest = got.out.split(b"\r\n")
            assert (mode, end, rest) == (b"FullLanguage", b"drconsole-end", b"")
            read = json.loads(base64.b64decode(answer))
            assert read["ok"], read
            value = read["value"]
            assert value["now"] == "2026-03-01T10:00:00.1234560Z"
            expected = {"id": WEB, "name": NAME, "power": "Running", "uptime_s": 12, "notes": "ä\nb"}
            expected |= {"mode": "Primary", "state": "Replicating", "auto_start": "StartIfRunning"}
            assert value["vms"] == [{**expected, "created": None, "networks": None}]
            (relation,) = value["relations"]
            assert (relation["vm"], relation["health"], relation["frequency_s"]) == (WEB, "Warning", 300)
            assert relation["last_sync"] == "2026-03-01T10:00:00.1234560Z"
            assert real.world.unmodelled == []
            assert {call.host for call in real.world.calls} == {HOST}

    asyncio.run(scenario())


def test_an_error_inside_the_frame_names_its_line(pwsh: Path) -> None:
    async def scenario() -> None:
        async with lab(pwsh) as real:
            got = await real.run(PER_CALL, request(script("frame.ps1"), "param($Arguments)\n\nGet-VM"))
            read = json.loads(base64.b64decode(got.lines[1]))
            assert read["error"]["id"] == f"NotModelled,{COMMANDS}GetVM"
            assert (read["error"]["category"], read["error"]["line"]) == ("NotImplemented", 3)
            assert real.world.unmodelled == ["Get-VM"]

    asyncio.run(scenario())


def test_values_arrive_with_their_types(pwsh: Path) -> None:
    machine = vm(
        NAME, Uptime={"$span": 90061.5}, CreationTime=DATE, ParentSnapshotId=None, MemoryStartup=2**40
    )
    asked = """
        $vm = Get-VM; "$vm"
        $names = 'Id', 'Name', 'State', 'Uptime', 'CreationTime', 'MemoryStartup', 'OperationalStatus'
        foreach ($p in $names) {
            "$p $($vm.$p.GetType().FullName)"
        }
        $vm.Name; [int]$vm.State; $vm.Uptime.Days; $vm.CreationTime.Kind; $null -eq $vm.ParentSnapshotId
        $vm.State -eq 'Running'; $vm.OperationalStatus[1]; $vm.PSObject.Properties.Name -contains 'Data'
    """
    states = [{"$enum": "VMOperationalStatus", "name": n} for n in ("Ok", "Degraded")]

    async def scenario() -> None:
        async with lab(pwsh, Get_VM=answering({**machine, "OperationalStatus": states})) as real:
            hyperv = "Microsoft.HyperV.PowerShell."
            assert await real.ask(asked) == [
                f"VirtualMachine (Name = '{NAME}') [Id = '{WEB}']",
                "Id System.Guid",
                "Name System.String",
                f"State {hyperv}VMState",
                "Uptime System.TimeSpan",
                "CreationTime System.DateTime",
                "MemoryStartup System.Int64",
                f"OperationalStatus {hyperv}VMOperationalStatus[]",
                NAME,
                "2",
                "1",
                "Local",
                "True",
                "True",
                "Degraded",
                "False",
            ]
            assert real.world.unmodelled == []

    asyncio.run(scenario())


def test_values_travel_back_as_they_came(pwsh: Path) -> None:
    machine = vm(NAME, Notes="n")
    asked = f"""
        $vm = Get-VM -Id {WEB}
        Set-VM -VM $vm -Notes 'ä "x"' -AutomaticStartDelay 30 -AutomaticStartAction StartIfRunning
        Set-VMReplication -VM $vm -ReplicationFrequencySec 300 -AutoResynchronizeIntervalStart '01:30:00'
        Get-VMReplication -ReplicationState FailedOver
        Get-WinEvent -FilterHashtable @{{ LogName = 'x'; Id = 1, 2; StartTime = [datetime]'2026-01-02' }}
        Stop-VM -VM $vm -TurnOff -Force
    """

    async def scenario() -> None:
        nothing = answering()
        async with lab(
            pwsh,
            Get_VM=answering(machine),
            Set_VM=nothing,
            Set_VMReplication=nothing,
            Get_VMReplication=nothing,
            Get_WinEvent=nothing,
            Stop_VM=nothing,
        ) as real:
            assert await real.ask(asked) == []
            world = real.world
            assert world.bound("Get-VM") == [{"Id": {"$guid": WEB}}]
            action = {"$enum": "StartAction", "name": "StartIfRunning"}
            settings = {"Notes": 'ä "x"', "AutomaticStartDelay": 30, "AutomaticStartAction": action}
            assert world.bound("Set-VM") == [{"VM": [machine], **settings}]
            assert world.bound("Set-VMReplication") == [
                {
                    "VM": [machine],
                    "ReplicationFrequencySec": 300,
                    "AutoResynchronizeIntervalStart": {"$span": 5400.0},
                }
            ]
            state = {"$enum": "VMReplicationState", "name": "FailedOver"}
            assert world.bound("Get-VMReplication") == [{"ReplicationState": state}]
            start = {"$date": "2026-01-02T00:00:00.0000000Z"}
            table = {"LogName": "x", "Id": [1, 2], "StartTime": start}
            assert world.bound("Get-WinEvent") == [{"FilterHashtable": [table]}]
            assert world.bound("Stop-VM") == [{"VM": [machine], "TurnOff": True, "Force": True}]
            assert {c.parameter_set for c in world.calls if c.cmdlet == "Stop-VM"} == {"VMObject"}

    asyncio.run(scenario())


def test_nothing_else_converts_into_an_object(pwsh: Path) -> None:
    serializer = "[System.Management.Automation.PSSerializer]"
    others = [
        "'web 01'",
        "$copy",
        "([pscustomobject]@{Name='web 01'})",
        "@{Name='web 01'}",
        "@{}",
        "(Get-VMHost)",
    ]

    async def scenario() -> None:
        host = {"$type": "VMHost", "$ref": "h", "Name": HOST}
        async with lab(pwsh, Get_VM=answering(vm("web 01")), Get_VMHost=answering(host)) as real:
            lines = [f"$copy = {serializer}::Deserialize({serializer}::Serialize((Get-VM).Name))"]
            lines += [caught(f"Stop-VM -VM {other} -Force") for other in others]
            wanted = (
                f"CannotConvertArgumentNoMessage,{COMMANDS}StopVM InvalidArgument ParameterBindingException"
            )
            assert await real.ask("\n".join(lines)) == [wanted] * len(others)
            assert real.world.bound("Stop-VM") == []

    asyncio.run(scenario())


def test_what_the_model_did_not_send_is_noted(pwsh: Path) -> None:
    wrong = vm("web 01", Generation="two", Color="red")

    async def scenario() -> None:
        async with lab(pwsh, Get_VM=answering(wrong)) as real:
            assert await real.ask('$vm = Get-VM; "[$($vm.CPUUsage)] [$($vm.Generation)]"') == ["[] []"]
            color, missing, generation = real.world.unmodelled
            assert color == "VirtualMachine.Color is sent by the model and not documented"
            assert missing == "VirtualMachine.CPUUsage"
            assert generation.startswith("VirtualMachine.Generation is not of its documented type")

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("codepage", "sent", "wide", "narrow"),
    [(437, b"\x84 \x9b \xe5", b"? \x84\r\n", b"\x84"), (1252, b"\xe4 \xa2 \xe5", b"? \xe4\r\n", b"\xe4")],
)
def test_code_pages(pwsh: Path, codepage: int, sent: bytes, wide: bytes, narrow: bytes) -> None:
    """What a page does not have is lost, as on a host; a script may choose another page for its output."""
    asked = """
        $in = @($input)[0]; $in.Length; [int]$in[0]; [Console]::OutputEncoding.CodePage
        "$([char]0x65e5) $([char]0xe4)"; [Console]::Error.WriteLine([string][char]0xe4)
        [Console]::OutputEncoding = [Text.Encoding]::UTF8; "$([char]0x65e5)"
    """

    async def scenario() -> None:
        async with lab(pwsh) as real:
            got = await real.run(encoded(asked), sent + b"\r\n", codepage)
            assert got.out == b"5\r\n228\r\n%d\r\n" % codepage + wide + "日\r\n".encode()
            assert got.err == narrow + b"\r\n"

    asyncio.run(scenario())


def test_lines_end_as_windows_ends_them(pwsh: Path) -> None:
    async def scenario() -> None:
        async with lab(pwsh) as real:
            got = await real.run(
                encoded('"a`nb"; Write-Host "h"; [Console]::WriteLine("c"); Write-Error "e`nf"')
            )
            assert got.out == b"a\nb\r\nh\r\nc\r\n"
            assert got.err.endswith(b"\r\n")

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("line", "stdin", "out", "code"),
    [
        (encoded('"a"; exit 3'), b"", b"a\r\n", 3),
        (encoded('throw "x"'), b"", b"", 1),
        ('powershell.exe -NonInteractive -Command "Get-VM nope; exit 7"', b"", b"", 7),
        ('powershell.exe -NonInteractive -Command "Get-VM nope"', b"", b"", 1),
        ("powershell -ep Bypass -w Hidden -nop 'b' + 'c'", b"", b"bc\r\n", 0),
        ("powershell.exe -NoProfile -", b"'d'\nexit 4\n", b"d\r\n", 4),
        ('powershell -Command "@($input)[1]"', "x\nä 日".encode(), "ä 日\r\n".encode(), 0),
        (encoded("[Console]::In.ReadLine(); [Console]::In.ReadToEnd()"), b"1\n2", b"1\r\n2\r\n", 0),
    ],
)
def test_command_lines_and_exit_codes(pwsh: Path, line: str, stdin: bytes, out: bytes, code: int) -> None:
    async def scenario() -> None:
        async with lab(pwsh) as real:
            got = await real.run(line, stdin)
            assert (got.out, got.code) == (out, code), got

    asyncio.run(scenario())


def test_errors_are_xml_where_a_client_does_not_ask_for_text(pwsh: Path) -> None:
    async def scenario() -> None:
        async with lab(pwsh) as real:
            got = await real.run(encoded("Write-Error 'ä'; 'on'").replace("-OutputFormat Text", ""))
            assert got.err.startswith(b"#< CLIXML\r\n<Objs ")
            assert "ä".encode() in got.err

    asyncio.run(scenario())


def test_much_output_arrives_whole(pwsh: Path) -> None:
    async def scenario() -> None:
        async with lab(pwsh) as real:
            got = await real.run(encoded("'ä' * 1MB; foreach ($n in 1..5000) { $n }"), codepage=437)
            assert got.out == b"\x84" * 2**20 + b"\r\n" + b"".join(b"%d\r\n" % n for n in range(1, 5001))

    asyncio.run(scenario())


@pytest.mark.parametrize(("code", "seen"), [(255, 255), (300, 300), (-1, -1), (2**31 - 1, 2**31 - 1)])
def test_exit_codes_have_32_bits(pwsh: Path, code: int, seen: int) -> None:
    async def scenario() -> None:
        async with lab(pwsh) as real:
            assert (await real.run(encoded(f"exit {code}"))).code == seen

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("line", "why"),
    [("cmd.exe /c dir", b"not PowerShell: cmd.exe"), ("powershell -Command", b"-command needs a value")],
)
def test_a_command_line_that_the_shell_does_not_understand(pwsh: Path, line: str, why: bytes) -> None:
    async def scenario() -> None:
        async with lab(pwsh) as real:
            assert await real.run(line) == (b"", why + b"\r\n", -196608)

    asyncio.run(scenario())


def test_two_processes_share_one_world(pwsh: Path) -> None:
    both = asyncio.Barrier(2)

    async def scenario() -> None:
        async def meet(call: Any, sink: Any) -> None:
            await both.wait()
            await sink.tell({"is": "object", "object": vm("web 01", DB)})

        async with lab(pwsh, Get_VM=meet) as real:
            asked = "(Get-VM).Id.Guid"
            assert tuple(await asyncio.gather(real.ask(asked), real.ask(asked))) == ([DB], [DB])

    asyncio.run(scenario())


def test_many_runspaces_in_one_process(pwsh: Path) -> None:
    asked = """
        $pool = [runspacefactory]::CreateRunspacePool(1, 6); $pool.Open()
        $all = foreach ($n in 1..12) {
            $p = [powershell]::Create(); $p.RunspacePool = $pool
            [void]$p.AddScript('foreach ($i in 1..40) { Get-VM | ForEach-Object { (Get-VM).Name } }')
            @($p, $p.BeginInvoke())
        }
        $names = for ($i = 0; $i -lt $all.Count; $i += 2) { $all[$i].EndInvoke($all[$i + 1]) }
        "$($names.Count) $(@($names | Select-Object -Unique))"
    """

    async def scenario() -> None:
        async with lab(pwsh, Get_VM=answering(vm("web 01"))) as real:
            assert await real.ask(asked) == ["480 web 01"]
            assert len(real.world.calls) == 960

    asyncio.run(scenario())


async def _long(real: RealLab, megabytes: int) -> list[str]:
    return await real.ask(f"$x = 'ä' * {megabytes}MB; " + caught("Get-VM -Name $x") + "; @(Get-VM).Count")


def test_long_lines_on_the_channel(pwsh: Path) -> None:
    async def scenario() -> None:
        async with lab(pwsh, Get_VM=answering(vm("web 01", Notes="日" * 300_000))) as real:
            assert await real.ask("(Get-VM).Notes.Length") == ["300000"]
            assert await _long(real, 1) == ["nothing", "1"]
            too_long, after = await _long(real, 9)
            assert too_long.split(",")[0] in ("ModelGone", "BadRequest")
            assert after == "1"

    asyncio.run(scenario())
