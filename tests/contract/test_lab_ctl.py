"""``drconsole lab ctl``: it finds the lab that is meant, lets things happen there, and refuses in words."""

from __future__ import annotations

import json
import re
import stat
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from drconsole.lab.hyperv.act_faults import ActKind
from drconsole.lab.wire_faults import WireFault
from tests.contract.commands import run, serving

WEB = "11111111-1111-4111-8111-111111111111"
OTHER = f"""
about: another scenario, whose machine has a hostile name and runs at both sites
sites: {{A: {{}}, B: {{}}}}
pairs: [[A, B]]
hosts: {{HA: {{fqdn: ha.example, switches: [LAN]}}, HB: {{fqdn: hb.example, switches: [LAN]}}}}
endpoints: [{{name: ha, site: A, host: HA}}, {{name: hb, site: B, host: HB}}]
workloads:
  - name: "we\\e[2Jb"
    id: {WEB}
    copies:
      HA: {{power: Running, networks: [LAN]}}
      HB: {{power: "Off", networks: [LAN]}}
truth:
  endpoints: {{ha: {{state: ok}}, hb: {{state: ok}}}}
  copies: [{{vm: {WEB}, host: HA, role: UNPROTECTED}}, {{vm: {WEB}, host: HB, role: LEFTOVER}}]
"""


