"""A real PowerShell behind the lab: errors, questions, stops and sudden death, as the model sees them."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from drconsole.lab.hyperv.call import Call, Gone, Sink
from drconsole.lab.powershell.proxy import channel
from tests.contract.real_lab import (
    COMMANDS,
    DB,
    WEB,
    RealLab,
    answering,
    caught,
    encoded,
    error,
    item,
    lab,
    vm,
)

pytestmark = pytest.mark.pwsh

INVALID = f"InvalidParameter,{COMMANDS}GetVM InvalidArgument VirtualizationException"
SILENCE_MS = 1500
"""Short for a test, and long for an idle loop on a busy machine."""

BOTH = (vm("web 01", WEB), vm("db 01", DB))


async def one_bad_name(call: Call, sink: Sink) -> None:
    """Get-VM with an error between two machines."""
    await sink.tell(item(BOTH[0]))
    await sink.ask(error("unable to find 'none'"))
    await sink.tell(item(BOTH[1]))


class Acting:
    """A Stop-VM that asks, acts on one target after the other and says what it did."""

    def __init__(self, *, fails: str = "") -> None:
        self.fails = fails
        self.done: list[str] = []
        self.over = asyncio.Event()

    async def __call__(self, call: Call, sink: Sink) -> None:
        """Stop each machine unless it is refused."""
        try:
            for machine in call.bound["VM"]:
                await self._stop(machine, call, sink)
        finally:
            self.over.set()

    async def _stop(self, machine: dict[str, Any], call: Call, sink: Sink) -> None:
        name = machine["Name"]
        if not call.bound.get("Force"):
            question = {"is": "continue", "text": f"Stop {name}?", "caption": "Sure?"}
            if not await sink.ask(question):
                return
        if not await sink.ask({"is": "process", "target": name, "action": "Stop-VM"}):
            return
        if name == self.fails:
            await sink.ask(error(f"{name} is busy", "OperationFailed"))
            return
        self.done.append(name)
        if call.bound.get("Passthru"):
            await sink.ask(item(machine))


@pytest.mark.parametrize(
    ("script", "lines"),
    [
        (
            '$r = Get-VM -ErrorAction SilentlyContinue -ErrorVariable e; "$($r.Name)"; "$e"',
            ["web 01 db 01", "unable to find 'none'"],
        ),
        ("$ErrorActionPreference = 'Stop'; " + caught("Get-VM"), [INVALID]),
        (caught("Get-VM -ErrorAction Stop"), [INVALID]),
        ("function f { $ErrorActionPreference = 'Stop'; Get-VM }; " + caught("f"), [INVALID]),
        (
            "$ErrorActionPreference = 'SilentlyContinue'; $x = Get-VM; $Error[0].TargetObject; $x.Count",
            ["unable to find 'none'", "2"],
        ),
    ],
)
def test_the_calling_script_decides_what_an_error_is(pwsh: Path, script: str, lines: list[str]) -> None:
    async def scenario() -> None:
        async with lab(pwsh, Get_VM=one_bad_name) as real:
            assert await real.ask(script) == lines
            assert real.world.unmodelled == []

    asyncio.run(scenario())


@pytest.mark.parametrize("action", ["Stop", "Continue"])
def test_error_action_stop_stops_the_model_before_its_next_target(pwsh: Path, action: str) -> None:
    async def scenario() -> None:
        acting = Acting(fails="web 01")
        async with lab(pwsh, Get_VM=answering(*BOTH), Stop_VM=acting) as real:
            await real.run(encoded(f"$all = Get-VM; Stop-VM -VM $all -Force -ErrorAction {action}"))
            await acting.over.wait()
            assert acting.done == ([] if action == "Stop" else ["db 01"])

    asyncio.run(scenario())


def test_select_first_stops_the_model_before_its_next_target(pwsh: Path) -> None:
    """The model learns it while the process lives on."""
    asked = "(Stop-VM -VM (Get-VM) -Force -Passthru | Select-Object -First 1).Name; $null = @($input)"

    async def scenario() -> None:
        acting = Acting()
        async with lab(pwsh, Get_VM=answering(*BOTH), Stop_VM=acting) as real:
            process, heard = await real.start(encoded(asked + "; @(Get-VM).Count"))
            await acting.over.wait()
            assert acting.done == ["web 01"]
            assert not heard.ended.done()
            process.close_input()
            assert (await heard.ended).lines == ["web 01", "2"]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("call", "done", "error_id"),
    [
        ("Stop-VM -VM $all -Force", ["web 01", "db 01"], "nothing"),
        ("Stop-VM -VM $all -Force -WhatIf", [], "nothing"),
        ("$WhatIfPreference = $true; Stop-VM -VM $all -Force", [], "nothing"),
        # ShouldContinue is silenced by -Force alone
        ("Stop-VM -VM $all -Confirm:$false", [], f"InvalidOperation,{COMMANDS}StopVM InvalidOperation"),
        ("$ConfirmPreference = 'None'; Stop-VM -VM $all", [], f"InvalidOperation,{COMMANDS}StopVM"),
        ("Stop-VM -VM $all -Force -Confirm", [], f"InvalidOperation,{COMMANDS}StopVM"),
        ("$ConfirmPreference = 'Low'; Stop-VM -VM $all -Force", [], f"InvalidOperation,{COMMANDS}StopVM"),
    ],
)
def test_questions_obey_the_script(pwsh: Path, call: str, done: list[str], error_id: str) -> None:
    async def scenario() -> None:
        acting = Acting()
        async with lab(pwsh, Get_VM=answering(*BOTH), Stop_VM=acting) as real:
            got = await real.run(encoded("$all = Get-VM; " + caught(call)))
            assert got.lines[-1].startswith(error_id), got
            assert acting.done == done

    asyncio.run(scenario())


def test_warnings_and_verbose_texts(pwsh: Path) -> None:
    async def warn(call: Call, sink: Sink) -> None:
        await sink.tell({"is": "verbose", "text": "looking"})
        await sink.ask({"is": "warning", "text": "älready off"})
        await sink.tell(item(BOTH[0]))

    async def scenario() -> None:
        async with lab(pwsh, Get_VM=warn) as real:
            asked = 'Get-VM -Verbose -WarningVariable w 3>$null 4>&1 | ForEach-Object { "$_" }; "$w"; '
            asked += caught("Get-VM -WarningAction Stop 3>$null")
            looking, machine, warning, stopped = await real.ask(asked)
            assert (looking, machine, warning) == ("looking", BOTH[0]["$text"], "älready off")
            assert stopped.startswith(f"ActionPreferenceStop,{COMMANDS}GetVM OperationStopped")

    asyncio.run(scenario())


def test_a_fatal_error_ends_the_pipeline(pwsh: Path) -> None:
    async def broken(call: Call, sink: Sink) -> dict[str, Any]:
        exception = "Microsoft.HyperV.PowerShell.VirtualizationOperationFailedException"
        return channel.fatal("OperationFailed", "InvalidOperation", exception, "no")

    async def scenario() -> None:
        async with lab(pwsh, Get_VM=broken) as real:
            wanted = (
                f"OperationFailed,{COMMANDS}GetVM InvalidOperation VirtualizationOperationFailedException"
            )
            assert await real.ask(caught("Get-VM -ErrorAction SilentlyContinue")) == [wanted]

    asyncio.run(scenario())


def test_a_defect_of_the_model_is_no_answer_of_a_host(pwsh: Path) -> None:
    async def defect(call: Call, sink: Sink) -> None:
        raise LookupError("oops")

    async def scenario() -> None:
        async with lab(pwsh, Get_VM=defect) as real:
            assert (await real.ask(caught("Get-VM")))[0].startswith(f"ModelFailed,{COMMANDS}GetVM")
            assert real.world.unmodelled == ["Get-VM failed inside the model: LookupError: oops"]

    asyncio.run(scenario())


def test_parameter_sets_are_bound_by_powershell(pwsh: Path) -> None:
    cases = {
        "Start-VMFailover -VM $vm -Prepare -AsTest": f"AmbiguousParameterSet,{COMMANDS}StartVMFailover",
        "Stop-VM -VM $vm -Nope": f"NamedParameterNotFound,{COMMANDS}StopVM",
        "Set-VMReplication -VM $vm -ReplicationFrequencySec 10": "ParameterArgumentValidationError",
        "Get-VMReplication -ReplicationMode Nope": "CannotConvertArgumentNoMessage",
        "Stop-VM -VM $null": "ParameterArgumentValidationErrorNullNotAllowed",
    }

    async def scenario() -> None:
        async with lab(pwsh, Get_VM=answering(BOTH[0])) as real:
            got = await real.ask("$vm = Get-VM\n" + "\n".join(map(caught, cases)))
            for line, wanted in zip(got, cases.values(), strict=True):
                assert line.startswith(wanted)

    asyncio.run(scenario())


def test_nothing_stays_bound_from_the_pipeline_record_before(pwsh: Path) -> None:
    async def scenario() -> None:
        async with lab(pwsh, Get_VM=answering(BOTH[0]), Start_VM=answering()) as real:
            await real.ask("(Get-VM), 'db 01' | Start-VM")
            assert real.world.bound("Start-VM") == [{"VM": [BOTH[0]]}, {"Name": ["db 01"]}]

    asyncio.run(scenario())


class Hanging:
    """A call that only a cancel or ``go`` ends."""

    def __init__(self) -> None:
        self.begun, self.go = asyncio.Event(), asyncio.Event()
        self.outcome: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    async def __call__(self, call: Call, sink: Sink) -> None:
        """Wait, and remember how that ended."""
        self.begun.set()
        try:
            await self.go.wait()
            await sink.tell(item(BOTH[0]))
        except asyncio.CancelledError:
            self.outcome.set_result("cancelled")
            raise
        self.outcome.set_result("went on")


STOPPED = """
    $p = [powershell]::Create(); [void]$p.AddScript('Stop-VM -VM (Get-VM) -Force')
    $started = $p.BeginInvoke()
    $null = @($input)
    $p.Stop(); "$($p.InvocationStateInfo.State)"; @(Get-VM).Count
