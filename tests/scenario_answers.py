"""What consoles say of a scenario: one that saw it begin, the same started again, one that knows nothing."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from drconsole.cli import wiring
from drconsole.cli.answers import encoded, list_answer
from drconsole.cli.lab_place import config_of
from drconsole.config.load import load
from drconsole.domain.place import Place
from drconsole.domain.snapshot import EndpointState
from drconsole.inventory import Inventory
from drconsole.lab.scenario_form import Said, Scenario
from tests.lab import LabProcess

PATIENCE_S = 120.0
# A busy machine must come as far as a connection in it.
DEAD_BUDGET_S = 3.0
DYING_BUDGET_S = 8.0
# Nobody is read but when it is asked for: a read that had begun before something happened would tell of both.
REFRESH_S = 3600.0
ANSWERED = (EndpointState.OK, EndpointState.PARTIAL)
PARTS = ("before", "running", "restarted", "fresh")
COMMAND = [sys.executable, "-m", "drconsole"]

Answer = dict[str, Any]


@dataclass(frozen=True)
class Picture:
    """A ground truth and an answer in one form, to be compared.

    ``endpoints``: name to (state, alarms). ``copies``: (VM id, host or cluster) to (role, alarms, fresh).
    ``workloads``: VM id to alarms, where there are any.
    """

    endpoints: Mapping[str, tuple[str, tuple[str, ...]]]
    copies: Mapping[tuple[str, str], tuple[str, tuple[str, ...], bool]]
    workloads: Mapping[str, tuple[str, ...]]


def answers_of(lab: LabProcess, scenario: Scenario, folder: Path, *, quick: bool) -> dict[str, Answer]:
    """The answers of all parts (``scenario_form.Truth``) from a lab at the scenario's start.

    ``quick``: the engine answers within a moment, so that who dies on the way need not be waited for long.
    """
    folder = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f"{folder.name}-"))
    parts = scenario.truth.parts()
    dead = dict.fromkeys(_dead(parts["before"]), DEAD_BUDGET_S)
    dying = dict.fromkeys(_dead(parts["running"]) - set(dead), DYING_BUDGET_S) if quick else {}
    config = _config(lab, folder, "running", "kept", dying | dead)
    answers: dict[str, Answer] = {}
    inventory = wiring.inventory_of(load(config))
    inventory.start()
    try:
        answers["before"] = _read(inventory, {}, set(dying))
        tries = {status.name: status.next_try for status in inventory.newest().endpoints}
        lab.hurry()
        inventory.read_now()
        answers["running"] = _read(inventory, tries)
    finally:
        inventory.stop()
    for part, state in (("restarted", "kept"), ("fresh", "new")):
        answers[part] = _listed(_config_of(lab, scenario, folder, part, state))
    return answers


def newcomer(lab: LabProcess, scenario: Scenario, folder: Path) -> Path:
    """The configuration of a console that knows nothing, once the scenario's timeline is over."""
    folder.mkdir(parents=True)
    lab.hurry()
    return _config_of(lab, scenario, folder, "fresh", "new")


def told(answer: Answer, scenario: Scenario) -> Picture:
    """What an answer says."""
    known = _places(scenario)
    copies = [(workload, copy) for workload in answer["workloads"] for copy in workload["copies"]]
    picture = {
        known.get(copy["id"], (workload["key"], copy["id"])): (copy["role"], codes(copy), copy["fresh"])
        for workload, copy in copies
    }
    assert len(picture) == len(copies), "a copy is listed twice"
    return Picture(
        {one["name"]: (one["state"], codes(one)) for one in answer["endpoints"]},
        picture,
        {one["key"].removeprefix("hv:"): codes(one) for one in answer["workloads"] if one["alarms"]},
    )


def true(said: Said) -> Picture:
    """What a ground truth says."""
    return Picture(
        {name: (one.state, tuple(sorted(one.alarms))) for name, one in said.endpoints.items()},
        {(one.vm, one.host): (one.role, tuple(sorted(one.alarms)), one.fresh) for one in said.copies},
        {vm: tuple(sorted(alarms)) for vm, alarms in said.workloads.items() if alarms},
    )


def codes(thing: Mapping[str, Any]) -> tuple[str, ...]:
    """The codes of the alarms of a workload, copy or endpoint."""
    return tuple(sorted(alarm["code"] for alarm in thing["alarms"]))


def _places(scenario: Scenario) -> dict[str, tuple[str, str]]:
    """VM and host or cluster of each copy that could be, by its id in answers."""
    where = {one.host or one.cluster or "": one.site for one in scenario.endpoints}
    return {
        Place("hyperv", site, place.lower(), workload.id).id: (workload.id, place)
        for workload in scenario.workloads
        for place, site in where.items()
    }


def _config(lab: LabProcess, folder: Path, name: str, state: str, budgets: Mapping[str, float]) -> Path:
    """A configuration with a state folder, and budgets for some endpoints."""
    content = config_of(lab.description, folder / state)
    for one in content["endpoints"].values():
        one["refresh_s"] = REFRESH_S
    for endpoint, budget_s in budgets.items():
        content["endpoints"][endpoint]["budget_s"] = budget_s
    config = folder / f"{name}.yaml"
    config.write_text(yaml.safe_dump(content), encoding="utf-8")
    return config


def _config_of(lab: LabProcess, scenario: Scenario, folder: Path, part: str, state: str) -> Path:
    budgets = dict.fromkeys(_dead(scenario.truth.parts()[part]), DEAD_BUDGET_S)
    return _config(lab, folder, part, state, budgets)


def _dead(said: Said) -> set[str]:
    return {name for name, one in said.endpoints.items() if one.error == "timed-out"}


def _read(
    inventory: Inventory, tries: Mapping[str, datetime | None], hasty: Set[str] = frozenset()
) -> Answer:
    """The answer when every endpoint was tried anew since ``tries``.

    Args:
        hasty: endpoints with a short budget that do answer: they are asked until they have, however slow this
            machine is, and until no read goes on that would tell of the time before what comes next.
    """
    until = time.monotonic() + PATIENCE_S
    tick = threading.Event()
    while time.monotonic() < until:
        snapshot = inventory.newest()
        missing = [one for one in snapshot.endpoints if one.name in hasty and one.state not in ANSWERED]
        for one in missing:
            if one.next_try and not one.reading:
                inventory.read_now(one.name)
        tried = all(one.next_try not in (None, tries.get(one.name)) for one in snapshot.endpoints)
        if tried and not missing and not (hasty and any(one.reading for one in snapshot.endpoints)):
            answer: Answer = json.loads(encoded(list_answer(snapshot, snapshot.workloads)))
            return answer
        tick.wait(0.02)
    raise AssertionError(f"not every endpoint was tried: {inventory.newest().endpoints}")


def _listed(config: Path) -> Answer:
    """The answer of a console in a process of its own."""
    command = [*COMMAND, "--config", str(config), "list", "--all", "--json", "--wait", str(PATIENCE_S)]
    done = subprocess.run(command, capture_output=True, check=False, timeout=2 * PATIENCE_S)
    told = done.stderr.decode()
    assert (done.returncode, told) == (0, ""), f"exit code {done.returncode}: {told}"
    answer: Answer = json.loads(done.stdout)
    return answer
