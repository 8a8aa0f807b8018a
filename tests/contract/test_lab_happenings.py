"""What a scenario's timeline or a test can let happen in a lab, and what of it is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from drconsole.lab.hyperv.machines import Adapter
from drconsole.lab.hyperv.model import HyperVWorld
from drconsole.lab.powershell.process import Engine, Output, Process, Start
from drconsole.lab.scenario_form import Happening, ScenarioError
from drconsole.lab.server import Lab, Options, start
from drconsole.lab.wire_faults import WireFault

WEB = "11111111-1111-4111-8111-111111111111"
TEXT = f"""
about: a host that is protected by a cluster
sites: {{A: {{}}, B: {{}}}}
pairs: [[A, B]]
hosts:
  HA: {{fqdn: ha.example}}
  N1: {{fqdn: n1.example}}
  N2: {{fqdn: n2.example}}
clusters:
  C: {{fqdn: c.example, nodes: [N1, N2], broker: cb.example}}
endpoints:
  - {{name: ha, site: A, host: HA}}
  - {{name: c, site: B, cluster: C}}
workloads:
  - name: web
    id: {WEB}
    replication: {{frequency: 30s, synced: 0s}}
    copies: {{HA: {{mode: Primary, power: Running}}, N1: {{mode: Replica}}}}
timeline:
  - {{at: 2m, site: A, state: Down}}
  - {{at: 1m, host: N1, vm: {WEB}, moves: N2}}
truth:
  endpoints: {{ha: {{state: ok}}, c: {{state: ok}}}}
  copies: []
