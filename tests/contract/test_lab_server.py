"""The lab as a process: what it prints, how it ends, and its remote control."""

from __future__ import annotations

import signal
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.lab import ControlRefused, LabPool, LabProcess

DC_01 = "e1f7e920-f4bf-43c9-874c-e01a95c4b93c"
WEB = "11111111-1111-4111-8111-111111111111"
TIMELINE = f"""
about: something happens by itself
sites: {{A: {{}}, B: {{}}}}
pairs: [[A, B]]
hosts:
  HA: {{fqdn: ha.example}}
  HB: {{fqdn: hb.example}}
endpoints:
  - {{name: ha, site: A, host: HA}}
  - {{name: hb, site: B, host: HB}}
workloads:
  - {{name: web, id: {WEB}, copies: {{HA: {{power: Running}}}}}}
timeline:
  - {{at: 2m, endpoint: ha, fault: refuse}}
  - {{at: 1m, endpoint: hb, fault: silent-tcp}}
  - {{at: 3m, endpoint: ha, fault: null}}
truth:
  endpoints: {{ha: {{state: ok}}, hb: {{state: ok}}}}
  copies: [{{vm: {WEB}, host: HA, role: UNPROTECTED}}]
"""


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabPool]:
    """One lab for the tests that can share it; its clock stands still, but for what they advance it."""
    pool = LabPool(tmp_path_factory.mktemp("lab"), speed=0.0)
    yield pool
    pool.stop()


@pytest.fixture
def lab(pool: LabPool) -> Iterator[LabProcess]:
    """A lab at the start of ``steady``."""
    yield pool.lab("steady")
    pool.check()


def identify(lab: LabProcess, endpoint: str) -> int:
    """Ask a WS-Management endpoint who it is, over TLS that is verified; the HTTP status."""
    found = lab.endpoint(endpoint)
    reply = requests.post(
        f"https://{found['address']}/wsman",
        data=b"<s:Envelope xmlns:s='http://www.w3.org/2003/05/soap-envelope'/>",
        headers={"WSMANIDENTIFY": "unauthenticated", "Content-Type": "application/soap+xml"},
        verify=found["ca_file"],
    )
    return reply.status_code


def test_it_says_all_that_a_config_needs(lab: LabProcess) -> None:
    said = lab.description
    assert said["environment"] == "LAB steady"
    assert said["sites"]["New York"] == {"test_networks": ["Isolated"]}
    assert said["pairs"] == [["New York", "New Jersey"]]
    assert [entry["name"] for entry in said["endpoints"]] == ["nyhv01", "njhv01", "gold", "goldr2"]
    assert {entry["kind"] for entry in said["endpoints"]} == {"hyperv"}
    assert [identify(lab, entry["name"]) for entry in said["endpoints"]] == [200, 200, 200, 200]


def test_a_port_stays_taken_while_no_scenario_names_its_endpoint(lab: LabProcess, tmp_path: Path) -> None:
    address = lab.endpoint("gold")["address"]
    file = tmp_path / "timeline.yaml"
    file.write_text(TIMELINE, encoding="utf-8")
    lab.reset(str(file))
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", int(address.rpartition(":")[2])))
    lab.reset("steady")
    assert lab.endpoint("gold")["address"] == address
    assert identify(lab, "gold") == 200


def test_secrets_are_for_the_owner_alone_and_not_in_what_it_prints(lab: LabProcess) -> None:
    files = [Path(lab.description["password_file"]), Path(lab.description["control"]["token_file"])]
    assert [stat.S_IMODE(file.stat().st_mode) for file in files] == [0o600, 0o600]
    assert stat.S_IMODE((Path(lab.description["folder"]) / "certificates").stat().st_mode) == 0o700
    secrets = [file.read_text(encoding="utf-8").strip() for file in files]
    assert not [secret for secret in secrets if secret in str(lab.description)]


def test_the_password_command_prints_the_password(lab: LabProcess) -> None:
    command = [sys.executable, "-m", "drconsole.lab.password"]
    printed = subprocess.run([*command, lab.description["password_file"]], capture_output=True, check=True)
    assert printed.stdout.decode() == lab.password + "\n"
    missing = subprocess.run([*command, "/no/such/file"], capture_output=True, check=False)
    assert (missing.returncode, missing.stdout) == (2, b"")


def test_the_control_needs_its_token(lab: LabProcess) -> None:
    url = lab.description["control"]["url"]
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        assert requests.get(f"{url}/alive", headers=headers).status_code == 401


