"""Runs by keys in a terminal: the same journal as by command; a console that dies changes nothing of it."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from drconsole.domain.step import Effect
from drconsole.runs.codec import Order, decoded
from drconsole.runs.history import Result, folded
from drconsole.runs.journal import ENDED
from tests.contract.commands import Terminal
from tests.contract.cycle_world import ALONE, CLUSTERED, WORLD, Cycle, Told, told_of
from tests.contract.run_site import site_on
from tests.lab import LabPool

Make = Callable[[str, str], Cycle]
WAYS = {ALONE: ("nyhv01", "njhv01"), CLUSTERED: ("gold", "goldr2")}
CYCLE = ("test-failover", "stop-test", "planned-failover", "reverse")
TAB = "\t"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
KEYS = {"test-failover": "t", "stop-test": "s", "planned-failover": "p", "reverse": "r"}


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPool]:
    """One lab."""
    pool = LabPool(tmp_path_factory.mktemp("labs"))
    yield pool
    pool.stop()


@pytest.fixture
def make(labs: LabPool, tmp_path: Path) -> Iterator[Make]:
    """What makes the world anew with a state of its own, and gives one workload of it."""
    with ExitStack() as stack:

        def made(vm: str, name: str) -> Cycle:
            stack.close()
            folder = tmp_path / name
            folder.mkdir()
            return Cycle(stack.enter_context(site_on(labs, folder, WORLD)), vm, *WAYS[vm])

        yield made
    labs.check()


class Console:
    """A console in a terminal, with its cursor on one workload and changes allowed."""

    def __init__(self, cycle: Cycle) -> None:
        self.cycle = cycle
        self.terminal = Terminal("--config", cycle.site.config, home=cycle.site.home)
        self.terminal.until("ORIGINAL")
        self.press("/", "filter: ")
        self.press(f"{cycle.name}\r", "1/")
        self.press("!", "Allow changes")
        self.press("y", "CHANGES ALLOWED")

    def press(self, keys: str, until: str) -> None:
        """Press keys, and wait for what they bring."""
        self.terminal.seen = ""
        self.terminal.type(keys)
        self.terminal.until(until)

    def offered(self, key: str, until: str) -> None:
        """Press an operation's key; while the facts are those from before the last run it tells why not."""
        while True:
            self.terminal.seen = ""
            self.terminal.type(key)
            self.terminal.until_true(self.answered(until), f"{until!r} or why not")
            if until in self.terminal.seen:
                return
            self.press("b", "CHANGES ALLOWED")
            self.press("n", "read just now")

    def answered(self, until: str) -> Callable[[], bool]:
        """Whether the screen that the key leads to is there, or the one that tells why not."""
        return lambda: until in self.terminal.seen or "w why  y copy" in COLOURS.sub("", self.terminal.seen)

    def order(self, operation: str) -> str:
        """From the operation's key to its run; the run's id."""
        before = {row.id for row in self.cycle.site.journal.runs()}
        if operation in ("stop-test", "reverse"):
            self.offered(KEYS[operation], "It could run")
        else:
            self.offered(KEYS[operation], "plan it")
            self.press("\r", "It could run")
        asked = {"planned-failover": self.cycle.name, "reverse": "New York"}.get(operation, "")
        if asked:
            # Cancel has the focus: the field is the next, and Enter in it only moves on.
            self.press("\r", "Type the name")
            self.press(f"{TAB}{asked}\r", "▸ ( ")
            self.terminal.type("\r")
        else:
            self.press("\r", "Press y")
            self.terminal.type("y")
        ordered: set[str] = set()

        def is_ordered() -> bool:
            ordered.update(row.id for row in self.cycle.site.journal.runs() if row.id not in before)
            return bool(ordered)

        self.terminal.until_true(is_ordered, "a run")
        (run,) = ordered
        return run

    def do(self, operation: str) -> list[Told]:
        """An operation to its end, and back to the list; what the journal holds of it."""
        run = self.order(operation)
        self.terminal.until_true(lambda: has_ended(self.cycle, run), "the end of the run")
        told = told_of(self.cycle.site, run)
        self.press("b", "CHANGES ALLOWED")
        self.press("n", "read just now")
        return told


def has_ended(cycle: Cycle, run: str) -> bool:
    """Whether a run has come to its end."""
    return cycle.site.journal.run(run).state == ENDED


@pytest.mark.parametrize(
    ("vm", "operations"),
    [
        pytest.param(ALONE, CYCLE[:2], id="alone, rehearsed"),
        pytest.param(ALONE, CYCLE[2:], id="alone, moved", marks=pytest.mark.slow),
        pytest.param(CLUSTERED, CYCLE, id="clustered", marks=pytest.mark.slow),
    ],
)
def test_keys_and_commands_give_the_same_journal(make: Make, vm: str, operations: tuple[str, ...]) -> None:
    commanded = make(vm, "commands")
    for operation in operations:
        commanded.do(operation)
    roles = commanded.roles()

    cycle = make(vm, "keys")
    console = Console(cycle)
    told = [step for operation in operations for step in console.do(operation)]
    console.terminal.type("q")
    assert console.terminal.end() == 0
    assert told == commanded.told
    assert cycle.roles() == roles
    assert {cycle.site.journal.first_broken(row) for row in cycle.site.journal.runs()} == {None}


def test_a_console_that_is_killed_neither_stops_nor_repeats_its_run(make: Make) -> None:
    commanded = make(ALONE, "commands")
    commanded.do("test-failover")

    cycle = make(ALONE, "keys")
    console = Console(cycle)
    run = console.order("test-failover")
    journal = cycle.site.journal
    console.terminal.until_true(
        lambda: any(record.kind == "handle" for record in journal.records(run)), "an act"
    )
    os.kill(console.terminal.process.pid, signal.SIGKILL)
    assert console.terminal.end() == -signal.SIGKILL

    again = Terminal("--config", cycle.site.config, "runs", "follow", run, home=cycle.site.home)
    again.until("done, and read back")
    assert again.end() == 0
    history = folded(journal.records(run))
    assert history.result is Result.DONE
    order = decoded(journal.run(run).order)
    assert isinstance(order, Order)
    # What is only waited for may be there at the first look.
    acting = [step.id for step in order.plan.steps if step.effect is not Effect.LOOK]
    assert len(acting) > 2
    assert {history.step(step).acts for step in acting} == {1}
    assert told_of(cycle.site, run) == commanded.told
    assert [row.id for row in journal.runs()] == [run]
    tests = [one for one in cycle.machines() if one["vm"] != ALONE]
    assert len(tests) == 1
