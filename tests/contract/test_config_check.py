"""``drconsole config check`` on the lab: every point of every endpoint, what is missing, and exit codes."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import yaml

from drconsole.config.load import load
from tests.contract.commands import Terminal, run, serving

POINTS = ["reachable", "certificate", "login", "PowerShell", "rights", "version", "clock"]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The configuration of a lab that runs as long as these tests."""
    home = tmp_path_factory.mktemp("served")
    with serving("lab", "--serve", "--write-config", "lab.yaml", home=home) as process:
        assert process.stdout
        assert process.stdout.readline() == f"ready {home / 'lab.yaml'}\n"
        yield home / "lab.yaml"


@pytest.fixture
def content(served: Path) -> dict[str, Any]:
    """What stands in it, to be changed."""
    found: dict[str, Any] = yaml.safe_load(served.read_text())
    return {**found, "state": "state"}


def written(content: dict[str, Any], folder: Path) -> Path:
    path = folder / "c.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path


def checked(config: Path, home: Path, *more: str) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON answer."""
    ran = run("--config", config, "config", "check", "--json", *more, home=home)
    answer: dict[str, Any] = json.loads(ran.stdout)
    return ran.returncode, answer


def endpoint(answer: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in answer["endpoints"] if one["name"] == name)
    return found


def told(one: dict[str, Any], what: str) -> str:
    return "\n".join(f"{f['state']}: {f['text']}" for f in one["findings"] if f["what"] == what)


def test_on_a_lab_in_which_all_is_well_every_point_is_told(served: Path, tmp_path: Path) -> None:
    ran = run("--config", served, "config", "check", home=tmp_path)
    code, answer = checked(served, tmp_path)

    assert (ran.returncode, code, ran.stderr) == (0, 0, "")
    assert answer["state"] == "ok"
    assert [one["name"] for one in answer["endpoints"]] == list(
        yaml.safe_load(served.read_text())["endpoints"]
    )
    for one in answer["endpoints"]:
        assert {finding["state"] for finding in one["findings"]} == {"ok"}
        whats = [finding["what"] for finding in one["findings"] if finding["what"] != "node"]
        assert list(dict.fromkeys(whats)) == POINTS
        assert all(
            shown["trusted"] and shown["issuer"] == "drconsole lab CA" for shown in one["certificates"]
        )
        assert f"ok      {one['name']} ({one['site']}, {one['kind']}, {one['address']})" in ran.stdout
    assert (answer["missing"], answer["unseen"]) == ([], [])
    assert ran.stdout.splitlines()[-1].startswith("4 endpoints: 4 ok.")


def test_workloads_that_no_endpoint_shows_are_told_by_their_keys(
    content: dict[str, Any], served: Path, tmp_path: Path
) -> None:
    listed = json.loads(run("--config", served, "list", "--all", "--json", home=tmp_path).stdout)
    there = listed["workloads"][0]["key"]
    lost, wrong = (f"hv:{digit * 8}-0000-4000-8000-000000000000" for digit in "12")
    content["workloads"] = {there: {"priority": 1}, lost: {"priority": 2}}
    address = {"workload": wrong, "adapter": "A", "to": {"address": "10.2.0.5/24"}}
    content["pairs"][0]["addresses"] = [
        address,
        {
            **address,
            "workload": there,
            "from": {"address": "10.1.0.6/24"},
            "to": {"address": "10.2.0.6/24", "ipv6": {"address": "fd00::6/64"}},
        },
    ]
    config = written(content, tmp_path)

    code, answer = checked(config, tmp_path)
    ran = run("--config", config, "config", "check", home=tmp_path)

    assert (code, ran.returncode, answer["state"]) == (3, 3, "look")
    left, right = (content["pairs"][0][end] for end in ("from", "to"))
    assert answer["unseen"] == [
        {"key": lost, "named_in": "workloads"},
        {"key": wrong, "named_in": f"the addresses of {left} and {right}"},
    ]
    assert f"{lost} stands in the config (workloads), and no endpoint shows it." in ran.stdout
    assert f"{there} stands" not in ran.stdout
    assert answer["one_way"] == [
        {"workload": wrong, "adapter": "A", "family": "IPv4", "site": left},
        {"workload": there, "adapter": "A", "family": "IPv6", "site": left},
    ]
    assert f"A of {wrong} has no IPv4 address for {left}:" in ran.stdout
    content["endpoints"]["gold"]["credentials"] = "nobody"
    content["credentials"]["nobody"] = {"user": "nobody", "password_command": ["echo", "x"]}
    assert checked(written(content, tmp_path), tmp_path)[1]["unseen"] == [], "who is silent may have it"


def test_each_node_of_a_cluster_shows_its_certificate(served: Path, tmp_path: Path) -> None:
    _, answer = checked(served, tmp_path)
    gold = endpoint(answer, "gold")
    nodes = yaml.safe_load(served.read_text())["endpoints"]["gold"]["nodes"]

    assert [one["node"] for one in gold["certificates"]] == [*nodes, None]
    for one in gold["certificates"]:
        host, _, port = (nodes | {None: gold["address"]})[one["node"]].rpartition(":")
        shown = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((host, int(port))))
        assert one["sha256"] == f"sha256:{sha256(shown).hexdigest()}"


def test_what_is_shown_can_be_pinned(content: dict[str, Any], tmp_path: Path) -> None:
    for one in content["endpoints"].values():
        del one["ca_file"]
    before, refused = checked(written(content, tmp_path), tmp_path)
    for name, one in content["endpoints"].items():
        one["pins"] = [shown["sha256"] for shown in endpoint(refused, name)["certificates"]]
    after, answer = checked(written(content, tmp_path), tmp_path)

    assert (before, after) == (1, 0)
    for one in refused["endpoints"]:
        assert not any(shown["trusted"] for shown in one["certificates"])
        assert "failed: " in told(one, "certificate")
        assert "NOT trusted" in told(one, "certificate")
        assert told(one, "login") == ""
    assert all("pinned" in told(one, "certificate") for one in answer["endpoints"])


def test_what_the_config_calls_insecure_is_to_be_looked_at(content: dict[str, Any], tmp_path: Path) -> None:
    del content["endpoints"]["nyhv01"]["ca_file"]
    content["endpoints"]["nyhv01"]["insecure"] = True

    code, answer = checked(written(content, tmp_path), tmp_path)

    assert (code, answer["state"]) == (3, "look")
    assert "look: " in told(endpoint(answer, "nyhv01"), "certificate")
    assert "NOT verified" in told(endpoint(answer, "nyhv01"), "certificate")


def test_a_wrong_password_is_told_at_the_login(content: dict[str, Any], tmp_path: Path) -> None:
    content["credentials"]["lab"] = {"user": "operator", "env": "LAB_PASSWORD"}
    config = written(content, tmp_path)

    ran = run("--config", config, "config", "check", home=tmp_path, more={"LAB_PASSWORD": "wr0ng-c4n4ry"})
    missing = run("--config", config, "config", "check", home=tmp_path)

    assert (ran.returncode, missing.returncode) == (1, 1)
    assert ran.stdout.count("  ok      certificate") == 8
    assert ran.stdout.count("  FAILED  login") == 4
    assert "Warning: The password of credential 'lab' comes from the environment variable" in ran.stderr
    assert "LAB_PASSWORD is not set" in missing.stdout
    assert "c4n4ry" not in ran.stdout + ran.stderr


def test_what_answers_name_and_the_config_lacks_is_listed_with_lines_that_load(
    content: dict[str, Any], tmp_path: Path
) -> None:
    del content["endpoints"]["njhv01"]
    nodes = content["endpoints"]["gold"]["nodes"]
    gone = list(nodes)[-1]
    del nodes[gone]
    config = written(content, tmp_path)

    code, answer = checked(config, tmp_path)
    text = run("--config", config, "config", "check", home=tmp_path).stdout

    assert code == 3
    found = {one["name"]: one for one in answer["missing"]}
    assert set(found) == {gone, "njhv01.corp.example"}
    assert (found[gone]["cluster"], found["njhv01.corp.example"]["cluster"]) == ("gold", None)
    for one in answer["missing"]:
        assert "\n".join(f"  {line}" for line in one["lines"]) in text
        added = yaml.safe_load("\n".join(one["lines"]))["endpoints"]
        for name, more in added.items():
            known = content["endpoints"].setdefault(name, {})
            known |= (
                {**more, "nodes": {**known.get("nodes", {}), **more["nodes"]}} if "nodes" in more else more
            )
    assert [e.name for e in load(written(content, tmp_path)).estate.endpoints][-1] == "njhv01"


def test_dead_endpoints_fail_alone_and_in_their_own_words(tmp_path: Path) -> None:
    command = ("lab", "--serve", "--scenario", "dead-endpoints", "--write-config", "lab.yaml")
    with serving(*command, home=tmp_path) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("ready ")
        with ThreadPoolExecutor() as both:
            text = both.submit(run, "--config", "lab.yaml", "config", "check", "--wait", "12", home=tmp_path)
            code, answer = checked(tmp_path / "lab.yaml", tmp_path, "--wait", "12")
            ran = text.result()

    assert (ran.returncode, code) == (1, 1)
    where = {
        "nyhv01": "answer",
        "nyhv02": "reachable",
        "nyhv03": "answer",
        "njhv01": "answer",
        "njhv02": "certificate",
    }
    for name, what in where.items():
        assert "failed: " in told(endpoint(answer, name), what), name
    assert endpoint(answer, "njhv03")["state"] == "ok"
    assert told(endpoint(answer, "nyhv01"), "reachable").startswith("ok: ")
    # The one that never answers is told last, whatever its place in the file.
    order = re.findall(r"^(?:ok|look|FAILED) +(\w+) \(", ran.stdout, re.M)
    assert (len(order), order[-1]) == (6, "nyhv01")


def test_an_account_without_rights_is_told_at_the_rights(tmp_path: Path) -> None:
    command = ("lab", "--serve", "--scenario", "no-rights", "--write-config", "lab.yaml")
    with serving(*command, home=tmp_path) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("ready ")
        code, answer = checked(tmp_path / "lab.yaml", tmp_path)

    assert code == 1
    rights = {one["name"]: told(one, "rights") for one in answer["endpoints"]}
    assert any("failed: " in text and "not see its VMs" in text for text in rights.values()), rights


def test_a_wrong_configuration_asks_nobody(content: dict[str, Any], tmp_path: Path) -> None:
    content["endpoints"]["nyhv01"]["sight"] = content["endpoints"]["nyhv01"].pop("site")
    config = written(content, tmp_path)

    ran = run("--config", config, "config", "check", home=tmp_path)

    assert (ran.returncode, ran.stdout) == (64, "")
    assert "endpoints.nyhv01.sight: there is no such key; did you mean 'site'?" in ran.stderr
    assert list(tmp_path.iterdir()) == [config]


@pytest.mark.parametrize("words", [["list", "--wait", "60"], ["config", "check"], []])
def test_an_empty_answer_leaves_out_its_endpoints_and_no_other(
    words: list[str], served: Path, content: dict[str, Any], tmp_path: Path
) -> None:
    asked = {"user": "operator", "prompt": True}
    content["credentials"] = {"left-out": asked, "entered": dict(asked)}
    content["endpoints"] = {name: content["endpoints"][name] for name in ("nyhv01", "njhv01")}
    content["endpoints"]["nyhv01"]["credentials"] = "left-out"
    content["endpoints"]["njhv01"]["credentials"] = "entered"
    password = (served.with_name("lab.yaml.lab") / "password").read_text().strip()
    terminal = Terminal("--config", written(content, tmp_path), *words, home=tmp_path)

    terminal.until("Password of operator (left-out; empty leaves its endpoints out): ")
    terminal.type("\n")
    terminal.until("Password of operator (entered; empty leaves its endpoints out): ")
    terminal.type(f"{password}\n")
    if not words:
        # The screen opens only now; the second line speaks of the endpoint that is left out.
        terminal.until("There is no password for credential 'left-out'")
        terminal.until("REPLICA")
        terminal.type("q")

    assert terminal.end() == (1 if "check" in words else 0)
    assert "none was entered, so its endpoints are left out" in terminal.seen or not words
    if words[:1] == ["list"]:
        assert "REPLICA" in terminal.seen
        assert "DO NOT ANSWER 1 of 2" in terminal.seen
    if "check" in words:
        assert re.search(r"^ok +njhv01 ", terminal.seen, re.M)
        assert re.search(r"^FAILED +nyhv01 ", terminal.seen, re.M)
    assert password not in terminal.seen


def test_sealed_messages_need_no_certificate(tmp_path: Path) -> None:
    scenario = yaml.safe_load(
        files("drconsole.lab").joinpath("scenarios", "steady.yaml").read_text(encoding="utf-8")
    )
    for one in scenario["endpoints"]:
        one.update({"transport": "ntlm", "tls": False})
    (tmp_path / "scenario.yaml").write_text(yaml.safe_dump(scenario, sort_keys=False), encoding="utf-8")
    command = ("lab", "--serve", "--scenario", "scenario.yaml", "--write-config", "lab.yaml")
    with serving(*command, home=tmp_path) as process:
        assert process.stdout
        assert process.stdout.readline().startswith("ready ")
        code, answer = checked(tmp_path / "lab.yaml", tmp_path)

    assert code == 0
    for one in answer["endpoints"]:
        assert told(one, "certificate") == "ok: none: every message is sealed"
        assert "ntlm, every message sealed" in told(one, "login")
        assert one["certificates"] == []


def test_of_partners_that_may_be_silent_endpoints_a_warning_is_given(
    content: dict[str, Any], tmp_path: Path
) -> None:
    south = content["endpoints"].pop("njhv01")
    content["endpoints"]["south"] = {**south, "address": "127.0.0.1:1"}

    ran = run("--config", written(content, tmp_path), "config", "check", home=tmp_path)

    assert ran.returncode == 1
    assert "nyhv01 names njhv01.corp.example, a partner that the config lacks. Add:" in ran.stdout
    assert "Nothing was learned of south: where it is one of these, add nothing." in ran.stdout
