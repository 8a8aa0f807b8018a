"""Snippets nobody wrote are answered as a real PowerShell answers them, or refused."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from drconsole.lab.powershell.evaluator.refusal import Refused
from tests.contract.goldens.ask import ask
from tests.contract.goldens.evaluate import Answer, evaluate, recorded, same
from tests.contract.goldens.snippets import BEFORE, Program, caught, one_expression

PACK = 40
"""Expressions that share a runspace."""


def answered(texts: list[str]) -> list[tuple[str, Answer]]:
    """Return the texts that the evaluator answers, with its answers."""
    found = []
    for text in dict.fromkeys(texts):
        try:
            found.append((text, evaluate(text)))
        except Refused:
            continue
    return found


@pytest.mark.pwsh
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_operators_on_all_kinds_of_values(pwsh: Path, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    random = Random(seed)
    mine = answered([BEFORE + caught(one_expression(random)) for _ in range(600)])
    packs = [mine[i : i + PACK] for i in range(0, len(mine), PACK)]
    texts = ["\n'--'\n".join(text for text, _ in pack) for pack in packs]
    wrong = []
    for pack, golden in zip(packs, ask(str(pwsh), texts), strict=True):
        theirs: list[Answer] = [Answer()]
        for item in recorded(golden).output:
            if item[1] == "--":
                theirs.append(Answer())
            else:
                theirs[-1].output.append(item)
        assert len(theirs) == len(pack)
        wrong += [(text, own, other) for (text, own), other in zip(pack, theirs, strict=True) if own != other]
    with capsys.disabled():
        print(f"\nseed {seed}: {len(mine)} of 600 expressions answered")  # noqa: T201
    assert not wrong
    assert len(mine) > 400


@pytest.mark.pwsh
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_programs(pwsh: Path, seed: int, capsys: pytest.CaptureFixture[str]) -> None:
    mine = answered([Program(Random(seed * 1000 + i)).text() for i in range(150)])
    golden = ask(str(pwsh), [text for text, _ in mine])
    pairs = [(text, own, recorded(other)) for (text, own), other in zip(mine, golden, strict=True)]
    wrong = [(text, own, other) for text, own, other in pairs if not same(own, other)]
    with capsys.disabled():
        print(f"\nseed {seed}: {len(mine)} of 150 programs answered")  # noqa: T201
    assert not wrong
    assert len(mine) > 75
