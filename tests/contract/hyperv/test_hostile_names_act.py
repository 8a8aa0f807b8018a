"""VMs whose names are code, markup, patterns or another's go through operations and touch nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from drconsole.domain.plan import Operation
from drconsole.lab import scenario
from tests.contract.hyperv.walk import Walk
from tests.lab import LabPool

WORKS = [work for work in scenario.load("hostile-names").workloads if len(work.copies) == 2]
BY_DEFAULT = ("*?[a-z]", "twin", "$env:USERNAME `n; Stop-Computer -Force #")
CASES = [
    pytest.param(work.id, id=work.id[:8], marks=() if work.name in BY_DEFAULT else (pytest.mark.slow,))
    for work in WORKS
]


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPool]:
    """One lab."""
    pool = LabPool(tmp_path_factory.mktemp("labs"))
    yield pool
    pool.stop()


@pytest.fixture
def walk(labs: LabPool) -> Iterator[Walk]:
    """The world of hostile names."""
    one = Walk(labs.lab("hostile-names"))
    yield one
    one.close()
    labs.check()


def others(walk: Walk, vm: str) -> set[Any]:
    """Every other copy, as far as an operation could touch it."""
    copies = (copy for work in walk.snapshot().workloads if work.key != f"hv:{vm}" for copy in work.copies)
    return {
        (
            copy.endpoint,
            copy.sighting.handle,
            copy.name,
            copy.power,
            copy.role,
            copy.sighting.notes,
            tuple((leg.mode, leg.state, leg.test_vm) for leg in copy.sighting.relations),
        )
        for copy in copies
    }


@pytest.mark.parametrize("vm", CASES)
def test_a_test_and_a_planned_failover_touch_no_other(walk: Walk, vm: str) -> None:
    before = others(walk, vm)
    roles = walk.roles(vm)
    name = walk.workload(vm).name
    walk.walk(Operation.TEST_FAILOVER, vm, heartbeat="skip", network="none")
    walk.walk(Operation.STOP_TEST, vm)
    walk.walk(Operation.PLANNED_FAILOVER, vm, heartbeat="skip")
    assert sorted(walk.roles(vm).values()) == ["FORMER ORIGINAL", "RECOVERED"]
    walk.walk(Operation.CANCEL, vm, heartbeat="skip")
    assert walk.roles(vm) == roles
    assert walk.workload(vm).name == name
    assert others(walk, vm) == before


def test_there_are_twins_and_patterns_among_them() -> None:
    names = [work.name for work in WORKS]
    assert names.count("twin") == 2
    assert set(BY_DEFAULT) <= set(names)
    assert len(CASES) > 15
