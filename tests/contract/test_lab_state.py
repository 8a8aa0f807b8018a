"""What a reset and the timeline do to the state of a lab, seen from inside its process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drconsole.lab.hyperv.model import HyperVWorld
from drconsole.lab.powershell.process import Engine, Output, Process, Start
from drconsole.lab.scenario import changes
from drconsole.lab.scenario_form import ScenarioError
from drconsole.lab.server import Lab, Options, start
from drconsole.lab.wire_faults import WireFault

WEB = "11111111-1111-4111-8111-111111111111"
TEXT = f"""
about: replication stops after three minutes, and an endpoint after five
sites: {{A: {{}}, B: {{}}}}
pairs: [[A, B]]
hosts: {{HA: {{fqdn: ha.example}}, HB: {{fqdn: hb.example}}}}
endpoints:
  - {{name: ha, site: A, host: HA}}
  - {{name: hb, site: B, host: HB, fault: refuse}}
workloads:
  - name: web
    id: {WEB}
    replication: {{frequency: 30s, synced: 0s}}
    copies: {{HA: {{mode: Primary, power: Running}}, HB: {{mode: Replica}}}}
timeline:
  - {{at: 5m, endpoint: ha, fault: silent-tcp}}
  - {{at: 3m, host: HA, vm: {WEB}, set: {{state: Suspended}}}}
truth:
  endpoints: {{ha: {{state: ok}}, hb: {{state: never}}}}
  copies: [{{vm: {WEB}, host: HA, role: ORIGINAL}}]
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


@pytest.fixture
def in_lab(tmp_path: Path) -> Callable[[Callable[[Lab], Awaitable[None]]], None]:
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

        asyncio.run(within())

    return run


InLab = Callable[[Callable[[Lab], Awaitable[None]]], None]


def test_each_moment_comes_at_its_time_even_in_one_leap(in_lab: InLab) -> None:
    async def check(lab: Lab) -> None:
        begin = lab.clock.now()
        await lab.advance(600)
        assert lab.clock.now() - begin == timedelta(seconds=600)
        leg = lab.world.machine("HA", WEB).legs[0]
        assert leg.state == "Suspended"
        assert leg.last_sync == begin + timedelta(minutes=3)
        assert lab.endpoints.listeners["ha"].fault is WireFault.SILENT_TCP

    in_lab(check)


def test_the_timeline_also_follows_a_clock_that_runs_by_itself(in_lab: InLab) -> None:
    async def check(lab: Lab) -> None:
        await asyncio.sleep(0)
        lab.clock.advance(301)
        while lab.endpoints.listeners["ha"].fault is None:
            await asyncio.sleep(0)
        assert lab.world.machine("HA", WEB).legs[0].state == "Suspended"

    in_lab(check)


def test_a_reset_brings_everything_back(in_lab: InLab) -> None:
    async def check(lab: Lab) -> None:
        await lab.advance(600)
        lab.change_copy("HB", WEB, changes({"power": "Running"}))
        await lab.endpoints.set_fault("hb", None)
        lab.world.note_unmodelled("something")
        lab.endpoints.listeners["ha"].service.counters.requests = 7
        await lab.reset()
        assert abs(lab.clock.now() - datetime.now(UTC)) < timedelta(minutes=5)
        assert lab.world.machine("HB", WEB).power == "Off"
        assert lab.world.machine("HA", WEB).legs[0].state == "Replicating"
        assert lab.world.unmodelled == []
        addresses = lab.endpoints.listeners
        assert lab.endpoints.requests() == addresses["ha"].connections + addresses["hb"].connections
        assert {name: one.fault for name, one in addresses.items()} == {"ha": None, "hb": "refuse"}
        await lab.advance(200)
        assert lab.world.machine("HA", WEB).legs[0].state == "Suspended"

    in_lab(check)


def test_a_reset_to_nothing_changes_nothing(in_lab: InLab) -> None:
    async def check(lab: Lab) -> None:
        await lab.advance(200)
        with pytest.raises(ScenarioError, match="no scenario 'stormy'"):
            await lab.reset("stormy")
        assert lab.world.machine("HA", WEB).legs[0].state == "Suspended"
        await lab.advance(200)
        assert lab.endpoints.listeners["ha"].fault is WireFault.SILENT_TCP

    in_lab(check)
