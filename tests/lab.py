"""The lab as a process of its own, for tests that speak to it over its real protocols."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import requests


class ControlRefused(Exception):
    """The lab's control answered a request with an error; ``status`` is HTTP's."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(f"{status}: {text}")
        self.status = status
        self.text = text


class LabProcess:
    """A running lab. It ends with this process even when nobody stops it.

    ``description`` is the line it printed when all endpoints answered.
    """

    def __init__(self, process: subprocess.Popen[bytes], description: dict[str, Any], log: Path) -> None:
        self._process = process
        self._log = log
        self.description = description
        self._http = requests.Session()
        token = Path(description["control"]["token_file"]).read_text(encoding="utf-8").strip()
        self._http.headers["Authorization"] = f"Bearer {token}"

    @classmethod
    def start(
        cls,
        scenario: str,
        folder: Path,
        *,
        powershell: str | None = None,
        speed: float = 1.0,
        seed: int = 0,
        arguments: tuple[str, ...] = (),
    ) -> LabProcess:
        """Start a lab in an empty ``folder``; returns when all its endpoints answer.

        Objects cost no simulated time here, so that tests with a clock that stands still go on.
        """
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "drconsole.lab", "--scenario", scenario, "--folder", str(folder)]
        command += ["--random-seed", str(seed), "--speed", str(speed), "--cost", "0", "--stdin-guard"]
        command += ["--powershell", powershell] if powershell else []
        log = folder / "lab.log"
        with log.open("wb") as errors:
            process = subprocess.Popen(
                [*command, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
            )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            code = process.wait()
            _close_pipes(process)
            raise AssertionError(f"the lab ended with {code}: {log.read_text(encoding='utf-8')}")
        return cls(process, json.loads(line), log)

    def control(self, name: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One request to the lab's control: POST with a body, else GET.

        Raises:
            ControlRefused: the control answered with an error.
        """
        url = f"{self.description['control']['url']}/{name}"
        reply = self._http.get(url) if body is None else self._http.post(url, json=body)
        answer: dict[str, Any] = reply.json()
        if reply.status_code != 200:
            raise ControlRefused(reply.status_code, answer["error"])
        return answer

    def advance(self, seconds: float) -> None:
        """Move the lab's clock."""
        self.control("advance", {"seconds": seconds})

    def hurry(self) -> None:
        """Let the rest of the scenario's timeline happen; the clock stays."""
        self.control("hurry", {})

    def fault(self, endpoint: str, fault: str | None) -> None:
        """Make an endpoint dead or lying (``drconsole.lab.wire_faults``), or heal it."""
        self.control("fault", {"endpoint": endpoint, "fault": fault})

    def reset(self, scenario: str | None = None) -> None:
        """Start the scenario, or another one, anew; ``description`` is then that of now.

        What the watch saw until then is asked first: the lab forgets it.
        """
        self.check_alive()
        answer = self.control("reset", {"scenario": scenario} if scenario else {})
        self.description = {**answer, "control": self.description["control"]}

    def change(self, host: str, vm: str, **fields: Any) -> None:
        """Change fields of one copy (``drconsole.lab.scenario.Copy``)."""
        self.happen(host=host, vm=vm, set=fields)

    def happen(self, **what: Any) -> None:
        """Let something happen (``drconsole.lab.scenario_form.Happening``)."""
        self.control("happen", what)

    def unmodelled(self) -> list[str]:
        """What scripts used and the lab does not have."""
        found: list[str] = self.control("unmodelled")["unmodelled"]
        return found

    def endpoint(self, name: str) -> dict[str, Any]:
        """One endpoint of the description."""
        return next(entry for entry in self.description["endpoints"] if entry["name"] == name)

    @property
    def password(self) -> str:
        """The password of ``description["user"]``."""
        return Path(self.description["password_file"]).read_text(encoding="utf-8").strip()

    def two_alive(self) -> list[dict[str, Any]]:
        """What the lab's own watch saw since the last reset: workloads that ran twice where people work.

        Those of a scenario that is so by its text are ``expected``.
        """
        seen: list[dict[str, Any]] = self.control("alive")["two_alive"]
        return seen

    def machines(self) -> list[dict[str, Any]]:
        """Every machine as it is (``drconsole.lab.hyperv.inspection``)."""
        found: list[dict[str, Any]] = self.control("machines")["machines"]
        return found

    def machine(self, host: str, vm: str) -> dict[str, Any]:
        """One machine as it is."""
        return next(one for one in self.machines() if (one["host"], one["vm"]) == (host, vm))

    def fingerprints(self) -> list[dict[str, Any]]:
        """What every disk holds (``drconsole.lab.hyperv.inspection``)."""
        disks: list[dict[str, Any]] = self.control("fingerprints")["disks"]
        return disks

    def act_fault(self, cmdlet: str, fault: str, **more: Any) -> None:
        """Let an act go wrong (``drconsole.lab.scenario_form.ActFaultForm``)."""
        self.control("act_fault", {"cmdlet": cmdlet, "fault": fault, **more})

    def check_alive(self) -> None:
        """Assert that the watch saw no two alive, but where the scenario is so."""
        assert [one for one in self.two_alive() if not one["expected"]] == []

    def check(self) -> None:
        """Assert that no two were alive, that the lab had all that was used, and met no defect of its own."""
        self.check_alive()
        assert self.unmodelled() == []
        log = self._log.read_text(encoding="utf-8")
        assert "Traceback" not in log, log

    def stop(self) -> int:
        """End the lab and return its exit code, 0 when it ended cleanly."""
        return self.end(signal.SIGTERM)

    def end(self, how: signal.Signals | None) -> int:
        """End the lab by a signal, or by closing its standard input; its exit code."""
        if how is None:
            assert self._process.stdin is not None
            self._process.stdin.close()
        else:
            self._process.send_signal(how)
        return self.wait()

    def wait(self) -> int:
        """Return its exit code when it has ended by itself."""
        self._http.close()
        code = self._process.wait()
        _close_pipes(self._process)
        return code


class LabPool:
    """One lab per engine, started when first needed and given out anew for each test.

    ``speed`` is how fast their time runs: acts take their simulated time.
    """

    def __init__(self, folder: Path, *, speed: float = 1.0) -> None:
        self._folder = folder
        self._speed = speed
        self._labs: dict[str | None, LabProcess] = {}

    def lab(self, scenario: str, powershell: str | None = None) -> LabProcess:
        """A lab at the start of a scenario."""
        if powershell in self._labs:
            self._labs[powershell].reset(scenario)
        else:
            folder = self._folder / ("pwsh" if powershell else "evaluator")
            self._labs[powershell] = LabProcess.start(
                scenario, folder, powershell=powershell, speed=self._speed
            )
        return self._labs[powershell]

    def check(self) -> None:
        """Check every lab; for the end of each test."""
        for lab in self._labs.values():
            lab.check()

    def stop(self) -> None:
        """End all labs, cleanly; in none of them two were alive."""
        for lab in self._labs.values():
            lab.check_alive()
        codes = [lab.stop() for lab in self._labs.values()]
        assert codes == [0] * len(codes)


def _close_pipes(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
