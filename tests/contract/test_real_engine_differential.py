"""The same scripts on the same world: the evaluator and a real PowerShell call and answer alike."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from drconsole.lab import scenario
from drconsole.lab.clock import Clock
from drconsole.lab.hyperv.call import Call, Sink
from drconsole.lab.hyperv.cmdlets import FAILED
from drconsole.lab.hyperv.machines import Accepting, Adapter, Host, Leg, Machine, Point
from drconsole.lab.hyperv.model import HyperVWorld, fatal
from drconsole.lab.hyperv.populate import build_hosts
from drconsole.lab.powershell.evaluator.frame import Place
from drconsole.lab.powershell.evaluator.script import ADMITTED, compile_text
from drconsole.lab.powershell.evaluator_engine import EvaluatorEngine
from drconsole.lab.powershell.process import Engine, Start
from drconsole.lab.powershell.real_engine import RealEngine
from drconsole.lab.scenario import parse
from drconsole.platforms.hyperv import script
from tests.contract.real_lab import Answer, Heard

START = datetime(2026, 3, 2, 8, 0, 0, 123456, tzinfo=UTC)
FOLDER = Path(script.__file__).parent / "scripts"
NY, NJ = "nyhv01.corp.example", "njhv01.corp.example"
WEB = "11111111-1111-4111-8111-111111111111"
TEST = "22222222-2222-4222-8222-222222222222"
POINT, ADAPTER = "33333333-3333-4333-8333-333333333333", "44444444-4444-4444-8444-444444444444"
CLUSTER = f"""
about: a host protects web in a cluster of two, whose broker has failed
sites: {{New York: {{}}, New Jersey: {{}}}}
pairs: [[New York, New Jersey]]
hosts:
  NYHV01: {{fqdn: nyhv01.corp.example}}
  NJCL01: {{fqdn: njcl01.corp.example, switches: [Isolated]}}
  NJCL02: {{fqdn: njcl02.corp.example, switches: [Isolated]}}
clusters:
  GOLDR2:
    fqdn: goldr2.corp.example
    nodes: [NJCL01, NJCL02]
    broker: goldr2-broker.corp.example
    broker_state: Failed
endpoints:
  - {{name: nyhv01, site: New York, host: NYHV01}}
  - {{name: goldr2, site: New Jersey, cluster: GOLDR2}}
workloads:
  - name: web
    id: {WEB}
    replication: {{frequency: 5m, synced: 2m}}
    copies: {{NYHV01: {{mode: Primary, power: Running}}, NJCL02: {{mode: Replica, test: {TEST}}}}}
  - name: web - Test
    id: {TEST}
    copies: {{NJCL02: {{mode: TestReplica, networks: [Isolated], created: 1d}}}}
truth:
  endpoints: {{nyhv01: {{state: ok}}, goldr2: {{state: ok}}}}
  copies: []
"""


class Recording(HyperVWorld):
    """The lab's model, and all calls that were made on it; the ``failing`` cmdlets fail."""

    def __init__(self, hosts: list[Host], failing: frozenset[str]) -> None:
        super().__init__(Clock(START, speed=0), hosts)
        self.calls: list[Call] = []
        self.failing = failing

    async def run(self, call: Call, sink: Sink) -> dict[str, Any]:
        """Remember the call."""
        self.calls.append(call)
        if call.cmdlet in self.failing:
            return fatal("OperationFailed", "NotSpecified", FAILED, "It cannot be done now.")
        return await super().run(call, sink)


