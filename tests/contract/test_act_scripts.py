"""Every script that acts, or looks at one machine: both engines do and answer alike, branch by branch."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from drconsole.lab.hyperv.call import Call
from drconsole.lab.hyperv.machines import Host
from drconsole.lab.hyperv.populate import build_hosts
from drconsole.lab.powershell.evaluator.frame import Place
from drconsole.lab.powershell.evaluator.script import ADMITTED, compile_text
from drconsole.lab.powershell.real_engine import RealEngine
from drconsole.lab.scenario import parse
from drconsole.platforms.hyperv import script
from tests.contract.acting import (
    DB,
    NIC,
    NIC_COPY,
    POINT,
    START,
    WEB,
    ActingWorld,
    Answered,
    Make,
    ask,
    evaluator,
    hosts,
    trace_of,
)

FOLDER = Path(script.__file__).parent / "scripts"
NOT_HERE = {"frame", "loop", "light", "deep", "cluster", "statistics"}
"""Scripts of reads: they have tests of their own (and the loop never runs on the evaluator)."""

GONE = "99999999-9999-4999-8999-999999999999"
DISK = f"D:\\Hyper-V\\Virtual Hard Disks\\{WEB}\\disk.vhdx"
CLUSTER = f"""
about: web is a machine of a cluster of two
sites: {{New York: {{}}}}
pairs: []
hosts:
  NYCL01: {{fqdn: nycl01.corp.example}}
  NYCL02: {{fqdn: nycl02.corp.example}}
clusters:
  GOLD: {{fqdn: gold.corp.example, nodes: [NYCL01, NYCL02]}}
endpoints: [{{name: gold, site: New York, cluster: GOLD}}]
workloads:
  - {{name: web, id: {WEB}, copies: {{NYCL02: {{power: Running}}}}}}
truth: {{endpoints: {{gold: {{state: ok}}}}, copies: []}}
"""


@dataclass(frozen=True)
class Act:
    """One script on one host. ``error`` is how its message or id begins; $TEST stands for the test's id."""

    script: str
    host: str
    arguments: dict[str, Any] = field(default_factory=dict)
    error: str = ""


def act(name: str, host: str, error: str = "", vm: str = WEB, **arguments: Any) -> Act:
    """One script about a machine, ``web`` unless another one is named."""
    return Act(name, host, {"vm": vm, **arguments}, error)


def look(host: str, vm: str = WEB, **more: Any) -> Act:
    """A look at a machine."""
    return act("look", host, vm=vm, **{"other": None, "files": [], **more})


def adapter(ident: str, switch: str, vlan: int | None, machine: str = WEB) -> dict[str, Any]:
    """An adapter as it is wanted."""
    return {"id": f"Microsoft:{machine.upper()}\\{ident.upper()}", "switch": switch, "vlan": vlan}


def address(ident: str, **more: Any) -> dict[str, Any]:
    """What an adapter is to get after a failover."""
    told: dict[str, Any] = {
        "address": "10.1.0.5",
        "mask": "255.255.255.0",
        "gateway": "",
        "dns": "",
        "dns2": "",
    }
    told |= {"v6": "", "v6_length": 0, "v6_gateway": "", "v6_dns": "", "v6_dns2": "", **more}
    return {"id": f"Microsoft:{WEB.upper()}\\{ident.upper()}", **told}


def preset() -> list[Host]:
    """The replica's adapter names a switch for tests, and one switch is there twice."""
    known = hosts()
    known[1].machines[WEB].adapters[0].test_switch = "Isolated"
    known[1].switches = ("Production", "Isolated", "Isolated")
    return known


def certificates() -> list[Host]:
    """The relationship uses certificates."""
    known = hosts()
    for host in known:
        leg = host.machines[WEB].legs[0]
        leg.authentication, leg.thumbprint = "Certificate", "0123456789ABCDEF0123456789ABCDEF01234567"
    return known


def waiting() -> list[Host]:
    """The first copy has never come."""
    known = hosts()
    for host in known:
        leg = host.machines[WEB].legs[0]
        leg.last_sync, leg.state = None, "WaitingForInitialReplication"
    return known


