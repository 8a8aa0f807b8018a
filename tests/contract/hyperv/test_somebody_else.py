"""What others do in the middle of our operations: it is seen, and neither undone nor done over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from drconsole.domain.plan import Operation
from drconsole.domain.step import Outcome, Verdict
from drconsole.errors import EndpointError
from drconsole.runs.history import Result
from tests.contract.hyperv.performing import performed
from tests.contract.hyperv.walk import TWO_HOSTS, WEB, Walk
from tests.lab import LabPool

HOME = {"nyhv01": "ORIGINAL", "njhv01": "REPLICA"}


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPool]:
    """One lab."""
    pool = LabPool(tmp_path_factory.mktemp("labs"))
    yield pool
    pool.stop()


@pytest.fixture
def walk(labs: LabPool, tmp_path: Path) -> Iterator[Walk]:
    """Two hosts at their start."""
    file = tmp_path / "two-hosts.yaml"
    file.write_text(TWO_HOSTS, encoding="utf-8")
    one = Walk(labs.lab(str(file)))
    yield one
    one.close()
    labs.check()


def test_an_original_that_is_started_again_is_not_failed_over(walk: Walk, tmp_path: Path) -> None:
    """It was off when it was looked at first; then HA, or a person, has started it."""
    procedure = walk.procedure(Operation.PLANNED_FAILOVER, WEB)
    walk.lab.act_fault("Stop-VM", "restarts", vm=WEB, host="NYHV01", seconds=15)
    result, history = performed(walk, procedure, tmp_path)
    outcomes = {step.action: history.step(step.id).outcome for step in procedure.steps}
    assert result is Result.FAILED
    assert (outcomes["shut-down"], outcomes["read-off-twice"]) == (Outcome.DONE, Outcome.FAILED)
    assert {outcomes[name] for name in ("prepare", "fail-over", "start")} == {Outcome.SKIPPED}
    assert walk.roles(WEB) == HOME
    assert walk.lab.two_alive() == []


def test_a_test_that_somebody_else_has_made_meanwhile_is_left_alone(walk: Walk) -> None:
    walk.walk(Operation.TEST_FAILOVER, WEB, heartbeat="skip")
    (late,) = walk.procedure(Operation.STOP_TEST, WEB).steps
    walk.walk(Operation.STOP_TEST, WEB)
    walk.walk(Operation.TEST_FAILOVER, WEB, heartbeat="skip")
    theirs = [one["vm"] for one in walk.lab.machines() if one["mode"] == "TestReplica"]
    actor = walk.acting[late.endpoint]
    assert actor.observe(late, None).verdict is Verdict.CONFLICT
    with pytest.raises(EndpointError, match="another test copy"):
        actor.act(late, {}, lambda handle: pytest.fail("it was begun"))
    assert [one["vm"] for one in walk.lab.machines() if one["mode"] == "TestReplica"] == theirs


def test_a_record_is_not_taken_from_a_copy_that_was_failed_over_again(walk: Walk) -> None:
    """Its removal after a cancel had failed, and a retry comes when others have failed it over once more."""
    walk.walk(Operation.PLANNED_FAILOVER, WEB)
    cancel = walk.procedure(Operation.CANCEL, WEB).steps
    removes = next(step for step in cancel if step.action == "remove-record")
    walk.steps(tuple(step for step in cancel if step is not removes))
    walk.walk(Operation.PLANNED_FAILOVER, WEB)
    seen = walk.acting[removes.endpoint].observe(removes, None)
    assert (seen.verdict, "still holds" in seen.reason) == (Verdict.CONFLICT, True)
    assert walk.roles(WEB) == {"nyhv01": "FORMER ORIGINAL", "njhv01": "RECOVERED"}