@pytest.mark.parametrize(
    ("name", "body", "status", "said"),
    [
        ("nothing", None, 404, "Not Found"),
        ("advance", {"seconds": "soon"}, 400, "Expected `float`"),
        ("advance", {"seconds": -1}, 400, "backwards"),
        ("fault", {"endpoint": "nyhv09", "fault": "refuse"}, 404, "no endpoint nyhv09"),
        ("fault", {"endpoint": "nyhv01", "fault": "sulk"}, 400, "sulk"),
        ("fault", {"endpoint": "nyhv01"}, 400, "missing required field `fault`"),
        ("reset", {"scenario": "stormy"}, 400, "no scenario 'stormy'"),
        ("happen", {"host": "NYHV01", "vm": WEB, "set": {}}, 404, "no copy"),
        ("happen", {"host": "NYHV01", "vm": DC_01, "set": {"power": "Of"}}, 400, "has no 'Of'"),
        ("happen", {"host": "NYHV01", "vm": DC_01, "set": {"powr": "Off"}}, 400, "unknown field `powr`"),
    ],
)
def test_a_wrong_request_is_refused_with_its_reason(
    lab: LabProcess, name: str, body: dict[str, Any] | None, status: int, said: str
) -> None:
    with pytest.raises(ControlRefused, match=said) as refused:
        lab.control(name, body)
    assert refused.value.status == status


def test_a_fault_is_set_healed_and_gone_after_a_reset(lab: LabProcess) -> None:
    lab.fault("nyhv01", "refuse")
    with pytest.raises(requests.ConnectionError):
        identify(lab, "nyhv01")
    assert identify(lab, "njhv01") == 200
    lab.fault("nyhv01", None)
    assert identify(lab, "nyhv01") == 200
    lab.fault("nyhv01", "unknown-ca")
    with pytest.raises(requests.exceptions.SSLError):
        identify(lab, "nyhv01")
    lab.reset()
    assert identify(lab, "nyhv01") == 200


def test_requests_are_counted_per_endpoint(lab: LabProcess) -> None:
    identify(lab, "nyhv01")
    counted = lab.control("requests")
    assert counted["nyhv01"]["requests"] == 1
    assert counted["njhv01"]["requests"] == 0


def test_an_endpoint_keeps_its_port_through_other_scenarios(lab: LabProcess) -> None:
    address = lab.endpoint("nyhv01")["address"]
    lab.reset("dead-endpoints")
    assert len(lab.description["endpoints"]) == 6
    assert lab.endpoint("nyhv01")["address"] == address
    sixth = lab.endpoint("njhv03")["address"]
    lab.reset("steady")
    assert len(lab.description["endpoints"]) == 4
    lab.reset("dead-endpoints")
    assert lab.endpoint("njhv03")["address"] == sixth
    assert lab.control("alive")["endpoints"]["nyhv01"] == "silent-http"
    assert lab.control("truth")["fresh"]["endpoints"]["nyhv02"]["error"] == "unreachable"
    assert identify(lab, "njhv03") == 200


def test_the_timeline_happens_when_the_clock_comes_there(lab: LabProcess, tmp_path: Path) -> None:
    file = tmp_path / "timeline.yaml"
    file.write_text(TIMELINE, encoding="utf-8")
    lab.reset(str(file))
    seen = []
    for seconds in (59, 2, 60, 60):
        lab.advance(seconds)
        seen.append(lab.control("alive")["endpoints"])
    assert seen == [
        {"ha": None, "hb": None},
        {"ha": None, "hb": "silent-tcp"},
        {"ha": "refuse", "hb": "silent-tcp"},
        {"ha": None, "hb": "silent-tcp"},
    ]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_cleanly_on_a_signal(tmp_path: Path, how: signal.Signals) -> None:
    lab = LabProcess.start("steady", tmp_path)
    assert lab.end(how) == 0


def test_it_ends_when_its_parent_is_gone_or_nobody_asks(tmp_path: Path) -> None:
    guarded = LabProcess.start("steady", tmp_path / "guarded")
    assert guarded.end(None) == 0
    idle = LabProcess.start("steady", tmp_path / "idle", arguments=("--idle", "0.2"))
    assert idle.wait() == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--scenario", "stormy"), "there is no scenario 'stormy'"),
        (("--speed", "0", "--cost", "1"), "nothing that costs time ever ends"),
        (("--powershell", "/no/such/pwsh"), "/no/such/pwsh"),
    ],
)
def test_it_says_why_it_cannot_start(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    command = [sys.executable, "-m", "drconsole.lab", "--folder", str(tmp_path), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert said in ended.stderr
