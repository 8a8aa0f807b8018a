"""A guest that does not shut down: what was chosen beforehand is done, and nobody is asked twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drconsole.domain.plan import Operation
from drconsole.domain.step import Outcome
from drconsole.runs.history import Result
from tests.contract.hyperv.performing import performed
from tests.contract.hyperv.walk import TWO_HOSTS, WEB, Walk
from tests.lab import LabPool


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    """Two hosts, and a guest that takes no notice of a shutdown."""
    file = tmp_path / "two-hosts.yaml"
    file.write_text(TWO_HOSTS, encoding="utf-8")
    labs = LabPool(tmp_path / "labs")
    one = Walk(labs.lab(str(file)))
    one.lab.change("NYHV01", WEB, shutdown="never")
    yield one
    one.close()
    labs.check()
    labs.stop()


def test_it_is_turned_off_where_that_was_chosen(walk: Walk, tmp_path: Path) -> None:
    procedure = walk.procedure(Operation.PLANNED_FAILOVER, WEB, on_shutdown_timeout="turn-off")
    result, history = performed(walk, procedure, tmp_path, turn_s=30)
    outcomes = {step.action: history.step(step.id).outcome for step in procedure.steps}
    assert result is Result.DONE
    # The host's own five minutes have passed before: until then it refuses everything else.
    assert outcomes.pop("shut-down") is Outcome.EXPECTED_FAILURE
    assert set(outcomes.values()) == {Outcome.DONE}
    assert "does not shut down" in history.step("1").reason
    assert walk.roles(WEB) == {"nyhv01": "FORMER ORIGINAL", "njhv01": "RECOVERED"}


def test_it_is_left_alone_where_that_was_chosen(walk: Walk, tmp_path: Path) -> None:
    procedure = walk.procedure(Operation.PLANNED_FAILOVER, WEB, on_shutdown_timeout="skip")
    result, history = performed(walk, procedure, tmp_path, turn_s=30)
    assert result is Result.FAILED
    first, *others = procedure.steps
    assert history.step(first.id).outcome is Outcome.FAILED
    assert {history.step(step.id).outcome for step in others} == {Outcome.SKIPPED}
    assert walk.roles(WEB) == {"nyhv01": "ORIGINAL", "njhv01": "REPLICA"}
    assert {copy.power.value for copy in walk.workload(WEB).copies} == {"on", "off"}