class Ctl:
    """A lab that is served, and its control by command."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.config = home / "lab.yaml"

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """One command; what it answers."""
        return run("--config", self.config, "lab", "ctl", *words, home=self.home)

    def json(self, *words: str) -> dict[str, Any]:
        """What it tells machines."""
        ran = self.run(*words, "--json")
        assert ran.stderr == ""
        told: dict[str, Any] = json.loads(ran.stdout)
        return told


@pytest.fixture(scope="module")
def ctl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ctl]:
    """A lab of two hosts whose clock stands still."""
    made = Ctl(tmp_path_factory.mktemp("home"))
    (made.home / "other.yaml").write_text(OTHER, encoding="utf-8")
    words = ("lab", "--serve", "--speed", "0", "--write-config", "lab.yaml")
    with serving(*words, home=made.home) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("ready ")
        yield made


def test_its_time_goes_as_far_as_it_is_told(ctl: Ctl) -> None:
    assert ctl.run("reset", "steady").returncode == 0
    before, after = ctl.json("alive"), ctl.json("advance", "3600")
    assert before["now"][:10] <= after["now"][:10]
    assert before["now"][14:19] == after["now"][14:19]
    assert before["now"][:13] != after["now"][:13]
    assert ctl.run("hurry").returncode == 0


def test_an_endpoint_falls_silent_and_is_healed(ctl: Ctl) -> None:
    assert ctl.run("reset", "steady").returncode == 0
    said = ctl.run("fault", "nyhv01", "silent-tcp").stdout
    assert "endpoint  nyhv01  silent-tcp" in said
    assert "endpoint  njhv01  answers" in said
    assert ctl.json("fault", "nyhv01", "none")["endpoints"]["nyhv01"] is None


def test_two_alive_are_told_by_words_and_by_the_exit_code(ctl: Ctl) -> None:
    assert ctl.run("reset", "other.yaml").returncode == 0
    quiet = ctl.run("alive")
    assert (quiet.returncode, "no workload was alive twice" in quiet.stdout) == (0, True)
    started = {"host": "HB", "vm": WEB, "set": {"power": "Running"}}
    assert ctl.run("happen", json.dumps(started)).returncode == 0
    seen = ctl.run("alive")
    assert seen.returncode == 1
    assert "TWO ALIVE" in seen.stdout
    assert "\x1b" not in seen.stdout


def test_machines_and_what_their_disks_hold(ctl: Ctl) -> None:
    assert ctl.run("reset", "other.yaml").returncode == 0
    (running, off) = ctl.json("machines")["machines"]
    assert (running["power"], off["power"]) == ("Running", "Off")
    assert "we␛[2Jb  Running" in ctl.run("machines").stdout
    disks = ctl.json("fingerprints")["disks"]
    assert {(one["host"], one["vm"]) for one in disks} == {("HA", WEB), ("HB", WEB)}
    lines = ctl.run("fingerprints").stdout.splitlines()
    assert [one["fingerprint"][:16] in line for one, line in zip(disks, lines, strict=True)] == [True] * 2


def test_reset_writes_the_configuration_of_the_other_scenario(ctl: Ctl) -> None:
    assert ctl.run("reset", "steady").returncode == 0
    assert "nyhv01" in ctl.config.read_text(encoding="utf-8")
    assert ctl.json("reset", "other.yaml")["environment"] == "LAB other"
    text = ctl.config.read_text(encoding="utf-8")
    assert ("environment: LAB other" in text, "nyhv01" in text) == (True, False)
    assert run("--config", ctl.config, "list", "--all", "--json", home=ctl.home).returncode == 0


def test_acts_are_let_go_wrong(ctl: Ctl) -> None:
    assert ctl.run("reset", "steady").returncode == 0
    told = ctl.run("act-fault", "Stop-VM", "no-effect", "--host", "NYHV01", "--occurrence", "2")
    assert told.stdout == "Stop-VM  no-effect  any VM  NYHV01  act 2, 0 seen\n"
    assert ctl.run("requests").stdout.startswith("{")
    assert (ctl.run("unmodelled").returncode, ctl.run("unmodelled").stdout) == (0, "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("fault", "nyhv99", "refuse"), "there is no endpoint nyhv99"),
        (("fault", "nyhv01", "shy"), "there are: refuse, silent-tcp, "),
        (("act-fault", "Stop-VM", "shy"), "there are: fails, no-effect, "),
        (("advance", "-1"), "-1"),
        (("advance", "nan"), "not a number"),
        (("happen", "{"), "no JSON object"),
        (("reset", "nowhere"), "nowhere"),
        (("act-fault", "Stop-It", "fails"), "no such cmdlet"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(ctl: Ctl, words: tuple[str, ...], said: str) -> None:
    ran = ctl.run(*words)
    assert (ran.returncode, ran.stdout) == (64, "")
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(("command", "kinds"), [("fault", WireFault), ("act-fault", ActKind)])
def test_the_help_names_every_fault(command: str, kinds: type[StrEnum], tmp_path: Path) -> None:
    said = run("lab", "ctl", command, "--help", home=tmp_path).stdout
    words = set(re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)*", said.partition("FAULT is ")[2]))
    assert {str(kind) for kind in kinds} <= words


def test_options_of_a_start_are_refused_beside_a_lab_that_runs(ctl: Ctl) -> None:
    ran = run("--config", ctl.config, "lab", "--speed", "9", "ctl", "alive", home=ctl.home)
    assert (ran.returncode, "none of: speed" in ran.stderr) == (64, True)


def test_the_side_file_is_for_its_owner_alone_and_its_token_in_no_config(ctl: Ctl) -> None:
    side = ctl.home / "lab.yaml.lab" / "control.json"
    assert stat.S_IMODE(side.stat().st_mode) == 0o600
    assert json.loads(side.read_bytes())["token"] not in ctl.config.read_text(encoding="utf-8")


def test_the_variable_names_a_lab_too(ctl: Ctl) -> None:
    more = {"DRCONSOLE_CONFIG": str(ctl.config)}
    assert run("lab", "ctl", "alive", home=ctl.home, more=more).returncode in (0, 1)


def test_without_a_lab_it_says_how_to_start_one(tmp_path: Path) -> None:
    more = {"TMPDIR": str(tmp_path)}
    nobody = run("lab", "ctl", "alive", home=tmp_path, more=more)
    assert (nobody.returncode, nobody.stdout) == (64, "")
    assert "No lab runs" in nobody.stderr
    assert "drconsole lab --serve" in nobody.stderr
    named = run("--config", "my.yaml", "lab", "ctl", "alive", home=tmp_path, more=more)
    assert (named.returncode, "No lab runs with the configuration my.yaml" in named.stderr) == (64, True)


def test_a_lab_without_a_name_is_found_where_it_is_the_only_one(tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    more = {"TMPDIR": str(temporary)}
    with ExitStack() as stack:
        for found in (0, 64):
            process = stack.enter_context(serving("lab", "--serve", home=tmp_path, more=more))
            assert process.stdout
            assert process.stdout.readline().startswith("ready ")
            ran = run("lab", "ctl", "alive", home=tmp_path, more=more)
            assert ran.returncode == found, ran.stderr
    assert "2 labs run" in ran.stderr
    assert run("lab", "ctl", "alive", home=tmp_path, more=more).returncode == 64


def test_a_lab_that_was_killed_is_not_taken_for_one_that_runs(tmp_path: Path) -> None:
    folder = tmp_path / "lab.yaml.lab"
    folder.mkdir()
    # Nobody listens at the port 1.
    (folder / "control.json").write_text('{"url": "http://127.0.0.1:1", "token": "x"}', encoding="utf-8")
    ran = run("--config", "lab.yaml", "lab", "ctl", "advance", "5", home=tmp_path)
    assert ran.returncode == 64
    assert "does not run any more" in ran.stderr
