"""Several workloads in one run by command: tiers of priority, limits of endpoints, and who asks alone."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from drconsole.cli import planning
from drconsole.cli.starting import started
from drconsole.config.load import load
from drconsole.domain.plan import Operation
from drconsole.runs.chain import Record
from drconsole.runs.ordering import Permission
from drconsole.runs.schedule import AT_ONCE
from tests.contract.run_site import ALLOWED, Site, site_on
from tests.lab import LabPool

# The step of a test failover that waits for the heartbeat.
HEARTBEAT = 5
NAMES = ("dc", "sql", "web", "mail", "print", "scan")


def vm(name: str) -> str:
    """The Id of a workload's VM."""
    return f"{NAMES.index(name) + 1}0000000-1111-4111-8111-111111111111"


def key(name: str) -> str:
    """A workload's key."""
    return f"hv:{vm(name)}"


def _copies() -> Iterator[str]:
    for name in NAMES:
        yield f"    - {{vm: {vm(name)}, host: NYHV01, role: ORIGINAL}}"
        yield f"    - {{vm: {vm(name)}, host: NJHV01, role: REPLICA}}"


def _workloads() -> Iterator[str]:
    for name in NAMES:
        yield f"  - name: {name}\n    id: {vm(name)}"
        yield "    replication: {frequency: 5m, synced: 2m}\n    copies:"
        yield "      NYHV01: {mode: Primary, power: Running, networks: [Production]}"
        yield "      NJHV01: {mode: Replica, points: 2, networks: [Production]}"


WORLD = "\n".join(
    [
        "about: Two hosts, and six workloads that are replicated from New York to New Jersey.",
        "sites: {New York: {test_networks: [Isolated]}, New Jersey: {test_networks: [Isolated]}}",
        "pairs: [[New York, New Jersey]]",
        "hosts:",
        "  NYHV01: {fqdn: nyhv01.corp.example, switches: [Production, Isolated]}",
        "  NJHV01: {fqdn: njhv01.corp.example, switches: [Production, Isolated]}",
        "endpoints:",
        "  - {name: nyhv01, site: New York, host: NYHV01}",
        "  - {name: njhv01, site: New Jersey, host: NJHV01}",
        "workloads:",
        *_workloads(),
        "truth:",
        "  endpoints: {nyhv01: {state: ok}, njhv01: {state: ok}}",
        "  copies:",
        *_copies(),
        "",
    ]
)


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPool]:
    """A lab whose time goes fast."""
    pool = LabPool(tmp_path_factory.mktemp("labs"))
    yield pool
    pool.stop()


@pytest.fixture
def site(labs: LabPool, tmp_path: Path) -> Iterator[Site]:
    """Six workloads on the evaluator; the config says nothing of them."""
    with site_on(labs, tmp_path, WORLD) as made:
        yield made
    labs.check()


def begun_and_served(records: list[Record], number: int) -> tuple[int, int]:
    """Where in a run's records the first step of its n-th workload began, and its heartbeat was there."""
    own = [r for r in records if r.step.startswith(f"{number}.")]
    (served,) = (r.seq for r in own if r.kind == "outcome" and r.step == f"{number}.{HEARTBEAT}")
    return own[0].seq, served


def at_once(records: list[Record]) -> int:
    """How many steps were under way at one time, at most."""
    open_steps: set[str] = set()
    most = 0
    for record in records:
        if record.kind == "outcome":
            open_steps.discard(record.step)
        elif record.step:
            open_steps.add(record.step)
        most = max(most, len(open_steps))
    return most


def the_run(site: Site, *arguments: str) -> tuple[int, dict[str, Any]]:
    """A run to where it needs nobody or somebody: its exit code, and what is told of it."""
    ran = site.run("run", *arguments, "--json")
    assert ran.stderr == ""
    answer: dict[str, Any] = json.loads(ran.stdout)
    return ran.returncode, answer


