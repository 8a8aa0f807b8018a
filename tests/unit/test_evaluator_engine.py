"""Processes of the evaluator: output, errors, exit codes, and how they are ended."""

from __future__ import annotations

import asyncio

import pytest

from drconsole.lab.powershell.evaluator_engine import EvaluatorEngine
from drconsole.lab.powershell.process import Start
from tests.unit.evaluator_world import PER_CALL, SmallWorld, Taken, answer, machine, request, run, thing


def script(text: str) -> str:
    """Make a command line."""
    return f'powershell.exe -NoProfile -NonInteractive -Command "{text}"'


def test_output_is_text_with_windows_line_ends() -> None:
    taken, _, _ = run(SmallWorld, script("'a'; $null; 5; $true; @('x'; 'y')"))
    assert taken.streams["stdout"] == b"a\r\n5\r\nTrue\r\nx\r\ny\r\n"
    assert (taken.streams["stderr"], taken.code) == (b"", 0)


@pytest.mark.parametrize(
    ("codepage", "expected"), [(65001, "ü€".encode()), (437, b"\x81?"), (1252, b"\xfc\x80")]
)
def test_the_shells_code_page(codepage: int, expected: bytes) -> None:
    taken, _, _ = run(SmallWorld, script("'ü€'"), codepage=codepage)
    assert taken.streams["stdout"] == expected + b"\r\n"


def test_lines_of_standard_input() -> None:
    taken, _, _ = run(SmallWorld, script("foreach ($l in $input) { $l }"), b"a\r\n\xc3\xa4\n\nb")
    assert taken.text() == "a\r\nä\r\n\r\nb\r\n"


@pytest.mark.parametrize(
    ("text", "code", "out", "errors"),
    [
        ("'a'; throw 'boom'; 'b'", 1, "a\r\n", ["boom", "FullyQualifiedErrorId : boom", "OperationStopped"]),
        ("[long]'x'; 'b'", 0, "b\r\n", ["InvalidCastFromStringToInteger", "At line:1"]),
        ("'b'; [long]'x'", 1, "b\r\n", ["InvalidArgument"]),
        ("exit 7; 'b'", 7, "", []),
        ("try { throw 'x' } catch { 'c' }", 0, "c\r\n", []),
    ],
)
def test_errors_and_exit_codes(text: str, code: int, out: str, errors: list[str]) -> None:
    taken, _, _ = run(SmallWorld, script(text))
    assert (taken.code, taken.text()) == (code, out)
    assert all(part in taken.text("stderr") for part in errors)
    assert bool(errors) == bool(taken.text("stderr"))


@pytest.mark.parametrize(
    "text",
    [
        "'a'; Get-Process",
        "try { 'a'; Get-Process } catch { 'swallowed' }",
        "$ErrorActionPreference = 'SilentlyContinue'; 'a'; & ('Get-Process')",
        "try { & ('Get-Process') } catch { 'swallowed' }",
        "try { & ([scriptblock]::Create('Get-Process')) } catch { 'swallowed' }",
        "while ($null -ne ($l = [Console]::In.ReadLine())) { $l }",
    ],
)
def test_a_refusal_ends_the_process_whatever_catches(text: str) -> None:
    taken, _, _ = run(SmallWorld, script(text))
    assert taken.code == 1
    assert "refused by the lab's evaluator: line 1:" in taken.text("stderr")
    assert "swallowed" not in taken.text()


def test_a_refusal_comes_before_the_first_line_and_names_its_own() -> None:
    taken, world, _ = run(SmallWorld, script("Get-VM\n'a'\nGet-Process"))
    assert "line 3: the command get-process is not on the closed list" in taken.text("stderr")
    assert taken.text() == ""
    assert world.calls == []


def test_a_text_for_create_is_checked_whole() -> None:
    taken, _, _ = run(SmallWorld, script("'before'; [scriptblock]::Create('1\n2\nGet-Process')"))
    assert "line 3" in taken.text("stderr")
    assert taken.text() == "before\r\n"


def test_what_is_no_command_text_is_refused() -> None:
    taken, _, _ = run(SmallWorld, "powershell.exe -Command -", b"'x'")
    assert taken.code == 1
    assert "command line" in taken.text("stderr")


def test_an_error_of_a_cmdlet_ends_the_products_script() -> None:
    failure = {
        "is": "error",
        "id": "InvalidParameter",
        "text": "no such machine",
        "category": "InvalidArgument",
        "target": None,
        "exception": "Microsoft.HyperV.PowerShell.VirtualizationException",
    }
    taken, world, _ = run(
        lambda: SmallWorld(Get_VM=[failure, machine(1)]), PER_CALL, request("$x = 1\n\n@(Get-VM)")
    )
    got = answer(taken)
    assert got["ok"] is False
    assert got["error"] == {
        "id": "InvalidParameter,Microsoft.HyperV.PowerShell.Commands.GetVM",
        "category": "InvalidArgument",
        "type": "Microsoft.HyperV.PowerShell.VirtualizationException",
        "message": "no such machine",
        "line": 3,
    }
    assert world.gone == ["Get-VM"]


def test_an_error_that_is_not_stopped_at_lets_the_rest_through() -> None:
    failure = {
        "is": "error",
        "id": "X",
        "text": "one is missing",
        "category": "ObjectNotFound",
        "target": None,
        "exception": "System.Exception",
    }
    taken, world, _ = run(lambda: SmallWorld(Get_VM=[failure, machine(1)]), script("@(Get-VM).Name"))
    assert taken.text() == "vm1\r\n"
    assert "X,Microsoft.HyperV.PowerShell.Commands.GetVM" in taken.text("stderr")
    assert world.gone == []


def test_a_property_that_the_model_did_not_send_is_loud_and_noted() -> None:
    half = thing("VirtualMachine", Name="web")
    text = "foreach ($v in @(Get-VM)) { try { $v.Name; $v.Notes } catch { 'c' } }"
    taken, world, _ = run(lambda: SmallWorld(Get_VM=[half]), script(text))
    assert taken.text() == "web\r\n"
    assert "Notes" in taken.text("stderr")
    assert world.unmodelled == ["VirtualMachine.Notes"]


def test_kill_releases_a_thread_that_waits_for_input_or_for_the_host() -> None:
    async def session() -> None:
        world = SmallWorld()
        world.stuck = {"Get-VM"}
        engine = EvaluatorEngine(world, asyncio.get_running_loop())
        waiting, calling = Taken(), Taken()
        one = await engine.start(Start("hv1", script("@($input)"), 65001, {}), waiting)
        other = await engine.start(Start("hv1", script("Get-VM"), 65001, {}), calling)
        await world.started.wait()
        one.kill()
        other.kill()
        await asyncio.gather(waiting.ended.wait(), calling.ended.wait())
        await engine.close()

    asyncio.run(session())


def test_more_processes_than_threads_and_all_end_when_killed() -> None:
    async def session() -> None:
        engine = EvaluatorEngine(SmallWorld(), asyncio.get_running_loop())
        takers = [Taken() for _ in range(100)]
        processes = [
            await engine.start(Start("hv1", script("@($input)"), 65001, {}), taken) for taken in takers
        ]
        for process in processes:
            process.kill()
        await asyncio.gather(*(taken.ended.wait() for taken in takers))
        fresh = Taken()
        last = await engine.start(Start("hv1", script("'alive'"), 65001, {}), fresh)
        last.close_input()
        await fresh.ended.wait()
        assert fresh.text() == "alive\r\n"
        await engine.close()

    asyncio.run(session())
