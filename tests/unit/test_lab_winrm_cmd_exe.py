"""cmd.exe: what it starts, what it knows, and what it would not hand on untouched."""

from __future__ import annotations

import pytest

from drconsole.lab.winrm.cmd_exe import IS_PROGRAM, Answer, meddles, program, run, too_long

PER_CALL = (
    'powershell.exe -NoLogo -NoProfile -NonInteractive -OutputFormat Text -Command "'
    "$ExecutionContext.SessionState.LanguageMode; $t=@($input)[0]; "
    "$r=[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String($t))|ConvertFrom-Json; "
    '& ([scriptblock]::Create($r.script)) $r.call"'
)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("powershell", "powershell"),
        ("PowerShell.exe -Command x", "powershell"),
        (r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe -NoLogo", "powershell"),
        (r'"C:\Program Files\x y\PowerShell.EXE" -NoLogo', "powershell"),
        ("  hostname", "hostname"),
        ("powershellx", "powershellx"),
        ("powershell.exe.bat", "powershell.exe.bat"),
        ("", ""),
    ],
)
def test_the_first_word_names_the_program(line: str, name: str) -> None:
    assert program(line) == name


def test_the_line_of_every_call_passes_untouched() -> None:
    assert meddles(PER_CALL) is None
    assert not too_long(PER_CALL, skip_cmd=False)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("powershell -Command a | b", "an unquoted |"),
        ("powershell -Command a & b", "an unquoted &"),
        ("powershell > file", "an unquoted >"),
        ("powershell < file", "an unquoted <"),
        ("powershell ^a", "an unquoted ^"),
        ('powershell "a" | "b"', "an unquoted |"),
        (r'powershell "a \" | b"', "an unquoted |"),
        ('powershell "%PATH%"', "the variable %PATH%"),
        ("powershell a\nb", "a line break"),
        ('powershell "a | b & c > d ^ e" 100% % x', None),
    ],
)
def test_quotation_marks_protect_everything_but_variables(line: str, what: str | None) -> None:
    assert meddles(line) == what


@pytest.mark.parametrize(("length", "refused"), [(8178, False), (8179, True)])
def test_the_wrapper_counts_against_cmd_exe_s_limit(length: int, refused: bool) -> None:
    assert too_long("x" * length, skip_cmd=False) is refused


@pytest.mark.parametrize(("length", "refused"), [(32_767, False), (32_768, True)])
def test_a_program_without_cmd_exe_takes_more(length: int, refused: bool) -> None:
    assert too_long("x" * length, skip_cmd=True) is refused


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("hostname", Answer("NY-HV1\r\n")),
        ("HOSTNAME.exe", Answer("NY-HV1\r\n")),
        ("whoami", Answer("ny-hv1\\administrator\r\n")),
        ("echo  two  spaces ", Answer(" two  spaces \r\n")),
        ("echo", Answer("ECHO is on.\r\n")),
        ("exit 5", Answer(exit_code=5)),
        ("exit /b -1", Answer(exit_code=-1)),
        ("exit", Answer()),
    ],
)
def test_what_the_host_answers_by_itself(line: str, answer: Answer) -> None:
    assert run(line, "NY-HV1", "administrator") == answer


def test_an_unknown_command_is_named_on_the_error_stream() -> None:
    answer = run("frobnicate.exe --all", "NY-HV1", "x")
    assert answer.stderr.startswith(
        "'frobnicate.exe' is not recognized as an internal or external command,\r\n"
    )
    assert (answer.stdout, answer.exit_code) == ("", 1)


def test_every_program_that_starts_without_cmd_exe_is_known() -> None:
    assert all(run(name, "NY-HV1", "x").exit_code == 0 for name in IS_PROGRAM)