def test_tiers_go_one_after_the_other_and_all_of_one_tier_at_once(site: Site) -> None:
    tiers = {"sql": 2, "dc": 1, "mail": 1, "web": 5}
    wishes = {key(name): {"priority": tier} for name, tier in tiers.items()}
    site.configure({"workloads": wishes, "proven_days": 30})
    plan = site.json("plan", "test-failover", "web", "sql", "dc", "mail")
    assert [subject["name"] for subject in plan["subjects"]] == ["dc", "mail", "sql", "web"]
    assert [subject["priority"] for subject in plan["subjects"]] == [1, 1, 2, 5]
    assert plan["confirm"] == "4"
    text = site.run("plan", "test-failover", "web", "sql", "dc", "mail").stdout
    heads = [line.rpartition("   ")[2] for line in text.splitlines() if line.startswith("test failover: ")]
    assert heads == [
        "priority 1",
        "priority 1",
        "priority 2, after priority 1",
        "priority 5, after priority 2",
    ]
    unproven = site.run("health")
    assert (unproven.returncode, unproven.stdout.count("not proven")) == (1, len(NAMES))

    code, run = the_run(site, "test-failover", "web", "sql", "dc", "mail", *ALLOWED, "4")

    assert (code, run["state"]) == (0, "done")
    assert {s["title"] for s in run["steps"] if s["id"].endswith(f".{HEARTBEAT}")} == {
        "wait for its heartbeat"
    }
    records = site.journal.records(run["run"])
    (dc, mail, sql, web) = (begun_and_served(records, n) for n in (1, 2, 3, 4))
    assert max(dc[0], mail[0]) < min(dc[1], mail[1]), "one tier goes side by side"
    assert max(dc[1], mail[1]) < sql[0] <= sql[1] < web[0], "tier after tier"
    tested = {one["workload"]: one["proven"] for one in proven(site)}
    assert {name for name in NAMES if tested[key(name)]} == set(tiers)
    assert site.run("health").stdout.count("not proven") == len(NAMES) - len(tiers)
    _, told, *_ = site.run("show", "web").stdout.splitlines()
    assert told.startswith(" proven ")
    assert told.endswith("; a test counts for 30 days")
    assert "by no test-failover of this console yet" in site.run("show", "scan").stdout


def proven(site: Site) -> list[dict[str, Any]]:
    """Each workload with when it was proven."""
    told = site.json("list")["workloads"]
    return [{"workload": one["key"], "proven": one["proven"]} for one in told]


def test_one_workload_that_is_named_in_three_ways_is_one(site: Site) -> None:
    plan = site.json("plan", "test-failover", "web", key("web"), key("web")[:12])
    assert ([one["name"] for one in plan["subjects"]], plan["confirm"]) == (["web"], "web")
    assert [step["id"] for step in plan["steps"]][:2] == ["1", "2"]


@pytest.mark.parametrize("said", ["", "5", "7", "dc", "y"])
def test_the_number_of_workloads_is_confirmed_and_nothing_else(site: Site, said: str) -> None:
    ran = site.run("run", "test-failover", *NAMES, *ALLOWED, said)

    assert ran.returncode == 4
    assert "the number of workloads is asked" in ran.stderr
    assert site.journal.runs() == []


def test_one_endpoint_is_given_a_few_steps_at_once(site: Site) -> None:
    before = site.machines_of(*map(vm, NAMES))

    code, run = the_run(site, "test-failover", *NAMES, *ALLOWED, str(len(NAMES)))

    assert (code, run["state"]) == (0, "done")
    assert len(NAMES) > AT_ONCE
    assert at_once(site.journal.records(run["run"])) == AT_ONCE
    assert the_run(site, "stop-test", *NAMES, *ALLOWED, str(len(NAMES)))[0] == 0
    assert site.machines_of(*map(vm, NAMES)) == before


def test_one_that_asks_stops_no_other(site: Site) -> None:
    site.configure({"workloads": {key("dc"): {"priority": 1}, key("web"): {"priority": 2}}})
    site.lab.act_fault("Stop-VM", "no-effect", vm=vm("dc"))

    code, run = the_run(site, "planned-failover", "web", "dc", *ALLOWED, "2")

    assert (code, run["state"]) == (3, "asking")
    asking = [step for step in run["steps"] if step["outcome"] is None and step["id"].startswith("1.")]
    assert asking
    assert {s["outcome"] for s in run["steps"] if s["id"].startswith("2.")} == {"done"}
    assert site.roles("web") == {"nyhv01": "FORMER ORIGINAL", "njhv01": "RECOVERED"}
    assert site.roles("dc") == {"nyhv01": "ORIGINAL", "njhv01": "REPLICA"}
    answered = site.run("runs", "answer", run["run"], "yes", "--allow-changes")
    assert answered.returncode == 0, answered.stdout + answered.stderr
    assert site.roles("dc") == {"nyhv01": "FORMER ORIGINAL", "njhv01": "RECOVERED"}