def clustered() -> list[Host]:
    """``web`` is a machine of a cluster."""
    return build_hosts(parse(CLUSTER, "cluster.yaml"), START)


SETTINGS = ["Get-VMNetworkAdapterVlan", "Get-VMNetworkAdapterFailoverConfiguration"]
PLANNED = [
    act("vm_stop", "NYHV01"),
    act("failover_prepare", "NYHV01"),
    act("failover_start", "NJHV01"),
]
STORIES: dict[str, tuple[Callable[[], list[Host]], list[Act]]] = {
    "test, and its end": (
        hosts,
        [
            act("test_start", "NJHV01", point=None, allowed=["Isolated"]),
            act("test_start", "NJHV01", point=None, allowed=["Isolated"], error="InvalidOperation"),
            act("adapters_connect", "NJHV01", vm="$TEST", adapters=[]),
            act("vm_start", "NJHV01", vm="$TEST"),
            look("NJHV01", other="$TEST", files=[DISK, "D:\\none.vhdx"]),
            look("NJHV01", vm="$TEST"),
            act("failover_start", "NJHV01", error="drconsole:test-exists"),
            act("failover_cancel", "NJHV01", state="Replicating", error="drconsole:test-exists"),
            act("test_stop", "NJHV01", test=GONE, error="drconsole:no-such-test"),
            act("test_stop", "NJHV01", test="$TEST"),
            act("test_stop", "NJHV01", test="$TEST", error="drconsole:no-such-test"),
            look("NJHV01", vm="$TEST"),
        ],
    ),
    "test of a point": (
        preset,
        [
            act("test_start", "NJHV01", point=POINT, allowed=[], error="drconsole:test-switch-not-allowed"),
            act("test_start", "NJHV01", point=GONE, allowed=["Isolated"], error="drconsole:no-such-point"),
            act("test_start", "NJHV01", point=POINT, allowed=["Isolated"]),
            act(
                "adapters_connect",
                "NJHV01",
                adapters=[adapter(NIC_COPY, "Isolated", None)],
                error="drconsole:two-switches",
            ),
        ],
    ),
    "planned, and back": (
        hosts,
        [
            *PLANNED,
            act("replication_reverse", "NJHV01"),
            act("adapters_connect", "NJHV01", adapters=[adapter(NIC_COPY, "Production", 17)]),
            act("vm_start", "NJHV01"),
            look("NJHV01"),
            look("NYHV01", other=DB),
            act("vm_turn_off", "NJHV01"),
            act("replication_reverse", "NYHV01", vm=DB, error="drconsole:no-relation"),
        ],
    ),
    "planned with certificates": (certificates, [*PLANNED, act("replication_reverse", "NJHV01")]),
    "planned, and taken back": (
        hosts,
        [
            *PLANNED,
            act("failover_cancel", "NJHV01", state="Replicating", error="drconsole:other-state"),
            act("failover_cancel", "NJHV01", state="FailedOverWaitingCompletion"),
            act("failover_cancel", "NYHV01", state="PreparedForFailover"),
            act("vm_start", "NYHV01"),
        ],
    ),
    "a test copy beside a failover": (
        hosts,
        [
            act("test_start", "NJHV01", point=None, allowed=[]),
            Act("(the state)", "NJHV01", {"state": "FailedOver"}),
            act("test_stop", "NJHV01", test="$TEST", error="drconsole:failed-over"),
        ],
    ),
    "adapters": (
        hosts,
        [
            act("adapters_connect", "NJHV01", adapters=[adapter(NIC_COPY, "Production", 0)]),
            act(
                "adapters_connect",
                "NJHV01",
                adapters=[adapter(NIC, "Isolated", 0)],
                error="drconsole:no-such-adapter",
            ),
            act(
                "adapters_connect",
                "NJHV01",
                adapters=[adapter(NIC_COPY, "None", 0)],
                error="drconsole:no-such-switch",
            ),
            act("addresses_set", "NJHV01", adapters=[address(NIC_COPY)]),
            act(
                "addresses_set",
                "NJHV01",
                adapters=[address(NIC_COPY, gateway="10.1.0.1", dns="10.1.0.2", dns2="10.1.0.3")],
            ),
            act(
                "addresses_set",
                "NJHV01",
                adapters=[address(NIC_COPY, address="", v6="fd00::5", v6_length=64)],
            ),
            act(
                "addresses_set",
                "NJHV01",
                adapters=[
                    address(
                        NIC_COPY,
                        v6="fd00::6",
                        v6_length=64,
                        v6_gateway="fe80::1",
                        v6_dns="fd00::2",
                        v6_dns2="fd00::3",
                    )
                ],
            ),
            act("addresses_set", "NJHV01", adapters=[address(NIC)], error="drconsole:no-such-adapter"),
            look("NJHV01"),
        ],
    ),
    "adapters that tell nothing": (hosts, [Act("(failing)", "", {"cmdlets": SETTINGS}), look("NJHV01")]),
    "notes": (
        hosts,
        [
            act("notes_write", "NYHV01", before="", notes="a'b\"; $(x) `n\nä 日 \U0001f600"),
            act("notes_write", "NYHV01", before="", notes="lost", error="drconsole:notes-changed"),
            look("NYHV01"),
        ],
    ),
    "who owns it": (
        clustered,
        [
            act("owner", "NYCL01"),
            act("owner", "NYCL01", vm=GONE),
            act("role", "NYCL01"),
            look("NYCL01"),
            look("NYCL02"),
        ],
    ),
    "never sent": (waiting, [look("NJHV01")]),
    "nothing there": (
        hosts,
        [look("NYHV01", vm=GONE), act("vm_start", "NYHV01", vm=GONE, error="ObjectNotFound")],
    ),
}


