"""What the config freezes is not changed by a run either that was ordered before, or by whatever way."""

from __future__ import annotations

import pytest

from drconsole.domain.step import Effect
from drconsole.errors import Refused
from drconsole.runs.execute import execute
from tests.runs.engine import Engine
from tests.runs.plans import as_previewed, plan, step


def test_a_run_that_would_change_what_is_frozen_does_not_begin(engine: Engine) -> None:
    run = engine.order(plan([step("1")]))

    with pytest.raises(Refused, match="host: frozen until Monday"):
        execute(
            engine.journal,
            run,
            lambda p: dict.fromkeys(p.endpoints, engine.actor),
            as_previewed,
            never={"host": "frozen until Monday"},
        )

    assert (engine.acts(), engine.kinds(run, "1")) == ({}, [])
    assert engine.journal.holders() == {"hv:one": run}, "it is continued or abandoned by a person"


def test_a_run_that_only_looks_there_goes_on(engine: Engine) -> None:
    run = engine.order(plan([step("1", action="rest", effect=Effect.LOOK)]))

    execute(
        engine.journal,
        run,
        lambda p: dict.fromkeys(p.endpoints, engine.actor),
        as_previewed,
        never={"host": "frozen until Monday"},
    )

    assert engine.outcome(run, "1") is not None
