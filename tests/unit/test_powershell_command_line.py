"""Windows command lines: how they are split, and what they ask of powershell.exe."""

from __future__ import annotations

import base64

import pytest

from drconsole.lab.powershell.command_line import CommandLineError, Invocation, Source, parse, split


@pytest.mark.parametrize(
    ("line", "arguments"),
    [
        (
            r'p.exe -Command "a \"b\" c\\" d\e "" "x""y"',
            ["p.exe", "-Command", 'a "b" c\\', "d\\e", "", 'x"y'],
        ),
        (r'"C:\Program Files\p.exe" a', [r"C:\Program Files\p.exe", "a"]),
        (r"C:\dir\p.exe  a\\b\  'c d'", [r"C:\dir\p.exe", "a\\\\b\\", "'c", "d'"]),
        (r'p a\\\"b "c\\\\" d', ["p", 'a\\"b', "c\\\\", "d"]),
        ('p "never closed', ["p", "never closed"]),
        ("p\ta \t b", ["p", "a", "b"]),
        ("p ä 日", ["p", "ä", "日"]),
    ],
)
def test_split_as_windows_does(line: str, arguments: list[str]) -> None:
    assert split(line) == arguments


def test_the_per_call_form() -> None:
    command = '"$t=@($input)[0]; & ([scriptblock]::Create($t))"'
    got = parse(f"powershell.exe -NoLogo -NoProfile -NonInteractive -OutputFormat Text -Command {command}")
    assert got.source is Source.COMMAND
    assert got.text == command.strip('"')
    assert got.has("noprofile")
    assert got.has("noninteractive")
    assert got.value("outputformat") == "Text"
    assert got.value("executionpolicy") is None


def test_short_and_other_names() -> None:
    code = base64.b64encode("Get-VM # ä".encode("utf-16-le")).decode()
    program = r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"
    line = f"{program} -nop -NonI -ep Bypass /w Hidden -enc {code}"
    assert parse(line) == Invocation(
        Source.ENCODED,
        (
            ("noprofile", None),
            ("noninteractive", None),
            ("executionpolicy", "Bypass"),
            ("windowstyle", "Hidden"),
        ),
        (code,),
    )
    assert parse(line).text == "Get-VM # ä"


@pytest.mark.parametrize(
    ("line", "source", "rest"),
    [
        ("powershell Get-VM -Name x", Source.COMMAND, ("Get-VM", "-Name", "x")),
        ("POWERSHELL.EXE -NoProfile", Source.INPUT, ()),
        ("powershell -c -", Source.INPUT, ()),
        ("powershell -", Source.INPUT, ()),
        (r"powershell -f C:\x.ps1 -A 1", Source.FILE, (r"C:\x.ps1", "-A", "1")),
        ("powershell -unknown x", Source.COMMAND, ("-unknown", "x")),
    ],
)
def test_where_the_text_comes_from(line: str, source: Source, rest: tuple[str, ...]) -> None:
    got = parse(line)
    assert (got.source, got.rest) == (source, rest)


@pytest.mark.parametrize(
    "line", ["pwsh -c 1", "cmd /c dir", "", "powershell -OutputFormat", "powershell -Command"]
)
def test_what_starts_no_powershell(line: str) -> None:
    with pytest.raises(CommandLineError):
        parse(line)


def test_text_that_is_not_on_the_line() -> None:
    with pytest.raises(CommandLineError, match="not base64"):
        _ = parse("powershell -enc %%").text
    with pytest.raises(CommandLineError, match="from input"):
        _ = parse("powershell -").text
