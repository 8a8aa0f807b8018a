"""Every golden is answered as PowerShell answered, or refused."""

from __future__ import annotations

import json

import pytest

from tests.contract.goldens.evaluate import HERE, goldens, outcome


@pytest.mark.parametrize("name", ["language", "own"])
def test_answers_are_powershells_or_refusals(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(goldens(name))
    outcomes = {row["id"]: outcome(row) for row in rows if not row["differs_5_1"]}
    wrong = {key: what for key, what in outcomes.items() if what not in ("answered", "refused")}
    assert not wrong
    answered = list(outcomes.values()).count("answered")
    floor = json.loads((HERE / "floor.json").read_text(encoding="utf-8"))[name]
    with capsys.disabled():
        print(f"\n{name}: {answered} of {len(rows)} answered, the floor is {floor}")  # noqa: T201
    assert answered >= floor


def test_where_5_1_differs_its_documented_answer_or_a_refusal() -> None:
    """Windows PowerShell escapes ``< > & '`` in JSON; the rest that differs is refused or the same."""
    known = {"jt-html": r'"\u003ca \u0026 \u0027b\u0027\u003e"'}
    for row in goldens("language"):
        if row["differs_5_1"] and (what := outcome(row)) not in ("answered", "refused"):
            assert known[row["id"]].replace("\\", "\\\\")[1:-1] in what


def test_our_own_goldens_are_all_answered() -> None:
    refused = [row["id"] for row in goldens("own") if outcome(row) == "refused"]
    assert not refused