def replica_with_a_test() -> list[Host]:
    """A replica that never had a sync, whose test copy exists, and names that could be code."""
    replica = Machine("NJHV01", WEB, "a'b\"; $(x) `n [1]", notes="ä\r\n日 \U0001f600", test=TEST)
    replica.legs.append(Leg("Replica", "Error", NY, NJ, NJ, health="Critical"))
    replica.legs.append(Leg("ExtendedReplica", "Replicating", NY, NJ, NJ, kind="Extended", last_sync=START))
    replica.points = [
        Point(POINT[:-1] + str(at), kind, START - timedelta(hours=at))
        for at, kind in enumerate(("Replica", "AppConsistentReplica", "SyncedReplica", "Standard"))
    ]
    replica.adapters = [Adapter(ADAPTER, "Production", test_switch="Isolated"), Adapter(ADAPTER[:-1] + "5")]
    test = Machine(
        "NJHV01", TEST, "web - Test", "Running", START - timedelta(days=40), own_mode="TestReplica"
    )
    test.created = START - timedelta(days=1)
    test.adapters = [
        Adapter(ADAPTER, "Isolated", addresses=("10.0.0.5",)),
        Adapter(ADAPTER[:-1] + "5"),
        Adapter(ADAPTER[:-1] + "6", "a'b\"; $(x) `n [1]"),
    ]
    machines = {WEB: replica, TEST: test}
    return [Host("NJHV01", NJ, ("Isolated",), machines=machines, skew=timedelta(seconds=-90))]


def cluster() -> list[Host]:
    """Two nodes, a broker whose resource failed, and a machine on each node."""
    return build_hosts(parse(CLUSTER, "cluster.yaml"), START)


def picky() -> list[Host]:
    """A host that takes replication from one server by certificate, as soon as it is enabled."""
    hosts = cluster()
    hosts[0].accepting = Accepting(False, (NJ,), "Certificate")
    return hosts


def two_disks() -> list[Host]:
    """A primary with two disks, of which one is not replicated."""
    hosts = cluster()
    primary = hosts[0].machines[WEB]
    primary.disks, primary.excluded = ("system", "scratch"), ("scratch",)
    return hosts


def without_broker() -> list[Host]:
    """A cluster that keeps no settings, because it has no broker."""
    hosts = cluster()
    for node in hosts[1:]:
        assert node.cluster is not None
        node.cluster.broker = None
    return hosts


def no_rights() -> list[Host]:
    """An account that may log in and not see Hyper-V."""
    return [Host("NJHV01", NJ, rights=False)]


@dataclass(frozen=True)
class Case:
    """One script with arguments on one host of one world."""

    name: str
    host: str
    world: Callable[[], list[Host]]
    body: str
    arguments: dict[str, Any] = field(default_factory=dict)
    failing: frozenset[str] = frozenset()

    @property
    def request(self) -> bytes:
        """What the product would send."""
        call = {"body": self.body, "arguments": self.arguments}
        text = json.dumps({"script": script.text_of("frame.ps1"), "call": call})
        return base64.b64encode(text.encode()) + b"\n"


LIGHT, DEEP = script.text_of("light.ps1"), script.text_of("deep.ps1")
ABOUT_CLUSTER, STATISTICS = script.text_of("cluster.ps1"), script.text_of("statistics.ps1")
OF_WEB, OF_TEST, OF_NOBODY = {"vm": WEB}, {"vm": TEST}, {"vm": POINT}
ON_ADAPTERS = frozenset({"Get-VMNetworkAdapterVlan", "Get-VMNetworkAdapterFailoverConfiguration"})
ON_SETTINGS = frozenset({"Get-VMReplicationServer", "Get-VMHost"})
ADAPTERS = frozenset({"Get-VMNetworkAdapter"})


def scenario_world(name: str) -> Callable[[], list[Host]]:
    """The hosts of a scenario at its start."""
    return lambda: build_hosts(scenario.load(name), START)