def test_one_that_fails_stops_no_other_and_is_retried_alone(site: Site) -> None:
    site.lab.act_fault("Start-VMFailover", "fails", vm=vm("dc"), text="The disk is full.")

    code, run = the_run(site, "test-failover", "web", "dc", *ALLOWED, "2")

    assert (code, run["state"]) == (1, "failed")
    ended = {step["id"]: step["outcome"] for step in run["steps"]}
    (failed,) = (ident for ident, outcome in ended.items() if outcome == "failed")
    well = {outcome for ident, outcome in ended.items() if ident[0] != failed[0]}
    assert well == {"done"}
    again = site.run("runs", "retry", run["run"], "--allow-changes")
    assert again.returncode == 0, again.stdout + again.stderr
    intents = Counter(r.step for r in site.journal.records(run["run"]) if r.kind == "intent")
    assert intents[failed] == 2
    assert all(count == 1 for ident, count in intents.items() if ident != failed)


def test_nothing_is_changed_at_a_frozen_site_and_armed_ones_need_no_switch(site: Site) -> None:
    sites = {name: {"test_networks": ["Isolated"]} for name in ("New York", "New Jersey")}
    site.configure({"sites": {**sites, "New York": {"test_networks": ["Isolated"], "changes": "never"}}})
    frozen = site.run("plan", "planned-failover", "web")
    assert frozen.returncode == 4
    assert "nothing may be changed on nyhv01: the config says changes: never" in frozen.stdout
    assert site.run("run", "planned-failover", "web", *ALLOWED, "web").returncode == 4
    assert site.journal.runs() == []
    code, tested = the_run(site, "test-failover", "web", *ALLOWED, "web")
    assert (code, tested["state"]) == (0, "done"), "a test changes nothing at the frozen site"

    site.configure({"sites": {**sites, "New Jersey": {"test_networks": ["Isolated"], "changes": "armed"}}})
    refused = site.run("run", "stop-test", "web")
    assert (refused.returncode, "not confirmed" in refused.stderr) == (4, True)
    assert the_run(site, "stop-test", "web", "--confirm", "web")[0] == 0
    unarmed = site.run("run", "planned-failover", "web", "--confirm", "web")
    assert (unarmed.returncode, "read-only" in unarmed.stderr) == (4, True)


def test_what_was_frozen_meanwhile_is_not_taken_up_again(site: Site) -> None:
    site.lab.act_fault("Start-VMFailover", "fails", vm=vm("web"), text="The disk is full.")
    code, run = the_run(site, "test-failover", "web", *ALLOWED, "web")
    assert code == 1
    site.configure({"sites": {"New York": {}, "New Jersey": {"changes": "never"}}})

    again = site.run("runs", "retry", run["run"], "--allow-changes")

    assert (again.returncode, "changes: never" in again.stderr) == (4, True)
    assert site.json("runs")["runs"][0]["state"] == "failed"


def test_those_that_can_are_done_without_those_that_cannot(site: Site) -> None:
    """A test runs already of one of three: it stands on top, and the others need not wait for it."""
    assert the_run(site, "test-failover", "dc", *ALLOWED, "dc")[0] == 0
    wanted = ("test-failover", "web", "dc", "sql")
    blocked = site.run("plan", *wanted)
    assert blocked.returncode == 4
    first, *_ = blocked.stdout.splitlines()
    assert first.startswith("test failover: dc")
    assert "2 of 3 could. To go on with those alone: --leave-out-blocked" in blocked.stdout
    assert "drconsole run" not in blocked.stdout
    assert site.run("run", *wanted, *ALLOWED, "3").returncode == 4
    plan = site.json("plan", *wanted, "--leave-out-blocked")
    assert [(one["name"], "test copy exists" in one["why"]) for one in plan["left_out"]] == [("dc", True)]
    assert (plan["confirm"], plan["readiness"]) == ("2", "ready")
    of_three = site.run("run", *wanted, "--leave-out-blocked", *ALLOWED, "3")
    assert (of_three.returncode, "left out: dc: a test copy exists" in of_three.stderr) == (4, True)
    assert len(site.journal.runs()) == 1

    code, run = the_run(site, *wanted, "--leave-out-blocked", *ALLOWED, "2")

    assert (code, run["state"]) == (0, "done")
    assert {step["workload"] for step in run["steps"]} == {key("web"), key("sql")}
    assert [one["key"] for one in run["left_out"]] == [key("dc")]
    told = " ".join(site.run("runs", "show", run["run"]).stdout.split())
    assert "left out: dc: a test copy exists since " in told
    assert "; to clear it: stop the test" in told
    alone = site.json("plan", "test-failover", "web", "mail", "--leave-out-blocked")
    assert (alone["confirm"], [one["name"] for one in alone["subjects"]]) == ("mail", ["mail"])