@dataclass
class Told:
    """What one engine made of a story."""

    answers: list[Answered]
    calls: list[Call]
    said: list[str]
    trace: dict[str, set[Place]]


async def tell(make: Make, known: Callable[[], list[Host]], acts: list[Act]) -> Told:
    """Run a story on a fresh world."""
    world = ActingWorld(known())
    engine = make(world)
    answers: list[Answered] = []
    test = GONE
    try:
        for one in acts:
            if one.script == "(the state)":
                world.copy.legs[0].state = one.arguments["state"]
                continue
            if one.script == "(failing)":
                world.failing = frozenset(one.arguments["cmdlets"])
                continue
            arguments = {k: test if v == "$TEST" else v for k, v in one.arguments.items()}
            got = await ask(engine, one.host, script.text_of(f"{one.script}.ps1"), **arguments)
            said = f"{got.error['message']} {got.error_id}" if got.error else ""
            assert got.ok is not bool(one.error), (one, got)
            assert one.error in said, (one, got)
            answers.append(got)
            if one.script == "test_start" and got.ok:
                test = got.value["test"]
    finally:
        await engine.close()
        await world.close()
    assert world.unmodelled == []
    assert world.watch.seen == []
    return Told(answers, world.calls, world.said, trace_of(engine))


@pytest.mark.pwsh
@pytest.mark.parametrize("name", STORIES)
def test_both_engines_do_alike(pwsh: Path, name: str) -> None:
    known, acts = STORIES[name]
    ours = asyncio.run(tell(evaluator, known, acts))
    theirs = asyncio.run(tell(lambda world: RealEngine(world, pwsh), known, acts))
    assert ours.answers == theirs.answers
    assert ours.calls == theirs.calls
    assert ours.said == theirs.said


def test_the_stories_run_every_statement_of_every_script() -> None:
    seen: dict[str, set[Place]] = {}
    for known, acts in STORIES.values():
        for text, places in asyncio.run(tell(evaluator, known, acts)).trace.items():
            seen.setdefault(text, set()).update(places)
    for path in sorted(path for path in FOLDER.glob("*.ps1") if path.stem not in NOT_HERE):
        text = path.read_text("utf-8")
        _, every_place = compile_text(text, ADMITTED)
        assert every_place - seen.get(text, set()) == set(), path.name
