"""Runs by command on the lab: confirmed, done in a process of their own, read back, taken up again."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from drconsole.runs.locks import is_alive
from tests.contract.commands import PROGRAM, Terminal, environment, patient
from tests.contract.run_site import ALLOWED, Site, site_on
from tests.lab import LabPool

VM = "11111111-1111-4111-8111-111111111111"
TWIN = "22222222-2222-4222-8222-222222222222"
WEB = f"hv:{VM}"
NAME = "11111111"
TWICE = ("--option", "network=none", "--option", "network=none")
WORLD = f"""
about: Two hosts protect each other; two workloads have one name, which is a hostile one.
sites: {{New York: {{test_networks: [Isolated]}}, New Jersey: {{test_networks: [Isolated]}}}}
pairs: [[New York, New Jersey]]
hosts:
  NYHV01: {{fqdn: nyhv01.corp.example, switches: [Production, Isolated]}}
  NJHV01: {{fqdn: njhv01.corp.example, switches: [Production, Isolated]}}
endpoints:
  - {{name: nyhv01, site: New York, host: NYHV01}}
  - {{name: njhv01, site: New Jersey, host: NJHV01}}
workloads:
  - name: "web'; rm *\\e[2J"
    id: {VM}
    replication: {{frequency: 5m, synced: 2m}}
    copies:
      NYHV01: {{mode: Primary, power: Running, networks: [Production]}}
      NJHV01: {{mode: Replica, points: 3, networks: [Production]}}
  - name: "web'; rm *\\e[2J"
    id: {TWIN}
    replication: {{frequency: 5m, synced: 2m}}
    copies:
      NYHV01: {{mode: Primary, power: Running, networks: [Production]}}
      NJHV01: {{mode: Replica, points: 3, networks: [Production]}}
truth:
  endpoints: {{nyhv01: {{state: ok}}, njhv01: {{state: ok}}}}
  copies:
    - {{vm: {VM}, host: NYHV01, role: ORIGINAL}}
    - {{vm: {VM}, host: NJHV01, role: REPLICA}}
    - {{vm: {TWIN}, host: NYHV01, role: ORIGINAL}}
    - {{vm: {TWIN}, host: NJHV01, role: REPLICA}}