"""


class NoEngine:
    """An engine that nobody uses here."""

    async def start(self, start: Start, output: Output) -> Process:
        """Refuse."""
        raise AssertionError(f"started {start.command_line}")

    async def close(self) -> None:
        """Have nothing to close."""


async def no_engine(world: HyperVWorld) -> Engine:
    """Make it."""
    return NoEngine()


InLab = Callable[[Callable[[Lab], Awaitable[None]]], None]


@pytest.fixture
def in_lab(tmp_path: Path) -> InLab:
    """Run a check with a lab whose clock stands still."""
    file = tmp_path / "small.yaml"
    file.write_text(TEXT, encoding="utf-8")

    def run(check: Callable[[Lab], Awaitable[None]]) -> None:
        async def within() -> None:
            lab = await start(Options(str(file), tmp_path / "lab", speed=0), no_engine)
            try:
                await check(lab)
            finally:
                await lab.close()
            assert lab.world.unmodelled == []

        asyncio.run(within())

    return run


async def happen(lab: Lab, what: Mapping[str, Any]) -> None:
    """Ask the lab as its control does."""
    await lab.happen(msgspec.convert(what, Happening))


def faults(lab: Lab) -> dict[str, WireFault | None]:
    """What is wrong with each address."""
    return {name: listener.fault for name, listener in lab.endpoints.listeners.items()}


def test_a_cluster_has_an_address_of_its_own_and_one_for_each_node(in_lab: InLab) -> None:
    async def check(lab: Lab) -> None:
        alone, cluster = lab.describe()["endpoints"]
        assert "nodes" not in alone
        assert list(cluster["nodes"]) == ["N1", "N2"]
        assert len({cluster["address"], *cluster["nodes"].values()}) == 3
        assert set(lab.endpoints.listeners) == {"ha", "c", "c/N1", "c/N2"}

    in_lab(check)


def test_a_fault_is_for_one_node_or_for_all(in_lab: InLab) -> None:
    async def check(lab: Lab) -> None:
        await happen(lab, {"endpoint": "c/N2", "fault": "refuse"})
        assert faults(lab) == {"ha": None, "c": None, "c/N1": None, "c/N2": "refuse"}
        await happen(lab, {"endpoint": "c", "fault": "silent-tcp"})
        assert faults(lab) == {"ha": None, "c": "silent-tcp", "c/N1": "silent-tcp", "c/N2": "silent-tcp"}
        await happen(lab, {"endpoint": "c", "fault": None})
        assert faults(lab) == {"ha": None, "c": None, "c/N1": None, "c/N2": None}

    in_lab(check)


def test_the_timeline_can_be_hurried_without_the_clock(in_lab: InLab) -> None:
    async def check(lab: Lab) -> None:
        begin = lab.clock.now()
        await lab.hurry()
        assert lab.clock.now() == begin
        assert lab.world.machine("N1", WEB).host == "N2"
        assert faults(lab) == {"ha": "silent-tcp", "c": None, "c/N1": None, "c/N2": None}
        await lab.advance(600)
        assert faults(lab)["ha"] == "silent-tcp"

    in_lab(check)


def test_a_site_that_is_down_replicates_no_more_until_it_is_up(in_lab: InLab) -> None:
    async def check(lab: Lab) -> None:
        begin = lab.clock.now()
        await happen(lab, {"site": "A", "state": "Down"})
        lab.clock.advance(600)
        replica = lab.world.machine("N1", WEB).legs[0]
        assert replica.last_sync == begin
        await happen(lab, {"site": "A", "state": "Up"})
        assert faults(lab)["ha"] is None
        assert lab.world.machine("N1", WEB).legs[0].last_sync == lab.clock.now()

    in_lab(check)


def test_the_watch_sees_a_copy_that_serves_behind_a_cut_line(in_lab: InLab) -> None:
    async def check(lab: Lab) -> None:
        for host in ("HA", "N1"):
            lab.world.hosts[host].machines[WEB].adapters = [Adapter("1", "LAN")]
        await happen(lab, {"site": "A", "state": "Down"})
        await happen(lab, {"host": "N1", "vm": WEB, "do": "fail-over"})
        assert lab.world.watch.seen == []
        await happen(lab, {"host": "N1", "vm": WEB, "do": "start"})
        (seen,) = lab.world.watch.seen
        assert (seen.vm, seen.copies) == (WEB, ("C: web", "HA: web"))

    in_lab(check)


def test_the_watch_does_not_see_a_copy_whose_host_lost_its_power(in_lab: InLab) -> None:
    async def check(lab: Lab) -> None:
        for host in ("HA", "N1"):
            lab.world.hosts[host].machines[WEB].adapters = [Adapter("1", "LAN")]
        await happen(lab, {"node": "HA", "state": "Down"})
        await happen(lab, {"host": "N1", "vm": WEB, "do": "fail-over"})
        await happen(lab, {"host": "N1", "vm": WEB, "do": "start"})
        assert lab.world.watch.seen == []
        await happen(lab, {"node": "HA", "state": "Up"})
        assert [seen.vm for seen in lab.world.watch.seen] == [WEB]

    in_lab(check)


def test_a_node_that_is_down_answers_nobody_and_its_machines_are_elsewhere(in_lab: InLab) -> None:
    async def check(lab: Lab) -> None:
        port = lab.endpoints.listeners["c"].port
        assert lab.endpoints.listeners["c"].service.host_name == "N1"
        await happen(lab, {"node": "N1", "state": "Down"})
        assert faults(lab) == {"ha": None, "c": None, "c/N1": "silent-tcp", "c/N2": None}
        own = lab.endpoints.listeners["c"]
        assert (own.service.host_name, own.port) == ("N2", port)
        assert lab.world.machine("N1", WEB).host == "N2"
        await happen(lab, {"node": "N1", "state": "Up"})
        assert faults(lab)["c/N1"] is None

    in_lab(check)


def test_operations_happen_and_copies_vanish(in_lab: InLab) -> None:
    async def check(lab: Lab) -> None:
        await happen(lab, {"host": "N2", "vm": WEB, "do": "fail-over"})
        await happen(lab, {"host": "N2", "vm": WEB, "do": "start"})
        replica = lab.world.machine("N2", WEB)
        assert (replica.state, replica.power) == ("FailedOverWaitingCompletion", "Running")
        await happen(lab, {"host": "HA", "vm": WEB, "removed": True})
        with pytest.raises(KeyError, match="copy of"):
            lab.world.machine("HA", WEB)

    in_lab(check)


def test_rights_and_brokers_come_and_go(in_lab: InLab) -> None:
    async def check(lab: Lab) -> None:
        await happen(lab, {"host": "HA", "rights": False})
        await happen(lab, {"cluster": "C", "state": "Failed"})
        cluster = lab.world.hosts["N1"].cluster
        assert cluster is not None
        assert cluster.broker is not None
        assert (lab.world.hosts["HA"].rights, cluster.broker.state) == (False, "Failed")
        assert cluster.broker.group_state == "Online"

    in_lab(check)


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"host": "HA", "vm": WEB, "do": "fail-over"}, "'fail-over' is not applicable"),
        ({"host": "HA", "vm": WEB, "moves": "N1"}, "N1 is no node of the cluster"),
        ({"host": "N1", "vm": WEB, "moves": "N1"}, "N1 owns web already"),
        ({"host": "HX", "rights": True}, "there is no host HX"),
        ({"node": "N1", "state": "Tired"}, "ClusterNodeState has no 'Tired'"),
        ({"cluster": "C", "state": "Up"}, "ClusterResourceState has no 'Up'"),
        ({"site": "X", "state": "Down"}, "there is no site X"),
        ({"endpoint": "d", "fault": None}, "there is no endpoint d"),
        ({"host": "HA", "state": "Down"}, "make nothing that can happen"),
        ({}, "make nothing that can happen"),
    ],
)
def test_what_cannot_happen_is_refused(in_lab: InLab, what: dict[str, Any], said: str) -> None:
    async def check(lab: Lab) -> None:
        with pytest.raises(ScenarioError, match=said):
            await happen(lab, what)

    in_lab(check)
