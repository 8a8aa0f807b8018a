"""Asks the evaluator a snippet in the form of the golden files, and compares two answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from drconsole.lab.powershell.evaluator import json_text, script
from drconsole.lab.powershell.evaluator.dates import DateTime
from drconsole.lab.powershell.evaluator.errors import ScriptError
from drconsole.lab.powershell.evaluator.frame import Flow, Frame, Place, Run
from drconsole.lab.powershell.evaluator.refusal import Refused
from drconsole.lab.powershell.evaluator.text import to_text
from drconsole.lab.powershell.evaluator.values import NOTHING, Value, type_name

HERE = Path(__file__).parent
PLAIN = re.compile(
    r"System\.(String|Char|Boolean|Byte|U?Int(16|32|64)|Double|Decimal|Object\[\]|Byte\[\]|String\[\])"
)
"""Types whose values a golden holds as JSON too."""


class NoHost:
    """A host that knows the time and nothing else."""

    def call(self, cmdlet: str, parameter_set: str, bound: dict[str, Value], frame: Frame) -> None:
        """Answer Get-Date; what runs on the host has no golden answer of its own here."""
        if cmdlet != "Get-Date":
            raise Refused(f"{cmdlet}: there is no host")
        frame.emit(DateTime(639_000_000_000_000_000, "Local"))

    def stopped(self) -> bool:
        """Never."""
        return False


@dataclass(slots=True)
class Answer:
    """One answer.

    Items are (type, text, plain data), errors (type, id before the comma, category).
    """

    terminated: bool = False
    output: list[tuple[str | None, str, Any]] = field(default_factory=list)
    errors: list[tuple[str, str, str]] = field(default_factory=list)


def goldens(name: str) -> Iterator[dict[str, Any]]:
    """Read a file of goldens."""
    with (HERE / f"{name}.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def evaluate(text: str, trace: dict[str, set[Place]] | None = None) -> Answer:
    """Run a snippet.

    Raises:
        Refused: the evaluator does not answer it.
    """
    answer = Answer()
    items: list[Value] = []
    run = Run(NoHost(), lambda error: answer.errors.append(_error(error)))
    try:
        block, _ = script.compile_text(text, script.ADMITTED)
        block.body(Frame(run, run.top, items.append))
    except ScriptError as error:
        answer.errors.append(_error(error))
        answer.terminated = True
    except Flow:
        answer.terminated = False
    if trace is not None:
        trace.update(run.trace)
    answer.output = [_item(item) for item in items]
    return answer


def _error(error: ScriptError) -> tuple[str, str, str]:
    """Return what is compared of an error."""
    return error.exception.type, error.error_id.partition(",")[0], error.category


def _item(item: Value) -> tuple[str | None, str, Any]:
    """Return what is compared of an item."""
    if item is None or item is NOTHING:
        return None, "", None
    name = type_name(item)
    plain = None
    if PLAIN.fullmatch(name) and item == item:
        plain = json.loads(json_text.write(item, 6, True))
    return name, to_text(item), plain


def recorded(golden: dict[str, Any]) -> Answer:
    """Return a golden in the form that is compared; the type of what ended a script depends on the asker."""
    output = [
        (o["type"], o["text"], json.loads(o["json"]) if PLAIN.fullmatch(o["type"] or "") else None)
        for o in golden["output"]
    ]
    output = [(t, x, None if j == "NaN" and t == "System.Double" else j) for t, x, j in output]
    errors = [(e["type"], e["fqid"].partition(",")[0], e["category"]) for e in golden["errors"]]
    return Answer(golden["terminated"], output, errors)


def same(mine: Answer, theirs: Answer) -> bool:
    """Tell whether two answers are equal, but for the type of the exception that ended the script."""
    if mine.terminated and theirs.terminated and mine.errors and theirs.errors:
        mine.errors[-1] = ("", *mine.errors[-1][1:])
        theirs.errors[-1] = ("", *theirs.errors[-1][1:])
    return mine == theirs


def outcome(golden: dict[str, Any]) -> str:
    """Return ``answered``, ``refused`` or what is wrong about the answer."""
    try:
        mine = evaluate(golden["script"])
    except Refused:
        return "refused"
    theirs = recorded(golden)
    return "answered" if same(mine, theirs) else f"wrong: {mine} instead of {theirs}"
