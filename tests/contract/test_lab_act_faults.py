"""Acts that go wrong, and clients that leave: what the host has done, and what its client hears."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from winrm.exceptions import WinRMOperationTimeoutError, WSManFaultError
from winrm.protocol import Protocol

from drconsole.platforms.hyperv.script import COMMAND_LINE, request_for
from tests.lab import LabProcess

SQL = "460c65b3-58ff-404a-8ba4-42d83df5966f"
NOBODY_ANSWERS_S = 2
"""How long a client waits for an answer that must not come."""
SHELL_GONE = 2150858843


class Client:
    """One WinRS client of a host, in the product's form of a call."""

    def __init__(self, lab: LabProcess, endpoint: str, timeout_s: int = 20) -> None:
        found = lab.endpoint(endpoint)
        self._protocol = Protocol(
            f"https://{found['address']}/wsman",
            transport="basic",
            username=lab.description["user"],
            password=lab.password,
            ca_trust_path=found["ca_file"],
            operation_timeout_sec=timeout_s,
            read_timeout_sec=timeout_s + 10,
        )
        self.shell = self._protocol.open_shell(codepage=65001)
        self.command = ""

    def begin(self, name: str, **arguments: Any) -> None:
        """Start a script."""
        self.command = self._protocol.run_command(
            self.shell, COMMAND_LINE, [], console_mode_stdin=True, skip_cmd_shell=False
        )
        self._protocol.send_command_input(
            self.shell, self.command, request_for(f"{name}.ps1", arguments), end=True
        )

    def hear(self) -> dict[str, Any]:
        """Wait for the whole answer."""
        out, done = b"", False
        while not done:
            piece, _, _, done = self._protocol._raw_get_command_output(self.shell, self.command)
            out += piece
        *_, line, end = out.decode("ascii").split()
        assert end == "drconsole-end"
        told: dict[str, Any] = json.loads(base64.b64decode(line))
        return told

    def run(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Start a script and wait for its answer."""
        self.begin(name, **arguments)
        return self.hear()

    def leave(self) -> None:
        """Delete the shell, whatever runs in it."""
        self._protocol.close_shell(self.shell)


@pytest.fixture(scope="module", params=["evaluator", pytest.param("powershell", marks=pytest.mark.pwsh)])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabProcess]:
    """A lab on each engine whose clock stands still."""
    program = None if request.param == "evaluator" else str(request.getfixturevalue("pwsh"))
    lab = LabProcess.start("steady", tmp_path_factory.mktemp("lab"), powershell=program, speed=0)
    yield lab
    assert lab.stop() == 0


@pytest.fixture
def still(both: LabProcess) -> Iterator[LabProcess]:
    """A lab at the start of ``steady`` whose clock stands still."""
    both.reset("steady")
    yield both
    both.check()


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabProcess]:
    """A lab on the evaluator, where ten minutes pass in a second."""
    lab = LabProcess.start("steady", tmp_path_factory.mktemp("lab"), speed=600)
    yield lab
    assert lab.stop() == 0


@pytest.fixture
def fast(one: LabProcess) -> Iterator[LabProcess]:
    """That lab at the start of ``steady``."""
    one.reset("steady")
    yield one
    one.check()


def until_busy(lab: LabProcess, host: str, vm: str) -> None:
    """Return when a cmdlet is at work on a machine."""
    while lab.machine(host, vm)["busy"] is None:
        continue


def power(lab: LabProcess) -> str:
    """The power of the original in New York."""
    return str(lab.machine("NYHV01", SQL)["power"])


def test_an_act_takes_its_time_and_is_seen_meanwhile(still: LabProcess) -> None:
    client = Client(still, "nyhv01")
    client.begin("vm_stop", vm=SQL)
    until_busy(still, "NYHV01", SQL)
    assert power(still) == "Stopping"
    still.advance(19)
    assert power(still) == "Stopping"
    still.advance(1)
    assert client.hear()["ok"] is True
    assert power(still) == "Off"
    client.leave()


def test_an_act_goes_on_when_its_client_leaves(still: LabProcess) -> None:
    client = Client(still, "nyhv01")
    client.begin("vm_stop", vm=SQL)
    until_busy(still, "NYHV01", SQL)
    client.leave()
    assert power(still) == "Stopping"
    still.advance(20)
    while still.machine("NYHV01", SQL)["busy"]:
        continue
    assert power(still) == "Off"


def test_a_second_act_is_refused_while_one_is_at_work(still: LabProcess) -> None:
    first, second = Client(still, "nyhv01"), Client(still, "nyhv01")
    first.begin("vm_stop", vm=SQL)
    until_busy(still, "NYHV01", SQL)
    told = second.run("vm_turn_off", vm=SQL)
    assert told["error"]["id"].startswith("ObjectInUse,")
    still.advance(20)
    assert first.hear()["ok"] is True


@pytest.mark.parametrize(
    ("fault", "more", "ok", "powers"),
    [
        ("fails", {"id": "Boom", "category": "DeviceError"}, False, "Running"),
        ("no-effect", {}, True, "Running"),
        ("slow", {"seconds": 600}, True, "Off"),
        ("late-answer", {"seconds": 600}, True, "Off"),
    ],
)
def test_an_answer_that_comes(
    fast: LabProcess, fault: str, more: dict[str, Any], ok: bool, powers: str
) -> None:
    fast.act_fault("Stop-VM", fault, vm=SQL, **more)
    told = Client(fast, "nyhv01").run("vm_stop", vm=SQL)
    assert told["ok"] is ok
    assert power(fast) == powers
    assert ok or told["error"]["id"] == "Boom,Microsoft.HyperV.PowerShell.Commands.StopVM"
    (row,) = fast.control("act_faults")["act_faults"]
    assert row["hit"] is True


def test_an_answer_that_never_comes(fast: LabProcess) -> None:
    fast.act_fault("Stop-VM", "hangs", vm=SQL)
    client = Client(fast, "nyhv01", timeout_s=NOBODY_ANSWERS_S)
    client.begin("vm_stop", vm=SQL)
    with pytest.raises(WinRMOperationTimeoutError):
        client.hear()
    while power(fast) != "Off":
        continue
    client.leave()


def test_connections_break_after_the_effect_and_the_shell_lives_on(fast: LabProcess) -> None:
    fast.act_fault("Stop-VM", "cut", vm=SQL)
    client = Client(fast, "nyhv01")
    client.begin("vm_stop", vm=SQL)
    with pytest.raises(requests.ConnectionError):
        client.hear()
    assert client.hear()["ok"] is True
    assert power(fast) == "Off"


def test_shells_end_after_the_effect(fast: LabProcess) -> None:
    fast.act_fault("Stop-VM", "shell-dies", vm=SQL)
    client = Client(fast, "nyhv01")
    client.begin("vm_stop", vm=SQL)
    with pytest.raises(Exception):  # noqa: B017, PT011 - the connection or the shell is gone
        client.hear()
    with pytest.raises(WSManFaultError) as gone:
        client.hear()
    assert gone.value.wsman_fault_code == SHELL_GONE
    assert power(fast) == "Off"


@pytest.mark.parametrize(("effect", "powers"), [(True, "Off"), (False, "Running")])
def test_a_host_dies_in_the_middle(fast: LabProcess, effect: bool, powers: str) -> None:
    fast.act_fault("Stop-VM", "host-dies", vm=SQL, effect=effect)
    client = Client(fast, "nyhv01", timeout_s=NOBODY_ANSWERS_S)
    client.begin("vm_stop", vm=SQL)
    with pytest.raises(Exception):  # noqa: B017, PT011 - nobody answers, in whichever way
        client.hear()
    while fast.control("alive")["endpoints"]["nyhv01"] != "silent-tcp":
        continue
    fast.happen(node="NYHV01", state="Up")
    assert power(fast) == powers
    assert Client(fast, "nyhv01").run("vm_turn_off", vm=SQL)["ok"] is True


@pytest.mark.parametrize("fault", ["shell-dies", "host-dies"])
def test_the_same_on_both_engines(still: LabProcess, fault: str) -> None:
    still.act_fault("Stop-VM", fault, vm=SQL, effect=True)
    client = Client(still, "nyhv01", timeout_s=NOBODY_ANSWERS_S)
    client.begin("vm_stop", vm=SQL)
    until_busy(still, "NYHV01", SQL)
    still.advance(20)
    with pytest.raises(Exception):  # noqa: B017, PT011 - nobody answers, in whichever way
        client.hear()
    still.happen(node="NYHV01", state="Up")
    assert power(still) == "Off"


def test_only_the_named_occurrence_goes_wrong(fast: LabProcess) -> None:
    fast.act_fault("Set-VM", "fails", vm=SQL, occurrence=2)
    client = Client(fast, "nyhv01")
    told = [
        client.run("notes_write", vm=SQL, before=before, notes=after)["ok"]
        for before, after in (("", "a"), ("a", "b"), ("a", "c"))
    ]
    assert told == [True, False, True]
    assert fast.machine("NYHV01", SQL)["notes"] == "c"


def test_somebody_starts_what_was_stopped(fast: LabProcess) -> None:
    fast.act_fault("Stop-VM", "restarts", vm=SQL, seconds=300)
    assert Client(fast, "nyhv01").run("vm_stop", vm=SQL)["ok"] is True
    assert power(fast) == "Off"
    fast.advance(300)
    while power(fast) == "Off":
        continue


def test_chance_is_the_seeds(fast: LabProcess) -> None:
    def once(number: int) -> str:
        before = fast.machine("NYHV01", SQL)["notes"]
        try:
            told = Client(fast, "nyhv01").run("notes_write", vm=SQL, before=before, notes=str(number))
        except (requests.ConnectionError, WSManFaultError):
            return "lost"
        return f"{told['ok']} {fast.machine('NYHV01', SQL)['notes']}"

    def told(rate: float) -> list[str]:
        fast.reset("steady")
        fast.control("chaos", {"rate": rate})
        return [once(number) for number in range(8)]

    assert told(0) == [f"True {number}" for number in range(8)]
    assert told(0.5) == told(0.5) != told(0)


def test_a_quota_of_shells_can_be_used_up(fast: LabProcess) -> None:
    fast.happen(endpoint="nyhv01", shells=0)
    with pytest.raises(WSManFaultError, match="maximum number of 0 concurrent shells"):
        Client(fast, "nyhv01")
    fast.reset("steady")
    assert Client(fast, "nyhv01").shell


def test_a_host_can_become_constrained(fast: LabProcess) -> None:
    fast.happen(host="NYHV01", powershell="constrained")
    with pytest.raises((WSManFaultError, ValueError)):
        Client(fast, "nyhv01").run("vm_stop", vm=SQL)
    assert power(fast) == "Running"


def test_the_owner_moves_between_listing_and_acting(fast: LabProcess) -> None:
    moved = next(one for one in fast.machines() if one["host"] == "NYCL01" and one["power"] == "Running")
    fast.act_fault("Stop-VM", "moves", vm=moved["vm"])
    client = Client(fast, "gold")
    told = client.run("vm_stop", vm=moved["vm"])
    assert told["error"]["id"] == "ObjectNotFound,Microsoft.HyperV.PowerShell.Commands.StopVM"
    assert fast.machine("NYCL02", moved["vm"])["power"] == "Running"


def test_a_node_dies_in_the_middle_and_its_machine_goes_on_elsewhere(fast: LabProcess) -> None:
    running = next(one for one in fast.machines() if one["host"] == "NYCL01" and one["power"] == "Running")
    fast.act_fault("Stop-VM", "host-dies", host="NYCL01")
    client = Client(fast, "gold", timeout_s=NOBODY_ANSWERS_S)
    client.begin("vm_stop", vm=running["vm"])
    with pytest.raises(Exception):  # noqa: B017, PT011 - nobody answers, in whichever way
        client.hear()
    while fast.control("alive")["endpoints"]["gold/NYCL01"] is None:
        continue
    assert fast.machine("NYCL02", running["vm"])["power"] == "Running"
    faults = fast.control("alive")["endpoints"]
    assert (faults["gold"], faults["gold/NYCL01"], faults["gold/NYCL02"]) == (None, "silent-tcp", None)
    assert Client(fast, "gold").run("vm_stop", vm=running["vm"])["ok"] is True


def test_a_machine_that_moves_meanwhile_is_not_acted_on(still: LabProcess) -> None:
    moved = next(one for one in still.machines() if one["host"] == "NYCL01" and one["power"] == "Running")
    client = Client(still, "gold")
    client.begin("vm_stop", vm=moved["vm"])
    until_busy(still, "NYCL01", moved["vm"])
    still.happen(host="NYCL01", vm=moved["vm"], moves="NYCL02")
    still.advance(20)
    assert client.hear()["error"]["id"].startswith("ObjectNotFound,")
    assert still.machine("NYCL02", moved["vm"])["power"] == "Running"


def test_a_fault_must_make_sense(fast: LabProcess) -> None:
    with pytest.raises(Exception, match="no such cmdlet"):
        fast.act_fault("Stop-It", "fails")


def test_the_files_of_a_scenario_can_hold_faults(tmp_path: Path, fast: LabProcess) -> None:
    steady = Path(__file__).parents[2] / "drconsole" / "lab" / "scenarios" / "steady.yaml"
    file = tmp_path / "faulty.yaml"
    text = steady.read_text("utf-8")
    file.write_text(f"{text}\nact_faults: [{{cmdlet: Stop-VM, fault: no-effect, vm: {SQL}}}]\n", "utf-8")
    fast.reset(str(file))
    assert Client(fast, "nyhv01").run("vm_stop", vm=SQL)["ok"] is True
    assert power(fast) == "Running"
