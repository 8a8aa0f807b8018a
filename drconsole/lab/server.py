"""The lab: all simulated hosts and their endpoints in one process, on one loop and one clock."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import UNSET, structs

from drconsole.lab import scenario as scenarios
from drconsole.lab.breaking import HostBreaker
from drconsole.lab.clock import Clock
from drconsole.lab.endpoints import USER, Endpoints
from drconsole.lab.happenings import let_happen
from drconsole.lab.hyperv.act_faults import ActFault
from drconsole.lab.hyperv.clusters import WrongMove
from drconsole.lab.hyperv.model import HyperVWorld
from drconsole.lab.hyperv.populate import build_hosts, change
from drconsole.lab.hyperv.transitions import Refused
from drconsole.lab.powershell.process import Engine
from drconsole.lab.powershell.stubborn import Habit, StubbornEngine
from drconsole.lab.scenario_checks import wrong_act_fault, wrong_happening
from drconsole.lab.scenario_form import (
    ActFaultForm,
    Copy,
    Happening,
    Moment,
    Scenario,
    ScenarioError,
)
from drconsole.lab.timeline import Timeline

EngineMaker = Callable[[HyperVWorld], Awaitable[Engine]]


@dataclass(frozen=True, slots=True)
class Options:
    """How to run a lab: ``cost_s`` is what an object in an answer costs on average, in simulated seconds."""

    scenario: str
    folder: Path
    speed: float = 1.0
    seed: int = 0
    cost_s: float = 0.0


class Lab:
    """A running lab; made by ``start``. All methods belong to its loop."""

    def __init__(self, options: Options, scenario: Scenario, engine: Engine, world: HyperVWorld) -> None:
        self.options = options
        self.name = options.scenario
        self.scenario = scenario
        self.world = world
        self.clock = world.clock
        self.habits: dict[str, Habit] = {}
        self._engine = StubbornEngine(engine, self._habit_of)
        self.endpoints = Endpoints(world, self._engine, options.folder)
        self.world.breaker = HostBreaker(world, self.endpoints)
        self._timeline = Timeline(self.clock, self._befall)
        self._resetting = asyncio.Lock()

    async def open(self) -> None:
        """Bind every endpoint, and begin."""
        await self.endpoints.bind(self.scenario)
        self._arm()
        self.world.changed("the scenario begins")
        self._timeline.restart(self.scenario)

    def _arm(self) -> None:
        """Let the acts go wrong that the scenario wants to, and by chance as the seed has it."""
        self.world.faults.random.seed(self.options.seed)
        self.world.faults.rate = self.scenario.chaos
        for fault in self.scenario.act_faults:
            self.add_act_fault(fault)

    def _habit_of(self, host: str) -> Habit:
        return self.habits.get(host, self.scenario.hosts[host].powershell)

    def add_act_fault(self, form: ActFaultForm) -> None:
        """Let an act go wrong.

        Raises:
            ScenarioError: there is no such cmdlet or host.
        """
        if wrong := list(wrong_act_fault(self.scenario, form)):
            raise ScenarioError("; ".join(wrong))
        values = structs.asdict(form)
        self.world.faults.waiting.append(ActFault(kind=values.pop("fault"), **values))

    async def reset(self, name: str | None = None) -> None:
        """Start the scenario, or another one, anew: state, time, faults, counters and timeline.

        Raises:
            ScenarioError: there is no such scenario, or it is wrong; everything stays as it was.
        """
        scenario = scenarios.load(name or self.name)
        async with self._resetting:
            self._timeline.stop()
            self.clock.advance((datetime.now(UTC) - self.clock.now()).total_seconds())
            self.name, self.scenario = name or self.name, scenario
            self.world.random.seed(self.options.seed)
            self.world.replace(build_hosts(scenario, self.clock.now()))
            self.habits.clear()
            await self.endpoints.bind(self.scenario)
            self._arm()
            self._timeline.restart(self.scenario)

    async def advance(self, seconds: float) -> None:
        """Move the clock; what the timeline has for that time happens at its moment, in order."""
        await self._timeline.advance(seconds)

    async def hurry(self) -> None:
        """Let the rest of the timeline happen now."""
        await self._timeline.hurry()

    async def happen(self, what: Happening) -> None:
        """Do what a scenario or a test wants to happen.

        Raises:
            KeyError: there is no such host, machine or endpoint.
            ScenarioError: it makes no sense in this scenario, or cannot happen now.
        """
        if wrong := list(wrong_happening(self.scenario, what)):
            raise ScenarioError("; ".join(wrong))
        try:
            await let_happen(self, what)
        except (WrongMove, Refused) as error:
            raise ScenarioError(str(error)) from None
        given = {name: told for name, told in structs.asdict(what).items() if told is not UNSET}
        self.world.changed(f"happens: {given}")

    async def _befall(self, moment: Moment) -> None:
        """Let the timeline do something; what cannot happen is a mistake of the scenario, and noted."""
        try:
            await self.happen(moment)
        except (ScenarioError, KeyError) as error:
            self.world.note_unmodelled(f"timeline at {moment.at}: {error}")

    def change_copy(self, host: str, vm: str, fields: Copy) -> None:
        """Change fields of one copy as if somebody had done it on the host.

        Raises:
            KeyError: there is no such host or machine.
            ScenarioError: a value that Hyper-V does not have.
        """
        machine = self.world.machine(host, vm)
        change(self.world.hosts[machine.host], machine, fields, self.clock.now())

    def describe(self) -> dict[str, Any]:
        """What a console's config needs to know."""
        return {
            "scenario": self.name,
            # A scenario in a file has a path as its name; a console takes 64 characters.
            "environment": f"LAB {Path(self.name).stem}"[:64],
            "random_seed": self.options.seed,
            "sites": {
                name: {"test_networks": site.test_networks} for name, site in self.scenario.sites.items()
            },
            "pairs": [list(pair) for pair in self.scenario.pairs],
            "endpoints": self.endpoints.describe(),
            "user": USER,
            "password_file": str(self.endpoints.password_file),
            "folder": str(self.options.folder),
        }

    async def close(self) -> None:
        """End everything: timeline, endpoints, processes."""
        self._timeline.stop()
        await self.world.close()
        await self.endpoints.close()
        await self._engine.close()


async def start(options: Options, make_engine: EngineMaker) -> Lab:
    """Start a lab; it answers on all its endpoints when this returns.

    Raises:
        ScenarioError: there is no such scenario, or it is wrong.
    """
    scenario = scenarios.load(options.scenario)
    if not scenario.endpoints:
        raise ScenarioError(f"{options.scenario}: there are no endpoints")
    options.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    clock = Clock(speed=options.speed)
    hosts = build_hosts(scenario, clock.now())
    world = HyperVWorld(clock, hosts, options.cost_s, random.Random(options.seed))
    lab = Lab(options, scenario, await make_engine(world), world)
    await lab.open()
    return lab