def test_earlier_runs_tell_how_long_it_takes(site: Site) -> None:
    site.configure({})
    before = site.json("plan", "planned-failover", "web")["subjects"][0]
    assert (before["estimate"], "no run here tells yet" in before["costs"][-1]) == (None, True)
    assert the_run(site, "planned-failover", "web", *ALLOWED, "web")[0] == 0
    after = site.json("plan", "planned-failover", "dc")["subjects"][0]
    assert (after["estimate"]["runs"], after["estimate"]["own"], after["estimate"]["down"]) == (
        1,
        False,
        True,
    )
    assert "from the last run of others" in after["costs"][-1]


def test_nothing_is_begun_by_a_plan_of_another_config(site: Site) -> None:
    """The console was opened before somebody changed which network of the other side stands for one."""
    planned = load(site.config)
    made = planning.planned(planned, Operation.TEST_FAILOVER, ["web"], {}, 20)
    site.configure({"sites": {"New York": {}, "New Jersey": {"test_networks": ["Isolated", "Other"]}}})

    started(planned, site.journal, made, Permission("--allow-changes", "web"))

    ended = site.run("runs", "follow", made.run)
    assert ended.returncode == 4
    assert "the config says something else of the test networks of New Jersey" in ended.stdout
    assert "retry" not in ended.stdout
    assert site.journal.holders() == {}
    assert site.roles("web") == {"nyhv01": "ORIGINAL", "njhv01": "REPLICA"}


STEADY = files("drconsole.lab").joinpath("scenarios/steady.yaml").read_text(encoding="utf-8")


def by_replica(site: Site) -> dict[str, set[str]]:
    """The keys of healthy workloads with a replica, by its endpoint."""
    found: dict[str, set[str]] = {}
    for workload in site.json("list")["workloads"]:
        replicas = [copy for copy in workload["copies"] if copy["role"] == "REPLICA"]
        alarms = [alarm for copy in (workload, *workload["copies"]) for alarm in copy["alarms"]]
        if len(workload["copies"]) == 2 and len(replicas) == 1 and not alarms:
            found.setdefault(replicas[0]["endpoint"], set()).add(workload["key"])
    return found


def test_hosts_and_clusters_are_tested_side_by_side(labs: LabPool, tmp_path: Path) -> None:
    with site_on(labs, tmp_path, STEADY) as site:
        healthy = by_replica(site)
        assert set(healthy) == {"nyhv01", "njhv01", "gold", "goldr2"}
        chosen = [one for found in healthy.values() for one in sorted(found)[:2]]
        before = site.machines_of(*(one.removeprefix("hv:") for one in chosen))
        number = str(len(chosen))

        code, run = the_run(site, "test-failover", *chosen, *ALLOWED, number)

        assert (code, run["state"]) == (0, "done")
        records = site.journal.records(run["run"])
        at = {step["id"]: step["endpoint"] for step in run["steps"]}
        for endpoint in healthy:
            own = [record for record in records if at.get(record.step) == endpoint]
            assert 1 <= at_once(own) <= AT_ONCE, endpoint
        assert at_once(records) > AT_ONCE, "endpoints do not wait for each other"
        assert the_run(site, "stop-test", *chosen, *ALLOWED, number)[0] == 0
        assert site.machines_of(*(one.removeprefix("hv:") for one in chosen)) == before
    labs.check()