"""


class Web(Site):
    """What is done to web."""

    def do(self, operation: str, *more: str) -> dict[str, Any]:
        """An operation on web that must end done; the run."""
        ran = self.run("run", operation, WEB, *ALLOWED, NAME, "--json", *more)
        assert (ran.returncode, ran.stderr) == (0, "")
        answer: dict[str, Any] = json.loads(ran.stdout)
        assert answer["state"] == "done"
        return answer

    def roles(self, key: str = WEB) -> dict[str, str]:
        """The role of each copy by endpoint."""
        return super().roles(key)

    def twin(self) -> list[dict[str, str]]:
        """Whatever is of the workload that has the same name, but for what its guest goes on writing."""
        return self.machines_of(TWIN)


@pytest.fixture(scope="module")
def labs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPool]:
    """A lab whose time goes fast."""
    pool = LabPool(tmp_path_factory.mktemp("labs"))
    yield pool
    pool.stop()


@pytest.fixture
def site(labs: LabPool, tmp_path: Path) -> Iterator[Web]:
    """A small world on the evaluator, with a state of its own; its time goes fast."""
    with _site(labs, tmp_path, None) as made:
        yield made
    labs.check()


@contextmanager
def _site(labs: LabPool, tmp_path: Path, program: str | None) -> Iterator[Web]:
    with site_on(labs, tmp_path, WORLD, program) as made:
        yield Web(made.lab, made.home)


def test_a_plan_says_what_would_be_done_and_changes_nothing(site: Web) -> None:
    before = site.roles()
    ran = site.run("plan", "test-failover", WEB, "--commands")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "1  njhv01  make the test copy" in ran.stdout
    assert "Start-VMFailover" in ran.stdout
    plan = site.json("plan", "planned-failover", WEB)
    assert plan["readiness"] == "ready"
    assert plan["confirm"] == NAME
    turn = plan["subjects"][0]["point_of_no_return"]
    assert next(s["action"] for s in plan["steps"] if s["id"] == turn) == "fail-over"
    assert site.roles() == before
    assert site.json("runs")["runs"] == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("plan", "stop-test", WEB), 4, "no test is running"),
        (("plan", "walk-the-dog", WEB), 64, "no operation"),
        (("plan", "test-failover", "nobody"), 64, "no workload"),
        (("plan", "test-failover", WEB, "--option", "point"), 64, "NAME=VALUE"),
        (("plan", "test-failover", WEB, "--option", "colour=red"), 64, "no option"),
        (("plan", "test-failover", WEB, *TWICE), 64, "once for each name"),
        (
            ("plan", "test-failover", WEB, "--option", "point=\udcff\u202e"),
            4,
            "no recovery point <U+DCFF><U+202E>",
        ),
        (("run", "test-failover", WEB), 4, "read-only"),
        (("run", "test-failover", WEB, "--allow-changes"), 4, "not confirmed"),
        (("run", "test-failover", WEB, *ALLOWED, "y"), 4, "not confirmed"),
        (("run", "test-failover", WEB, *ALLOWED, f"{NAME}\u200b"), 4, "not confirmed"),
        (("run", "test-failover", WEB, *ALLOWED, "\uff11" * 8), 4, "not confirmed"),
        (("run", "test-failover", WEB, *ALLOWED, f"{NAME}\udcff"), 4, "not confirmed"),
        (("run", "stop-test", WEB, *ALLOWED, NAME), 4, "no test is running"),
        (("runs", "show", "00000000"), 64, "no run"),
        (("runs", "continue", "00000000"), 4, "read-only"),
    ],
)
def test_what_may_not_be_done_is_refused_with_its_own_code(
    site: Web, arguments: tuple[str, ...], code: int, said: str
) -> None:
    ran = site.run(*arguments)
    assert ran.returncode == code
    assert said in ran.stdout + ran.stderr
    assert site.journal.runs() == []


def test_a_cycle_of_test_planned_reverse_and_back(site: Web) -> None:
    home, twin = site.roles(), site.twin()
    assert len(twin) == 2
    tested = site.do("test-failover")
    assert {step["outcome"] for step in tested["steps"]} == {"done"}
    assert all(step["evidence"] for step in tested["steps"])
    assert "TEST COPY" in [copy["role"] for copy in site.json("show", WEB)["copies"]]
    site.do("stop-test")
    site.do("planned-failover")
    assert site.roles() == {"nyhv01": "FORMER ORIGINAL", "njhv01": "RECOVERED"}
    site.do("reverse")
    assert site.roles() == {"nyhv01": "REPLICA", "njhv01": "ORIGINAL"}
    site.do("planned-failover", "--option", "reverse=yes")
    assert site.roles() == home == site.roles(f"hv:{TWIN}")
    assert site.twin() == twin
    verified = site.run("runs", "verify")
    assert (verified.returncode, verified.stdout.count("whole")) == (0, 5)
    site.lab.check_alive()


def test_planned_then_cancelled_leads_home(site: Web) -> None:
    home = site.roles()
    site.do("planned-failover")
    site.roles()
    site.do("cancel")
    assert site.roles() == home
    codes = {alarm["code"] for copy in site.json("show", WEB)["copies"] for alarm in copy["alarms"]}
    assert "record-gone" not in codes


def test_a_killed_console_neither_stops_nor_repeats_its_run(site: Web) -> None:
    words = ("--config", site.config, "run", "planned-failover", WEB, *ALLOWED, NAME)
    console = subprocess.Popen(
        [*PROGRAM, *patient(words)],
        env=environment(site.home),
        cwd=site.home,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    ident = site.await_run(console)
    site.await_record(ident, "1", "intent")
    os.killpg(console.pid, signal.SIGKILL)
    console.wait()
    followed = site.run("runs", "follow", ident, "--json")
    assert followed.returncode == 0
    assert json.loads(followed.stdout)["state"] == "done"
    intents = [r.step for r in site.journal.records(ident) if r.kind == "intent"]
    assert sorted(intents) == sorted(set(intents))
    assert site.roles() == {"nyhv01": "FORMER ORIGINAL", "njhv01": "RECOVERED"}


def test_a_vanished_terminal_does_not_touch_its_run(site: Web) -> None:
    terminal = Terminal(
        *("--config", site.config, "run", "test-failover", WEB, *ALLOWED, NAME), home=site.home
    )
    ident = site.await_run(terminal.process)
    site.await_record(ident, "1", "intent")
    terminal.vanish()
    assert site.run("runs", "follow", ident).returncode == 0


def test_ctrl_c_ends_the_looking_and_not_the_run(site: Web) -> None:
    terminal = Terminal(
        *("--config", site.config, "run", "test-failover", WEB, *ALLOWED, NAME), home=site.home
    )
    ident = site.await_run(terminal.process)
    site.await_record(ident, "1", "intent")
    terminal.process.send_signal(signal.SIGINT)
    assert f"runs follow {ident}" in terminal.until("goes on without this")
    assert terminal.end() == 130
    assert site.run("runs", "follow", ident).returncode == 0


def test_a_killed_run_is_interrupted_and_continued_by_a_person_alone(site: Web) -> None:
    terminal = Terminal(
        *("--config", site.config, "run", "planned-failover", WEB, *ALLOWED, NAME), home=site.home
    )
    ident = site.await_run(terminal.process)
    site.await_record(ident, "1", "handle")
    (pid,) = (int(record.body.rpartition("pid ")[2].rstrip('"}')) for record in _taken(site, ident))
    os.kill(pid, signal.SIGKILL)
    assert "its process is gone" in terminal.until("runs continue")
    assert terminal.end() == 3
    assert not is_alive(site.home / "state", ident)
    assert site.json("runs")["runs"][0]["state"] == "interrupted"
    held = site.run("run", "test-failover", WEB, *ALLOWED, NAME)
    assert held.returncode == 4
    assert f"run {ident} is open" in held.stderr
    refused = site.run("runs", "retry", ident, "--allow-changes")
    assert refused.returncode == 4
    went_on = site.run("runs", "continue", ident, "--allow-changes")
    assert went_on.returncode == 0, went_on.stdout + went_on.stderr
    assert site.roles() == {"nyhv01": "FORMER ORIGINAL", "njhv01": "RECOVERED"}
    site.lab.check_alive()


def _taken(site: Web, ident: str) -> list[Any]:
    return [record for record in site.journal.records(ident) if record.kind == "taken"]


def test_passwords_go_through_the_pipe_alone(site: Web) -> None:
    terminal = Terminal(
        *("--config", site.config, "run", "test-failover", WEB, *ALLOWED, NAME), home=site.home
    )
    ident = site.await_run(terminal.process)
    site.await_record(ident, "1", "intent")
    (pid,) = (int(record.body.rpartition("pid ")[2].rstrip('"}')) for record in _taken(site, ident))
    secret = site.lab.password.encode()
    for what in ("cmdline", "environ"):
        assert secret not in Path(f"/proc/{pid}/{what}").read_bytes()
    assert os.getsid(pid) == pid
    terminal.end()
    for file in (site.home / "state").rglob("*"):
        if file.is_file():
            assert secret not in file.read_bytes(), file


def test_a_question_is_told_and_answered_by_command(site: Web) -> None:
    """The guest does not obey: its shutdown fails, and whether it is turned off a person says."""
    site.lab.act_fault("Stop-VM", "no-effect", vm=VM)
    asked = site.run("run", "planned-failover", WEB, *ALLOWED, NAME)
    assert asked.returncode == 3
    assert "did not shut down in time. Turn it off?" in asked.stdout
    (told,) = site.json("runs")["runs"]
    assert (told["state"], [one["step"] for one in told["questions"]]) == ("asking", ["2"])
    assert site.run("runs", "answer", told["run"], "yes").returncode == 4
    assert site.run("runs", "answer", told["run"], "perhaps", "--allow-changes").returncode == 64
    assert site.run("runs", "answer", told["run"], "7", "yes", "--allow-changes").returncode == 4
    answered = site.run("runs", "answer", told["run"], "yes", "--allow-changes", "--json")
    assert answered.returncode == 0, answered.stdout
    outcomes = {step["id"]: step["outcome"] for step in json.loads(answered.stdout)["steps"]}
    assert (outcomes.pop("1"), set(outcomes.values())) == ("failed", {"done"})
    assert site.roles() == {"nyhv01": "FORMER ORIGINAL", "njhv01": "RECOVERED"}


def test_a_point_that_nobody_can_tell_is_asked_about_before_the_start(site: Web) -> None:
    """The host names it in its answer alone, and that is lost: the test copy is made, and not started."""
    (replica,) = (copy for copy in site.json("show", WEB, "--deep")["deep"] if copy["points"])
    point = replica["points"][0]["id"]
    chosen = ("test-failover", WEB, "--option", f"point={point}")
    assert "asks first, if the answer of step 1 is lost" in site.run("plan", *chosen).stdout
    site.lab.act_fault("Start-VMFailover", "shell-dies", vm=VM)
    asked = site.run("run", *chosen, *ALLOWED, NAME)
    assert asked.returncode == 3, asked.stdout + asked.stderr
    assert f"whether it is of the point {point}" in asked.stdout
    (told,) = site.json("runs")["runs"]
    powers = {one["power"] for one in site.lab.machines() if one["mode"] == "TestReplica"}
    assert powers == {"Off"}
    answered = site.run("runs", "answer", told["run"], "yes", "--allow-changes")
    assert answered.returncode == 0, answered.stdout + answered.stderr
    assert "TEST COPY" in [copy["role"] for copy in site.json("show", WEB)["copies"]]


def test_what_failed_is_led_back_or_done_again_by_command(site: Web) -> None:
    home = site.roles()
    for say, code, roles in (
        (("answer", "back"), 1, home),
        (("retry",), 0, {"nyhv01": "FORMER ORIGINAL", "njhv01": "RECOVERED"}),
    ):
        site.lab.act_fault("Start-VMFailover", "fails", vm=VM, text="The disk is full.")
        failed = site.run("run", "planned-failover", WEB, *ALLOWED, NAME)
        assert failed.returncode == 1
        assert "The disk is full." in failed.stdout
        told = site.json("runs")["runs"][0]
        assert (told["state"], told["offers"]) == ("failed", [WEB])
        assert f"drconsole runs answer {told['run']} back" in failed.stdout
        verb, *more = say
        ran = site.run("runs", verb, told["run"], *more, "--allow-changes")
        assert ran.returncode == code, ran.stdout + ran.stderr
        assert ("failed, and led back" in ran.stdout) is ("back" in say)
        assert site.roles() == roles
    assert site.run("runs", "verify").returncode == 0


def test_a_run_is_cancelled_and_abandoned_by_command(site: Web) -> None:
    site.lab.act_fault("Stop-VM", "no-effect", vm=VM)
    site.run("run", "planned-failover", WEB, *ALLOWED, NAME)
    (told,) = site.json("runs")["runs"]
    assert site.run("runs", "abandon", told["run"]).returncode == 0
    assert site.run("runs", "follow", told["run"]).returncode == 3
    assert site.json("runs")["runs"][0]["state"] == "abandoned"
    assert site.journal.holders() == {}
    assert site.run("runs", "cancel", told["run"]).returncode == 4


def _cycle(site: Web) -> list[tuple[str, ...]]:
    """A failover there and back; what its journal tells, without times, ids and handles."""
    told = []
    for operation, more in (
        ("planned-failover", ()),
        ("reverse", ()),
        ("planned-failover", ("--option", "reverse=yes")),
    ):
        for step in site.do(operation, *more)["steps"]:
            evidence = sorted(fact["what"] for fact in step["evidence"])
            told.append((operation, step["id"], step["endpoint"], step["title"], step["outcome"], *evidence))
    return told


@pytest.mark.slow
@pytest.mark.pwsh
def test_both_engines_leave_equal_journals(labs: LabPool, tmp_path: Path, pwsh: Path) -> None:
    told = []
    for name, program in (("evaluator", None), ("powershell", str(pwsh))):
        (tmp_path / name).mkdir()
        with _site(labs, tmp_path / name, program) as site:
            told.append(_cycle(site))
        labs.check()
    assert told[0] == told[1]
    assert len(told[0]) > 20
