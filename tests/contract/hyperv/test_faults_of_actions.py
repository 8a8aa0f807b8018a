"""Every action that acts, with the faults that tell a run's honesty, on the lab and by the real engine.

It answers well and does nothing: failed. It has its effect, and the answer is lost or comes by a detour:
done, with evidence. It has its effect when nobody would wait any more: done, begun once. Each trial runs one
step, from the state in which that step is due.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from drconsole.domain.deep import FailoverAddress
from drconsole.domain.endpoint import Pair
from drconsole.domain.mapping import AddressMap, NetworkMap
from drconsole.domain.plan import Operation
from drconsole.platforms.hyperv.actions import ACTIONS
from tests.contract.hyperv.performing import performed
from tests.contract.hyperv.walk import TWO_HOSTS, WEB, Walk
from tests.lab import LabPool, LabProcess

ADDRESS = FailoverAddress("10.2.10.21", "255.255.255.0", "10.2.10.1", ("10.2.10.2",))
PAIR = Pair(
    "New York",
    "New Jersey",
    networks=(NetworkMap("Production", "Production"),),
    addresses=(AddressMap(f"hv:{WEB}", "Network Adapter", None, ADDRESS),),
)
NY, NJ = "NYHV01", "NJHV01"
LATE_S, LIMIT_S, TURN_S, LONG_S = 100.0, 60.0, 10.0, 25.0


@dataclass(frozen=True)
class Trial:
    """Where an action is tried: the operation that it is a step of, and the cmdlet that goes wrong.

    ``walked`` operations are done before the plan is made.
    """

    cmdlet: str
    host: str
    operation: Operation
    options: Mapping[str, str] | None = None
    walked: tuple[Operation, ...] = ()
    occurrence: int = 1
    before: Callable[[LabProcess], None] = lambda lab: None


TEST, STOP, PLANNED = Operation.TEST_FAILOVER, Operation.STOP_TEST, Operation.PLANNED_FAILOVER
CANCEL, REVERSE = Operation.CANCEL, Operation.REVERSE


def deaf(lab: LabProcess) -> None:
    """Let the guest take no notice of a shutdown."""
    lab.change(NY, WEB, shutdown="never")


TRIALS = {
    "start-test": Trial("Start-VMFailover", NJ, TEST),
    "write-record": Trial("Set-VM", NJ, TEST),
    "connect-adapters": Trial("Connect-VMNetworkAdapter", NJ, TEST),
    "start": Trial("Start-VM", NJ, TEST),
    "stop-test": Trial("Stop-VMFailover", NJ, STOP, walked=(TEST,)),
    "set-addresses": Trial("Set-VMNetworkAdapterFailoverConfiguration", NJ, PLANNED, occurrence=2),
    "shut-down": Trial("Stop-VM", NY, PLANNED, {"on_shutdown_timeout": "skip"}),
    "turn-off": Trial("Stop-VM", NY, PLANNED, {"on_shutdown_timeout": "turn-off"}, before=deaf),
    "prepare": Trial("Start-VMFailover", NY, PLANNED),
    "fail-over": Trial("Start-VMFailover", NJ, PLANNED),
    "cancel-failover": Trial("Stop-VMFailover", NJ, CANCEL, walked=(PLANNED,)),
    "remove-record": Trial("Set-VM", NJ, CANCEL, walked=(PLANNED,)),
    "unlock": Trial("Stop-VMFailover", NY, CANCEL, walked=(PLANNED,)),
    "reverse": Trial("Set-VMReplication", NJ, REVERSE, walked=(PLANNED,)),
}
FAULTS = {"no-effect": "failed", "shell-dies": "done", "slow": "done", "cut": "done"}
# Its script goes adapter by adapter and value by value: with its shell it ends in the middle, half done.
HALF_DONE = ("set-addresses", "shell-dies")
# Every action with one fault in the default tier, in turn; all with all in the whole one.
CASES = [
    pytest.param(action, fault, marks=() if number % len(FAULTS) == turn else (pytest.mark.slow,))
    for number, action in enumerate(sorted(TRIALS))
    for turn, fault in enumerate(FAULTS)
]


def test_every_action_that_acts_is_tried() -> None:
    acting = {name for name, action in ACTIONS.items() if action.script}
    assert acting == TRIALS.keys()
    assert len(CASES) == len(FAULTS) * len(acting)
    sys.stdout.write(f"{len(acting)} actions, {len(CASES)} trials\n")


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
    one = Walk(labs.lab(str(file)), pairs=(PAIR,))
    yield one
    one.close()
    labs.check()


@pytest.mark.parametrize(("action", "fault"), CASES)
def test_fault(walk: Walk, tmp_path: Path, action: str, fault: str) -> None:
    trial = TRIALS[action]
    for operation in trial.walked:
        walk.walk(operation, WEB)
    procedure = walk.procedure(trial.operation, WEB, **(trial.options or {}))
    at = next(n for n, step in enumerate(procedure.steps) if step.action == action)
    trial.before(walk.lab)
    # What comes before it goes well, but for a guest that does not shut down.
    skipped = {"shut-down"} if action == "turn-off" else set()
    walk.steps(tuple(step for step in procedure.steps[:at] if step.action not in skipped))
    more = {"seconds": LATE_S} if fault == "slow" else {}
    walk.lab.act_fault(trial.cmdlet, fault, host=trial.host, occurrence=trial.occurrence, **more)
    # Of a lost answer nothing tells when its effect came: a busy machine is given time for it.
    limit_s = LIMIT_S * 10 if fault == "shell-dies" else LIMIT_S
    step = replace(procedure.steps[at], after=(), limit_s=limit_s)
    alone = replace(procedure, subject=replace(procedure.subject, point_of_no_return=""), steps=(step,))
    alone = replace(alone, compensation=())
    # Whoever is asked about a call that takes longer than its limit waits on.
    turn_s, say = (LONG_S, "wait") if fault == "slow" else (TURN_S, "leave")
    history = performed(walk, alone, tmp_path, turn_s=turn_s, say=say)[1]
    past = history.step(step.id)
    expected = "unknown" if (action, fault) == HALF_DONE else FAULTS[fault]
    assert past.outcome is not None
    assert past.outcome.value == expected
    assert past.acts == 1
    if expected == "done":
        assert past.facts
    if fault == "shell-dies":
        assert (past.reply or {}).get("answer") == "lost"
    if fault == "slow":
        begun = datetime.fromisoformat((past.baseline or {})["at"])
        assert past.facts[0].at - begun >= timedelta(seconds=LIMIT_S)
    else:
        assert past.asked is (expected == "unknown")


@pytest.mark.parametrize(
    ("fault", "seconds", "reason"),
    [
        # Its answer comes when nobody listens any more, or never: what is read back decides.
        ("late-answer", LATE_S * 9, "its call has not come to an end"),
        ("hangs", 0, "its call has not come to an end"),
    ],
)
def test_a_call_that_does_not_come_to_its_end(
    walk: Walk, tmp_path: Path, fault: str, seconds: float, reason: str
) -> None:
    procedure = walk.procedure(TEST, WEB)
    at = next(n for n, step in enumerate(procedure.steps) if step.action == "start")
    walk.steps(procedure.steps[:at])
    walk.lab.act_fault("Start-VM", fault, host=NJ, seconds=seconds)
    step = replace(procedure.steps[at], after=(), limit_s=LIMIT_S)
    history = performed(walk, replace(procedure, steps=(step,)), tmp_path, turn_s=TURN_S)[1]
    past = history.step(step.id)
    assert past.outcome is not None
    assert (past.outcome.value, past.reason, past.acts) == ("done", reason, 1)
    assert past.facts
    assert not past.asked
