"""What the config freezes or arms, as commands, the console and the process of a run take it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from drconsole.cli.permitted import armed_by, frozen_endpoints, frozen_sites, with_frozen
from drconsole.cli.run_process import perform
from drconsole.config.load import load
from drconsole.config.model import Config
from drconsole.domain.bulk import readiness
from drconsole.domain.plan import Readiness
from drconsole.domain.step import Effect
from drconsole.errors import Refused
from drconsole.runs.journal import Journal
from drconsole.runs.store import Store
from tests.runs.plans import order, plan, step
from tests.unit.wrong_configs import GOOD

HERE, THERE = step("1", endpoint="gold"), step("2", endpoint="vc-nj", workload="hv:two")


def config(folder: Path, here: str, there: str) -> Config:
    """A configuration with one endpoint at each of two sites, and what may be changed there."""
    text = GOOD.replace("[isolated]", f"[isolated], changes: {here}")
    path = folder / "c.yaml"
    path.write_text(text.replace("New Jersey: {}", f"New Jersey: {{changes: {there}}}"), encoding="utf-8")
    (folder / "state").mkdir(exist_ok=True)
    return load(path)


def test_what_is_frozen_goes_by_site_and_by_endpoint(tmp_path: Path) -> None:
    estate = config(tmp_path, "never", "ask").estate

    assert frozen_sites(estate) == {"New York": "the config says changes: never"}
    assert frozen_endpoints(estate) == {"gold": "the config says changes: never of New York"}
    assert frozen_endpoints(config(tmp_path, "ask", "armed").estate) == {}


def test_only_the_workload_that_would_be_changed_there_is_blocked(tmp_path: Path) -> None:
    estate = config(tmp_path, "never", "ask").estate

    both = with_frozen(plan([HERE, THERE]), estate)

    assert [[check.readiness for check in one.checks] for one in both.subjects] == [[Readiness.BLOCKED], []]
    assert "New York" in both.subjects[0].checks[0].text
    assert readiness(with_frozen(plan([THERE]), estate)) is Readiness.READY
    looks = step("1", endpoint="gold", effect=Effect.LOOK)
    assert readiness(with_frozen(plan([looks]), estate)) is Readiness.READY


@pytest.mark.parametrize(
    ("here", "there", "armed"),
    [("armed", "armed", True), ("armed", "ask", False), ("ask", "armed", False), ("armed", "never", False)],
)
def test_a_plan_is_armed_where_every_site_that_it_changes_is(
    tmp_path: Path, here: str, there: str, armed: bool
) -> None:
    estate = config(tmp_path, here, there).estate

    assert bool(armed_by(plan([HERE, THERE]), estate)) is armed
    assert bool(armed_by(plan([HERE]), estate)) is (here == "armed")
    assert armed_by(plan([step("1", endpoint="nobody")]), estate) == ""
    assert armed_by(plan([step("1", endpoint="gold", effect=Effect.LOOK)]), estate) == ""


def test_the_process_of_a_run_looks_into_the_config_of_its_own_day(tmp_path: Path) -> None:
    frozen = config(tmp_path, "never", "ask")
    store = Store(frozen.state)
    journal = Journal(store)
    run = journal.create(order(replace(plan([HERE]), environment=frozen.estate.environment)))

    with pytest.raises(Refused, match="gold: the config says changes: never"):
        perform(frozen, journal, run, {})

    assert journal.records(run) == []
    store.close()