"""


def test_a_stopped_pipeline_cancels_the_act(pwsh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pipeline waits for the word that the act has ended, and does not have to give up."""
    monkeypatch.setattr("drconsole.lab.powershell.real_engine.SILENCE_MS", 3_600_000)

    async def scenario() -> None:
        hanging = Hanging()
        async with lab(pwsh, Get_VM=answering(BOTH[0]), Stop_VM=hanging) as real:
            process, heard = await real.start(encoded(STOPPED))
            await hanging.begun.wait()
            process.close_input()
            assert await hanging.outcome == "cancelled"
            assert (await heard.ended).lines == ["Stopped", "1"]

    asyncio.run(scenario())


def test_a_killed_process_does_not_cancel_the_act(pwsh: Path) -> None:
    async def scenario() -> None:
        hanging = Hanging()
        async with lab(pwsh, Get_VM=answering(BOTH[0]), Stop_VM=hanging) as real:
            process, heard = await real.start(encoded('"begun"; Stop-VM -VM (Get-VM) -Force'))
            await hanging.begun.wait()
            process.kill()
            got = await heard.ended
            assert (got.out, got.code) == (b"begun\r\n", 1)
            hanging.go.set()
            assert await hanging.outcome == "went on"

    asyncio.run(scenario())


def test_a_killed_process_ends_a_call_that_waits_for_it(pwsh: Path) -> None:
    async def scenario() -> None:
        asked, ended = asyncio.Event(), asyncio.Event()

        async def question(call: Call, sink: Sink) -> None:
            # not taken before the pipeline behind it goes on, and that waits for its standard input
            asked.set()
            try:
                for _ in range(3):
                    await sink.ask(item(BOTH[0]))
            except Gone:
                ended.set()
                raise

        async with lab(pwsh, Get_VM=question) as real:
            process, heard = await real.start(
                encoded("Get-VM | ForEach-Object { [Console]::In.ReadToEnd() }")
            )
            await asked.wait()
            process.kill()
            await heard.ended
            await ended.wait()

    asyncio.run(scenario())


