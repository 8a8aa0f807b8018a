"""``drconsole show --deep``: what looking closely at every copy gives, in text and JSON, on both engines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.contract.commands import run, serving
from tests.contract.hyperv.test_cluster_on_the_lab import CLUSTERED, TEST, WEB

ERP = "e33230c3-88d1-5b8c-97c0-65ab77006545"
# Its statistics ask New Jersey, which is down from the first moment; nobody in a test sees ten minutes pass.
PARTNER_DEAD = f"""
about: New Jersey is down from the beginning.
sites: {{New York: {{}}, New Jersey: {{}}}}
pairs: [[New York, New Jersey]]
hosts:
  NYHV01: {{fqdn: nyhv01.corp.example, switches: [Production]}}
  NJHV01: {{fqdn: njhv01.corp.example, switches: [Production]}}
endpoints:
  - {{name: nyhv01, site: New York, host: NYHV01}}
  - {{name: njhv01, site: New Jersey, host: NJHV01}}
workloads:
  - name: erp-db
    id: {ERP}
    replication: {{frequency: 5m, synced: 2m}}
    copies:
      NYHV01: {{mode: Primary, power: Running, up: 41d, networks: [Production]}}
      NJHV01: {{mode: Replica, networks: [Production]}}
timeline:
  - {{at: 0s, site: New Jersey, state: Down}}
truth:
  endpoints: {{nyhv01: {{state: ok}}, njhv01: {{state: never, error: timed-out, alarms: [silent]}}}}
  copies:
    - {{vm: {ERP}, host: NYHV01, role: ORIGINAL}}
"""


def lab(scenario: str, home: Path, *arguments: str) -> Iterator[Path]:
    """The configuration of a served lab."""
    file = home / "scenario.yaml"
    file.write_text(scenario, encoding="utf-8")
    words: tuple[str | Path, ...] = ("--scenario", file, "--serve", "--write-config", "lab.yaml", *arguments)
    with serving("lab", *words, home=home) as process:
        assert process.stdout
        assert process.stdout.readline() == f"ready {home / 'lab.yaml'}\n"
        yield home / "lab.yaml"


@pytest.fixture(scope="module", params=["evaluator", pytest.param("powershell", marks=pytest.mark.pwsh)])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A lab with a cluster and a stand-alone host."""
    real = request.param == "powershell"
    arguments = ("--powershell", str(request.getfixturevalue("pwsh"))) if real else ()
    scenario = CLUSTERED.replace("NJCL02RIGHTS", "rights: true")
    yield from lab(scenario, tmp_path_factory.mktemp("served"), *arguments)


@pytest.fixture
def partner_dead(tmp_path: Path) -> Iterator[Path]:
    """A lab of which one site is down: it is given up soon, the other one has as long as it takes."""
    for served in lab(PARTNER_DEAD, tmp_path):
        content = yaml.safe_load(served.read_text(encoding="utf-8"))
        content["endpoints"]["nyhv01"]["budget_s"] = 60
        content["endpoints"]["njhv01"]["budget_s"] = 2
        patient = served.with_name("patient.yaml")
        patient.write_text(yaml.safe_dump(content), encoding="utf-8")
        yield patient


def show(served: Path, *arguments: str) -> str:
    """What ``show`` prints; slow machines get the time they need."""
    ran = run("--config", served, "show", *arguments, "--wait", "60", home=served.parent)
    assert (ran.returncode, ran.stderr) == (0, "")
    return ran.stdout


def test_text(served: Path) -> None:
    text = show(served, f"hv:{WEB}", "--deep", "--width", "100")
    assert "REPLICA at New Jersey, read deep just now on NJCL02, whose clock said " in text
    assert "ORIGINAL at New York, read deep just now, whose clock said " in text
    assert text.count("   recovery point of ") == 3
    rows = {line[3:17].strip(): line[18:] for line in text.splitlines()[:20] if line.startswith("   ")}
    assert "3, newest " in rows["points"]
    assert "3 crash" in rows["consistency"]
    assert rows["networks"].split() == ["no", "adapters", "Production", "Production;", "Isolated"]
    assert rows["starts itself"].split()[-1] == "no"
    assert f"its test copy is the VM {TEST}" in text
    assert max(map(len, text.splitlines())) <= 100


def test_statistics_come_too(served: Path) -> None:
    # They are hardly waited for: on a slow machine they come in time once in a while.
    texts = (show(served, f"hv:{WEB}", "--deep", "--width", "120") for _ in range(20))
    assert any("statistics of the simple relationship, just now: cycles " in text for text in texts)


def answers(served: Path, key: str) -> dict[str, dict[str, Any]]:
    """What the deep reads of a workload's copies answer to machines, by role."""
    answer = json.loads(show(served, key, "--json", "--deep"))
    roles = {copy["id"]: copy["role"] for copy in answer["workload"]["copies"]}
    return {roles[one["copy"]]: one for one in answer["deep"]}


def test_json_and_only_when_asked(served: Path) -> None:
    assert "deep" not in json.loads(show(served, f"hv:{WEB}", "--json"))
    told = answers(served, f"hv:{WEB}")
    assert set(told) == {"ORIGINAL", "REPLICA", "TEST COPY"}
    replica = told["REPLICA"]
    assert (replica["error"], replica["node"], replica["test_vm"]) == (None, "NJCL02", TEST)
    assert [point["consistency"] for point in replica["points"]] == ["crash"] * 3
    assert replica["taken_at"]
    assert replica["clock"]
    assert [(one["network"], one["unread"]) for one in replica["networks"]] == [("Production", [])]
    (leg,) = replica["relationships"]
    assert (leg["kind"], leg["mode"], leg["state"]) == ("Simple", "Replica", "Replicating")
    assert told["ORIGINAL"]["points"] == []
    assert told["ORIGINAL"]["node"] is None
    assert told["TEST COPY"]["statistics"]["state"] == "not-asked"


def test_a_dead_partner_holds_nothing_up(partner_dead: Path) -> None:
    words = ("--config", partner_dead, "show", "erp-db", "--deep", "--wait", "60")
    ran = run(*words, home=partner_dead.parent)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "ORIGINAL at New York, read deep just now" in ran.stdout
    assert "   statistics: not answered yet\n" in ran.stdout
    told = run(*words, "--json", home=partner_dead.parent)
    (original,) = json.loads(told.stdout)["deep"]
    statistics = original["statistics"]
    assert (statistics["state"], statistics["error"], statistics["relationships"]) == ("waiting", None, [])
    assert [one["network"] for one in original["networks"]] == ["Production"]


def test_what_was_broken_off_leaves_no_shell_behind(partner_dead: Path) -> None:
    run("--config", partner_dead, "show", "erp-db", "--deep", "--wait", "60", home=partner_dead.parent)
    (listed,) = partner_dead.parent.glob("**/shells/nyhv01.jsonl")
    assert listed.read_text(encoding="utf-8") == ""
