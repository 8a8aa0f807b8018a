"""Command lines on documented cmdlets: what is off the list is refused, what a list admits is bound right.

The goldens were made with functions as stubs: compiled cmdlets report a failed conversion by other ids.
Short names, positions and pipelines into cmdlets of the host stay refused whatever the list says.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from drconsole.lab.powershell.evaluator.arguments import Argument, compile_arguments
from drconsole.lab.powershell.evaluator.binding import Bound, bind
from drconsole.lab.powershell.evaluator.check import parse, walk
from drconsole.lab.powershell.evaluator.code import Unit, child, text_of
from drconsole.lab.powershell.evaluator.dates import DateTime
from drconsole.lab.powershell.evaluator.errors import ScriptError
from drconsole.lab.powershell.evaluator.frame import Frame, Run
from drconsole.lab.powershell.evaluator.refusal import Refused
from drconsole.lab.powershell.evaluator.signatures import signatures
from drconsole.lab.powershell.evaluator.text import to_text
from drconsole.lab.powershell.evaluator.values import Value, type_name
from tests.contract.goldens.evaluate import NoHost, goldens, outcome

EVERYTHING = {
    name: frozenset(p.name.lower() for p in signature.parameters) for name, signature in signatures().items()
}
CONVERSIONS = {
    "ParameterArgumentTransformationError": ("CannotConvertArgumentNoMessage", "CannotConvertArgument")
}


def bound_alone(text: str) -> Bound:
    """Bind a line that is one command with constant arguments, on a list that admits all parameters.

    Raises:
        Refused: it is more than that.
    """
    root = parse(text.encode())
    commands = [n for n in walk(root) if n.type == "command"]
    chains = [n for n in walk(root) if n.type == "pipeline_chain" and n.children[0].type != "command"]
    if len(commands) != 1 or any(c.parent and c.parent.type == "program" for c in chains):
        raise Refused("more than one command")
    name = text_of(commands[0].children[0])
    if name.lower() not in signatures() or "|" in text or "try" in text or text.startswith("$"):
        raise Refused("more than one command")
    evaluate = compile_arguments(child(commands[0], "command_elements"), Unit(text, text.encode()))
    run = Run(NoHost(), lambda error: None)
    arguments: list[Argument] = evaluate(Frame(run, run.top, lambda value: None))
    return bind(signatures()[name.lower()], arguments, EVERYTHING)


def described(bound: Bound) -> dict[str, Any]:
    """Return a bound call as the goldens hold it."""
    return {
        "cmdlet": bound.signature.name,
        "set": bound.parameter_set,
        "bound": {
            n: v.moment().isoformat() if isinstance(v, DateTime) else to_text(v)
            for n, v in bound.values.items()
        },
    }


def _text(value: Value) -> str:
    """Return a bound value as the goldens write it: dates in ISO 8601."""
    return value.moment().isoformat() if isinstance(value, DateTime) else to_text(value)


def test_the_goldens_as_they_stand_are_answered_or_refused() -> None:
    rows = [row for row in goldens("binding") if not converted_by_stub(row)]
    wrong = [row["id"] for row in rows if outcome(row) not in ("answered", "refused")]
    assert not wrong


def converted_by_stub(row: dict[str, Any]) -> bool:
    """Tell whether a golden holds a stub's own error of a conversion; the next test compares those."""
    return any(error["fqid"].partition(",")[0] in CONVERSIONS for error in row["errors"])


def test_full_names_are_bound_as_powershell_binds_them(capsys: pytest.CaptureFixture[str]) -> None:
    answered, wrong = 0, {}
    for row in goldens("binding"):
        try:
            mine: Any = described(bound_alone(row["script"]))
        except ScriptError as error:
            mine = error.error_id.partition(",")[0]
        except Refused:
            continue
        answered += 1
        expected = _expected(row)
        if mine != expected and not _is_conversion(mine, expected):
            wrong[row["id"]] = (row["script"], mine, expected)
    with capsys.disabled():
        print(f"\nbinding: {answered} lines bound on the widened list")  # noqa: T201
    assert not wrong
    assert answered >= 40


def _is_conversion(mine: Any, expected: Any) -> bool:
    """Tell whether the two are the same failed conversion."""
    return isinstance(expected, str) and mine in CONVERSIONS.get(expected, ())


def _expected(row: dict[str, Any]) -> Any:
    """Return the golden's bound call, or the id of its last error."""
    if row["errors"]:
        return row["errors"][-1]["fqid"].partition(",")[0]
    found = json.loads(row["output"][0]["json"])
    bound = {n: re.sub(r"^System\.", "", v) if isinstance(v, str) else v for n, v in found["bound"].items()}
    return {"cmdlet": found["cmdlet"], "set": found["set"], "bound": bound}


def test_types_of_bound_values() -> None:
    bound = bound_alone("Set-VMReplication -VMName 'a' -RecoveryHistory '4' -CompressionEnabled $true")
    assert {n: type_name(v) for n, v in bound.values.items()} == {
        "VMName": "System.String[]",
        "RecoveryHistory": "System.Int32",
        "CompressionEnabled": "System.Boolean",
    }


def test_off_the_list_stays_off() -> None:
    with pytest.raises(Refused):
        bind(signatures()["get-vm"], [Argument("Name", "x", joined=True)])
