"""What the evaluator refuses: what is off its list, and what no PowerShell parses."""

from __future__ import annotations

import pytest

from drconsole.lab.powershell.evaluator.check import ClosedList, check, parse
from drconsole.lab.powershell.evaluator.refusal import Refused
from tests.contract.goldens.evaluate import evaluate


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("'a'\nGet-Process", 2, "get-process"),
        ("'a'\n\nConvertTo-Json -InputObject 1 -EnumsAsStrings", 3, "-enumsasstrings"),
        ("Get-VM -Name 'x'", 1, "-name of get-vm"),
        ("[int]5", 1, "type int"),
        ("'a'\n'b'.Length", 2, "member length"),
        ("1 + 2", 1, "additive_expression"),
        ("if (1) { 2 } else { 3 }", 1, "else_clause"),
        ("while ($true) { }", 1, "while_statement"),
        ("Get-VM | Where-Object", 1, "where-object"),
        ("try { 1 } finally { 2 }", 1, "finally_clause"),
        ("$x = 1\n$x.$('Length')", 2, "the member Length"),
        ("'a' | Get-VM", 1, "a pipeline into Get-VM"),
        ("Get-VM 'a'", 1, "a value without a name"),
        ("$env:PATH", 1, "env:PATH"),
        ("$PID", 1, "PID"),
        ('"`u{41}"', 1, "escape"),
        ("$p = @{ Name = 'x' }; Get-VM @p", 1, "-Name of Get-VM"),
    ],
)
def test_off_the_list(text: str, line: int, what: str) -> None:
    with pytest.raises(Refused) as refusal:
        evaluate(text)
    assert refusal.value.line == line
    assert what.lower() in str(refusal.value).lower()


@pytest.mark.parametrize(
    "text",
    [
        "try { 1 }",
        "else { 1 }",
        "elseif (1) { 1 }",
        "catch { 1 }",
        "5 = $x",
        "'a' = 1",
        "(1) = 2",
        "f = 1\n-x = 2",
        "$x = 1\nparam($a)",
        "'a'; param($a)",
        "foreach ($i in @(1)) { param($a) }",
        "$a ? 1 : 2",
        "$a ?? 2",
        "$a ??= 2",
        "Get-VM && 'x'",
        "Get-VM || 'x'",
        "${a}?.Name",
        "@{ a = 1; A = 2 }",
        "@{ a = 1; 'a' = 2 }",
        "[ordered]@{ a = 1 }.Name",
        "[ordered]5",
        '"$x:"',
        "5.GetType()",
        "1 | 2",
        "$a = ",
        "'a",
        "@(1",
        "break break",
        "function { }",
        "1..",
        "$a -eqq $b",
        "workflow f { 1 }",
    ],
)
def test_what_powershell_does_not_parse(text: str) -> None:
    with pytest.raises(Refused):
        evaluate(text)


def test_a_refusal_is_no_exception_that_a_handler_may_take() -> None:
    assert not issubclass(Refused, Exception)


def test_a_wider_list_admits_more() -> None:
    root = parse(b"Get-Process -Name 'x'")
    wider = ClosedList(commands={"get-process": frozenset({"name"})})
    check(root, wider)
    with pytest.raises(Refused):
        check(root, ClosedList())
