"""The read loop on a real PowerShell, as a bare process: what it says, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from drconsole.platforms.hyperv import loop_form
from tests.contract.hyperv.raw_loop import raw_loop

pytestmark = pytest.mark.pwsh

HOSTILE = ["a'b\"; $(x)", "[@click=x]", "\x1b[31mred\n\t", "n" * 100, "🐘 äöü", "`$x", "'@\n@{", ""]


def test_it_tells_its_mode_is_ready_echoes_and_ends_with_its_input(pwsh: Path) -> None:
    with raw_loop(pwsh, {}) as loop:
        assert loop.mode == "FullLanguage"
        ready = loop.reply()
        assert (ready.id, ready.state) == ("", "ready")
        assert ready.version.startswith("7.")
        assert loop.ask("0", "drconsole-echo", word="äß€🐘") == ("done", "äß€🐘")
        assert loop.end() == (0, b"")


def test_an_id_that_was_answered_is_answered_again_and_not_executed_again(pwsh: Path) -> None:
    with raw_loop(pwsh, {"count": "$global:n = 1 + $global:n; $global:n"}) as loop:
        loop.reply()
        assert loop.ask("1", "count") == ("done", 1)
        assert loop.ask("1", "count") == ("done", 1)
        assert loop.ask("2", "count") == ("done", 2)


def test_each_answer_stands_between_two_line_feeds(pwsh: Path) -> None:
    """So that one which follows on a torn one is not torn with it."""
    with raw_loop(pwsh, {"one": "1"}) as loop:
        assert loop.raw() == b"\n"
        assert loop_form.reply(loop.raw().removesuffix(b"\n"))
        for _ in range(2):
            loop.write(loop_form.request("1", "one", {}, 5))
            assert loop.raw() == b"\n"
            assert loop_form.reply(loop.raw().removesuffix(b"\n"))


def test_arguments_and_values_come_letter_by_letter(pwsh: Path) -> None:
    with raw_loop(pwsh, {"same": "param($Arguments)\n[ordered]@{ names = @($Arguments.names) }"}) as loop:
        loop.reply()
        assert loop.ask("1", "same", names=HOSTILE) == ("done", {"names": HOSTILE})


def test_several_values_none_and_nested_ones(pwsh: Path) -> None:
    functions = {"many": "1..3", "none": "", "deep": "@{ a = @{ b = @{ c = @{ d = @(@{ e = 1 }) } } } }"}
    with raw_loop(pwsh, functions) as loop:
        loop.reply()
        assert loop.ask("1", "many") == ("done", [1, 2, 3])
        assert loop.ask("2", "none") == ("done", None)
        assert loop.ask("3", "deep") == ("done", {"a": {"b": {"c": {"d": [{"e": 1}]}}}})


def test_what_was_said_on_the_way_is_in_the_answer(pwsh: Path) -> None:
    body = "Write-Warning -Message 'old disk'\nWrite-Error -Message 'odd' -ErrorAction Continue\n7"
    with raw_loop(pwsh, {"tells": body}) as loop:
        loop.reply()
        loop.write(loop_form.request("1", "tells", {}, 5))
        reply = loop.reply()
        assert reply.warnings == ["old disk"]
        assert [(one.message, one.category) for one in reply.errors] == [("odd", "NotSpecified")]


@pytest.mark.parametrize("line", [b"*", b"bm8ganNvbg==", b"e30=", b"bnVsbA==", b"\xff\xfe"])
def test_a_line_that_is_no_request_is_refused(pwsh: Path, line: bytes) -> None:
    with raw_loop(pwsh, {}) as loop:
        loop.reply()
        loop.write(b"\r\n \n" + line + b"\n")
        assert loop.reply().state == "refused"
        assert loop.ask("1", "drconsole-echo", word="alive") == ("done", "alive")


def test_an_error_keeps_its_id_category_and_line(pwsh: Path) -> None:
    body = "param($Arguments)\nGet-Item -LiteralPath '/nowhere'"
    with raw_loop(pwsh, {"fails": body}) as loop:
        loop.reply()
        loop.write(loop_form.request("1", "fails", {}, 5))
        reply = loop.reply()
        error = reply.error
        assert reply.state == "failed"
        assert error
        assert error.id == "PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand"
        assert (error.category, error.line) == ("ObjectNotFound", 2)


def test_a_read_that_cannot_be_stopped_ends_the_process(pwsh: Path) -> None:
    with raw_loop(pwsh, {"hangs": "[System.Threading.Thread]::Sleep(1000000)"}) as loop:
        loop.reply()
        assert loop.ask("1", "hangs", seconds=0.5) == ("stuck", None)
        assert loop.wait() == 75


@pytest.mark.parametrize("deaf", ["", "trap '' TERM INT HUP; "], ids=["ends", "deaf"])
def test_a_program_that_reads_its_input_is_given_up_and_eats_no_request(pwsh: Path, deaf: str) -> None:
    with raw_loop(
        pwsh, {"waits": f"& '/bin/sh' '-c' \"{deaf}while read line; do echo eaten; done\""}
    ) as loop:
        loop.reply()
        assert loop.ask("1", "waits", seconds=0.5) == ("timeout", None)
        assert loop.ask("2", "drconsole-echo", word="alive") == ("done", "alive")


def test_a_program_that_ends_is_answered(pwsh: Path) -> None:
    with raw_loop(pwsh, {"says": "& '/bin/echo' 'said'"}) as loop:
        loop.reply()
        assert loop.ask("1", "says") == ("done", "said")
        assert loop.ask("2", "drconsole-echo", word="alive") == ("done", "alive")


def test_a_read_that_sleeps_for_ever_is_given_up(pwsh: Path) -> None:
    with raw_loop(pwsh, {"sleeps": "Start-Sleep -Seconds 1000000"}) as loop:
        loop.reply()
        assert loop.ask("1", "sleeps", seconds=0.5) == ("timeout", None)
        assert loop.ask("2", "drconsole-echo", word="alive") == ("done", "alive")


def test_a_request_of_a_megabyte_comes_whole(pwsh: Path) -> None:
    with raw_loop(pwsh, {}) as loop:
        loop.reply()
        word = "äß€🐘" * 100_000
        assert loop.ask("1", "drconsole-echo", word=word) == ("done", word)


def test_a_constrained_language_is_told_before_anything_fails(pwsh: Path) -> None:
    constrain = "$ExecutionContext.SessionState.LanguageMode='ConstrainedLanguage'; "
    with raw_loop(pwsh, {}, constrain) as loop:
        assert loop.mode == "ConstrainedLanguage"
        assert loop.line() == b""
