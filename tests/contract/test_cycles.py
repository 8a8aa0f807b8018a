"""Whole cycles by command, stand-alone and on clusters: what is where after each step, and what is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.contract.cycle_world import ALONE, CLUSTERED, WORLD, Cycle, Told, around
from tests.contract.run_site import site_on
from tests.lab import LabPool

Make = Callable[[str, str | None], Cycle]
WAYS = {ALONE: ("nyhv01", "njhv01"), CLUSTERED: ("gold", "goldr2")}
REHEARSED = (("test-failover", ()), ("stop-test", ()))


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPool]:
    """One lab per engine."""
    pool = LabPool(tmp_path_factory.mktemp("labs"))
    yield pool
    pool.stop()


@pytest.fixture
def make(labs: LabPool, tmp_path: Path) -> Iterator[Make]:
    """What makes the world anew on an engine, and gives one workload of it."""
    with ExitStack() as stack:

        def made(vm: str, program: str | None) -> Cycle:
            stack.close()
            folder = tmp_path / f"{vm[:2]}-{Path(program or 'evaluator').name}"
            folder.mkdir()
            site = stack.enter_context(site_on(labs, folder, WORLD, program))
            return Cycle(site, vm, *WAYS[vm])

        yield made
    labs.check()


def rehearse(cycle: Cycle) -> None:
    """A test and its end: nothing but the test copy is another, and nothing of it is left."""
    at_home = {(cycle.home, "ORIGINAL"), (cycle.away, "REPLICA")}
    before = around(cycle.site)
    made = cycle.do("test-failover")
    ident = next(fact["value"] for step in made for fact in step["evidence"] if fact["what"] == "test copy")
    assert cycle.roles() == at_home | {(cycle.away, "TEST COPY")}
    assert around(cycle.site, ident) == before
    # It wrote on its own disk, beginning from what its replica held; nowhere else is a block of it.
    own = cycle.disk(cycle.away, ident)
    assert ident in own["writers"][-1]
    assert own["writers"][:-1] == cycle.disk(cycle.away)["writers"]
    cycle.do("stop-test")
    assert around(cycle.site) == before
    assert cycle.roles() == at_home


def fail_over(cycle: Cycle, source: str, target: str) -> None:
    """A planned failover: what the original wrote last is on the recovered copy, which then goes on."""
    cycle.do("planned-failover")
    left, serving = cycle.disk(source), cycle.disk(target)
    assert left["blocks"] == serving["blocks"][: len(left["blocks"])]
    assert left["last"] != serving["last"]
    assert len(serving["blocks"]) == len(left["blocks"]) + 1
    assert cycle.roles() == {(source, "FORMER ORIGINAL"), (target, "RECOVERED")}


def reverse(cycle: Cycle, source: str, target: str) -> None:
    """Replication turned round: the copy that serves is the original, the old one gets its blocks."""
    cycle.do("reverse")
    assert cycle.roles() == {(source, "REPLICA"), (target, "ORIGINAL")}
    # What it holds is a beginning of what was written: nothing of its own, no hole.
    kept, written = cycle.disk(source)["blocks"], cycle.disk(target)["blocks"]
    *whole, (writer, blocks) = kept
    assert written[: len(whole)] == whole
    assert written[len(whole)][0] == writer
    assert written[len(whole)][1] >= blocks


def go_round(cycle: Cycle) -> None:
    """Test, stop, there, reverse, back, reverse: everything is as before, and no record is left."""
    notes = [one["notes"] for one in cycle.machines()]
    rehearse(cycle)
    beside = around(cycle.site, cycle.vm)
    fail_over(cycle, cycle.home, cycle.away)
    assert sum("drconsole-record" in one["notes"] for one in cycle.machines()) == 1
    reverse(cycle, cycle.home, cycle.away)
    fail_over(cycle, cycle.away, cycle.home)
    reverse(cycle, cycle.away, cycle.home)
    assert cycle.roles() == {(cycle.home, "ORIGINAL"), (cycle.away, "REPLICA")}
    assert around(cycle.site, cycle.vm) == beside
    ended(cycle, notes, runs=6)


def there_and_cancelled(cycle: Cycle) -> None:
    """Planned, then cancelled: the original serves again with all that it had written."""
    notes = [one["notes"] for one in cycle.machines()]
    fail_over(cycle, cycle.home, cycle.away)
    left = cycle.disk(cycle.home)["blocks"]
    cycle.do("cancel")
    assert cycle.roles() == {(cycle.home, "ORIGINAL"), (cycle.away, "REPLICA")}
    assert cycle.disk(cycle.home)["blocks"][: len(left)] == left
    # What the recovered side had written is discarded.
    assert len(cycle.disk(cycle.away)["blocks"]) <= len(left) + 1
    assert not any(one["busy"] for one in cycle.machines())
    ended(cycle, notes, runs=2)


def ended(cycle: Cycle, notes: list[str], *, runs: int) -> None:
    """Nothing is left of it but whole chains in the journal; the watch saw no two alive."""
    assert [one["notes"] for one in cycle.machines()] == notes
    verified = cycle.site.run("runs", "verify")
    assert (verified.returncode, verified.stdout.count("whole")) == (0, runs)
    assert cycle.site.lab.two_alive() == []


OnEvaluator = Callable[[str, Callable[[Cycle], None]], list[Told]]


@pytest.fixture(scope="module")
def journals() -> dict[tuple[str, str], list[Told]]:
    """What walks on the evaluator left in the journal, by workload and walk: each is gone once."""
    return {}


@pytest.fixture
def on_evaluator(make: Make, journals: dict[tuple[str, str], list[Told]]) -> OnEvaluator:
    """Walk on the evaluator, where that was not done before; what is in the journal then."""

    def walked(vm: str, walk: Callable[[Cycle], None]) -> list[Told]:
        key = vm, walk.__name__
        if key not in journals:
            cycle = make(vm, None)
            walk(cycle)
            journals[key] = list(cycle.told)
        return journals[key]

    return walked


@pytest.mark.parametrize(
    "vm", [pytest.param(ALONE, id="alone", marks=pytest.mark.slow), pytest.param(CLUSTERED, id="clustered")]
)
def test_there_and_back_again(on_evaluator: OnEvaluator, vm: str) -> None:
    assert len(on_evaluator(vm, go_round)) > 15


@pytest.mark.slow
@pytest.mark.parametrize("vm", [ALONE, CLUSTERED], ids=["alone", "clustered"])
def test_there_and_cancelled(on_evaluator: OnEvaluator, vm: str) -> None:
    assert len(on_evaluator(vm, there_and_cancelled)) > 15


@pytest.mark.slow
@pytest.mark.pwsh
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("walk", [go_round, there_and_cancelled])
@pytest.mark.parametrize("vm", [ALONE, CLUSTERED], ids=["alone", "clustered"])
def test_both_engines_leave_equal_journals(
    make: Make, on_evaluator: OnEvaluator, pwsh: Path, vm: str, walk: Callable[[Cycle], None]
) -> None:
    told = on_evaluator(vm, walk)
    cycle = make(vm, str(pwsh))
    walk(cycle)
    assert cycle.told == told