def test_a_long_call_does_not_hold_others_and_is_no_silence(
    pwsh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The shell gives up after silence; while a call runs, beats come."""
    monkeypatch.setattr("drconsole.lab.powershell.real_engine.SILENCE_MS", SILENCE_MS)
    monkeypatch.setattr(channel, "BEAT", 0.05)

    async def scenario() -> None:
        hanging, other = Hanging(), answering(BOTH[1])
        async with lab(pwsh, Stop_VM=hanging, Get_VM=other) as real:
            long, heard = await real.start(encoded("(Stop-VM -Name x -Force).Name"))
            await hanging.begun.wait()
            enough = asyncio.get_running_loop().time() + 2 * SILENCE_MS / 1000
            while asyncio.get_running_loop().time() < enough:
                assert await real.ask("(Get-VM).Name") == ["db 01"]
            assert not heard.ended.done()
            hanging.go.set()
            assert (await heard.ended).out == b"web 01\r\n"
            long.kill()

    asyncio.run(scenario())


def test_a_model_that_is_silent_or_gone_is_an_error(pwsh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drconsole.lab.powershell.real_engine.SILENCE_MS", SILENCE_MS)

    async def scenario() -> None:
        hanging = Hanging()
        async with lab(pwsh, Get_VM=hanging) as real:
            got = await real.ask(caught("Get-VM") + "; $Error[0].Exception.Message")
            assert got[0] == f"ModelGone,{COMMANDS}GetVM ConnectionError LabException"
            assert f"is silent for {SILENCE_MS} ms" in got[1]

    asyncio.run(scenario())


async def _killed_in_the_middle(real: RealLab) -> None:
    process, heard = await real.start(encoded("Start-Sleep -Seconds 5"))
    process.feed(b"x" * 1_000_000)
    process.kill()
    process.kill()
    process.feed(b"late")
    process.close_input()
    assert (await heard.ended).code == 1


def _children() -> set[str]:
    """The processes that we have started and not reaped."""
    return {pid for task in Path("/proc/self/task").iterdir() for pid in _read(task / "children").split()}


def _read(file: Path) -> str:
    """A thread may end while its file is read."""
    try:
        return file.read_text()
    except FileNotFoundError:
        return ""


@pytest.mark.skipif(sys.platform != "linux", reason="processes and files are counted in /proc")
def test_nothing_is_left_of_many_processes(pwsh: Path) -> None:
    """Some end, some are killed, some live when the engine is closed."""

    async def scenario() -> None:
        children, files = _children(), len(list(Path("/proc/self/fd").iterdir()))
        async with lab(pwsh, Start_Sleep=Hanging(), Get_VM=answering(BOTH[0])) as real:
            await asyncio.gather(*(_killed_in_the_middle(real) for _ in range(4)))
            await asyncio.gather(*(real.ask("(Get-VM).Name") for _ in range(4)))
            _, heard = await real.start(encoded("Start-Sleep -Seconds 5"))
            folder = real.engine.home
            assert folder.is_dir()
        assert (await heard.ended).code == 1
        assert not folder.exists()
        assert _children() == children
        assert len(list(Path("/proc/self/fd").iterdir())) == files
        assert [t for t in asyncio.all_tasks() if t is not asyncio.current_task()] == []

    asyncio.run(scenario())