CASES = [
    *(
        Case(f"light, {name}, {host}", host, scenario_world(name), LIGHT)
        for name in scenario.names()
        for host in scenario.load(name).hosts
    ),
    Case("light, replica with a test", "NJHV01", replica_with_a_test, LIGHT),
    Case("light, adapters that cannot be read", "NJHV01", replica_with_a_test, LIGHT, failing=ADAPTERS),
    Case("light, no rights", "NJHV01", no_rights, LIGHT),
    Case("light, an empty host", "NJHV01", lambda: [Host("NJHV01", NJ)], LIGHT),
    *(Case(f"light, {node}", node, cluster, LIGHT) for node in ("NJCL01", "NJCL02")),
    *(Case(f"cluster, {node}", node, cluster, ABOUT_CLUSTER) for node in ("NJCL01", "NJCL02")),
    Case("cluster, a host in none", "NJHV01", replica_with_a_test, ABOUT_CLUSTER),
    Case("deep, replica with a test", "NJHV01", replica_with_a_test, DEEP, OF_WEB),
    Case("deep, test copy", "NJHV01", replica_with_a_test, DEEP, OF_TEST),
    Case("deep, adapters tell nothing more", "NJHV01", replica_with_a_test, DEEP, OF_WEB, ON_ADAPTERS),
    Case("deep, the host's settings are hidden", "NJHV01", replica_with_a_test, DEEP, OF_WEB, ON_SETTINGS),
    Case("deep, a server that takes one sender", "NYHV01", picky, DEEP, OF_WEB),
    Case("deep, a disk that is not replicated", "NYHV01", two_disks, DEEP, OF_WEB),
    Case("deep, a node without a broker", "NJCL02", without_broker, DEEP, OF_WEB),
    Case("deep, no such machine", "NJHV01", replica_with_a_test, DEEP, OF_NOBODY),
    Case("statistics, two relationships", "NJHV01", replica_with_a_test, STATISTICS, OF_WEB),
    Case("statistics, a primary", "NYHV01", cluster, STATISTICS, OF_WEB),
    Case("statistics, in a cluster", "NJCL02", cluster, STATISTICS, OF_WEB),
    Case("statistics, not replicated", "NJHV01", replica_with_a_test, STATISTICS, OF_TEST),
]


@dataclass
class Run:
    """What one engine did with one case; ``trace`` is the evaluator's."""

    answer: Answer
    calls: list[Call]
    unmodelled: list[str]
    trace: dict[str, set[Place]]


async def run(case: Case, make: Callable[[Recording], Engine]) -> Run:
    """Run a case on a fresh world."""
    world = Recording(case.world(), case.failing)
    engine = make(world)
    try:
        heard = Heard()
        process = await engine.start(Start(case.host, script.COMMAND_LINE, 65001, {}), heard)
        process.feed(case.request)
        process.close_input()
        answer = await heard.ended
    finally:
        await engine.close()
    trace = engine.trace if isinstance(engine, EvaluatorEngine) else {}
    return Run(answer, world.calls, world.unmodelled, trace)


def evaluated(case: Case) -> Run:
    """A case on the evaluator."""
    return asyncio.run(run(case, lambda world: EvaluatorEngine(world, asyncio.get_running_loop())))


def ordered(answer: Answer) -> Any:
    """The frame of an answer with its keys in order; the shell's own version says which engine it is."""
    mode, first, end = answer.out.decode().split("\r\n")[:3]
    assert (mode, end) == ("FullLanguage", "drconsole-end")
    frame = json.loads(base64.b64decode(first), object_pairs_hook=list)
    value = dict(frame)["value"]
    if value:
        value[:] = [(key, None if key == "version" else one) for key, one in value]
    return frame


@pytest.mark.pwsh
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_both_engines_answer_alike(pwsh: Path, case: Case) -> None:
    ours, theirs = evaluated(case), asyncio.run(run(case, lambda world: RealEngine(world, pwsh)))
    assert (ours.answer.code, ours.answer.err) == (theirs.answer.code, theirs.answer.err) == (0, b"")
    assert ordered(ours.answer) == ordered(theirs.answer)
    assert ours.calls == theirs.calls
    assert ours.unmodelled == theirs.unmodelled == []


def test_the_cases_run_every_statement_of_every_read() -> None:
    seen: dict[str, set[Place]] = {}
    for case in CASES:
        for text, places in evaluated(case).trace.items():
            seen.setdefault(text, set()).update(places)
    # All other scripts have stories of their own (test_act_scripts), which fail for one that nobody runs.
    for path in (FOLDER / f"{name}.ps1" for name in ("frame", "light", "deep", "cluster", "statistics")):
        text = path.read_text("utf-8")
        _, every_place = compile_text(text, ADMITTED)
        assert every_place == seen.get(text, set()), path.name
