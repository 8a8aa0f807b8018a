"""A real PowerShell behind the lab answers for the simulated host and never for this machine."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest

from drconsole.lab.powershell.process import Start
from drconsole.lab.powershell.proxy.build import BuildError
from drconsole.lab.powershell.real_engine import RealEngine
from tests.contract.real_lab import (
    HOST,
    Heard,
    SmallWorld,
    answering,
    caught,
    encoded,
    lab,
    vm,
)

pytestmark = pytest.mark.pwsh

DATE = {"$date": "2026-03-01T10:00:00+00:00"}
DAY = "Get-Date -Format yyyy-MM-dd"
NOT_MODELLED = "NotModelled,DrLab.NotSimulated NotImplemented NotImplementedException"


def test_the_clock_is_the_models_wherever_a_script_looks(pwsh: Path) -> None:
    utility, management = "Microsoft.PowerShell.Utility", "Microsoft.PowerShell.Management"
    asked = f"""
        {DAY}; {utility}\\{DAY}; Import-Module {utility} -Force; {DAY}
        Import-Module {management} -Force; {DAY}; Remove-Module {utility}; {DAY}
        foreach ($state in [initialsessionstate]::CreateDefault(), [initialsessionstate]::CreateDefault2()) {{
            [powershell]::Create($state).AddScript('{DAY}').Invoke()
        }}
        $r = [runspacefactory]::CreateRunspace(); $r.Open(); $p = [powershell]::Create(); $p.Runspace = $r
        $p.AddScript('Import-Module {utility} -Force; {utility}\\{DAY}').Invoke()
        & (New-Module {{ function Get-Day {{ {DAY} }} }}) {{ Get-Day }}
    """

    async def scenario() -> None:
        async with lab(pwsh, Get_Date=answering(DATE)) as real:
            assert await real.ask(asked) == ["2026-03-01"] * 9
            assert real.world.unmodelled == []

    asyncio.run(scenario())


def test_what_get_date_and_start_sleep_offer(pwsh: Path) -> None:
    asked = """
        $d = Get-Date; $d.Kind; $d.GetType().Name; $d.DisplayHint; (Get-Date -Year 2001 -Month 2).ToString('yyyy-MM-dd')
        Get-Date -Date '2020-02-03T04:05:06' -Format 'dd.MM.yy HH:mm'; ([datetime]'2020-01-01' | Get-Date).Year
        Start-Sleep -Seconds 30; Start-Sleep -Milliseconds 500; Start-Sleep 5
    """  # noqa: E501
    shown = ["Local", "DateTime", "DateTime", "2001-02-01", "03.02.20 04:05", "2020"]

    async def scenario() -> None:
        async with lab(pwsh, Get_Date=answering(DATE), Start_Sleep=answering()) as real:
            assert await real.ask(asked + caught("Get-Date -AsUTC")) == [
                *shown,
                "NamedParameterNotFound,Microsoft.PowerShell.Commands.GetDateCommand"
                " InvalidArgument ParameterBindingException",
            ]
            assert real.world.bound("Start-Sleep") == [{"Seconds": 30}, {"Milliseconds": 500}, {"Seconds": 5}]

    asyncio.run(scenario())


def test_files_events_and_volumes_are_asked_of_the_model(pwsh: Path) -> None:
    file = {
        "$type": "FileInfo",
        "$ref": "f",
        "Name": "disk.vhdx",
        "FullName": r"D:\VMs\disk.vhdx",
        "Length": 2**40,
        "LastWriteTime": DATE,
    }
    volume = {"$type": "Volume", "$ref": "v", "DriveLetter": "D", "SizeRemaining": 2**63}
    event = {"$type": "EventLogRecord", "$ref": "e", "Id": 32022, "TimeCreated": DATE}
    asked = r"""
        Test-Path -LiteralPath 'D:\VMs'; Test-Path env:COMPUTERNAME; (Get-Item env:COMPUTERNAME).Value
        $f = Get-Item -LiteralPath 'D:\VMs\disk.vhdx'; "$f $($f.Length) $($f.Extension) $($f.PSIsContainer)"
        Get-ChildItem -Path 'D:\VMs' -File | Remove-Item -Force
        (Get-Volume -DriveLetter D).SizeRemaining; (Get-WinEvent -LogName X -MaxEvents 5).Id
    """

    async def scenario() -> None:
        handlers = {
            "Get_Item": answering(file),
            "Get_ChildItem": answering(file),
            "Test_Path": answering(True),
        }
        asks = {"Get_Volume": answering(volume), "Get_WinEvent": answering(event), "Remove_Item": answering()}
        async with lab(pwsh, **handlers, **asks) as real:
            shown = [r"D:\VMs\disk.vhdx 1099511627776 .vhdx False", str(2**63), "32022"]
            assert await real.ask(asked) == ["True", "True", HOST, *shown]
            assert real.world.bound("Test-Path") == [{"LiteralPath": [r"D:\VMs"]}]
            assert real.world.bound("Remove-Item") == [{"LiteralPath": [r"D:\VMs\disk.vhdx"], "Force": True}]
            assert real.world.bound("Get-Volume") == [{"DriveLetter": ["D"]}]
            assert real.world.bound("Get-WinEvent") == [{"LogName": ["X"], "MaxEvents": 5}]
            assert real.world.unmodelled == []

    asyncio.run(scenario())


TOUCHING = [
    "Stop-Computer -Force",
    "Get-Content -LiteralPath '/etc/passwd'",
    "Set-Content -Path x -Value y",
    "Start-Process -FilePath sh",
    "Invoke-WebRequest -Uri http://127.0.0.1",
    "Start-Job -ScriptBlock { 1 }",
    "Set-Date -Date 2001-01-01",
    "New-TemporaryFile",
    "Start-Transcript",
    "Add-Type -TypeDefinition 'class A {}'",
    "Get-Process",
    "Get-TimeZone",
    "Get-Help -Name x",
    "Import-Csv -Path x",
]


def test_what_would_touch_this_machine_is_refused_and_noted(pwsh: Path) -> None:
    async def scenario() -> None:
        async with lab(pwsh) as real:
            lines = ["$ErrorActionPreference = 'SilentlyContinue'", *map(caught, TOUCHING)]
            assert await real.ask("\n".join(lines)) == [NOT_MODELLED] * len(TOUCHING)
            assert real.world.unmodelled == [one.split()[0] for one in TOUCHING]

    asyncio.run(scenario())


def test_a_script_file_of_this_machine_is_refused(pwsh: Path, tmp_path: Path) -> None:
    (tmp_path / "x.ps1").write_text("'x'")

    async def scenario() -> None:
        async with lab(pwsh) as real:
            out, err, code = await real.run(f"powershell.exe -NoProfile -File {tmp_path / 'x.ps1'}")
            assert (out, code) == (b"", -196608)
            assert err.startswith(b"NotModelled: -File ")
            assert real.world.unmodelled == ["powershell.exe -File"]

    asyncio.run(scenario())


def test_redirection_into_a_file_is_refused(pwsh: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        async with lab(pwsh) as real:
            assert await real.ask(caught(f"'x' > '{tmp_path / 'file'}'")) == [NOT_MODELLED]
            assert real.world.unmodelled == ["Out-File"]
            assert not list(tmp_path.iterdir())

    asyncio.run(scenario())


def test_the_shell_sees_a_host_and_nothing_of_ours(pwsh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_SECRET", "s3cret")
    asked = """
        $env:COMPUTERNAME; $env:A_SECRET; $env:MINE; "[$env:LD_PRELOAD$env:path]"
        $env:PSModulePath.Length -gt 8
        @(Get-ChildItem env: | Where-Object { $_.Name -like 'DRLAB*' }).Count
        (Get-Date).ToString('zzz'); @(Get-Module -ListAvailable -Name Hyper-V).Count
    """
    asked += caught("hostname")

    async def scenario() -> None:
        async with lab(pwsh, Get_Date=answering(DATE)) as real:
            own = {
                "MINE": "ä",
                "DOTNET_STARTUP_HOOKS": "",
                "PSModulePath": "/x",
                "LD_PRELOAD": "/x",
                "path": "/x",
            }
            got = await real.run(encoded(asked), environment=own)
            missing = "CommandNotFoundException ObjectNotFound CommandNotFoundException"
            assert got.lines == [HOST, "ä", "[]", "True", "0", "+00:00", "1", missing]
            assert got.err == b""
            refused = ("DOTNET_STARTUP_HOOKS", "PSModulePath", "LD_PRELOAD", "path")
            assert real.world.unmodelled == [f"environment variable {name}" for name in refused]

    asyncio.run(scenario())


def test_a_shell_inside_the_shell_does_not_come_up(pwsh: Path) -> None:
    async def scenario() -> None:
        async with lab(pwsh) as real:
            got = await real.run(encoded(f"& '{pwsh}' -NoProfile -Command '1 + 1'; exit $LASTEXITCODE"))
            assert (got.out, got.code) == (b"", 70)
            assert b"it was not started by the lab" in got.err

    asyncio.run(scenario())


def test_a_program_that_a_script_leaves_behind_ends_with_it(pwsh: Path) -> None:
    async def scenario() -> None:
        async with lab(pwsh) as real:
            # it holds both pipes open: without its end there would be none of the process
            left = f"& /bin/sh -c '{shutil.which('sleep')} 100000 & echo begun'"
            got = await real.run(encoded(left))
            assert (got.out, got.code) == (b"begun\n", 0)

    asyncio.run(scenario())


def test_the_proof_of_the_hook(pwsh: Path) -> None:
    async def scenario() -> None:
        async with lab(pwsh) as real:
            proof = await real.engine.prove()
            version, shadowed, refused = await real.ask(
                "$PSVersionTable.PSVersion.ToString(); "
                "$types = [initialsessionstate]::CreateDefault().Commands.ImplementingType; "
                "$ours = $types | Where-Object { $_.Assembly.GetName().Name -eq 'DrLabProxy' }; "
                "@($ours | Where-Object { $_.Name -ne 'NotSimulated' }).Count; "
                "@($ours | Where-Object { $_.Name -eq 'NotSimulated' }).Count"
            )
            assert (proof.version, str(proof.shadowed), str(proof.refused)) == (version, shadowed, refused)
            assert str(proof).startswith(f"PowerShell {version} at {pwsh}: the start-up hook holds, 6 ")

    asyncio.run(scenario())


@pytest.fixture
def unhooked(pwsh: Path, tmp_path: Path) -> Path:
    """A PowerShell that ignores the start-up hook as soon as there is a file ``loose`` beside it."""
    program = tmp_path / "pwsh"
    loose = f'[ -e "{tmp_path}/loose" ] && unset DOTNET_STARTUP_HOOKS'
    program.write_text(f'#!/bin/sh\n{loose}\nexec "{pwsh}" "$@"\n')
    program.chmod(0o700)
    return program


def test_a_shell_without_the_hook_is_refused_before_any_script(unhooked: Path, tmp_path: Path) -> None:
    (tmp_path / "loose").touch()

    async def scenario() -> None:
        engine, heard = RealEngine(SmallWorld(), unhooked, tmp_path / "cache"), Heard()
        try:
            with pytest.raises(
                BuildError, match=r"does not run the start-up hook.*\nit said 1 \(exit code 0\)"
            ):
                await engine.start(Start(HOST, "powershell.exe -Command 'x'", 437, {}), heard)
            assert not any(heard.bytes.values())
            assert list((tmp_path / "cache").iterdir()) == []
        finally:
            await engine.close()

    asyncio.run(scenario())


def test_a_process_that_lost_the_hook_is_killed(unhooked: Path, tmp_path: Path) -> None:
    async def scenario() -> None:
        world, heard = SmallWorld(), Heard()
        engine = RealEngine(world, unhooked, tmp_path / "cache")
        try:
            await engine.open()
            (tmp_path / "loose").touch()
            with pytest.raises(BuildError, match="does not run the start-up hook"):
                await engine.start(Start(HOST, "powershell.exe -Command Get-VM", 437, {}), heard)
            assert heard.ended.done(), "it is dead before anybody hears of it"
            assert world.calls == []
        finally:
            await engine.close()

    asyncio.run(scenario())


def test_a_forged_token_is_refused(pwsh: Path) -> None:
    async def scenario() -> None:
        async with lab(pwsh, Get_VM=answering(vm("web 01"))) as real:
            await real.engine.open()
            host, port = real.engine.address.split(":")
            reader, writer = await asyncio.open_connection(host, int(port))
            writer.write(b'{"do": "hello", "token": "x", "hook": {}}\n{"do": "call", "cmdlet": "Get-VM"}\n')
            assert await reader.read() == b'{"refused":"unknown token"}\n'
            writer.close()
            await writer.wait_closed()
            assert real.world.calls == []

    asyncio.run(scenario())
